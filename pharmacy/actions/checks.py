"""Keeping what was said of a pack."""

from sqlmodel import Session

from codings.base import Actor, new_id
from codings.gs1 import PackCode
from pharmacy.actions.holding import pharmacy_of
from pharmacy.packs import AuthorityAnswer, Judgement
from pharmacy.tables import AuthenticityCheck


def record_check(
    session: Session, *, code: PackCode, judgement: Judgement, answer: AuthorityAnswer | None, by: Actor
) -> AuthenticityCheck:
    """Add one look at a pack to the record, whatever came of it."""
    check = check_of(code, judgement, answer, pharmacy=pharmacy_of(by), by=by)
    session.add(check)
    session.flush()
    return check


def check_of(
    code: PackCode, judgement: Judgement, answer: AuthorityAnswer | None, *, pharmacy: str, by: Actor
) -> AuthenticityCheck:
    """The row of one look at a pack, not yet stored. The authority's answer is kept as it came."""
    said = None
    if answer is not None:
        said = {
            "verdict": answer.verdict,
            "remaining": None if answer.remaining is None else str(answer.remaining),
            "answered_at": answer.answered_at.isoformat(),
            "detail": answer.detail,
        }
    return AuthenticityCheck(
        uid=code.uid,
        id=new_id(),
        gtin=code.gtin,
        lot=code.lot,
        expiry=code.expiry,
        pharmacy=pharmacy,
        at=by.at,
        by=by.id,
        verdict=judgement.verdict,
        level=judgement.level,
        source=judgement.source,
        answer=said,
        request_id=None if answer is None else answer.request_id,
    )
