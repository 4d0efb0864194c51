"""Who looked at a prescription, told to its patient: the one reading of the audit that is not an administrator's.

Nothing is decided by it; it only repeats what was written down.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlmodel import Session, col, select

from app.audit_tree import proofs
from app.tables import AuditEntry
from codings.base import Role
from prescriber.states import Number

MOST: Final = 50
# Of a prescription everything that shows it or its patient to somebody; the patient's own looking is listed too.
LOOKS: Final = (
    "prescription.read",
    "prescription.accept",
    "prescription.own",
    "slip.give",
    "slip.print",
    "slip.read",
    "draft.repeat",
    "dispense.record",
    "dispense.read",
)


@dataclass(frozen=True, slots=True)
class Look:
    """Someone, in a role and from a centre or an insurer, at a time. Never a name."""

    at: datetime
    role: Role
    centre: str | None
    insurer: str | None
    leaf: int | None = field(default=None, compare=False)  # of the newest, once it is sealed


def entries(session: Session, *, number: Number, patient: str) -> list[AuditEntry]:
    """The newest audit rows of looks at a prescription and at its dispenses, the newest first."""
    found = session.exec(
        select(AuditEntry)
        .where(
            AuditEntry.patient == patient,
            col(AuditEntry.verb).in_(LOOKS),
            (col(AuditEntry.subject) == str(number)) | col(AuditEntry.subject).startswith(f"{number}."),
        )
        .order_by(col(AuditEntry.at).desc(), col(AuditEntry.id).desc())
        .limit(MOST * 4)
    )
    return list(found)


def looks(session: Session, *, number: Number, patient: str) -> list[Look]:
    """The looks told of these rows; the same one in a minute once."""
    rows = entries(session, number=number, patient=patient)
    sealed = proofs.leaves_of(session, [row.id for row in rows])
    told = [
        Look(
            row.at.replace(second=0, microsecond=0),
            Role(row.role),
            row.centre,
            row.insurer,
            sealed.get(row.id),
        )
        for row in rows
    ]
    return list(dict.fromkeys(told))[:MOST]
