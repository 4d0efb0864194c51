"""The gates a claim waits at, and the line that is made when the last one opens.

A claim becomes READY in the transaction that opens its last gate; its line is made there, once, and kept as bytes.
The lock on the claim decides every race (gate against gate, return against seal): whoever comes second sees what
the first one left.
"""

from typing import Any

from sqlmodel import Session

from codings.base import Actor
from insurer.actions.claims.rows import change, new_version, queue, record, state_refused
from insurer.queries import claims as queries
from insurer.queries.claims import GATE_COLUMNS, locked
from insurer.queries.evidence import evidence
from insurer.sealing import claim_line
from insurer.states import ClaimKind, ClaimState, Gate, VersionKind
from insurer.tables.claims import Claim, ClaimVersion
from pharmacy.states import DispenseNumber


def open_gate(
    session: Session, *, shabad: str, n: int, d: int, gate: Gate, proof: dict[str, Any], by: Actor
) -> list[Claim]:
    """Open one gate of all claims of a dispense; those with no gate left closed become READY and are returned.

    A gate that is open already keeps its first proof; a claim that is no longer held is left as it is.
    """
    column, proven = GATE_COLUMNS[gate], f"{gate.value}_proof"
    made_ready = []
    for claim in locked(session, dispense=DispenseNumber(shabad, n, d)):
        if claim.state is ClaimState.HELD and getattr(claim, column) is None:
            setattr(claim, column, by.at)
            setattr(claim, proven, proof)
            claim.held_for = None
            session.flush()
            if _ready(session, claim, by):
                made_ready.append(claim)
    return made_ready


def hold(session: Session, *, shabad: str, n: int, d: int, gate: Gate, reason: str, by: Actor) -> None:
    """Say why a gate did not open, on every claim of the dispense that is held at it."""
    for claim in locked(session, dispense=DispenseNumber(shabad, n, d)):
        if gate in queries.closed_gates(claim) and claim.held_for != reason:
            claim.held_for = reason
            record(
                session,
                claim=claim,
                before=ClaimState.HELD,
                to=ClaimState.HELD,
                by=by,
                why=f"{gate.value}: {reason}",
            )
    session.flush()


def release_after_basic(session: Session, *, basic: Claim, by: Actor) -> None:
    """Let the supplementary claim go that waited for this basic insurer's decision."""
    for claim in locked(session, dispense=DispenseNumber(basic.shabad, basic.n, basic.d)):
        if claim.after_basic and claim.state is ClaimState.HELD:
            _ready(session, claim, by)


def resubmit_claim(session: Session, *, number: str, by: Actor) -> Claim:
    """Send again, as a new version, what the insurer returned for a technical fault: ClaimStateRefused otherwise."""
    claim = queries.find_own(session, number=number, by=by)
    if claim.state is not ClaimState.RETURNED:
        raise state_refused(claim)
    return _write_line(
        session, change(session, claim=claim, to=ClaimState.READY, by=by, version=claim.version + 1), by
    )


def _ready(session: Session, claim: Claim, by: Actor) -> bool:
    """Make a held claim ready when nothing is missing any more; whether it is."""
    if queries.closed_gates(claim) or not _turn_has_come(session, claim, by):
        return False
    _write_line(session, change(session, claim=claim, to=ClaimState.READY, by=by), by)
    return True


def _turn_has_come(session: Session, claim: Claim, by: Actor) -> bool:
    """Whether a supplementary claim need not wait for the basic one; it cites the decision it waited for."""
    if not claim.after_basic or claim.basic_at is not None:
        return True
    [basic] = [
        one
        for one in locked(session, dispense=DispenseNumber(claim.shabad, claim.n, claim.d))
        if one.kind is ClaimKind.BASIC
    ]
    if basic.approved is None:
        return False
    claim.basic_at = by.at
    claim.basic_proof = {
        "claim": basic.number,
        "version": basic.version,
        "decision": basic.state.value,
        "approved": basic.approved,
    }
    session.flush()
    return True


def _write_line(session: Session, claim: Claim, by: Actor) -> Claim:
    """Make the line of the claim's present version, once, and put it in the queue."""
    line = claim_line(evidence(session, claim=claim))
    version = session.get(ClaimVersion, (claim.shabad, claim.n, claim.d, claim.insurer, claim.version))
    if version is None:
        version = new_version(claim, VersionKind.ORIGINAL, claim.amount)
    queue(session, claim=claim, version=version, line=line, by=by)
    return claim
