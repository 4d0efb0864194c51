"""Giving out a slip: each time is written down, so that the second sheet can say that it is the second."""

from typing import Literal

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select

from codings.base import Actor
from prescriber.outcomes import SlipGivenMeanwhile
from prescriber.queries.prescriptions import history, is_number
from prescriber.states import Number
from prescriber.tables import SlipCopy

SlipForm = Literal["print", "pdf"]
SlipLanguage = Literal["fa", "en"]


def give_slip(
    session: Session, *, number: Number, form: SlipForm, language: SlipLanguage, large: bool, by: Actor
) -> int:
    """Write down that a slip is given out, and say which it is: 1 is the original, every later one a copy.

    Raises PrescriptionNotFound for another centre's, SlipGivenMeanwhile when someone else took the same number.
    """
    history(session, number=number, by=by)
    last = session.exec(select(func.max(col(SlipCopy.nth))).where(*is_number(SlipCopy, number))).one()
    # The primary key decides between two that ask at once; the second waits here until the first has committed.
    taken = session.connection().execute(
        insert(SlipCopy)
        .values(
            shabad=number.shabad,
            n=number.n,
            nth=(last or 0) + 1,
            form=form,
            language=language,
            large=large,
            given_at=by.at,
            given_by=by.id,
        )
        .on_conflict_do_nothing()
        .returning(col(SlipCopy.nth))
    )
    nth: int | None = taken.scalar_one_or_none()
    if nth is None:
        raise SlipGivenMeanwhile
    return nth
