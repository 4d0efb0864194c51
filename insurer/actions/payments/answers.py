"""What a pharmacy answers: it accepts a decision, appeals against it, or confirms that the money has come."""

from sqlmodel import Session, col, select

from codings.base import Actor
from insurer.actions.claims.rows import change, state_refused
from insurer.actions.payments.settling import accept
from insurer.queries.claims import find_own
from insurer.states import ClaimState
from insurer.tables.claims import Claim
from insurer.tables.payments import Appeal, ClaimResult


def accept_result(session: Session, *, number: str, by: Actor) -> Claim:
    """The pharmacy accepts the decision: what is approved becomes payable. ClaimUnknown, ClaimStateRefused."""
    return accept(session, claim=find_own(session, number=number, by=by), by=by)


def appeal_result(session: Session, *, number: str, reason: str, by: Actor) -> Claim:
    """The pharmacy objects, in its own words; the insurer answers with its next result."""
    claim = change(session, claim=find_own(session, number=number, by=by), to=ClaimState.APPEALED, by=by)
    last = session.exec(
        select(ClaimResult.result_no)
        .where(
            ClaimResult.insurer == claim.insurer,
            ClaimResult.claim == claim.number,
            ClaimResult.version == claim.version,
        )
        .order_by(col(ClaimResult.result_no).desc())
        .limit(1)
    ).one()
    appeal = Appeal(
        insurer=claim.insurer,
        claim=claim.number,
        version=claim.version,
        result_no=last,
        reason=reason,
        at=by.at,
        by=by.id,
    )
    session.add(appeal)
    session.flush()
    return claim


def confirm_paid(session: Session, *, number: str, by: Actor) -> Claim:
    """The pharmacy confirms that the money has come: the claim is closed. ClaimStateRefused unless it is paid."""
    claim = find_own(session, number=number, by=by)
    if claim.state is not ClaimState.PAID:  # a reversed one closes by itself, once the money has gone back
        raise state_refused(claim)
    return change(session, claim=claim, to=ClaimState.CLOSED, by=by)
