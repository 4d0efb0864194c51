"""What an insurer says of a batch: how much of it arrived, and its receipt for the whole."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import RowMapping, text, update
from sqlmodel import Session, col

from codings.base import Actor, Role
from insurer.actions.batches.rows import (
    CLOSE_REVERSED,
    KEYS,
    RECEIVE,
    RETURN,
    change_claims,
    claim_keys,
    record,
)
from insurer.actions.claims.unwinding import send_reversal_again
from insurer.inputs import AckInput
from insurer.outcomes import (
    BatchAcknowledgedOtherwise,
    BatchMismatch,
    BatchUnknown,
    Difference,
    RangeUnsatisfiable,
)
from insurer.queries import batches as queries
from insurer.sealing import FILE_NAME, rfc3339
from insurer.states import BatchState, VersionKind
from insurer.tables.batches import Batch, BatchDownload

_ITEMS = text(
    """
    SELECT claim, version, kind, shabad, n, d FROM batch_item
     WHERE insurer = :insurer AND seq = :seq ORDER BY position
    """
)
_LOCK_IN_ORDER = text(
    f"""
    SELECT 1 FROM claim c JOIN {KEYS} ON (c.shabad, c.n, c.d) = (k.shabad, k.n, k.d)
     WHERE c.insurer = :insurer ORDER BY c.number FOR UPDATE OF c
    """  # noqa: S608  the text is ours
)


def record_download(session: Session, *, insurer: str, seq: int, start: int, end: int, by: Actor) -> None:
    """Note that bytes [start, end) of a batch's file reached the insurer: called once they have been sent.

    Raises BatchUnknown and RangeUnsatisfiable.
    """
    _require_own(by, insurer, seq)
    batch = queries.find(session, insurer=insurer, seq=seq)
    if not 0 <= start < end <= batch.file_bytes:
        raise RangeUnsatisfiable(size=batch.file_bytes)
    session.add(BatchDownload(insurer=insurer, seq=seq, start_byte=start, end_byte=end, at=by.at, by=by.id))
    session.flush()


def acknowledge(session: Session, *, insurer: str, seq: int, ack: AckInput, by: Actor) -> dict[str, Any]:
    """Take the insurer's receipt for a batch. The same receipt again gets the same answer.

    Raises BatchUnknown, BatchMismatch when a hash or a count is not the batch's, BatchAcknowledgedOtherwise when
    another receipt stands; both carry a `Difference` for each thing that differs, and nothing is changed.
    Claims named in `rejected_items` go back to be mended (RETURNED), reversals named there go out again by
    themselves; all others are RECEIVED.
    """
    _require_own(by, insurer, seq)
    batch = queries.find(session, insurer=insurer, seq=seq, lock=True)
    told = ack.model_dump(mode="json")
    if batch.ack is not None:
        before: dict[str, Any] = batch.ack["request"]
        differing = [
            Difference(f"/{name}", before[name], told[name]) for name in told if before[name] != told[name]
        ]
        if differing:
            raise BatchAcknowledgedOtherwise(findings=differing, seq=seq, places=_places(differing))
        answer: dict[str, Any] = batch.ack["answer"]
        return answer
    items = session.execute(_ITEMS, {"insurer": insurer, "seq": seq}).mappings().all()
    differing = _differences(batch, ack, items)
    if differing:
        raise BatchMismatch(findings=differing, seq=seq, places=_places(differing))
    returned = _receive(session, batch, ack, items, by)
    answer = {
        "seq": seq,
        "state": BatchState.ACKNOWLEDGED.value,
        "manifest_sha256": batch.manifest_sha256,
        "receipt_no": ack.receipt_no,
        "acknowledged_at": rfc3339(by.at),
        "received": len(items) - returned,
        "returned": returned,
    }
    session.execute(
        update(Batch)
        .where(col(Batch.insurer) == insurer, col(Batch.seq) == seq, col(Batch.state) == BatchState.SEALED)
        .values(state=BatchState.ACKNOWLEDGED, ack={"request": told, "answer": answer}, acked_at=by.at)
    )
    record(
        session, batch=batch, before=BatchState.SEALED, to=BatchState.ACKNOWLEDGED, by=by, why=ack.receipt_no
    )
    return answer


def _differences(batch: Batch, ack: AckInput, items: Sequence[RowMapping]) -> list[Difference]:
    """Whatever of a receipt does not fit the batch."""
    found = []
    if ack.manifest_sha256 != batch.manifest_sha256:
        found.append(Difference("/manifest_sha256", batch.manifest_sha256, ack.manifest_sha256))
    names = [file.name for file in ack.files]
    if names != [FILE_NAME]:
        return [*found, Difference("/files", [FILE_NAME], names)]
    [file] = ack.files
    if file.sha256 != batch.file_sha256:
        found.append(Difference("/files/0/sha256", batch.file_sha256, file.sha256))
    if file.count != len(items):
        found.append(Difference("/files/0/count", len(items), file.count))
    known = {(row["claim"], row["version"]) for row in items}
    for place, item in enumerate(ack.rejected_items):
        if (item.claim, item.version) not in known:
            found.append(Difference(f"/rejected_items/{place}", None, f"{item.claim} version {item.version}"))
        known.discard((item.claim, item.version))  # named twice, the second is one too many
    return found


def _receive(session: Session, batch: Batch, ack: AckInput, items: Sequence[RowMapping], by: Actor) -> int:
    """Change the claims of an acknowledged batch; how many lines the insurer could not read."""
    issues = {(item.claim, item.version): item.issue for item in ack.rejected_items}
    read = [row for row in items if (row["claim"], row["version"]) not in issues]
    unread = [row for row in items if (row["claim"], row["version"]) in issues]
    asked = [row for row in unread if row["kind"] == VersionKind.ORIGINAL]
    session.execute(_LOCK_IN_ORDER, {"insurer": batch.insurer} | claim_keys(items))
    why = f"batch {batch.seq}"
    for change, rows, whys in (
        (RECEIVE, [row for row in read if row["kind"] == VersionKind.ORIGINAL], None),
        (CLOSE_REVERSED, [row for row in read if row["kind"] == VersionKind.REVERSAL], None),
        (RETURN, asked, [issues[row["claim"], row["version"]] for row in asked]),
    ):
        change_claims(
            session, change=change, insurer=batch.insurer, rows=rows, whys=whys or [why] * len(rows), by=by
        )
    for row in unread:
        if row["kind"] == VersionKind.REVERSAL:
            issue = issues[row["claim"], row["version"]]
            send_reversal_again(session, insurer=batch.insurer, number=row["claim"], why=issue, by=by)
    return len(unread)


def _require_own(by: Actor, insurer: str, seq: int) -> None:
    """An insurer reaches its own batches; another's look like none."""
    if by.role is not Role.SERVICE and by.insurer != insurer:
        raise BatchUnknown(seq=seq)


def _places(differing: Sequence[Difference]) -> str:
    return ", ".join(difference.pointer for difference in differing)
