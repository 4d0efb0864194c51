"""Who holds which prescription now."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import tuple_
from sqlmodel import Session, col, select

from codings import sql
from codings.base import Actor, Role
from pharmacy.outcomes import AcceptanceUnknown
from pharmacy.tables import Acceptance
from prescriber.states import Number, PrescriptionState
from prescriber.tables import Patient, Prescription


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A prescription in this pharmacy's hands: one row of its queue."""

    number: Number
    acceptance: UUID
    accepted_by: str
    accepted_at: datetime
    expires_at: datetime
    status: PrescriptionState
    patient: str  # name


def acceptance(session: Session, *, acceptance: UUID, by: Actor) -> Acceptance:
    """An acceptance of this pharmacy, live or not. Raises AcceptanceUnknown, also for another pharmacy's."""
    found = sql.rows(session, Acceptance, "WHERE acceptance = %(acceptance)s", {"acceptance": acceptance})
    if not found or (found[0].pharmacy != by.centre and by.role is not Role.SERVICE):
        raise AcceptanceUnknown
    return found[0]


def held(session: Session, *, number: Number, at: datetime) -> Acceptance | None:
    """The acceptance that holds a prescription at this instant, if a pharmacy does."""
    found = sql.rows(session, Acceptance, "WHERE shabad = %(shabad)s AND n = %(n)s", number._asdict())
    return found[0] if found and found[0].live(at) else None


def held_among(session: Session, *, numbers: Collection[Number], at: datetime) -> dict[Number, Acceptance]:
    """The acceptances that hold some of these prescriptions at this instant."""
    if not numbers:
        return {}
    named = tuple_(col(Acceptance.shabad), col(Acceptance.n)).in_([tuple(number) for number in numbers])
    found = session.exec(select(Acceptance).where(named).execution_options(populate_existing=True))
    return {Number(row.shabad, row.n): row for row in found if row.live(at)}


def queue(session: Session, *, by: Actor) -> list[Held]:
    """What this pharmacy holds now, the longest waiting first."""
    query = (
        select(Acceptance, Prescription.status, Patient.name)
        .join(
            Prescription,
            (col(Prescription.shabad) == col(Acceptance.shabad)) & (col(Prescription.n) == col(Acceptance.n)),
        )
        .join(Patient, col(Patient.id) == col(Prescription.patient))
        .where(
            Acceptance.pharmacy == by.centre,
            col(Acceptance.released_at).is_(None),
            col(Acceptance.expires_at) > by.at,
        )
        .order_by(col(Acceptance.accepted_at), col(Acceptance.acceptance))
    )
    return [
        Held(
            number=Number(row.shabad, row.n),
            acceptance=row.acceptance,
            accepted_by=row.accepted_by,
            accepted_at=row.accepted_at,
            expires_at=row.expires_at,
            status=PrescriptionState(status),
            patient=name,
        )
        for row, status, name in session.exec(query)
    ]
