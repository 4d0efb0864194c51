"""The ways a person proves who they are: which of them an account has, what was proved, and how guesses are counted."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal

from sqlmodel import Session, col, select

from app import attempts, audit
from app.db import glancing
from app.refusals import SignInLocked
from app.service import Service
from app.tables import Account, OneTimeSecret, Passkey
from codings.base import Actor, Role

TRIES: Final = 5
LOCK_MINUTES: Final = 15

Way = Literal["passkey", "totp", "password"]
STRENGTH: Final[Mapping[str, int]] = {"password": 0, "totp": 1, "passkey": 2}


@dataclass(frozen=True, slots=True)
class Proof:
    """Somebody proved who they are: by which way, and what an auditor can check later."""

    username: str
    method: Way
    at: datetime
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def evidence(self) -> dict[str, Any]:
        return {"method": self.method, "at": self.at.isoformat(), **self.facts}


def ways(session: Session, username: str) -> tuple[Way, ...]:
    """The strong ways an account has, the best first; none means its password is all there is."""
    return ways_by_account(session, username=username).get(username, ())


def ways_by_account(session: Session, *, username: str | None = None) -> dict[str, tuple[Way, ...]]:
    """The strong ways of every account that has one (or of one account)."""
    keys = select(Passkey.username).where(col(Passkey.removed_at).is_(None)).distinct()
    codes = select(OneTimeSecret.username).where(col(OneTimeSecret.confirmed_at).is_not(None))
    if username is not None:
        keys = keys.where(Passkey.username == username)
        codes = codes.where(OneTimeSecret.username == username)
    found: dict[str, tuple[Way, ...]] = dict.fromkeys(session.exec(keys), ("passkey",))
    for name in session.exec(codes):
        found[name] = (*found.get(name, ()), "totp")
    return found


def hold(session: Session, username: str) -> None:
    """Take an account until the transaction ends: what must be the last or the only one of it is decided in turn."""
    session.exec(select(Account.username).where(Account.username == username).with_for_update()).one()


def count_try(service: Service, *, kind: str, username: str, at: datetime) -> None:
    """Count one guess before it is looked at. Raises SignInLocked."""
    if attempts.count(service, kind=kind, key=username, at=at, minutes=LOCK_MINUTES) > TRIES:
        note(service, username, at, f"{kind}.locked")
        raise SignInLocked(minutes=LOCK_MINUTES)


def note(service: Service, username: str, at: datetime, verb: str) -> None:
    """Write down a refused proof; who tried is not known, only under which name.

    A name that is no account's is not kept: it may be a password, or a patient's national ID in the wrong field.
    """
    with glancing(service) as session:
        name = username if session.get(Account, username) else "no-account"
    unknown = Actor(id=f"account:{name}"[:100], role=Role.PATIENT, at=at)
    audit.saw(service, by=unknown, verb=verb, subject=name, purpose="sign-in", outcome="refused")
