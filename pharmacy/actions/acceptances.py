"""Holding a prescription and letting it go: one pharmacy at a time, thirty minutes by the clock."""

from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import and_, case, or_, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, null

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
    wanted = insert(Acceptance).values(
        shabad=number.shabad,
        n=number.n,
        acceptance=fresh,
        pharmacy=pharmacy,
        accepted_by=by.id,
        accepted_at=by.at,
        expires_at=by.at + HELD_FOR,
    )
    ours = and_(col(Acceptance.pharmacy) == pharmacy, col(Acceptance.released_at).is_(None))
    past = or_(col(Acceptance.released_at).is_not(None), col(Acceptance.expires_at) <= by.at)
    given = wanted.excluded
    taken = wanted.on_conflict_do_update(
        index_elements=["shabad", "n"],
        set_={
            "acceptance": case((ours, col(Acceptance.acceptance)), else_=given.acceptance),
            "accepted_by": case((ours, col(Acceptance.accepted_by)), else_=given.accepted_by),
            "accepted_at": case((ours, col(Acceptance.accepted_at)), else_=given.accepted_at),
            "pharmacy": pharmacy,
            "expires_at": given.expires_at,
            "released_at": null(),
        },
        where=or_(ours, past),
    )
    held = session.scalars(
        taken.returning(Acceptance), execution_options={"populate_existing": True}
    ).one_or_none()
    if held is None:
        raise HeldElsewhere(**clock("until", session.get_one(Acceptance, tuple(number)).expires_at))
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
    closed = session.scalars(
        update(Acceptance)
        .where(
            col(Acceptance.shabad) == held.shabad,
            col(Acceptance.n) == held.n,
            col(Acceptance.acceptance) == held.acceptance,
            col(Acceptance.released_at).is_(None),
        )
        .values(released_at=by.at)
        .returning(Acceptance),
        execution_options={"populate_existing": True},
    ).one_or_none()
    if closed is None:
        return
    reservations.let_go(session, acceptance=closed.acceptance, why=why or "released", by=by)
    _record(session, closed, AcceptanceState.HELD, AcceptanceState.RELEASED, why=why, by=by)


def _record(
    session: Session,
    held: Acceptance,
    before: AcceptanceState | None,
    after: AcceptanceState,
    *,
    why: str | None,
    by: Actor,
) -> None:
    session.add(
        AcceptanceStatus(
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
    )
    session.flush()
