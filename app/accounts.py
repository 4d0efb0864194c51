"""People who sign in: their accounts, passwords, and the sessions of their browsers.

A session is a random id in a cookie; the database holds only its SHA-256. It ends when the person leaves, after a
while without work, and at the end of the day's work whatever happens. Nobody learns here whether a name exists.
"""

import hashlib
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlmodel import Session, col, delete, select, update

from app import attempts, audit
from app.db import glancing, side_session
from app.refusals import (
    AccountExists,
    AccountIncomplete,
    AccountUnknown,
    SignInLocked,
    SignInRefused,
    WeakPassword,
)
from app.service import Service
from app.settings import Settings
from app.tables import Account, AccountSession, AccountState
from codings.base import Actor, Role
from codings.text import ascii_digits

TRIES = 5
LOCK_MINUTES = 15
ABSOLUTE = timedelta(hours=10)
IDLE: Mapping[Role, timedelta] = {
    Role.PHYSICIAN: timedelta(minutes=20),
    Role.PHARMACIST: timedelta(minutes=15),
    Role.ADMINISTRATOR: timedelta(minutes=5),
}
IDLE_OTHERS = timedelta(minutes=15)
SEEN_EVERY = timedelta(seconds=30)  # last-seen is written no oftener than this

LANDING: Mapping[Role, str] = {
    Role.PHYSICIAN: "/prescriber",
    Role.PHARMACIST: "/pharmacy",
    Role.INSURER_OFFICER: "/insurer",
    Role.CODINGS_EDITOR: "/",
    Role.COUNCIL_OFFICER: "/council",
    Role.REGULATOR: "/regulator",
    Role.ADMINISTRATOR: "/admin",
    Role.PATIENT: "/",
}
NEEDS: Mapping[Role, tuple[str, ...]] = {
    Role.PHYSICIAN: ("centre", "practitioner"),
    Role.PHARMACIST: ("centre", "practitioner"),
    Role.INSURER_OFFICER: ("insurer",),
}

SECURE_COOKIE = "__Host-noskheh"
PLAIN_COOKIE = "noskheh"
PASSWORD_LENGTH = 10
USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,62}")
COMMON = frozenset(
    {"password12", "passw0rd12", "1234567890", "0123456789", "0987654321", "qwertyuiop", "1q2w3e4r5t"}
)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A fresh session: `secret` goes into the cookie and is kept nowhere."""

    secret: str
    actor: Actor
    landing: str


def cookie_name(settings: Settings) -> str:
    """`__Host-` binds the cookie to this host over https; browsers refuse that name over plain http."""
    return SECURE_COOKIE if settings.secure else PLAIN_COOKIE


def landing(role: Role) -> str:
    """The page a person of this role begins at."""
    return LANDING.get(role, "/")


def hasher(settings: Settings) -> PasswordHash:
    """argon2id with this deployment's cost."""
    return _hasher(settings.argon2_time_cost, settings.argon2_memory_kib, settings.argon2_parallelism)


@lru_cache(maxsize=4)
def _hasher(time_cost: int, memory_kib: int, parallelism: int) -> PasswordHash:
    return PasswordHash((Argon2Hasher(time_cost=time_cost, memory_cost=memory_kib, parallelism=parallelism),))


@lru_cache(maxsize=4)
def _decoy(password_hash: PasswordHash) -> str:
    """What an unknown name's password is compared with, so that it takes as long as a known one's."""
    return password_hash.hash(secrets.token_urlsafe(16))


def sign_in(
    service: Service, *, username: str, password: str, replaces: str | None = None, agent: str = ""
) -> SignedIn:
    """Open a session, ending the one the browser came with (`replaces`, its secret).

    Tries are counted before the password is looked at. Raises SignInRefused, SignInLocked.
    """
    at = service.clock()
    name = _clean(username)
    if attempts.count(service, kind="sign-in", key=name, at=at, minutes=LOCK_MINUTES) > TRIES:
        _noted(service, name, at, "sign-in.locked")
        raise SignInLocked(minutes=LOCK_MINUTES)
    with glancing(service) as session:
        account = session.get(Account, name)
    passwords = hasher(service.settings)
    right = passwords.verify(password, account.password_hash if account else _decoy(passwords))
    if account is None or not right or account.state is not AccountState.ACTIVE:
        _noted(service, name, at, "sign-in.refused")
        raise SignInRefused
    attempts.forget(service, kind="sign-in", key=name)
    secret = secrets.token_urlsafe(32)
    actor = _actor(account, at)
    with side_session(service) as session:
        if replaces:
            session.exec(delete(AccountSession).where(col(AccountSession.sha256) == _sha256(replaces)))
        session.add(
            AccountSession(
                sha256=_sha256(secret),
                username=name,
                began_at=at,
                seen_at=at,
                ends_at=at + ABSOLUTE,
                agent=agent[:200],
            )
        )
        audit.did(session, by=actor, verb="account.sign_in", subject=name)
    return SignedIn(secret, actor, landing(account.role))


def sign_out(service: Service, *, secret: str, by: Actor) -> None:
    """End the session on the server; the cookie then opens nothing, wherever it still lies."""
    with side_session(service) as session:
        session.exec(delete(AccountSession).where(col(AccountSession.sha256) == _sha256(secret)))
        audit.did(session, by=by, verb="account.sign_out", subject=by.id)


def who(service: Service, *, secret: str) -> Actor | None:
    """Who this cookie belongs to now, or None when its session has ended or its account was closed."""
    at = service.clock()
    key = _sha256(secret)
    query = select(AccountSession, Account).join(
        Account, col(Account.username) == col(AccountSession.username)
    )
    with glancing(service) as session:
        found = session.exec(query.where(col(AccountSession.sha256) == key)).first()
    if found is None:
        return None
    opened, account = found
    if (
        account.state is not AccountState.ACTIVE
        or at >= opened.ends_at
        or at - opened.seen_at >= idle(account.role)
    ):
        return None
    if at - opened.seen_at >= SEEN_EVERY:
        with side_session(service) as session:
            seen = update(AccountSession).where(col(AccountSession.sha256) == key).values(seen_at=at)
            session.exec(seen)
    return _actor(account, at)


def idle(role: Role) -> timedelta:
    """How long a session of this role may rest."""
    return IDLE.get(role, IDLE_OTHERS)


def account_add(
    session: Session,
    *,
    service: Service,
    username: str,
    name: str,
    role: Role,
    password: str,
    centre: str | None = None,
    insurer: str | None = None,
    practitioner: str | None = None,
    by: Actor,
) -> Account:
    """Make an account. Raises AccountExists, AccountIncomplete, WeakPassword."""
    given = {"centre": centre, "insurer": insurer, "practitioner": practitioner}
    missing = [need for need in NEEDS.get(role, ()) if not given[need]]
    if missing or not USERNAME.fullmatch(_clean(username)) or role in {Role.MACHINE, Role.SERVICE}:
        raise AccountIncomplete(pointer="/role", missing=", ".join(missing) or "username")
    if session.get(Account, _clean(username)) is not None:  # two at once: the primary key says the same
        raise AccountExists(pointer="/username")
    account = Account(
        username=_clean(username),
        name=name,
        role=role,
        centre=centre,
        insurer=insurer,
        practitioner=practitioner,
        password_hash=_hashed(service, username, password),
        created_at=by.at,
        created_by=by.id,
        changed_at=by.at,
    )
    session.add(account)
    session.flush()
    audit.did(session, by=by, verb="account.add", subject=account.username)
    return account


def set_password(session: Session, *, service: Service, username: str, password: str, by: Actor) -> None:
    """Give an account a new password; every session of it ends. Raises AccountUnknown, WeakPassword."""
    hashed = _hashed(service, username, password)
    _change(session, username, {"password_hash": hashed, "changed_at": by.at})
    audit.did(session, by=by, verb="account.set_password", subject=_clean(username))


def disable(session: Session, *, username: str, by: Actor) -> None:
    """Close an account at once, sessions and all. Raises AccountUnknown."""
    _change(session, username, {"state": AccountState.DISABLED, "changed_at": by.at})
    audit.did(session, by=by, verb="account.disable", subject=_clean(username))


def account(session: Session, *, username: str) -> Account | None:
    """One account by its name, however the name is written."""
    return session.get(Account, _clean(username))


def accounts(session: Session) -> list[Account]:
    """Every account, open or closed, by name."""
    return list(session.exec(select(Account).order_by(col(Account.username))))


def forget_ended(session: Session, *, at: datetime) -> None:
    """Drop the sessions whose day is over."""
    session.exec(delete(AccountSession).where(col(AccountSession.ends_at) <= at))


def _change(session: Session, username: str, values: Mapping[str, object]) -> None:
    mine = col(Account.username) == _clean(username)
    found = session.exec(update(Account).where(mine).values(values).returning(col(Account.username)))
    if found.first() is None:
        raise AccountUnknown
    session.exec(delete(AccountSession).where(col(AccountSession.username) == _clean(username)))


def _hashed(service: Service, username: str, password: str) -> str:
    folded = password.casefold()
    if (
        len(password) < PASSWORD_LENGTH
        or len(password) > 500
        or folded in COMMON
        or _clean(username) in folded
    ):
        raise WeakPassword(pointer="/password", length=PASSWORD_LENGTH)
    return hasher(service.settings).hash(password)


def _actor(account: Account, at: datetime) -> Actor:
    return Actor(
        id=f"account:{account.username}",
        role=account.role,
        at=at,
        centre=account.centre,
        insurer=account.insurer,
        practitioner=account.practitioner,
        name=account.name,
    )


def _noted(service: Service, name: str, at: datetime, verb: str) -> None:
    unknown = Actor(id=f"account:{name}"[:100], role=Role.PATIENT, at=at)
    audit.saw(service, by=unknown, verb=verb, subject=name, purpose="sign-in", outcome="refused")


def _clean(username: str) -> str:
    return ascii_digits(username).strip().lower()[:64]


def _sha256(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
