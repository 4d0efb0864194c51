"""The stored hashes of the tree, read a block of 256 at a time and each block once."""

from sqlmodel import Session, col, select

from app.audit_tree.merkle import STORED_EVERY, Read
from app.tables import AuditLeaf, AuditNode


def reader(session: Session) -> Read:
    """Reads hashes by height and place. KeyError for one that is not there."""
    known: dict[tuple[int, int], dict[int, bytes]] = {}

    def read(height: int, place: int) -> bytes:
        block = (height, place >> STORED_EVERY)
        if block not in known:
            known[block] = dict(_block(session, *block))
        return known[block][place]

    return read


def _block(session: Session, height: int, block: int) -> list[tuple[int, bytes]]:
    begin, end = block << STORED_EVERY, (block + 1) << STORED_EVERY
    if height == 0:
        leaves = select(AuditLeaf.leaf, AuditLeaf.sha256)
        found = session.exec(leaves.where(col(AuditLeaf.leaf) >= begin, col(AuditLeaf.leaf) < end))
    else:
        nodes = select(AuditNode.place, AuditNode.sha256).where(AuditNode.height == height)
        found = session.exec(nodes.where(col(AuditNode.place) >= begin, col(AuditNode.place) < end))
    return [(place, sha256) for place, sha256 in found]
