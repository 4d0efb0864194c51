"""Sealing: what waits for an insurer becomes its next batch, and never changes again.

Numbers are gapless because they are taken under the lock of the insurer's counter row: they commit in order, and a
sealing that finds nothing gives its number back. Nothing is lost to a late commit, since membership is assigned
and not read off a clock: what is not visible now is in the next batch.
"""

import hashlib
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import RowMapping, text
from sqlmodel import Session

from codings.base import Actor, emit
from insurer import sealing
from insurer.actions.batches.rows import KEYS, SEAL, change_claims, claim_keys, record
from insurer.actions.shabads import use_shabads
from insurer.outcomes import BatchSealed
from insurer.sealing import DEFAULT_SIZE, LARGEST, SEAL_TYPE, Tally
from insurer.states import BatchState, VersionKind
from insurer.tables.batches import Batch

LINES_AT_ONCE = 16  # a line is some tens of kilobytes

_NEW_COUNTER = text(
    "INSERT INTO batch_counter (insurer, n) VALUES (:insurer, 0) ON CONFLICT (insurer) DO NOTHING"
)
_NEXT_NUMBER = text("UPDATE batch_counter SET n = n + 1 WHERE insurer = :insurer RETURNING n")
_WAITING = text(
    """
    SELECT claim, version, shabad, n, d, kind, amount, octet_length(line) AS length FROM ready_claim
     WHERE insurer = :insurer ORDER BY ready_at, claim, version LIMIT :limit FOR UPDATE SKIP LOCKED
    """
)
# A claim that somebody is returning at this moment is passed over, not waited for: he waits for us already.
_FREE_CLAIMS = text(
    f"""
    SELECT c.number, c.state FROM claim c JOIN {KEYS} ON (c.shabad, c.n, c.d) = (k.shabad, k.n, k.d)
     WHERE c.insurer = :insurer FOR UPDATE OF c SKIP LOCKED
    """  # noqa: S608  the text is ours
)
_PLACES = """
    unnest(CAST(:claims AS text[]), CAST(:versions AS int[]), CAST(:positions AS int[]), CAST(:offsets AS bigint[]))
        AS k (claim, version, position, byte_offset)
"""
_LINES = text(
    f"""
    SELECT r.line FROM ready_claim r JOIN {_PLACES} ON (r.claim, r.version) = (k.claim, k.version)
     WHERE r.insurer = :insurer ORDER BY k.position
    """  # noqa: S608
)
_FILL = text(
    f"""
    INSERT INTO batch_item (insurer, claim, version, seq, position, byte_offset, length, line, kind, shabad, n, d)
    SELECT r.insurer, r.claim, r.version, :seq, k.position, k.byte_offset, octet_length(r.line), r.line,
           r.kind, r.shabad, r.n, r.d
      FROM ready_claim r JOIN {_PLACES} ON (r.claim, r.version) = (k.claim, k.version) WHERE r.insurer = :insurer
    """  # noqa: S608
)
_LEAVE_QUEUE = text(
    f"""
    DELETE FROM ready_claim r USING {_PLACES}
     WHERE r.insurer = :insurer AND (r.claim, r.version) = (k.claim, k.version)
    """  # noqa: S608
)


def seal_batch(
    session: Session,
    *,
    insurer: str,
    limit: int = DEFAULT_SIZE,
    seal: Callable[[bytes, str], str],
    by: Actor,
) -> Batch | None:
    """Seal what waits for this insurer, at most `limit` lines, into its next batch; None when nothing waits.

    The oldest come first. A sealing that finds nothing leaves no gap and no empty batch. Emits BatchSealed.
    """
    with session.begin_nested() as attempt:
        session.execute(_NEW_COUNTER, {"insurer": insurer})
        seq: int = session.execute(_NEXT_NUMBER, {"insurer": insurer}).scalar_one()
        taken = _take(session, insurer, min(limit, LARGEST))
        if not taken:
            attempt.rollback()
            return None
        batch = _write(session, insurer=insurer, seq=seq, taken=taken, seal=seal, by=by)
    emit(session, BatchSealed(insurer=insurer, seq=seq))
    return batch


def _take(session: Session, insurer: str, limit: int) -> Sequence[RowMapping]:
    """Lines of the queue that are free and whose claims are, all of them locked."""
    waiting = session.execute(_WAITING, {"insurer": insurer, "limit": limit}).mappings().all()
    if not waiting:
        return []
    free = session.execute(_FREE_CLAIMS, {"insurer": insurer} | claim_keys(waiting))
    states = {row.number: row.state for row in free}
    fitting = {VersionKind.ORIGINAL.value: "ready", VersionKind.REVERSAL.value: "reversed"}
    return [row for row in waiting if states.get(row["claim"]) == fitting[row["kind"]]]


def _write(
    session: Session,
    *,
    insurer: str,
    seq: int,
    taken: Sequence[RowMapping],
    seal: Callable[[bytes, str], str],
    by: Actor,
) -> Batch:
    """The batch, its lines moved from the queue, its claims SEALED and their SHABADs USED."""
    offsets, size = [], 0
    for row in taken:
        offsets.append(size)
        size += row["length"]
    places: dict[str, Any] = {
        "insurer": insurer,
        "claims": [row["claim"] for row in taken],
        "versions": [row["version"] for row in taken],
        "positions": list(range(1, len(taken) + 1)),
        "offsets": offsets,
    }
    claims = [row for row in taken if row["kind"] == VersionKind.ORIGINAL]
    tally = Tally(
        claims=len(claims),
        reversals=len(taken) - len(claims),
        amount=sum(row["amount"] for row in taken),
        file_bytes=size,
        file_sha256=_hash_of_file(session, places),
    )
    batch = _sealed(session, insurer=insurer, seq=seq, tally=tally, seal=seal, by=by)
    session.execute(_FILL, places | {"seq": seq})
    session.execute(_LEAVE_QUEUE, places)
    why = f"batch {seq}"
    change_claims(session, change=SEAL, insurer=insurer, rows=claims, whys=[why] * len(claims), by=by)
    use_shabads(session, shabads=sorted({row["shabad"] for row in claims}), why=why, by=by)
    return batch


def _hash_of_file(session: Session, places: dict[str, Any]) -> str:
    """SHA-256 over all lines in order, some at a time, since a batch may be large."""
    whole = hashlib.sha256()
    for line in session.execute(_LINES, places, execution_options={"yield_per": LINES_AT_ONCE}).scalars():
        whole.update(line)
    return whole.hexdigest()


def _sealed(
    session: Session, *, insurer: str, seq: int, tally: Tally, seal: Callable[[bytes, str], str], by: Actor
) -> Batch:
    previous = session.get(Batch, (insurer, seq - 1))
    sealed = sealing.manifest(
        insurer=insurer,
        seq=seq,
        at=by.at,
        previous=previous.manifest_sha256 if previous else sealing.NO_PREDECESSOR,
        tally=tally,
    )
    batch = Batch(
        insurer=insurer,
        seq=seq,
        sealed_at=by.at,
        claim_count=tally.claims,
        reversal_count=tally.reversals,
        amount_total=tally.amount,
        prev_manifest_sha256=sealed.content["prev_manifest_sha256"],
        manifest=sealed.manifest,
        manifest_sha256=sealed.sha256,
        signature=seal(sealed.manifest, SEAL_TYPE),
        state=BatchState.SEALED,
        file_bytes=tally.file_bytes,
        file_sha256=tally.file_sha256,
        retained_until=sealing.retained_until(by.at),
    )
    session.add(batch)
    session.flush()
    record(session, batch=batch, before=None, to=BatchState.SEALED, by=by)
    return batch
