"""A returned dispense takes its claims along: void before any insurer saw them, reversed afterwards."""

from sqlalchemy import delete
from sqlmodel import Session, col, select

from codings.base import Actor
from insurer.actions.claims.rows import change, new_version, queue
from insurer.queries.claims import locked
from insurer.sealing import reversal_line
from insurer.states import UNSEALED, ClaimState, VersionKind
from insurer.tables.batches import ReadyClaim
from insurer.tables.claims import Claim, ClaimVersion
from pharmacy.states import DispenseNumber
from pharmacy.tables import DispenseStatus


def unwind_claims(session: Session, *, shabad: str, n: int, d: int, by: Actor) -> list[Claim]:
    """Take back the claims of a returned dispense: void before any insurer saw them, a reversal afterwards.

    Calling it again changes nothing.
    """
    unwound = []
    for claim in locked(session, dispense=DispenseNumber(shabad, n, d)):
        if claim.state in UNSEALED:
            session.execute(
                delete(ReadyClaim).where(
                    col(ReadyClaim.insurer) == claim.insurer, col(ReadyClaim.claim) == claim.number
                )
            )
            unwound.append(change(session, claim=claim, to=ClaimState.VOID, by=by, why="dispense returned"))
        elif claim.state is not ClaimState.VOID and not _reversed(session, claim):
            unwound.append(_reverse(session, claim, by))
    return unwound


def _reversed(session: Session, claim: Claim) -> bool:
    newest = session.get_one(
        ClaimVersion, (claim.shabad, claim.n, claim.d, claim.insurer, claim.version), populate_existing=True
    )
    return newest.kind is VersionKind.REVERSAL


def _reverse(session: Session, claim: Claim, by: Actor) -> Claim:
    key = (claim.shabad, claim.n, claim.d, claim.insurer)
    original = session.get_one(ClaimVersion, (*key, claim.version))
    reason = session.exec(
        select(DispenseStatus.why)
        .where(
            DispenseStatus.shabad == claim.shabad, DispenseStatus.n == claim.n, DispenseStatus.d == claim.d
        )
        .order_by(col(DispenseStatus.at).desc(), col(DispenseStatus.id).desc())
        .limit(1)
    ).first()
    claim = change(
        session,
        claim=claim,
        to=ClaimState.REVERSED,
        by=by,
        why="dispense returned",
        version=claim.version + 1,
    )
    version = new_version(claim, VersionKind.REVERSAL, -claim.amount)
    line = reversal_line(
        claim=claim.number,
        version=claim.version,
        kind=claim.kind.value,
        insurer=claim.insurer,
        amount=claim.amount,
        reason=reason or "returned",
        original=original.line or b"",
    )
    queue(session, claim=claim, version=version, line=line, by=by)
    return claim
