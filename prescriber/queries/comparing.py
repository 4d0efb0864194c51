"""Each row of a prescription against the signed content: which places differ.

What no signature covers is checked for coherence: the state with its history and with its counters.
"""

import hmac
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from sqlmodel import Session, col, select

from codings import jws, sql
from codings.text import tehran_day
from prescriber import signing
from prescriber.queries.preparing import marks
from prescriber.queries.prescriptions import is_number
from prescriber.rules.periods import Fill, fills
from prescriber.states import Number, PrescriptionState, Source
from prescriber.tables import (
    Diagnosis,
    ItemWindow,
    PaperImage,
    Patient,
    Prescription,
    PrescriptionItem,
    PrescriptionOverride,
    PrescriptionStatus,
    SignatureEvidence,
    Transcription,
)

Differences = Iterator[str]


def differences(
    session: Session,
    *,
    row: Prescription,
    patient: Patient,
    evidence: SignatureEvidence | None,
    content: signing.Content,
    payload: bytes,
    certificate_pem: str | None,
    patient_key: bytes | None,
    pointer_key: bytes | None,
) -> list[str]:
    """The places ("table.column") that say something else than what was signed; none when all is well.

    `certificate_pem` is the registered certificate whose key signed; None when it was the seal, on paper.
    """
    items, windows, diagnoses, overrides, changes = _rows(session, row)
    found = [
        *_of_prescription(row, content, payload, on_paper=certificate_pem is None),
        *_of_patient(patient, content, patient_key),
        *_of_pointer(row, pointer_key),
        *_of_evidence(row, evidence, payload, certificate_pem),
        *_of_items(items, content),
        *_of_windows(windows, row, content),
        *_of_codes(diagnoses, overrides, content),
        *_of_history(changes, row),
        *_of_paper(session, row, content),
    ]
    return sorted(set(found))


def _differing(table: str, pairs: Sequence[tuple[str, Any, Any]]) -> Differences:
    return (f"{table}.{column}" for column, stored, signed in pairs if stored != signed)


def _of_prescription(
    row: Prescription, content: signing.Content, payload: bytes, *, on_paper: bool
) -> Differences:
    return _differing(
        "prescription",
        [
            ("shabad", row.shabad, content.shabad),
            ("n", row.n, content.n),
            ("replaces", row.replaces, content.replaces),
            ("practitioner", row.practitioner, content.practitioner),
            ("centre", row.centre, content.centre),
            ("insurer", row.insurer, content.insurer),
            ("payload_sha256", row.payload_sha256, jws.payload_sha256(payload)),
            ("issued_at", row.issued_at, content.issued),
            ("redeemable_until", row.redeemable_until, content.redeemable),
            ("payable_until", row.payable_until, content.redeemable),
            ("declaration", row.declaration, content.declaration),
            ("coding_release", row.coding_release, content.release),
            ("source", row.source, Source.PAPER if on_paper else Source.ELECTRONIC),
            ("source", on_paper, content.paper is not None),
        ],
    )


def _of_patient(patient: Patient, content: signing.Content, patient_key: bytes | None) -> Differences:
    mark, last, _ = marks(patient, patient_key or b"")
    if last != content.patient[1]:
        yield "prescription.patient"
    if patient_key is not None and not hmac.compare_digest(mark, content.patient[0]):
        yield "prescription.patient"


def _of_pointer(row: Prescription, pointer_key: bytes | None) -> Differences:
    if pointer_key is None:
        return
    secret = signing.pointer_secret(pointer_key, Number(row.shabad, row.n))
    if row.pointer_sha256 != signing.pointer_sha256(secret):
        yield "prescription.pointer_sha256"


def _of_evidence(
    row: Prescription, evidence: SignatureEvidence | None, payload: bytes, certificate_pem: str | None
) -> Differences:
    if evidence is None:
        yield "signature_evidence"
        return
    if evidence.payload != payload:
        yield "signature_evidence.payload"
    if evidence.received_at != row.received_at:
        yield "prescription.received_at"
    if certificate_pem is not None and evidence.certificate_pem + evidence.chain_pem != certificate_pem:
        yield "signature_evidence.certificate_pem"


def _rows(session: Session, of: Prescription) -> list[list[Any]]:
    """What stands in the tables beside a prescription: items, windows, diagnoses, overrides, history."""
    there = "WHERE shabad = %(shabad)s AND n = %(n)s ORDER BY"
    return sql.several(
        session,
        (PrescriptionItem, f"{there} item"),
        (ItemWindow, f'{there} item, "window"'),
        (Diagnosis, f"{there} position"),
        (PrescriptionOverride, f"{there} finding"),
        (PrescriptionStatus, f"{there} step"),
        words={"shabad": of.shabad, "n": of.n},
    )


def _of_items(rows: Sequence[PrescriptionItem], content: signing.Content) -> Differences:
    if [stored.item for stored in rows] != list(range(1, len(content.items) + 1)):
        yield "prescription_item"
        return
    for stored, item in zip(rows, content.items, strict=True):
        yield from _differing(
            "prescription_item",
            [(name, getattr(stored, name), getattr(item, name)) for name in type(item).model_fields],
        )


def _of_windows(rows: Sequence[ItemWindow], row: Prescription, content: signing.Content) -> Differences:
    first_day = content.paper[1] if content.paper else tehran_day(content.issued)
    signed = [
        (place, fill, item.quantity)
        for place, item in enumerate(content.items, start=1)
        for fill in fills(first_day, item)
    ]
    stored = [(w.item, Fill(w.window, w.opens_on, w.closes_on), w.quantity) for w in rows]
    if stored != signed:
        yield "item_window"
    whole = sum((window.quantity for window in rows), Decimal(0))
    left = sum((window.remaining for window in rows), Decimal(0))
    if not _coherent(row.status, whole=whole, left=left):
        yield "item_window.remaining"


def _coherent(status: PrescriptionState, *, whole: Decimal, left: Decimal) -> bool:
    """What the counters must show in each state; whatever was dispensed before stays with an ended one."""
    tests: dict[PrescriptionState, Callable[[], bool]] = {
        PrescriptionState.ACTIVE: lambda: left == whole,
        PrescriptionState.PARTLY_DISPENSED: lambda: 0 < left < whole,
        PrescriptionState.DISPENSED: lambda: left == 0,
        PrescriptionState.REPLACED: lambda: left == whole,
    }
    return tests.get(status, lambda: left > 0)()


def _of_codes(
    diagnoses: Sequence[Diagnosis], overrides: Sequence[PrescriptionOverride], content: signing.Content
) -> Differences:
    signed = [(place, coding.system, coding.code) for place, coding in enumerate(content.codings, start=1)]
    if [(stored.position, stored.system, stored.code) for stored in diagnoses] != signed:
        yield "prescription_diagnosis"
    if {(stored.finding, stored.reason) for stored in overrides} != set(content.overrides):
        yield "prescription_override"


def _of_history(changes: Sequence[PrescriptionStatus], row: Prescription) -> Differences:
    states = [None, *(change.to_state for change in changes)]
    if [change.from_state for change in changes] != states[:-1]:
        yield "prescription_status"
    if states[-1] != row.status:
        yield "prescription.status"


def _of_paper(session: Session, row: Prescription, content: signing.Content) -> Differences:
    if content.paper is None:
        return
    sha256, written_on = content.paper
    found = session.execute(
        select(Transcription, PaperImage.sha256)
        .join(PaperImage, col(PaperImage.id) == col(Transcription.image))
        .where(*is_number(Transcription, Number(row.shabad, row.n)))
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        yield "transcription"
        return
    transcription, image_sha256 = found
    yield from _differing(
        "transcription",
        [
            ("image_sha256", transcription.image_sha256, sha256),
            ("image", image_sha256, sha256),
            ("written_on", transcription.written_on, written_on),
            ("declaration", transcription.declaration, content.declaration),
            ("centre", transcription.centre, content.centre),
        ],
    )
