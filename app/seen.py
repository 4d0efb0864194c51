"""Who looked at a prescription, told to its patient: the one reading of the audit that is not an administrator's.

Nothing is decided by it; it only repeats what was written down.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlmodel import Session, col, select

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


def looks(session: Session, *, number: Number, patient: str) -> list[Look]:
    """The newest looks at a prescription and at its dispenses, the newest first; the same one in a minute once."""
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
    told = [
        Look(row.at.replace(second=0, microsecond=0), Role(row.role), row.centre, row.insurer)
        for row in found
    ]
    return list(dict.fromkeys(told))[:MOST]
