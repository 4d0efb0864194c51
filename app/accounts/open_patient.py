"""Which patient a physician's browser writes for: one at a time, kept in the session on the server."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select, update

from app.tables import AccountSession
from codings.base import Actor


def opened(session: Session, session_sha256: str | None) -> tuple[UUID | None, datetime | None]:
    """Whom the physician is writing for in this browser, and since when."""
    mine = col(AccountSession.sha256) == (session_sha256 or "")
    row = session.exec(
        select(AccountSession.open_patient, AccountSession.open_since).where(mine)
    ).one_or_none()
    return (row[0], row[1]) if row is not None else (None, None)


def open_here(session: Session, session_sha256: str | None, *, patient: UUID, by: Actor) -> None:
    """From now on this browser writes for `patient`; opening the one that is open changes nothing."""
    mine = (
        col(AccountSession.sha256) == (session_sha256 or ""),
        col(AccountSession.open_patient).is_distinct_from(patient),
    )
    session.exec(update(AccountSession).where(*mine).values(open_patient=patient, open_since=by.at))
