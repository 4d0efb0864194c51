"""Holding a prescription and letting it go: one pharmacy at a time, thirty minutes by the clock."""

from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlmodel import Session

from codings import sql
from codings.base import Actor, new_id
from pharmacy import queries
from pharmacy.actions import reservations
from pharmacy.actions.holding import pharmacy_of
from pharmacy.outcomes import HeldElsewhere
from pharmacy.spoken import clock
from pharmacy.states import AcceptanceState
from pharmacy.tables import Acceptance, AcceptanceStatus
from prescriber import actions as prescriber_actions
from prescriber.states import Number

HELD_FOR: Final = timedelta(minutes=30)
_CLOSE: Final = """
    UPDATE acceptance SET released_at = %(at)s
    WHERE shabad = %(shabad)s AND n = %(n)s AND acceptance = %(acceptance)s AND released_at IS NULL RETURNING n
"""
_TAKE: Final = """
    INSERT INTO acceptance AS a (shabad, n, acceptance, pharmacy, accepted_by, accepted_at, expires_at)
    VALUES (%(shabad)s, %(n)s, %(fresh)s, %(pharmacy)s::varchar, %(by)s, %(at)s, %(until)s)
    ON CONFLICT (shabad, n) DO UPDATE SET
        acceptance = CASE WHEN a.pharmacy = %(pharmacy)s::varchar AND a.released_at IS NULL
                          THEN a.acceptance ELSE excluded.acceptance END,
        accepted_by = CASE WHEN a.pharmacy = %(pharmacy)s::varchar AND a.released_at IS NULL
                           THEN a.accepted_by ELSE excluded.accepted_by END,
        accepted_at = CASE WHEN a.pharmacy = %(pharmacy)s::varchar AND a.released_at IS NULL
                           THEN a.accepted_at ELSE excluded.accepted_at END,
        pharmacy = excluded.pharmacy, expires_at = excluded.expires_at, released_at = NULL
    WHERE (a.pharmacy = %(pharmacy)s::varchar AND a.released_at IS NULL)
       OR a.released_at IS NOT NULL OR a.expires_at <= %(at)s
    RETURNING acceptance
"""


def accept(session: Session, *, number: Number, by: Actor) -> Acceptance:
    """Hold a prescription for this pharmacy; possession was proven before.

    A compare-and-set on the prescription's one row: it is taken when it is free, released, past its time or
    already ours, and then renewed under its own name. Raises HeldElsewhere, and the prescriber's own problems
    for a prescription of which nothing can be dispensed.
    """
    pharmacy = pharmacy_of(by)
    prescription = prescriber_actions.lock(session, number=number)
    prescriber_actions.require_dispensable(session, prescription=prescription, at=by.at)
    fresh = new_id()
    words = {**number._asdict(), "fresh": fresh, "pharmacy": pharmacy, "by": by.id, "at": by.at}
    taken = sql.run(session, _TAKE, words | {"until": by.at + HELD_FOR})
    [held] = sql.rows(session, Acceptance, "WHERE shabad = %(shabad)s AND n = %(n)s", number._asdict())
    if not taken:
        raise HeldElsewhere(**clock("until", held.expires_at))
    resumed = held.acceptance != fresh
    if resumed:
        reservations.extend(session, acceptance=held.acceptance, until=held.expires_at)
    before = AcceptanceState.HELD if resumed else None
    _record(session, held, before, AcceptanceState.HELD, why="resumed" if resumed else None, by=by)
    return held


def release(session: Session, *, acceptance: UUID, by: Actor) -> None:
    """Let a prescription go, with the packs set aside for it; the caller has locked it. Again: nothing more happens.

    Raises AcceptanceUnknown for another pharmacy's.
    """
    held = queries.acceptance(session, acceptance=acceptance, by=by)
    close(session, held=held, why=None, by=by)


def close(session: Session, *, held: Acceptance, why: str | None, by: Actor) -> None:
    """HELD -> RELEASED, if nobody was quicker."""
    ours = {"shabad": held.shabad, "n": held.n, "acceptance": held.acceptance, "at": by.at}
    if not sql.run(session, _CLOSE, ours):
        return
    reservations.let_go(session, acceptance=held.acceptance, why=why or "released", by=by)
    _record(session, held, AcceptanceState.HELD, AcceptanceState.RELEASED, why=why, by=by)


def _record(
    session: Session,
    held: Acceptance,
    before: AcceptanceState | None,
    after: AcceptanceState,
    *,
    why: str | None,
    by: Actor,
) -> None:
    change = AcceptanceStatus(
        shabad=held.shabad,
        n=held.n,
        acceptance=held.acceptance,
        pharmacy=held.pharmacy,
        from_state=before,
        to_state=after,
        at=by.at,
        by=by.id,
        why=why,
    )
    sql.add(session, [change])
