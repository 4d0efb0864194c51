"""Reading prescriptions: the clinic's own, and, by those who have proven possession, any."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, tuple_
from sqlmodel import Session, col, select

from codings import sql
from codings.base import Actor, Role
from prescriber.outcomes import ItemUnknown, PrescriptionNotFound
from prescriber.queries.views import (
    Contact,
    Identity,
    PrescriptionBrief,
    PrescriptionView,
    StatusChange,
)
from prescriber.queries.whole import whole
from prescriber.states import LIVE, Number, PrescriptionState
from prescriber.tables import Patient, Prescription, PrescriptionItem, PrescriptionStatus


def prescription(session: Session, *, number: Number, by: Actor) -> PrescriptionView:
    """A prescription of the actor's own centre. Raises PrescriptionNotFound for everybody else.

    Whose it is, is part of the question: what is not theirs takes strangers as long as what is not there.
    """
    return whole(
        session, number=number, at=by.at, centre=None if by.role is Role.SERVICE else by.centre or ""
    )


def prescription_unscoped(
    session: Session, *, number: Number, at: datetime | None = None
) -> PrescriptionView:
    """Any prescription, for flows that have proven possession. `at` is the instant `remaining` is told for.

    Order, diagnoses and overrides are read from the signed bytes, not from the rows beside them.
    """
    return whole(session, number=number, at=at)


def is_number(table: Any, number: Number) -> tuple[Any, Any]:
    """The conditions for the rows of one prescription in a table keyed by it."""
    return table.shabad == number.shabad, table.n == number.n


def history(session: Session, *, number: Number, by: Actor) -> Sequence[StatusChange]:
    """What became of a prescription of the actor's centre, in order: who, when, and why."""
    if by.role is not Role.SERVICE:
        owner = session.exec(
            select(Prescription.centre).where(*is_number(Prescription, number))
        ).one_or_none()
        if owner is None or owner != by.centre:
            raise PrescriptionNotFound
    return _history(session, number)


def _history(session: Session, number: Number) -> tuple[StatusChange, ...]:
    rows = sql.rows(
        session, PrescriptionStatus, "WHERE shabad = %(shabad)s AND n = %(n)s ORDER BY step", number._asdict()
    )
    return tuple(
        StatusChange(from_state=row.from_state, to_state=row.to_state, at=row.at, by=row.by, why=row.why)
        for row in rows
    )


# --- Lists and single facts -----------------------------------------------------------------------


def by_practitioner(
    session: Session,
    *,
    by: Actor,
    limit: int = 50,
    before: tuple[datetime, str, int] | None = None,
    patient: uuid.UUID | None = None,
) -> list[PrescriptionBrief]:
    """What the actor signed at this centre, the newest first; a clinic's own system sees the whole centre.

    `before` is the `cursor` of the last one seen; `patient` asks for one patient's only.
    """
    query = (
        select(Prescription, Patient.name)
        .join(Patient, col(Patient.id) == col(Prescription.patient))
        .where(Prescription.centre == (by.centre or ""))
    )
    if by.role is not Role.MACHINE:
        query = query.where(Prescription.practitioner == (by.practitioner or ""))
    if patient is not None:
        query = query.where(Prescription.patient == patient)
    key = tuple_(col(Prescription.issued_at), col(Prescription.shabad), col(Prescription.n))
    if before is not None:
        query = query.where(key < before)
    newest = query.order_by(
        col(Prescription.issued_at).desc(), col(Prescription.shabad).desc(), col(Prescription.n).desc()
    )
    return [
        PrescriptionBrief(
            number=Number(row.shabad, row.n),
            status=row.status,
            source=row.source,
            patient=row.patient,
            patient_name=name,
            practitioner=row.practitioner,
            insurer=row.insurer,
            issued_at=row.issued_at,
            redeemable_until=row.redeemable_until,
        )
        for row, name in session.exec(newest.limit(limit).execution_options(populate_existing=True))
    ]


def next_n(session: Session, shabad: str) -> int:
    """The number the next prescription of a SHABAD gets; signing it is what takes it."""
    query = select(func.coalesce(func.max(Prescription.n), 0) + 1).where(Prescription.shabad == shabad)
    return session.exec(query).one()


def any_live(session: Session, *, shabad: str) -> bool:
    """Whether anything on this SHABAD may still be dispensed, if its time has not run out."""
    live = select(Prescription.n).where(Prescription.shabad == shabad, col(Prescription.status).in_(LIVE))
    return session.exec(select(live.exists())).one()


def status_unscoped(session: Session, *, number: Number) -> PrescriptionState:
    """The stored state of any prescription."""
    there = "SELECT status FROM prescription WHERE shabad = %(shabad)s AND n = %(n)s"
    found = sql.run(session, there, number._asdict())
    if not found:
        raise PrescriptionNotFound
    return PrescriptionState(found[0].status)


def generics_of(session: Session, *, number: Number) -> dict[int, str]:
    """The generic code of each item, by its place."""
    there = "SELECT item, generic FROM prescription_item WHERE shabad = %(shabad)s AND n = %(n)s"
    return {row.item: row.generic for row in sql.run(session, there, number._asdict())}


def generic_of(session: Session, *, number: Number, item: int) -> str:
    """The generic code of one item. Raises ItemUnknown."""
    query = select(PrescriptionItem.generic).where(
        *is_number(PrescriptionItem, number), PrescriptionItem.item == item
    )
    found = session.exec(query).one_or_none()
    if found is None:
        raise ItemUnknown(pointer="/item", item=item)
    return found


def identity_unscoped(session: Session, *, number: Number) -> Identity | None:
    """What a claim of possession is compared with; None for a number that does not exist."""
    found = session.exec(
        select(Prescription, Patient)
        .join(Patient, col(Patient.id) == col(Prescription.patient))
        .where(*is_number(Prescription, number))
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        return None
    row, patient = found
    return Identity(
        kid=row.kid,
        payload_sha256=row.payload_sha256,
        pointer_sha256=row.pointer_sha256,
        identifiers=tuple(identifier for identifier in (patient.national_id, patient.fida) if identifier),
    )


def contact(session: Session, *, number: Number) -> Contact | None:
    """Where to tell the patient about a prescription, for the service's own messages."""
    found = session.exec(
        select(Patient.mobile, Patient.name, Prescription.redeemable_until)
        .join(Prescription, col(Patient.id) == col(Prescription.patient))
        .where(*is_number(Prescription, number))
    ).one_or_none()
    if found is None:
        return None
    mobile, name, redeemable_until = found
    return Contact(mobile=mobile, patient_name=name, redeemable_until=redeemable_until)


def cancellations_waiting(session: Session, *, limit: int = 100) -> list[Number]:
    """Prescriptions whose cancellation waits for a pharmacy to let go, for the sweep that looks after them."""
    query = (
        select(Prescription.shabad, Prescription.n)
        .where(Prescription.status == PrescriptionState.CANCEL_REQUESTED)
        .order_by(col(Prescription.shabad), col(Prescription.n))
        .limit(limit)
    )
    return [Number(shabad, n) for shabad, n in session.exec(query)]
