"""May anything of a prescription be handed over at this instant, and if not, why not."""

from datetime import datetime

from sqlmodel import Session, col, select

from prescriber.outcomes import (
    AlreadyCancelled,
    AlreadyDispensed,
    CancelRequested,
    PrescriptionExpired,
    Replaced,
)
from prescriber.outcomes.moments import moment
from prescriber.queries.prescriptions import is_number
from prescriber.states import Number, PrescriptionState, Verb, can
from prescriber.tables import Prescription, PrescriptionStatus

_WHY_NOT = {
    PrescriptionState.DISPENSED: AlreadyDispensed,
    PrescriptionState.CANCEL_REQUESTED: CancelRequested,
    PrescriptionState.CANCELLED: AlreadyCancelled,
    PrescriptionState.REPLACED: Replaced,
}


def require_dispensable(session: Session, *, prescription: Prescription, at: datetime) -> None:
    """Something of it may be handed over at this instant.

    Raises AlreadyDispensed, CancelRequested, AlreadyCancelled, Replaced, PrescriptionExpired.
    """
    if not can(prescription.status, Verb.DISPENSE):
        number = Number(prescription.shabad, prescription.n)
        changed = last_change(session, number=number).at
        raise _WHY_NOT[prescription.status](**moment("at", changed))
    if at >= prescription.redeemable_until:
        raise PrescriptionExpired(**moment("until", prescription.redeemable_until))


def last_change(session: Session, *, number: Number) -> PrescriptionStatus:
    """How the prescription came into the state it is in."""
    query = select(PrescriptionStatus).where(*is_number(PrescriptionStatus, number))
    return session.exec(query.order_by(col(PrescriptionStatus.step).desc()).limit(1)).one()
