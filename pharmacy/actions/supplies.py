"""What the authority said after the packs were handed over: registered, refused, verified late, taken back.

Each verb is called by a job that asked the authority with the use's own id, so that asking twice is one act, and
each is idempotent: what is already on record is left as it is. They lock the dispense first, so that the last two
packs of one, told at the same moment, do not both see the other one missing.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import exists, update
from sqlmodel import Session, col, select

from codings.base import Actor, Role, emit, new_id
from codings.gs1 import PackCode
from pharmacy.actions import ledger
from pharmacy.actions.checks import check_of
from pharmacy.outcomes import CaseUnknown, PackRefused
from pharmacy.packs import AuthorityAnswer, Judgement
from pharmacy.states import DispenseNumber, PackUseState, Verdict
from pharmacy.tables import Dispense, Pack, PackCase, PackUse

_P = PackUseState


def record_supply(
    session: Session,
    *,
    uid: str,
    use: UUID,
    proof: dict[str, Any] | None = None,
    refused: str | None = None,
    by: Actor,
) -> bool:
    """Keep the authority's proof that a pack is registered as supplied, or its refusal, which opens a case.

    True when every pack of the dispense is now registered. A proof that comes after the dispense was returned
    is kept too, since it has to be taken back at the authority.
    """
    told = _locked(session, uid, use)
    number = _number(told)
    if proof is not None and told.supplied_at is None:
        _set(session, told, supplied_at=by.at, supply_proof=proof, supply_refused=None)
    elif refused is not None and told.supplied_at is None and told.supply_refused is None:
        _set(session, told, supply_refused=refused)
        if told.state is _P.CONSUMED:
            _open_case(session, told, reason=refused, by=by)
    return _complete(session, number)


def record_reactivation(
    session: Session,
    *,
    uid: str,
    use: UUID,
    proof: dict[str, Any] | None = None,
    refused: str | None = None,
    by: Actor,
) -> None:
    """Keep the authority's word on taking a registration back after a return; a refusal opens a case."""
    told = _locked(session, uid, use)
    if told.reactivated_at is not None or told.state is not _P.RETURNED:
        return
    if proof is not None:
        _set(session, told, reactivated_at=by.at, reactivation_proof=proof, reactivation_refused=None)
    elif refused is not None and told.reactivation_refused is None:
        _set(session, told, reactivation_refused=refused)
        _open_case(session, told, reason=refused, by=by)


def settle_unverified(
    session: Session,
    *,
    uid: str,
    use: UUID,
    judgement: Judgement,
    answer: AuthorityAnswer | None,
    by: Actor,
) -> PackUseState:
    """PENDING_VERIFY -> CONSUMED by a late "genuine", -> REFUSED by anything else, with a case.

    Gives the state after it. While the authority stays silent nothing changes.
    """
    told = _locked(session, uid, use)
    if told.state is not _P.PENDING_VERIFY or judgement.verdict is Verdict.UNVERIFIED:
        return told.state
    pack = ledger.lock(session, [uid])[uid]
    check = check_of(_code(pack), judgement, answer, pharmacy=told.pharmacy, by=by)
    session.add(check)
    session.flush()
    _set(session, told, check_id=check.id)
    after = _P.REFUSED if judgement.refuses else _P.CONSUMED
    ledger.step(session, [told], after, why=judgement.verdict, by=by)
    if judgement.refuses:
        _open_case(session, told, reason=judgement.verdict, by=by)
    return after


def close_case(
    session: Session, *, uid: str, case: UUID, resolution: str, ask_again: bool = False, by: Actor
) -> None:
    """Close a case with what came of it; `ask_again` lets the jobs tell the authority once more.

    For the pharmacy whose pack it is, and for the regulator. Raises CaseUnknown, also for a closed one.
    """
    closed = session.scalars(
        update(PackCase)
        .where(
            col(PackCase.uid) == uid,
            col(PackCase.id) == case,
            col(PackCase.closed_at).is_(None),
            *([] if by.role in {Role.REGULATOR, Role.SERVICE} else [col(PackCase.pharmacy) == by.centre]),
        )
        .values(closed_at=by.at, closed_by=by.id, resolution=resolution)
        .returning(PackCase),
        execution_options={"populate_existing": True},
    ).one_or_none()
    if closed is None:
        raise CaseUnknown
    if ask_again:
        told = _locked(session, uid, closed.use)
        _set(session, told, supply_refused=None, reactivation_refused=None)
        if told.state is _P.REFUSED:
            ledger.lock(session, [uid])
            ledger.step(session, [told], _P.PENDING_VERIFY, why="ask_again", by=by)


def _locked(session: Session, uid: str, use: UUID) -> PackUse:
    """A use that was handed over, read under the lock of its dispense."""
    found = session.get_one(PackUse, (uid, use))
    number = _number(found)
    session.exec(
        select(Dispense.d)
        .where(Dispense.shabad == number.shabad, Dispense.n == number.n, Dispense.d == number.d)
        .with_for_update()
    ).one()
    session.refresh(found)
    return found


def _number(use: PackUse) -> DispenseNumber:
    if use.shabad is None or use.n is None or use.d is None:
        raise ValueError("this use of a pack was never handed over")
    return DispenseNumber(use.shabad, use.n, use.d)


def _set(session: Session, use: PackUse, **facts: Any) -> None:
    session.execute(
        update(PackUse).where(col(PackUse.uid) == use.uid, col(PackUse.id) == use.id).values(**facts)
    )


def _complete(session: Session, number: DispenseNumber) -> bool:
    """Whether every pack of a dispense is handed over, verified and registered."""
    missing = exists().where(
        col(PackUse.shabad) == number.shabad,
        col(PackUse.n) == number.n,
        col(PackUse.d) == number.d,
        (col(PackUse.state) != _P.CONSUMED) | col(PackUse.supplied_at).is_(None),
    )
    return not session.scalars(select(missing)).one()


def _open_case(session: Session, use: PackUse, *, reason: str, by: Actor) -> None:
    number = _number(use)
    case = PackCase(
        uid=use.uid,
        id=new_id(),
        use=use.id,
        pharmacy=use.pharmacy,
        **number._asdict(),
        reason=reason,
        opened_at=by.at,
    )
    session.add(case)
    session.flush()
    emit(session, PackRefused(uid=use.uid, case=str(case.id), **number._asdict(), reason=reason))


def _code(pack: Pack) -> PackCode:
    return PackCode(gtin=pack.gtin, uid=pack.uid, expiry=pack.expiry, lot=pack.lot, raw="")
