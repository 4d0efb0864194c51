"""Sealing the audit: rows that are safely committed get their leaf, and a signed checkpoint says how many there are.

Which rows are safe: each carries the id of the transaction that wrote it, and all below the oldest still running have
ended. A row committed late therefore waits, and none is passed over. Rows above every known id come from a database
that was copied row by row into this one; they are committed as well.

One transaction takes some thousands of rows and writes leaves, blocks and checkpoint together, so a worker that dies
leaves nothing half done, and the lock lets two of them do the same work once.
"""

import secrets
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import insert, text
from sqlmodel import Session, col, or_, select

from app.audit_tree import leaves, merkle
from app.audit_tree.checkpoints import newest, signed, write_file
from app.audit_tree.nodes import reader
from app.db import writing
from app.service import Service
from app.tables import AuditCheckpoint, AuditEntry, AuditLeaf, AuditNode

AT_ONCE: Final = 10_000
SALT_BYTES: Final = 16
_ONE_AT_A_TIME: Final = text("SELECT pg_advisory_xact_lock(hashtext('noskheh.audit'))")
# `oldest`: every transaction below it has ended. `next`: no transaction has this id or a higher one yet.
_SNAPSHOT: Final = text(
    "SELECT pg_snapshot_xmin(s)::text::bigint, pg_snapshot_xmax(s)::text::bigint FROM pg_current_snapshot() s"
)


class _Horizon(NamedTuple):
    since: int  # all below it were sealed before
    oldest: int
    next: int


def seal(service: Service, *, at_once: int = AT_ONCE) -> int:
    """Seal whatever is safely committed and write the file of checkpoints; gives how many rows. Can be run twice.

    OSError when the file can not be written: the rows are sealed then, and the next run writes what is missing.
    """
    count, taken = 0, at_once
    while taken == at_once:
        with writing(service) as session:
            taken = _seal_some(session, service, at=service.clock(), most=at_once)
        count += taken
    write_file(service)
    return count


def _seal_some(session: Session, service: Service, *, at: datetime, most: int) -> int:
    session.connection().execute(_ONE_AT_A_TIME)
    before = newest(session)
    horizon = _horizon(session, before)
    rows = _unsealed(session, horizon, most)
    if not rows:
        return 0
    edge = merkle.frontier(reader(session), before.size if before else 0)
    added, blocks = [], []
    for row in rows:
        salt = secrets.token_bytes(SALT_BYTES)
        sha256 = leaves.hashed(row, salt=salt)
        added.append({"leaf": edge.size, "entry": row.id, "salt": salt, "sha256": sha256})
        blocks += [dict(zip(("height", "place", "sha256"), b, strict=True)) for b in edge.append(sha256)]
    connection = session.connection()
    connection.execute(insert(AuditLeaf), added)
    if blocks:
        connection.execute(insert(AuditNode), blocks)
    # Where rows are left over, the next turn begins with the last one's transaction, which may have more.
    reached = horizon.oldest if len(rows) < most else min(rows[-1].xid or 0, horizon.oldest)
    root = edge.root()
    checkpoint = {"size": edge.size, "at": at, "root": root, "horizon": reached}
    checkpoint["signed"] = signed(service, size=edge.size, root=root, at=at)
    connection.execute(insert(AuditCheckpoint), checkpoint)
    return len(rows)


def _horizon(session: Session, before: AuditCheckpoint | None) -> _Horizon:
    oldest, following = session.connection().execute(_SNAPSHOT).one()
    since = before.horizon if before else 0
    # A lower id than before: the database was copied into a server that counts from the beginning.
    return _Horizon(since if since <= oldest else 0, oldest, following)


def _unsealed(session: Session, horizon: _Horizon, most: int) -> list[AuditEntry]:
    xid = col(AuditEntry.xid)
    query = (
        select(AuditEntry)
        .where(or_((xid >= horizon.since) & (xid < horizon.oldest), xid >= horizon.next))
        .where(~select(AuditLeaf.leaf).where(AuditLeaf.entry == AuditEntry.id).exists())
        .order_by(xid, col(AuditEntry.at), col(AuditEntry.id))
        .limit(most)
    )
    return list(session.exec(query))
