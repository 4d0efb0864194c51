"""A returned dispense takes its claims along: void before any version was in a batch, reversed afterwards.

An insurer that was ever given a line is told that it does not hold, even of a line that it could not read: whether it
kept something of it nobody here knows. A reversal that it cannot read goes out again until it is read.
"""

from sqlalchemy import delete
from sqlmodel import Session, col, select

from codings.base import Actor
from insurer.actions.claims.rows import change, new_version, queue, record
from insurer.queries.claims import locked, locked_by_number
from insurer.sealing import reversal_line
from insurer.states import UNSEALED, ClaimState, VersionKind
from insurer.tables.batches import BatchItem, ReadyClaim
from insurer.tables.claims import Claim, ClaimVersion
from pharmacy.states import DispenseNumber
from pharmacy.tables import DispenseStatus


def unwind_claims(session: Session, *, shabad: str, n: int, d: int, by: Actor) -> list[Claim]:
    """Take back the claims of a returned dispense: void if no line of it was in a batch, a reversal otherwise.

    Calling it again changes nothing.
    """
    unwound = []
    for claim in locked(session, dispense=DispenseNumber(shabad, n, d)):
        if claim.state is ClaimState.VOID or _reversed(session, claim):
            continue
        if claim.state in UNSEALED:
            session.execute(
                delete(ReadyClaim).where(
                    col(ReadyClaim.insurer) == claim.insurer, col(ReadyClaim.claim) == claim.number
                )
            )
        if _sent(session, claim) is None:
            unwound.append(change(session, claim=claim, to=ClaimState.VOID, by=by, why="dispense returned"))
        else:
            unwound.append(_reverse(session, claim, by))
    return unwound


def send_reversal_again(session: Session, *, insurer: str, number: str, why: str, by: Actor) -> Claim:
    """Queue the reversal of a claim as its next version, since the insurer could not read the one before.

    The claim stays REVERSED; `why` is the insurer's issue. The pharmacy is not asked: it is the insurer's money.
    """
    claim = locked_by_number(session, insurer=insurer, numbers={number})[number]
    record(session, claim=claim, before=claim.state, to=claim.state, by=by, why=why)
    claim.version += 1
    session.flush()
    return _queue_reversal(session, claim, by)


def _reversed(session: Session, claim: Claim) -> bool:
    newest = session.get_one(
        ClaimVersion, (claim.shabad, claim.n, claim.d, claim.insurer, claim.version), populate_existing=True
    )
    return newest.kind is VersionKind.REVERSAL


def _sent(session: Session, claim: Claim) -> int | None:
    """The last version that asked for the money and was in a batch; none when the insurer was given nothing."""
    given = (
        BatchItem.insurer == claim.insurer,
        BatchItem.claim == claim.number,
        BatchItem.kind == VersionKind.ORIGINAL,
    )
    newest = select(BatchItem.version).where(*given).order_by(col(BatchItem.version).desc()).limit(1)
    return session.exec(newest).first()


def _reverse(session: Session, claim: Claim, by: Actor) -> Claim:
    claim = change(
        session,
        claim=claim,
        to=ClaimState.REVERSED,
        by=by,
        why="dispense returned",
        version=claim.version + 1,
    )
    return _queue_reversal(session, claim, by)


def _queue_reversal(session: Session, claim: Claim, by: Actor) -> Claim:
    sent = _sent(session, claim) or 0
    original = session.get_one(ClaimVersion, (claim.shabad, claim.n, claim.d, claim.insurer, sent))
    line = reversal_line(
        claim=claim.number,
        version=claim.version,
        kind=claim.kind.value,
        insurer=claim.insurer,
        amount=claim.amount,
        reason=_reason(session, claim),
        reverses=sent,
        original=original.line or b"",
    )
    version = new_version(claim, VersionKind.REVERSAL, -claim.amount)
    queue(session, claim=claim, version=version, line=line, by=by)
    return claim


def _reason(session: Session, claim: Claim) -> str:
    """Why the dispense came back, in the pharmacy's word."""
    status = DispenseStatus
    of_it = (status.shabad == claim.shabad, status.n == claim.n, status.d == claim.d)
    last = select(status.why).where(*of_it).order_by(col(status.at).desc(), col(status.id).desc()).limit(1)
    return session.exec(last).first() or "returned"
