"""The minutes in which a person may sign: opened by proving anew who they are, in one browser, for at most five.

What proved it is kept with them, so that an auditor can check every signature's approval later. They end with the
session they belong to: when it is locked, left, renewed or ended, and when its person opens others elsewhere.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy import func
from sqlmodel import Session, col, select, update

from app import audit
from app.accounts import Proof, Way, digest, idle, name_of, renew, ways
from app.db import reading, side_session
from app.refusals import MethodNotYours, NotSignedIn, StepUpNeeded
from app.service import Service
from app.tables import Account, AccountSession, AccountState, SigningSession
from codings.base import Actor

SIGNING: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Opened:
    """A signing session that was opened, and the new id of the browser's session."""

    signing: SigningSession
    secret: str


def methods(session: Session, *, service: Service, by: Actor) -> tuple[Way, ...]:
    """How this person can prove anew who they are, the best first.

    A password is enough only for whoever has nothing better, where this deployment lets them work like that.
    """
    strong = ways(session, name_of(by))
    if strong or service.settings.second_factor_required:
        return strong
    return ("password",)


def open_session(service: Service, *, session_secret: str, proof: Proof, by: Actor) -> Opened:
    """Open the minutes in which `by` may sign; those of the same person elsewhere end.

    Raises MethodNotYours, NotSignedIn.
    """
    with reading(service) as session:
        allowed = methods(session, service=service, by=by)
    if proof.username != name_of(by) or proof.method not in allowed:
        raise MethodNotYours
    secret = renew(service, secret=session_secret, proof=proof)
    opened = SigningSession(
        username=proof.username,
        session_sha256=digest(secret),
        method=proof.method,
        evidence=proof.evidence,
        opened_at=by.at,
        ends_at=by.at + SIGNING,
    )
    with side_session(service) as session:
        # One at a time: whoever opens takes the account first, so two browsers come one after the other.
        account = session.exec(
            select(Account).where(col(Account.username) == proof.username).with_for_update()
        ).one()
        if account.state is not AccountState.ACTIVE:
            raise NotSignedIn
        _end(session, by)
        session.add(opened)
        audit.did(session, by=by, verb="signing.open", subject=str(opened.id))
    return Opened(opened, secret)


def current(service: Service, *, session_sha256: str, by: Actor) -> SigningSession | None:
    """The open signing session of this browser, none when it has to be proved anew."""
    with reading(service) as session:
        return _open(session, session_sha256, by)


def require(session: Session, *, session_sha256: str, by: Actor) -> SigningSession:
    """The signing session under which `by` signs now. Raises StepUpNeeded."""
    found = _open(session, session_sha256, by)
    if found is None:
        raise StepUpNeeded
    return found


def end(service: Service, *, by: Actor) -> None:
    """End one's signing session, wherever it is."""
    with side_session(service) as session:
        _end(session, by)


def _end(session: Session, by: Actor) -> None:
    mine = (col(SigningSession.username) == name_of(by), col(SigningSession.ended_at).is_(None))
    ended = func.least(col(SigningSession.ends_at), by.at)
    session.exec(update(SigningSession).where(*mine).values(ended_at=ended))


def _open(session: Session, session_sha256: str, by: Actor) -> SigningSession | None:
    """The session it belongs to is looked at too: a locked one signs nothing, whatever the row says."""
    query = (
        select(SigningSession)
        .join(AccountSession, col(AccountSession.sha256) == col(SigningSession.session_sha256))
        .join(Account, col(Account.username) == col(SigningSession.username))
        .where(
            col(SigningSession.username) == name_of(by),
            col(SigningSession.session_sha256) == session_sha256,
            col(SigningSession.ended_at).is_(None),
            col(SigningSession.ends_at) > by.at,
            col(AccountSession.locked_at).is_(None),
            col(AccountSession.seen_at) > by.at - idle(by.role),
            col(AccountSession.ends_at) > by.at,
            col(Account.state) == AccountState.ACTIVE,
        )
    )
    return session.exec(query).first()
