"""Proofs that leave the service: that rows are in the tree of a checkpoint, and that one tree begins with another."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from app.audit_tree import leaves, merkle
from app.audit_tree.checkpoints import newest
from app.audit_tree.nodes import reader
from app.tables import AuditCheckpoint, AuditEntry, AuditLeaf


def leaves_of(session: Session, entries: Sequence[UUID]) -> dict[UUID, int]:
    """The leaf of each of these audit rows; one that is not sealed yet has none."""
    found = session.exec(select(AuditLeaf.entry, AuditLeaf.leaf).where(col(AuditLeaf.entry).in_(entries)))
    return dict(found.all())


def inclusion(session: Session, entries: Sequence[AuditEntry]) -> dict[str, Any]:
    """What proves, to somebody with nothing else, that these audit rows are under the newest checkpoint.

    `entries` have leaf, content (exactly what is hashed) and path (hex); `waiting` counts those not sealed yet.
    `checkpoint` is null before the first sealing.
    """
    last = newest(session)
    told: dict[str, Any] = {"checkpoint": last.signed if last else None, "entries": []}
    if last is not None:
        told["entries"] = _proven(session, last, entries)
    return told | {"waiting": len(entries) - len(told["entries"])}


def _proven(session: Session, last: AuditCheckpoint, entries: Sequence[AuditEntry]) -> list[dict[str, Any]]:
    by_id = {entry.id: entry for entry in entries}
    sealed = select(AuditLeaf).where(col(AuditLeaf.entry).in_(by_id), col(AuditLeaf.leaf) < last.size)
    read = reader(session)
    return [
        {
            "leaf": leaf.leaf,
            "content": leaves.content(by_id[leaf.entry], salt=leaf.salt).decode(),
            "path": [step.hex() for step in merkle.inclusion(read, leaf.leaf, last.size)],
        }
        for leaf in session.exec(sealed.order_by(col(AuditLeaf.leaf)))
    ]


def consistency(session: Session, *, first: int, second: int) -> list[str] | None:
    """The path (hex) that shows the tree of `second` leaves to begin with that of `first`; none without such trees."""
    last = newest(session)
    if last is None or not 0 < first <= second <= last.size:
        return None
    return [step.hex() for step in merkle.consistency(reader(session), first, second)]
