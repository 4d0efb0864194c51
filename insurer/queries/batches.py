"""Reading sealed batches: manifests, the bytes of a file, and how far an insurer has come."""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlmodel import Session, col, select

from codings import sql
from insurer.outcomes import BatchUnknown, RangeUnsatisfiable
from insurer.sealing import FILE_NAME, overlap
from insurer.states import BatchState
from insurer.tables.batches import Batch, BatchItem
from insurer.tables.claims import Claim

CHUNK = 256 * 1024  # bytes handed on at a time: for each of them the worker's thread changes hands

_LINES = """
    SELECT byte_offset, length, line FROM batch_item
    WHERE insurer = %(insurer)s AND seq = %(seq)s AND byte_offset < %(stop)s AND byte_offset + length > %(start)s
    ORDER BY position
"""

_CURSOR = text(
    """
    SELECT coalesce(max(seq), 0) AS sealed,
           coalesce(min(seq) FILTER (WHERE state <> 'acknowledged') - 1, max(seq), 0) AS acked_contiguous,
           min(sealed_at) FILTER (WHERE state <> 'acknowledged') AS oldest_unacked
      FROM batch WHERE insurer = :insurer
    """
)
_OUT_OF_ORDER = text(
    "SELECT seq FROM batch WHERE insurer = :insurer AND seq > :after AND state = 'acknowledged' ORDER BY seq"
)
# The first batch whose file has not reached the insurer whole: not acknowledged, and its downloads leave a gap.
_UNDELIVERED = text(
    """
    SELECT b.seq FROM batch b
      LEFT JOIN batch_download d ON d.insurer = b.insurer AND d.seq = b.seq
     WHERE b.insurer = :insurer AND b.seq > :after AND b.state <> 'acknowledged'
     GROUP BY b.seq, b.file_bytes
    HAVING NOT coalesce(
               range_agg(int8range(d.start_byte, d.end_byte)) FILTER (WHERE d.id IS NOT NULL)
                   @> int8range(0, b.file_bytes),
               false)
     ORDER BY b.seq LIMIT 1
    """
)


def manifests_after(session: Session, *, insurer: str, after: int, limit: int) -> list[dict[str, Any]]:
    """The manifests of the batches after number `after`, in order, without a gap."""
    rows = session.exec(
        select(Batch)
        .where(Batch.insurer == insurer, col(Batch.seq) > after)
        .order_by(col(Batch.seq))
        .limit(limit)
    )
    return [shown(row) for row in rows]


def manifest(session: Session, *, insurer: str, seq: int) -> dict[str, Any]:
    """The manifest of one batch of this insurer; BatchUnknown for anything else."""
    return shown(find(session, insurer=insurer, seq=seq))


def find(session: Session, *, insurer: str, seq: int, lock: bool = False) -> Batch:
    """The batch; BatchUnknown when this insurer has none of that number."""
    found = session.get(
        Batch, (insurer, seq), with_for_update={"key_share": True} if lock else None, populate_existing=True
    )
    if found is None:
        raise BatchUnknown(seq=seq)
    return found


def newest(session: Session, *, insurer: str, limit: int) -> Sequence[Batch]:
    """The last batches of an insurer, the newest first."""
    query = select(Batch).where(Batch.insurer == insurer).order_by(col(Batch.seq).desc()).limit(limit)
    return session.exec(query).all()


def shown(batch: Batch) -> dict[str, Any]:
    """A manifest as the API tells it: the signed content, with its hash and signature."""
    content: dict[str, Any] = json.loads(batch.manifest)
    return content | {"manifest_sha256": batch.manifest_sha256, "signature": batch.signature}


def file_chunks(
    session: Session, *, insurer: str, seq: int, name: str = FILE_NAME, start: int = 0, end: int | None = None
) -> Iterator[bytes]:
    """Bytes [start, end) of a batch's file (to its end when None), some lines at a time.

    No more than some lines (CHUNK) are held in memory; the session stays open as long as the iterator is read.
    Raises BatchUnknown and RangeUnsatisfiable at the call, not at the first chunk.
    """
    batch = find(session, insurer=insurer, seq=seq)
    if name != FILE_NAME:
        raise BatchUnknown(seq=seq)
    stop = batch.file_bytes if end is None else min(end, batch.file_bytes)
    if not 0 <= start < stop:
        raise RangeUnsatisfiable(size=batch.file_bytes)
    return _chunks(session, insurer, seq, start, stop)


def _chunks(session: Session, insurer: str, seq: int, start: int, stop: int) -> Iterator[bytes]:
    asked = {"insurer": insurer, "seq": seq, "start": start, "stop": stop}
    gathered: list[bytes] = []
    size = 0
    for offset, length, line in sql.copied(session, _LINES, asked, types=("int8", "int4", "bytea")):
        part = overlap(offset, length, start, stop)
        if part is None:
            continue
        gathered.append(line if part == slice(0, length) else line[part])
        size += len(gathered[-1])
        if size >= CHUNK:
            yield b"".join(gathered)
            gathered, size = [], 0
    if gathered:
        yield b"".join(gathered)


def cursor(session: Session, *, insurer: str, at: datetime) -> dict[str, Any]:
    """How far an insurer has come: sealed, delivered, acknowledged without a gap, and beyond a gap.

    `delivered` is the last number up to which every file has reached it whole.
    """
    sealed, contiguous, oldest = session.execute(_CURSOR, {"insurer": insurer}).one()
    beyond: Sequence[int] = (
        session.execute(_OUT_OF_ORDER, {"insurer": insurer, "after": contiguous}).scalars().all()
    )
    missing = session.execute(_UNDELIVERED, {"insurer": insurer, "after": contiguous}).scalar()
    return {
        "sealed": sealed,
        "delivered": sealed if missing is None else missing - 1,
        "acked_contiguous": contiguous,
        "acked_out_of_order": list(beyond),
        "oldest_unacked_age_s": int((at - oldest).total_seconds()) if oldest else 0,
    }


def reversal_acknowledged(session: Session, *, claim: Claim) -> bool:
    """Whether the insurer has acknowledged the batch that holds the claim's newest version, its reversal."""
    state = session.exec(
        select(Batch.state)
        .join(
            BatchItem, (col(BatchItem.insurer) == col(Batch.insurer)) & (col(BatchItem.seq) == col(Batch.seq))
        )
        .where(
            BatchItem.insurer == claim.insurer,
            BatchItem.claim == claim.number,
            BatchItem.version == claim.version,
        )
    ).first()
    return state is BatchState.ACKNOWLEDGED
