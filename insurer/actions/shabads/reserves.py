"""Verbs on reserves: SHABADs a centre holds beforehand, for when the issuer cannot be reached.

A reserve belongs to one centre and one insurer, and is burnt on use. Its time is read from the clock in every
guard; `expire_reserved` only tidies up after it.
"""

import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import text
from sqlmodel import Session, col, select

from codings.base import Actor, Role
from insurer.actions.shabads.rows import (
    SELF_PAY,
    Random,
    change,
    covers,
    in_force,
    lock,
    make,
    require,
    sweep,
)
from insurer.outcomes import PoolUnknown, ShabadExpired, ShabadOfAnotherInsurer, ShabadQuota, ShabadUnknown
from insurer.queries.coverage import CoverageFact, known_insurers, live_reserves
from insurer.states import ClaimKind, ShabadState
from insurer.tables.coverage import Shabad, ShabadPool

RESERVE_DAYS = 30
RESERVE_QUOTA = 200  # live reserves a centre may hold
RESERVE_WHEN_EMPTY = 10


@dataclass(frozen=True, slots=True)
class Reserved:
    """A pool and the SHABADs in it."""

    pool: ShabadPool
    shabads: Sequence[Shabad]


def reserve_shabads(
    session: Session,
    *,
    insurer: str,
    count: int,
    centre: str | None = None,
    random: Random = secrets.token_bytes,
    by: Actor,
) -> Reserved:
    """Reserve SHABADs for a centre (the actor's own), to be used while the issuer cannot be reached.

    Raises ShabadQuota above 200 live ones. They can be used for 30 days.
    """
    home = centre or by.centre or ""
    # Two reservations of one centre come one after the other, so that both see what the other took.
    session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:centre, 0))"), {"centre": home})
    live = live_reserves(session, centre=home, at=by.at)
    if count < 1 or live + count > RESERVE_QUOTA:
        raise ShabadQuota(pointer="/count", quota=RESERVE_QUOTA, live=live, count=count)
    known_insurers(session, codes={insurer})
    pool = ShabadPool(
        insurer=insurer,
        centre=home,
        count=count,
        valid_until=by.at + timedelta(days=RESERVE_DAYS),
        made_at=by.at,
        by=by.id,
    )
    session.add(pool)
    session.flush()
    made = make(
        session,
        insurer=insurer,
        state=ShabadState.RESERVED,
        count=count,
        random=random,
        by=by,
        centre=home,
        pool=pool.id,
        valid_until=pool.valid_until,
    )
    return Reserved(pool, made)


def assign_reserved(
    session: Session,
    *,
    shabad: str | None = None,
    insurer: str | None = None,
    patient: uuid.UUID,
    practitioner: str,
    centre: str,
    coverages: Sequence[CoverageFact],
    declaration: str | None = None,
    by: Actor,
) -> Shabad:
    """Give a reserved SHABAD of `centre` to a patient; the issuer confirms it afterwards.

    A pre-printed one is named by `shabad`; otherwise the centre's oldest of that insurer is taken, from a new
    pool of ten when there is none left. Without `insurer` it is the first basic cover's, or self-pay.
    Raises ShabadUnknown (another centre's too), ShabadStateRefused, ShabadExpired, ShabadOfAnotherInsurer.
    """
    basics = in_force(coverages, ClaimKind.BASIC)
    if shabad is None:
        home = insurer or (basics[0].insurer if basics else SELF_PAY)
        row = _oldest_reserve(session, centre=centre, insurer=home, by=by)
    else:
        row = lock(session, shabad=shabad)
        if row.centre != centre:
            raise ShabadUnknown(pointer="/shabad")
        require(row, "assign")
        if row.valid_until <= by.at:
            raise ShabadExpired(pointer="/shabad", shabad=row.shabad)
    basic = next((fact for fact in basics if fact.insurer == row.insurer), None)
    if basic is None and basics and row.insurer != SELF_PAY:
        raise ShabadOfAnotherInsurer(pointer="/shabad", shabad=row.shabad, insurer=row.insurer)
    return change(
        session,
        row=row,
        to=ShabadState.ASSIGNED_OFFLINE,
        by=by,
        patient=patient,
        practitioner=practitioner,
        declaration=declaration,
        **covers(basic, coverages),
    )


def return_reserved(session: Session, *, pool: uuid.UUID, by: Actor) -> int:
    """Give back what is left of a pool of the actor's centre; how many. PoolUnknown for another's."""
    return _end_pool(session, pool, ShabadState.RETURNED, by)


def report_stolen(session: Session, *, pool: uuid.UUID, by: Actor) -> int:
    """Make what is left of a pool useless, since the pad it is printed on was stolen; how many."""
    return _end_pool(session, pool, ShabadState.STOLEN, by)


def expire_reserved(session: Session, *, by: Actor) -> int:
    """Mark reserves whose time has passed; how many. Guards do not wait for this: they read the clock."""
    return sweep(session, which=col(Shabad.valid_until) <= by.at, to=ShabadState.EXPIRED, by=by)


def _oldest_reserve(session: Session, *, centre: str, insurer: str, by: Actor) -> Shabad:
    waiting = (
        select(Shabad)
        .where(
            Shabad.centre == centre,
            Shabad.insurer == insurer,
            Shabad.state == ShabadState.RESERVED,
            col(Shabad.valid_until) > by.at,
        )
        .order_by(col(Shabad.valid_until), col(Shabad.shabad))
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    found = session.exec(waiting).first()
    if found is None:
        reserve_shabads(session, insurer=insurer, count=RESERVE_WHEN_EMPTY, centre=centre, by=by)
        found = session.exec(waiting).one()
    return found


def _end_pool(session: Session, pool: uuid.UUID, to: ShabadState, by: Actor) -> int:
    found = session.get(ShabadPool, pool)
    if found is None or (by.role is not Role.SERVICE and found.centre != by.centre):
        raise PoolUnknown
    return sweep(session, which=col(Shabad.pool) == pool, to=to, by=by)
