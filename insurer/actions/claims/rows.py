"""Rows of claims, for the verbs beside this file: lock, change by compare-and-set, remember, queue."""

from typing import Any

from sqlalchemy import update
from sqlmodel import Session, col

from codings import sql
from codings.base import Actor, emit
from insurer.outcomes import ClaimReady, ClaimStateRefused
from insurer.sealing import sha256
from insurer.states import CLAIM_ALLOWED, CLAIM_WORDS, ClaimState, VersionKind
from insurer.tables.batches import ReadyClaim
from insurer.tables.claims import Claim, ClaimStatus, ClaimVersion


def change(
    session: Session, *, claim: Claim, to: ClaimState, by: Actor, why: str | None = None, **values: Any
) -> Claim:
    """Compare-and-set the state of a locked claim, with its history row; ClaimStateRefused when not allowed."""
    before = claim.state
    if to not in CLAIM_ALLOWED[before]:
        raise state_refused(claim)
    changed = session.scalars(
        update(Claim)
        .where(
            col(Claim.shabad) == claim.shabad,
            col(Claim.n) == claim.n,
            col(Claim.d) == claim.d,
            col(Claim.insurer) == claim.insurer,
            col(Claim.state) == before,
        )
        .values(state=to, **values)
        .returning(Claim)
        .execution_options(populate_existing=True)
    ).one()
    record(session, claim=changed, before=before, to=to, by=by, why=why)
    return changed


def state_refused(claim: Claim) -> ClaimStateRefused:
    """The no that tells in which state the claim is."""
    words = CLAIM_WORDS[claim.state]
    return ClaimStateRefused(claim=claim.number, state_fa=words.fa, state_en=words.en)


def record(
    session: Session,
    *,
    claim: Claim,
    before: ClaimState | None,
    to: ClaimState,
    by: Actor,
    why: str | None = None,
) -> None:
    """The history row of a change."""
    change = ClaimStatus(
        shabad=claim.shabad,
        n=claim.n,
        d=claim.d,
        insurer=claim.insurer,
        from_state=before,
        to_state=to,
        at=by.at,
        by=by.id,
        why=why,
    )
    sql.add(session, [change])


def queue(session: Session, *, claim: Claim, version: ClaimVersion, line: bytes, by: Actor) -> None:
    """Write a version's line, once, and put it where the sealer takes it from."""
    version.line, version.sha256 = line, sha256(line)
    session.add(version)
    session.add(
        ReadyClaim(
            insurer=claim.insurer,
            claim=claim.number,
            version=version.version,
            shabad=claim.shabad,
            n=claim.n,
            d=claim.d,
            kind=version.kind,
            amount=version.amount,
            line=line,
            ready_at=by.at,
        )
    )
    session.flush()
    emit(session, ClaimReady(insurer=claim.insurer))


def new_version(claim: Claim, kind: VersionKind, amount: int) -> ClaimVersion:
    """The present version of a claim, its line not yet written."""
    return ClaimVersion(
        shabad=claim.shabad,
        n=claim.n,
        d=claim.d,
        insurer=claim.insurer,
        version=claim.version,
        kind=kind,
        amount=amount,
    )
