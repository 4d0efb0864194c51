"""Reading the slips that were given out of a prescription."""

from collections.abc import Sequence

from sqlmodel import Session, col, select

from codings.base import Actor
from prescriber.outcomes import SlipNotFound
from prescriber.queries.prescriptions import history, is_number
from prescriber.states import Number
from prescriber.tables import SlipCopy


def slips(session: Session, *, number: Number, by: Actor) -> Sequence[SlipCopy]:
    """Every slip of a prescription of the actor's centre, the original first. Raises PrescriptionNotFound."""
    history(session, number=number, by=by)
    return session.exec(
        select(SlipCopy).where(*is_number(SlipCopy, number)).order_by(col(SlipCopy.nth))
    ).all()


def slip(session: Session, *, number: Number, nth: int, by: Actor) -> SlipCopy:
    """The nth slip of a prescription. Raises PrescriptionNotFound, SlipNotFound."""
    found = next((copy for copy in slips(session, number=number, by=by) if copy.nth == nth), None)
    if found is None:
        raise SlipNotFound
    return found
