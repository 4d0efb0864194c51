"""Packs: what of them is still to be told to the authority, what was said of them, and which are looked into."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from codings import sql
from codings.base import Actor
from codings.gs1 import PackCode
from pharmacy.states import HANDED_OVER, DispenseNumber, PackUseState
from pharmacy.tables import AuthenticityCheck, Pack, PackCase, PackUse

_HANDED_OVER_HERE: Final = """
    SELECT DISTINCT ON (uid) uid, shabad, n, d FROM pack_use
    WHERE uid = ANY(%(uids)s) AND pharmacy = %(pharmacy)s AND state = ANY(%(states)s)
    ORDER BY uid, at DESC
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PackToTell:
    """A use of a pack about which the authority is still to be told, or asked."""

    uid: str
    use: UUID  # the request's id comes from it, so that telling twice is telling once
    code: PackCode
    irc: str
    count: Decimal
    pharmacy: str
    number: DispenseNumber
    at: datetime  # handed over

    @property
    def gtin(self) -> str:
        return self.code.gtin


def packs_to_register(session: Session, limit: int = 100) -> list[PackToTell]:
    """Handed over, and not yet registered as supplied; the oldest first."""
    return _to_tell(
        session,
        (
            PackUse.state == PackUseState.CONSUMED,
            col(PackUse.supplied_at).is_(None),
            col(PackUse.supply_refused).is_(None),
        ),
        limit,
    )


def packs_to_verify(session: Session, limit: int = 100) -> list[PackToTell]:
    """Handed over while the authority did not answer; the oldest first."""
    return _to_tell(session, (PackUse.state == PackUseState.PENDING_VERIFY,), limit)


def packs_to_reactivate(session: Session, limit: int = 100) -> list[PackToTell]:
    """Returned, but still registered as supplied at the authority; the oldest first."""
    return _to_tell(
        session,
        (
            PackUse.state == PackUseState.RETURNED,
            col(PackUse.supplied_at).is_not(None),
            col(PackUse.reactivated_at).is_(None),
            col(PackUse.reactivation_refused).is_(None),
        ),
        limit,
    )


def pack_uses(session: Session, *, number: DispenseNumber) -> Sequence[PackUse]:
    """The packs of a dispense, with what the authority confirmed; by line, then by UID."""
    query = (
        select(PackUse)
        .where(PackUse.shabad == number.shabad, PackUse.n == number.n, PackUse.d == number.d)
        .order_by(col(PackUse.line), PackUse.uid)
        .execution_options(populate_existing=True)
    )
    return session.exec(query).all()


def checks_for(
    session: Session, uids: Collection[str], dispense: DispenseNumber
) -> dict[str, AuthenticityCheck]:
    """By UID, the check on which each pack of this dispense stands: the one at the counter, or the one that
    settled it later.
    """
    query = (
        select(AuthenticityCheck)
        .join(
            PackUse,
            (col(PackUse.uid) == col(AuthenticityCheck.uid))
            & (col(PackUse.check_id) == col(AuthenticityCheck.id)),
        )
        .where(
            col(PackUse.uid).in_(set(uids)),
            PackUse.shabad == dispense.shabad,
            PackUse.n == dispense.n,
            PackUse.d == dispense.d,
        )
    )
    return {check.uid: check for check in session.exec(query)}


def handed_over_here(session: Session, *, uids: Collection[str], by: Actor) -> dict[str, DispenseNumber]:
    """Of each pack that this very pharmacy handed over and that is still out: the newest such dispense, by UID."""
    asked = {"uids": list(uids), "pharmacy": by.centre, "states": sorted(HANDED_OVER)}
    found = sql.run(session, _HANDED_OVER_HERE, asked)
    return {row.uid: DispenseNumber(row.shabad, row.n, row.d) for row in found}


def open_cases(session: Session, *, by: Actor) -> Sequence[PackCase]:
    """The packs of this pharmacy that the authority refused after they were handed over; the oldest first."""
    query = (
        select(PackCase)
        .where(PackCase.pharmacy == by.centre, col(PackCase.closed_at).is_(None))
        .order_by(col(PackCase.opened_at), PackCase.uid)
    )
    return session.exec(query).all()


def _to_tell(session: Session, where: Sequence[ColumnElement[bool] | bool], limit: int) -> list[PackToTell]:
    query = (
        select(PackUse, Pack)
        .join(Pack, col(Pack.uid) == col(PackUse.uid))
        .where(*where)
        .order_by(col(PackUse.at), PackUse.uid)
        .limit(limit)
    )
    return [
        PackToTell(
            uid=use.uid,
            use=use.id,
            code=PackCode(gtin=pack.gtin, uid=pack.uid, expiry=pack.expiry, lot=pack.lot, raw=""),
            irc=pack.irc,
            count=use.count,
            pharmacy=use.pharmacy,
            number=DispenseNumber(use.shabad, use.n, use.d),  # type: ignore[arg-type]  # the table's own check
            at=use.at,
        )
        for use, pack in session.exec(query)
    ]
