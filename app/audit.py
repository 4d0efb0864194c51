"""The audit: who did or saw what, whose data, and for which purpose. Written here, read by nobody to decide.

What was done is written with the deed, in its transaction; what was only seen, in a short transaction of its own
before the answer leaves, so that a read that cannot be written down fails.
"""

from contextvars import ContextVar

from sqlmodel import Session

from app.db import side_session
from app.service import Service
from app.tables import AuditEntry
from codings import sql
from codings.base import Actor, Role, new_id
from insurer.tables.coverage import Shabad

# The id of the request being answered; set by the shell's outermost layer, empty in jobs and commands.
request_id: ContextVar[str | None] = ContextVar("request_id", default=None)

PURPOSES = {
    Role.PHYSICIAN: "treatment",
    Role.PHARMACIST: "dispensing",
    Role.INSURER_OFFICER: "payment",
    Role.PATIENT: "own",
    Role.SERVICE: "service",
}
SCOPE_PURPOSES = {"prescriber": "treatment", "pharmacy": "dispensing", "insurer": "payment"}


def did(
    session: Session,
    *,
    by: Actor,
    verb: str,
    subject: str,
    patient: str | None = None,
    purpose: str | None = None,
    outcome: str = "done",
) -> None:
    """Write down a deed, in the transaction that does it."""
    entry = {
        "id": new_id(),
        "at": by.at,
        "actor": by.id,
        "role": by.role.value,
        "centre": by.centre,
        "insurer": by.insurer,
        "verb": verb,
        "subject": subject,
        "patient": patient,
        "purpose": purpose or purpose_of(by),
        "request_id": request_id.get(),
        "outcome": outcome,
    }
    sql.put_later(session, AuditEntry, [entry])


def saw(
    service: Service,
    *,
    by: Actor,
    verb: str,
    subject: str,
    patient: str | None = None,
    purpose: str | None = None,
    outcome: str = "seen",
) -> None:
    """Write down that something was seen, before it is shown."""
    with side_session(service) as session:
        did(session, by=by, verb=verb, subject=subject, patient=patient, purpose=purpose, outcome=outcome)


def whose(session: Session, *, shabad: str) -> str | None:
    """The patient of an encounter, as audit rows name them."""
    found = session.get(Shabad, shabad)
    return str(found.patient) if found and found.patient else None


def purpose_of(by: Actor) -> str:
    """The ordinary purpose of someone in this role; a machine's follows from what it may do."""
    if by.role is Role.MACHINE:
        found = sorted(SCOPE_PURPOSES[scope] for scope in by.scopes if scope in SCOPE_PURPOSES)
        return found[0] if found else "administration"
    return PURPOSES.get(by.role, "administration")
