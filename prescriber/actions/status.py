"""A prescription's state: locked, changed by one compare-and-set, and noted with who, when and why."""

from typing import Final

from sqlmodel import Session

from codings import sql
from codings.base import Actor, new_id
from prescriber.outcomes import PrescriptionNotFound
from prescriber.states import ALLOWED, Number, PrescriptionState
from prescriber.tables import Prescription

_THIS: Final = "WHERE shabad = %(shabad)s::varchar AND n = %(n)s"
_NOTE: Final = f"""
    INSERT INTO prescription_status (id, shabad, n, step, from_state, to_state, at, by, why)
    SELECT %(id)s, %(shabad)s::varchar, %(n)s, coalesce(max(step), 0) + 1, %(from)s, %(to)s, %(at)s, %(by)s, %(why)s
    FROM prescription_status {_THIS}
"""  # noqa: S608  nothing in it comes from outside


def lock(session: Session, *, number: Number) -> Prescription:
    """The prescription as it is now, held until the transaction ends. Raises PrescriptionNotFound.

    It comes first in the order of locks: prescription, item, pack, claim.
    """
    found = sql.rows(session, Prescription, f"{_THIS} FOR UPDATE", number._asdict())
    if not found:
        raise PrescriptionNotFound
    return found[0]


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
    moved = sql.run(
        session,
        f"UPDATE prescription SET status = %(to)s {_THIS} AND status = %(from)s RETURNING n",  # noqa: S608
        {**number._asdict(), "from": from_state, "to": to_state},
    )
    if not moved:
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
    change = {"id": new_id(), "from": from_state, "to": to_state, "at": by.at, "by": by.id, "why": why}
    sql.later(session, _NOTE, {**number._asdict(), **change})
