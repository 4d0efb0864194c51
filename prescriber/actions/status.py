"""A prescription's state: locked, changed by one compare-and-set, and noted with who, when and why."""

from sqlalchemy import func, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select

from codings.base import Actor, new_id
from prescriber.outcomes import PrescriptionNotFound
from prescriber.queries.prescriptions import is_number
from prescriber.states import ALLOWED, Number, PrescriptionState
from prescriber.tables import Prescription, PrescriptionStatus


def lock(session: Session, *, number: Number) -> Prescription:
    """The prescription as it is now, held until the transaction ends. Raises PrescriptionNotFound.

    It comes first in the order of locks: prescription, item, pack, claim.
    """
    query = select(Prescription).where(*is_number(Prescription, number)).with_for_update()
    found = session.exec(query.execution_options(populate_existing=True)).one_or_none()
    if found is None:
        raise PrescriptionNotFound
    return found


def move(
    session: Session,
    *,
    number: Number,
    from_state: PrescriptionState,
    to_state: PrescriptionState,
    why: str | None = None,
    by: Actor,
) -> bool:
    """Whether the prescription was in `from_state` and now is in `to_state`."""
    if to_state not in ALLOWED[from_state]:
        message = f"{from_state} is never followed by {to_state}"
        raise ValueError(message)
    moved = session.scalars(
        update(Prescription)
        .where(*is_number(Prescription, number), col(Prescription.status) == from_state)
        .values(status=to_state)
        .returning(Prescription)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if moved is None:
        return False
    note(session, number=number, from_state=from_state, to_state=to_state, why=why, by=by)
    return True


def note(
    session: Session,
    *,
    number: Number,
    from_state: PrescriptionState | None,
    to_state: PrescriptionState,
    why: str | None = None,
    by: Actor,
) -> None:
    """The row of history that belongs to a change, or to the birth, of a prescription."""
    step = select(func.coalesce(func.max(PrescriptionStatus.step), 0) + 1).where(
        *is_number(PrescriptionStatus, number)
    )
    session.execute(
        insert(PrescriptionStatus).values(
            id=new_id(),
            shabad=number.shabad,
            n=number.n,
            step=step.scalar_subquery(),
            from_state=from_state,
            to_state=to_state,
            at=by.at,
            by=by.id,
            why=why,
        )
    )
