"""The whole check of the audit: every hash computed again from the rows, compared with leaves, blocks and checkpoints.

It reads the leaves in order through a cursor and keeps only the right edge of the tree, so its memory does not grow
with the audit. What the database alone can not show, since whoever holds it can rewrite all of it and cut its end,
is shown by a file of checkpoints that was kept elsewhere.
"""

import heapq
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, NamedTuple

from sqlalchemy import Row, func, select, text
from sqlmodel import Session, col

from app.audit_tree import leaves
from app.audit_tree.checkpoints import CheckpointError, lines_of, newest, opened
from app.audit_tree.merkle import Frontier
from app.db import reading
from app.keys import Keys
from app.service import Service
from app.tables import AuditCheckpoint, AuditEntry, AuditLeaf, AuditNode

ROWS_AT_ONCE: Final = 1_000
# A row is written within the request that it tells of; one that says it is much older than that was put in later.
LATEST: Final = timedelta(hours=1)
NOTHING_YET: Final = datetime.fromtimestamp(0, UTC)


class Finding(NamedTuple):
    """Something that is not as it was sealed: what, at which leaf (from 0), about which audit row."""

    what: str
    leaf: int | None = None
    entry: str | None = None


class _Said(NamedTuple):
    """A size and root that were signed, and where that stands."""

    size: int
    where: str
    root: bytes
    at: datetime


@dataclass(slots=True)
class Check:
    """One run: iterate `findings` to its end; the counts are right then."""

    leaves: int = 0
    checkpoints: int = 0  # that agree with the rows
    waiting: int = 0  # rows not sealed yet
    _tree: Frontier = field(default_factory=Frontier)
    _before: datetime = NOTHING_YET
    _differing: int = 0

    def findings(self, service: Service, *, file: Path | None = None) -> Iterator[Finding]:
        """Everything that is wrong, as it is met. `file`: kept checkpoints; OSError when it can not be read."""
        with reading(service) as session:
            session.connection().execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
            session.connection().execute(text("SET LOCAL statement_timeout = 0"))
            yield from self._rows(session, service.keys, file)
            yield from self._ends(session)

    def _rows(self, session: Session, keys: Keys, file: Path | None) -> Iterator[Finding]:
        wrong: list[Finding] = []
        with (
            closing(_stored(session, keys, wrong)) as stored,
            closing(_kept(file, keys, wrong)) as kept,
            closing(_leaves(session)) as rows,
        ):
            yield from self._walked(session, heapq.merge(stored, kept), rows, wrong)
        if self._differing > 1:
            yield Finding(f"{self._differing - 1} later checkpoints differ too")

    def _walked(
        self, session: Session, signed: Iterator[_Said], rows: Iterator[Row[Any]], wrong: list[Finding]
    ) -> Iterator[Finding]:
        """Leaf by leaf, and each checkpoint when the tree has its size; `wrong` is what the sources refuse."""
        said = next(signed, None)
        for row in rows:
            yield from self._leaf(session, row)
            while said is not None and said.size <= self.leaves:
                yield from self._compared(said)
                said = next(signed, None)
            yield from _drained(wrong)
        for one in [said, *signed] if said is not None else []:
            yield Finding(f"{one.where}: {one.size} rows were sealed, and only {self.leaves} are there")
        yield from _drained(wrong)

    def _leaf(self, session: Session, row: Row[Any]) -> Iterator[Finding]:
        """The tree grows by the stored hash, so that a changed row is one finding, at its leaf."""
        if row.leaf != self.leaves:
            yield Finding(f"the leaves from {self.leaves} to {row.leaf - 1} are gone", self.leaves)
        self.leaves = row.leaf + 1
        entry = str(row.entry)
        if row.id is None:
            yield Finding("the row is gone", row.leaf, entry)
        elif leaves.hashed(row, salt=row.salt) != row.sha256:
            yield Finding("the row is not as it was sealed", row.leaf, entry)
        elif row.at < self._before - LATEST:
            yield Finding(f"a row of {row.at} was put in after {self._before}", row.leaf, entry)
        for height, place, sha256 in self._tree.append(row.sha256):
            stored = select(col(AuditNode.sha256)).where(
                col(AuditNode.height) == height, col(AuditNode.place) == place
            )
            if session.connection().scalar(stored) != sha256:
                yield Finding(f"the stored hash of block {place} of 2^{height} leaves is another", row.leaf)

    def _compared(self, said: _Said) -> Iterator[Finding]:
        if said.size != self.leaves:
            yield Finding(
                f"{said.where}: size {said.size} stands after a larger one or among leaves that are gone"
            )
        elif said.root != self._tree.root():
            self._differing += 1
            if self._differing == 1:
                yield Finding(
                    f"{said.where}: the first {said.size} leaves are not the sealed ones"
                    f" (those before {self._before} were, if any)",
                    said.size - 1,
                )
        else:
            self.checkpoints += 1
            self._before = max(self._before, said.at)

    def _ends(self, session: Session) -> Iterator[Finding]:
        last = newest(session)
        size, horizon = (last.size, last.horizon) if last else (0, 0)
        if self.leaves > size:
            yield Finding(f"the leaves from {size} on stand after the last checkpoint", size)
        sealed = select(col(AuditLeaf.leaf)).where(col(AuditLeaf.entry) == col(AuditEntry.id)).exists()
        passed = select(col(AuditEntry.id)).where(~sealed, col(AuditEntry.xid) < horizon)
        for (entry,) in _streamed(session, passed):
            yield Finding("a row stands among the sealed ones without a leaf", None, str(entry))
        later = select(func.count()).where(~sealed, col(AuditEntry.xid) >= horizon)
        self.waiting = session.connection().scalar(later) or 0


def _stored(session: Session, keys: Keys, wrong: list[Finding]) -> Generator[_Said, None, None]:
    """The database's own checkpoints, the smallest first."""
    table = AuditCheckpoint.__table__  # type: ignore[attr-defined]  # SQLModel does not declare it
    for row in _streamed(session, select(table).order_by(table.c.size)):
        where = f"checkpoint {row.size} in the database"
        try:
            said = opened(row.signed, keys=keys)
        except CheckpointError as no:
            wrong.append(Finding(f"{where}: {no}"))
            continue
        if (said.size, said.root, said.at) != (row.size, row.root, row.at):
            wrong.append(Finding(f"{where}: its columns are not what was signed"))
        yield _Said(row.size, where, said.root, said.at)


def _kept(file: Path | None, keys: Keys, wrong: list[Finding]) -> Generator[_Said, None, None]:
    """The checkpoints of a file, in its order."""
    for line, token in lines_of(file) if file else ():
        where = f"line {line} of {file.name if file else ''}"
        try:
            said = opened(token, keys=keys)
        except CheckpointError as no:
            wrong.append(Finding(f"{where}: {no}"))
            continue
        yield _Said(said.size, where, said.root, said.at)


def _leaves(session: Session) -> Generator[Row[Any], None, None]:
    """Every leaf in order with its audit row, whose columns are empty when it is gone."""
    leaf, entry = AuditLeaf.__table__, AuditEntry.__table__  # type: ignore[attr-defined]
    joined = leaf.outerjoin(entry, entry.c.id == leaf.c.entry)
    return _streamed(session, select(leaf, entry).select_from(joined).order_by(leaf.c.leaf))


def _streamed(session: Session, query: Any) -> Generator[Row[Any], None, None]:
    """The rows of a query through a cursor of the database, some hundreds of them in memory."""
    with session.connection().execute(query, execution_options={"yield_per": ROWS_AT_ONCE}) as found:
        yield from found


def _drained(wrong: list[Finding]) -> Iterator[Finding]:
    yield from wrong
    wrong.clear()
