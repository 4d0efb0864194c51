"""Verbs on the SHABAD of an encounter: issue, bind, verify, reject, eliminate, use.

A verb locks the row, looks its step up in the table of `states.py`, and changes the state by compare-and-set
with a history row.
"""

import secrets
import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlmodel import Session, col, select

from codings import sql
from codings.base import Actor, Role, emit
from insurer.actions import claims
from insurer.actions.shabads.rows import (
    SELF_PAY,
    Random,
    change,
    covers,
    in_force,
    lock,
    make,
    require,
    state_refused,
    sweep,
)
from insurer.outcomes import (
    CoverageNotChosen,
    InquiryExpired,
    ShabadBoundLater,
    ShabadExpired,
    ShabadInUse,
    ShabadIssued,
    ShabadNotBound,
    ShabadUnknown,
)
from insurer.queries import coverage as queries
from insurer.queries.coverage import CoverageFact
from insurer.states import ClaimKind, ClaimState, Gate, ShabadState
from insurer.tables.claims import Claim
from insurer.tables.coverage import Shabad

VALID_HOURS = 24  # between issue and signature
_BIND = "UPDATE shabad SET bound_n = %(n)s WHERE shabad = %(shabad)s"


def issue_shabad(
    session: Session,
    *,
    inquiry: uuid.UUID,
    coverage: uuid.UUID | None = None,
    random: Random = secrets.token_bytes,
    by: Actor,
) -> Shabad:
    """Issue the number of an encounter, on a basic cover of the inquiry or, without one, as self-pay.

    The first supplementary cover in force comes along with a basic one. Raises InquiryUnknown,
    InquiryExpired and CoverageNotChosen.
    """
    asked = queries.inquiry(session, inquiry=inquiry, by=by)
    if asked.expires_at <= by.at:
        raise InquiryExpired(pointer="/inquiry")
    facts = [CoverageFact.from_json(told) for told in asked.result]
    basic = None
    if coverage is not None:
        basic = next((fact for fact in in_force(facts, ClaimKind.BASIC) if fact.coverage == coverage), None)
        if basic is None:
            raise CoverageNotChosen(pointer="/coverage")
    [made] = make(
        session,
        insurer=basic.insurer if basic else SELF_PAY,
        state=ShabadState.ISSUED,
        count=1,
        random=random,
        by=by,
        patient=asked.patient,
        practitioner=asked.practitioner,
        centre=asked.centre,
        inquiry=asked.id,
        valid_until=by.at + timedelta(hours=VALID_HOURS),
        **covers(basic, facts),
    )
    emit(session, ShabadIssued(shabad=made.shabad))
    return made


def bind_shabad(session: Session, *, shabad: str, n: int, by: Actor) -> Shabad:
    """Say which prescription was signed on it: the first, or a correction with a higher number.

    Raises ShabadUnknown, ShabadStateRefused, ShabadExpired for a first one too late, ShabadBoundLater.
    """
    # Locked as `lock` does: what refers to a SHABAD can still be written, its state cannot.
    found = sql.rows(session, Shabad, "WHERE shabad = %(shabad)s FOR NO KEY UPDATE", {"shabad": shabad})
    if not found or (by.role is not Role.SERVICE and found[0].centre != by.centre):
        raise ShabadUnknown(pointer="/shabad")
    [row] = found
    if row.state not in (ShabadState.ISSUED, ShabadState.ASSIGNED_OFFLINE, ShabadState.VERIFIED):
        raise state_refused(row)
    if row.bound_n is None and row.valid_until <= by.at:
        raise ShabadExpired(pointer="/shabad", shabad=row.shabad)
    if row.bound_n is not None and row.bound_n > n:
        raise ShabadBoundLater(shabad=row.shabad, n=row.bound_n)
    sql.later(session, _BIND, {"n": n, "shabad": shabad})
    row.bound_n = n
    return row


def verify_shabad(session: Session, *, shabad: str, proof: dict[str, Any], by: Actor) -> Shabad:
    """Record that its issuer confirms it, and open that gate of its claims. Again: nothing changes.

    Raises ShabadNotBound while no prescription stands on it, ShabadStateRefused.
    """
    row = lock(session, shabad=shabad)
    if row.state in (ShabadState.VERIFIED, ShabadState.USED):
        return row
    require(row, "verify")
    if row.bound_n is None:
        raise ShabadNotBound(shabad=row.shabad)
    changed = change(session, row=row, to=ShabadState.VERIFIED, by=by, verified_proof=proof)
    for n, d in _dispenses_of(session, shabad):
        claims.open_gate(session, shabad=shabad, n=n, d=d, gate=Gate.SHABAD, proof=proof, by=by)
    return changed


def reject_shabad(session: Session, *, shabad: str, reason: str, by: Actor) -> Shabad:
    """Record that the issuer refuses what was assigned offline; its claims stay held, with the reason.

    One that was issued online is not rejected afterwards: it stays as it is, and so do its claims, held with the
    reason until the issuer confirms it or somebody gives it up. Raises ShabadStateRefused for any other.
    """
    row = lock(session, shabad=shabad)
    if row.state is not ShabadState.ISSUED:
        require(row, "reject")
        row = change(session, row=row, to=ShabadState.REJECTED, by=by, why=reason)
    for n, d in _dispenses_of(session, shabad):
        claims.hold(session, shabad=shabad, n=n, d=d, gate=Gate.SHABAD, reason=reason, by=by)
    return row


def eliminate_shabad(session: Session, *, shabad: str, reason: str, live: bool, by: Actor) -> Shabad:
    """Give a SHABAD up before it was used. `live`: a prescription on it can still be dispensed.

    Raises ShabadUnknown, ShabadInUse (also while a claim stands on it), ShabadStateRefused. Again: no change.
    """
    row = lock(session, shabad=shabad)
    if by.role is not Role.SERVICE and row.centre != by.centre:
        raise ShabadUnknown(pointer="/shabad")
    if row.state is ShabadState.ELIMINATED:
        return row
    require(row, "eliminate")
    claimed = session.exec(
        select(Claim.number).where(Claim.shabad == shabad, Claim.state != ClaimState.VOID).limit(1)
    ).first()
    if live or claimed is not None:
        raise ShabadInUse(shabad=row.shabad)
    return change(session, row=row, to=ShabadState.ELIMINATED, by=by, why=reason)


def use_shabads(session: Session, *, shabads: Sequence[str], by: Actor, why: str) -> None:
    """Mark as used those on which a claim was sealed; one used by an earlier claim stays as it is."""
    sweep(session, which=col(Shabad.shabad).in_(shabads), to=ShabadState.USED, by=by, why=why)


def _dispenses_of(session: Session, shabad: str) -> list[tuple[int, int]]:
    rows = session.exec(select(Claim.n, Claim.d).where(Claim.shabad == shabad).distinct())
    return sorted((n, d) for n, d in rows)
