"""Challenges given to browsers: 32 random bytes, answered once, soon, and by the session they were given to."""

import secrets
from datetime import datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from sqlmodel import Session, col, delete, select, update

from app.db import glancing, side_session
from app.refusals import CeremonyOver
from app.service import Service
from app.tables import Ceremony

LIFE: Final = timedelta(minutes=5)

Kind = Literal["register", "sign-in", "second", "second-key", "prove", "sign"]


def begin(
    service: Service, *, kind: Kind, username: str | None = None, session_sha256: str | None = None
) -> Ceremony:
    """Draw a challenge; nothing but its answer in time makes it worth anything."""
    drawn = Ceremony(
        kind=kind,
        username=username,
        session_sha256=session_sha256,
        challenge=secrets.token_bytes(32),
        expires_at=service.clock() + LIFE,
    )
    with side_session(service) as session:
        session.add(drawn)
    return drawn


def take(
    service: Service, *, id: UUID, kind: Kind, username: str | None = None, session_sha256: str | None = None
) -> Ceremony:
    """Use a challenge up, before its answer is looked at: a wrong answer has used it too. Raises CeremonyOver."""
    at = service.clock()
    same = (
        col(Ceremony.id) == id,
        col(Ceremony.kind) == kind,
        col(Ceremony.username).is_not_distinct_from(username),
        col(Ceremony.session_sha256).is_not_distinct_from(session_sha256),
        col(Ceremony.used_at).is_(None),
        col(Ceremony.expires_at) > at,
    )
    with side_session(service) as session:
        taken = session.exec(update(Ceremony).where(*same).values(used_at=at).returning(col(Ceremony.id)))
        if taken.first() is None:
            raise CeremonyOver
        return session.get_one(Ceremony, id)


def waiting(service: Service, *, id: UUID, kind: Kind) -> Ceremony:
    """A challenge that can still be answered, not used up by looking. Raises CeremonyOver."""
    still = (
        col(Ceremony.id) == id,
        col(Ceremony.kind) == kind,
        col(Ceremony.used_at).is_(None),
        col(Ceremony.expires_at) > service.clock(),
    )
    with glancing(service) as session:
        found = session.exec(select(Ceremony).where(*still)).first()
    if found is None:
        raise CeremonyOver
    return found


def forget_old(session: Session, *, before: datetime) -> None:
    """Drop the challenges nobody can answer any more."""
    session.exec(delete(Ceremony).where(col(Ceremony.expires_at) < before))
