"""A session's ids change by the clock: each is the present one for a quarter of an hour.

The id before stays good until its browser came back with the new one, and a minute longer: requests that were under
way still carry it, and an answer that was lost loses nobody their work. An id that comes later was copied: it opens
nothing, and the audit says so. Between two proofs the row keeps its name, `sha256`, so that what hangs on the session
(signing, a passkey's challenge, the patient that is open) does not change with its ids.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement
from sqlmodel import Session, and_, col, or_, update

from app.accounts.binding import digest
from app.db import side_session
from app.service import Service
from app.tables import AccountSession

TURNED_EVERY: Final = timedelta(minutes=15)
GRACE: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Turn:
    """Which of a session's ids a request came with, and what of that is to be written down."""

    by_former: bool
    given_at: datetime | None  # as it stands in the row
    since: datetime  # since when the present id is the present one
    unanswered: bool  # nobody came with the present one yet


def named(secret: str) -> ColumnElement[bool]:
    """The session one of whose ids is this secret."""
    known = digest(secret)
    first = and_(col(AccountSession.sha256) == known, col(AccountSession.present).is_(None))
    return or_(first, col(AccountSession.present) == known, col(AccountSession.former) == known)


def turn_of(row: AccountSession, secret: str) -> Turn:
    """Where a session stands between two of its ids."""
    return Turn(
        by_former=row.former == digest(secret),
        given_at=row.given_at,
        since=row.given_at or row.began_at,
        unanswered=row.former is not None and row.former_until is None,
    )


def is_over(row: AccountSession, secret: str, at: datetime) -> bool:
    """Whether this id was replaced, and longer ago than any request is under way."""
    return row.former == digest(secret) and row.former_until is not None and row.former_until <= at


def turned(service: Service, *, sha256: str, turn: Turn, secret: str, at: datetime) -> str | None:
    """The id to go on under, when it is time for a new one; of two requests at once one gets it."""
    if not turn.by_former and turn.unanswered:
        _answered(service, sha256, digest(secret), at)
    waited = GRACE if turn.by_former else TURNED_EVERY
    if at - turn.since < waited or (turn.by_former and not turn.unanswered):
        return None
    fresh = secrets.token_urlsafe(32)
    mine = (
        col(AccountSession.sha256) == sha256,
        col(AccountSession.given_at).is_not_distinct_from(turn.given_at),
    )
    values = {"present": digest(fresh), "former": digest(secret), "former_until": None, "given_at": at}
    with side_session(service) as session:
        done = session.exec(
            update(AccountSession).where(*mine).values(values).returning(col(AccountSession.sha256))
        ).first()
    return fresh if done is not None else None


def turn_soon(session: Session, *, username: str, at: datetime) -> None:
    """Each session of this account gets a new id at its next request."""
    mine = col(AccountSession.username) == username
    session.exec(update(AccountSession).where(mine).values(given_at=at - TURNED_EVERY))


def _answered(service: Service, sha256: str, present: str, at: datetime) -> None:
    """The browser has the new id: the one before ends."""
    mine = (
        col(AccountSession.sha256) == sha256,
        col(AccountSession.present) == present,
        col(AccountSession.former_until).is_(None),
    )
    with side_session(service) as session:
        session.exec(update(AccountSession).where(*mine).values(former_until=at + GRACE))
