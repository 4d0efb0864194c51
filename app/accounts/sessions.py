"""The sessions of people's browsers: opened by a proof, locked by rest, given a new id at each further proof."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlmodel import Session, col, delete, select, update

from app import audit
from app.accounts.binding import NO_BROWSER, Browser, belongs, digest, place
from app.accounts.passwords import prove_password
from app.accounts.people import actor_of, landing, name_of
from app.accounts.proofs import STRENGTH, Proof, note, ways
from app.accounts.turning import Turn, is_over, named, turn_of, turned
from app.db import glancing, side_session
from app.refusals import NotSignedIn, SecondProofNeeded, SignInRefused
from app.service import Service
from app.settings import Settings
from app.tables import Account, AccountSession, AccountState, SigningSession
from codings.base import Actor, Role

ABSOLUTE: Final = timedelta(hours=10)
IDLE: Mapping[Role, timedelta] = {
    Role.PHYSICIAN: timedelta(minutes=10),
    Role.PHARMACIST: timedelta(minutes=5),
    Role.ADMINISTRATOR: timedelta(minutes=5),
}
IDLE_OTHERS: Final = timedelta(minutes=10)
SEEN_EVERY: Final = timedelta(seconds=30)  # last-seen is written no oftener than this
FRESH: Final = timedelta(minutes=5)  # how long a proof is good for changing the ways to prove
KEPT: Final = timedelta(days=1)  # an ended session still says whose half-typed form this was

SECURE_COOKIE: Final = "__Host-noskheh"
PLAIN_COOKIE: Final = "noskheh"


class Standing(StrEnum):
    OPEN = "open"
    LOCKED = "locked"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A fresh session: `secret` goes into the cookie and is kept nowhere."""

    secret: str
    actor: Actor
    landing: str


@dataclass(frozen=True, slots=True)
class Held:
    """The session that a cookie names, whose it is, and whether it may be worked in."""

    sha256: str  # its name in the database, the same between two proofs
    actor: Actor
    standing: Standing
    proof: str
    proved_at: datetime
    seen_at: datetime
    turn: Turn
    address: str | None  # where it was last seen, as `place` tells it

    @property
    def fresh(self) -> bool:
        """Whether its person proved who they are only just now."""
        return self.actor.at - self.proved_at <= FRESH


def cookie_name(settings: Settings) -> str:
    """`__Host-` binds the cookie to this host over https; browsers refuse that name over plain http."""
    return SECURE_COOKIE if settings.secure else PLAIN_COOKIE


def idle(role: Role) -> timedelta:
    """How long a session of this role may rest before it is locked."""
    return IDLE.get(role, IDLE_OTHERS)


def sign_in(
    service: Service,
    *,
    username: str,
    password: str,
    replaces: str | None = None,
    browser: Browser = NO_BROWSER,
) -> SignedIn:
    """Open a session by password alone, ending the one the browser came with (`replaces`, its secret).

    Raises SignInRefused, SignInLocked; SecondProofNeeded when the account has a stronger way.
    """
    proof = prove_password(service, username=username, password=password)
    with glancing(service) as session:
        if ways(session, proof.username):
            raise SecondProofNeeded
    return begin(service, proof=proof, replaces=replaces, browser=browser)


def begin(
    service: Service, *, proof: Proof, replaces: str | None = None, browser: Browser = NO_BROWSER
) -> SignedIn:
    """Open a session for whoever gave `proof`, in this browser only; one that is not told of binds it to nothing.

    Raises SignInRefused when the account was closed meanwhile.
    """
    at = service.clock()
    secret = secrets.token_urlsafe(32)
    with side_session(service) as session:
        account = session.get(Account, proof.username)
        if account is None or account.state is not AccountState.ACTIVE:
            raise SignInRefused
        actor = actor_of(account, at)
        if replaces:
            _end(session, replaces, at)
        session.add(
            AccountSession(
                sha256=digest(secret),
                username=account.username,
                began_at=at,
                seen_at=at,
                ends_at=at + ABSOLUTE,
                agent=browser.agent[:200],
                proof=proof.method,
                given_at=at,
                device=digest(browser.device) if browser.device else None,
                address=place(digest(secret), browser.address),
            )
        )
        audit.did(session, by=actor, verb="account.sign_in", subject=account.username)
    return SignedIn(secret, actor, landing(actor.role))


def renew(service: Service, *, secret: str, proof: Proof, weighty: bool = True) -> str:
    """A new id for a session whose person proved again who they are; opens it if it was locked.

    The day's end stays. A proof that is not `weighty` opens the lock and makes nothing fresh. Raises NotSignedIn when
    the session ended, or when the proof is another person's.
    """
    at = service.clock()
    fresh = secrets.token_urlsafe(32)
    with side_session(service) as session:
        mine = (named(secret), col(AccountSession.ends_at) > at)
        old = session.exec(select(AccountSession).where(*mine).with_for_update()).first()
        if old is None or old.username != proof.username or is_over(old, secret, at):
            raise NotSignedIn
        values = old.model_dump() | {
            "sha256": digest(fresh),
            "began_at": at if weighty else old.began_at,
            "seen_at": at,
            "locked_at": None,
            "given_at": at,
            **dict.fromkeys(("present", "former", "former_until", "address")),
            "proof": max(old.proof, proof.method, key=lambda way: STRENGTH[way]),
        }
        _end(session, secret, at)
        session.flush()
        session.add(AccountSession.model_validate(values))
        account = session.get_one(Account, old.username)
        audit.did(
            session, by=actor_of(account, at), verb=f"account.prove.{proof.method}", subject=old.username
        )
    return fresh


def held(service: Service, *, secret: str, browser: Browser | None = None) -> Held | None:
    """The session of a cookie, in whatever state; None when nothing is known of it or its account is closed.

    None too when it comes from another `browser` than it was opened in, or under an id that was replaced: both are
    written down as refused under its owner's name.
    """
    at = service.clock()
    query = select(AccountSession, Account).join(
        Account, col(Account.username) == col(AccountSession.username)
    )
    with glancing(service) as session:
        found = session.exec(query.where(named(secret))).first()
    if found is None or found[1].state is not AccountState.ACTIVE:
        return None
    row, account = found
    if is_over(row, secret, at) or (browser is not None and not belongs(row, browser)):
        if at < row.ends_at:
            note(service, account.username, at, "session.copied")
        return None
    standing = Standing.OPEN
    if at >= row.ends_at:
        standing = Standing.ENDED
    elif row.locked_at is not None or at - row.seen_at >= idle(account.role):
        standing = Standing.LOCKED
    return Held(
        row.sha256,
        actor_of(account, at),
        standing,
        row.proof,
        row.began_at,
        row.seen_at,
        turn_of(row, secret),
        row.address,
    )


def keep(service: Service, *, held: Held) -> None:
    """Its person works: the rest begins again."""
    if held.standing is Standing.OPEN and held.actor.at - held.seen_at >= SEEN_EVERY:
        with side_session(service) as session:
            mine = (col(AccountSession.sha256) == held.sha256, col(AccountSession.locked_at).is_(None))
            session.exec(update(AccountSession).where(*mine).values(seen_at=held.actor.at))


def turn(service: Service, *, held: Held, secret: str) -> str | None:
    """The new id of an open session whose present one is old; none when it goes on under what it came with."""
    if held.standing is not Standing.OPEN:
        return None
    return turned(service, sha256=held.sha256, turn=held.turn, secret=secret, at=held.actor.at)


def watch(service: Service, *, held: Held, address: str) -> None:
    """Notice where a session is worked in: another network address than before is an alarm in the audit."""
    seen = place(held.sha256, address)
    if seen is None or seen == held.address:
        return
    mine = (
        col(AccountSession.sha256) == held.sha256,
        col(AccountSession.address).is_not_distinct_from(held.address),
    )
    with side_session(service) as session:
        moved = update(AccountSession).where(*mine).values(address=seen)
        done = session.exec(moved.returning(col(AccountSession.sha256))).first()
        if done is not None and held.address is not None:
            name = name_of(held.actor)
            audit.did(session, by=held.actor, verb="account.moved", subject=name, outcome="alarm")


def who(service: Service, *, secret: str) -> Actor | None:
    """Who works in this session now; None when it is locked or has ended, or its account was closed."""
    found = held(service, secret=secret)
    if found is None or found.standing is not Standing.OPEN:
        return None
    keep(service, held=found)
    return found.actor


def lock(service: Service, *, held: Held) -> None:
    """Lock a session at once, its signing with it; the same person opens it again."""
    with side_session(service) as session:
        mine = (col(AccountSession.sha256) == held.sha256, col(AccountSession.locked_at).is_(None))
        session.exec(update(AccountSession).where(*mine).values(locked_at=held.actor.at))
        _end_signing(session, held.sha256, held.actor.at)
        audit.did(session, by=held.actor, verb="account.lock", subject=name_of(held.actor))


def sign_out(service: Service, *, secret: str, by: Actor) -> None:
    """End the session on the server; the cookie then opens nothing, wherever it still lies."""
    with side_session(service) as session:
        _end(session, secret, by.at)
        audit.did(session, by=by, verb="account.sign_out", subject=name_of(by))


def sessions_of(session: Session, *, by: Actor) -> list[AccountSession]:
    """One's own sessions that have not ended, the last used first."""
    mine = (col(AccountSession.username) == name_of(by), col(AccountSession.ends_at) > by.at)
    return list(
        session.exec(select(AccountSession).where(*mine).order_by(col(AccountSession.seen_at).desc()))
    )


def end_others(session: Session, *, keep_sha256: str, only: str | None = None, by: Actor) -> None:
    """End one's sessions in other browsers: all, or the one whose SHA-256 begins with `only`."""
    others = [col(AccountSession.username) == name_of(by), col(AccountSession.sha256) != keep_sha256]
    if only is not None:
        others.append(col(AccountSession.sha256).startswith(only, autoescape=True))
    ended = session.exec(delete(AccountSession).where(*others).returning(col(AccountSession.sha256)))
    for (sha256,) in ended.all():
        _end_signing(session, sha256, by.at)
    audit.did(session, by=by, verb="account.end_others", subject=name_of(by))


def forget_ended(session: Session, *, at: datetime) -> None:
    """Drop the sessions that ended a day ago; until then they tell whose half-typed form a late one is."""
    session.exec(delete(AccountSession).where(col(AccountSession.ends_at) <= at - KEPT))


def _end(session: Session, secret: str, at: datetime) -> None:
    ended = delete(AccountSession).where(named(secret)).returning(col(AccountSession.sha256))
    for (sha256,) in session.exec(ended).all():
        _end_signing(session, sha256, at)


def _end_signing(session: Session, sha256: str, at: datetime) -> None:
    mine = (col(SigningSession.session_sha256) == sha256, col(SigningSession.ended_at).is_(None))
    session.exec(update(SigningSession).where(*mine).values(ended_at=at))
