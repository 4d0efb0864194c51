"""How a decided claim comes to rest: accepted, payable, paid, closed; each step only when its sums say so."""

from sqlmodel import Session

from codings.base import Actor
from insurer.actions.claims.rows import change
from insurer.queries.batches import reversal_acknowledged
from insurer.states import ClaimState
from insurer.tables.claims import Claim


def accept(session: Session, *, claim: Claim, by: Actor, why: str | None = None) -> Claim:
    """The decision stands. What is approved becomes payable; where there is nothing to pay, the claim closes."""
    claim = change(session, claim=claim, to=ClaimState.ACCEPTED, by=by, why=why)
    if not claim.approved and not claim.paid:
        return change(session, claim=claim, to=ClaimState.CLOSED, by=by, why="nothing to pay")
    claim = change(session, claim=claim, to=ClaimState.PAYABLE, by=by)
    return settle(session, claim=claim, by=by, why="advance")


def settle(session: Session, *, claim: Claim, by: Actor, why: str | None = None) -> Claim:
    """PAID once what was paid is what was approved; a reversed claim closes once nothing is left to take back."""
    if claim.state is ClaimState.PAYABLE and claim.paid == claim.approved:
        return change(session, claim=claim, to=ClaimState.PAID, by=by, why=why)
    if claim.state is ClaimState.REVERSED and claim.paid == 0 and reversal_acknowledged(session, claim=claim):
        return change(session, claim=claim, to=ClaimState.CLOSED, by=by, why=why)
    return claim
