"""Passwords: hashed with argon2id, compared as slowly for names that do not exist, and refused when guessed first."""

import secrets
from functools import lru_cache
from typing import Final

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlmodel import Session, col, delete, update

from app import attempts, audit
from app.accounts.proofs import Proof, count_try, note
from app.db import glancing
from app.refusals import AccountUnknown, PasswordRefused, SignInRefused, WeakPassword
from app.service import Service
from app.settings import Settings
from app.tables import Account, AccountSession, AccountState
from codings.base import Actor
from codings.text import ascii_digits

PASSWORD_LENGTH: Final = 10
COMMON = frozenset(
    {"password12", "passw0rd12", "1234567890", "0123456789", "0987654321", "qwertyuiop", "1q2w3e4r5t"}
)


def prove_password(service: Service, *, username: str, password: str) -> Proof:
    """Whether this password is that account's. The try is counted first. Raises SignInRefused, SignInLocked."""
    at = service.clock()
    name = clean(username)
    count_try(service, kind="sign-in", username=name, at=at)
    with glancing(service) as session:
        account = session.get(Account, name)
    passwords = _hasher_of(service.settings)
    right = passwords.verify(password, account.password_hash if account else _decoy(passwords))
    if account is None or not right or account.state is not AccountState.ACTIVE:
        note(service, name, at, "sign-in.refused")
        raise SignInRefused
    attempts.forget(service, kind="sign-in", key=name)
    return Proof(name, "password", at)


def set_password(session: Session, *, service: Service, username: str, password: str, by: Actor) -> None:
    """Give an account a new password; every session of it ends. Raises AccountUnknown, WeakPassword."""
    _store(session, service, clean(username), password, by=by)
    session.exec(delete(AccountSession).where(col(AccountSession.username) == clean(username)))


def change_password(
    session: Session, *, service: Service, old: str, new: str, keep_sha256: str, by: Actor
) -> None:
    """Change one's own password: the old one is asked, and every other session ends.

    Raises PasswordRefused, SignInLocked, WeakPassword.
    """
    name = by.id.removeprefix("account:")
    try:
        prove_password(service, username=name, password=old)
    except SignInRefused:
        raise PasswordRefused(pointer="/old") from None
    _store(session, service, name, new, by=by, pointer="/new")
    others = (col(AccountSession.username) == name, col(AccountSession.sha256) != keep_sha256)
    session.exec(delete(AccountSession).where(*others))


def hashed(service: Service, username: str, password: str, *, pointer: str = "/password") -> str:
    """The hash to keep. Raises WeakPassword."""
    folded = password.casefold()
    if (
        len(password) < PASSWORD_LENGTH
        or len(password) > 500
        or folded in COMMON
        or clean(username) in folded
    ):
        raise WeakPassword(pointer=pointer, length=PASSWORD_LENGTH)
    return _hasher_of(service.settings).hash(password)


def clean(username: str) -> str:
    """A user name however it was typed."""
    return ascii_digits(username).strip().lower()[:64]


def _store(
    session: Session, service: Service, username: str, password: str, *, by: Actor, pointer: str = "/password"
) -> None:
    values = {
        "password_hash": hashed(service, username, password, pointer=pointer),
        "changed_at": by.at,
    }
    changed = update(Account).where(col(Account.username) == username).values(values)
    if session.exec(changed.returning(col(Account.username))).first() is None:
        raise AccountUnknown
    audit.did(session, by=by, verb="account.set_password", subject=username)


def _hasher_of(settings: Settings) -> PasswordHash:
    """argon2id with this deployment's cost."""
    return _hasher(settings.argon2_time_cost, settings.argon2_memory_kib, settings.argon2_parallelism)


@lru_cache(maxsize=4)
def _hasher(time_cost: int, memory_kib: int, parallelism: int) -> PasswordHash:
    return PasswordHash((Argon2Hasher(time_cost=time_cost, memory_cost=memory_kib, parallelism=parallelism),))


@lru_cache(maxsize=4)
def _decoy(password_hash: PasswordHash) -> str:
    """What an unknown name's password is compared with, so that it takes as long as a known one's."""
    return password_hash.hash(secrets.token_urlsafe(16))
