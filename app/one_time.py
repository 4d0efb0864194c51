"""One-time codes of an authenticator app (TOTP, RFC 6238): six digits, thirty seconds, each taken once.

The secret is sealed with a key that is not in the database. A new app is confirmed by one of its codes before it
replaces the old one; guesses are counted before they are looked at.
"""

import hmac
from typing import Final

import pyotp
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, delete, or_, update

from app import attempts, audit
from app.accounts import Proof, name_of, ways
from app.accounts.proofs import count_try, hold, note
from app.db import glancing, side_session
from app.refusals import CodeRefused, LastProof, NothingPending
from app.sealed_box import NotOurs, seal, unseal
from app.service import Service
from app.tables import OneTimeSecret
from codings.base import Actor
from codings.text import ascii_digits

ISSUER: Final = "Noskheh"
STEP: Final = 30
AROUND: Final = 1  # steps before and after, for a clock that is a little off
_PURPOSE: Final = "one-time"
_TRIES: Final = "one-time"


def begin(session: Session, *, service: Service, by: Actor) -> None:
    """Draw a secret for a new app; codes of the one before stay good until the new one is confirmed."""
    username = name_of(by)
    sealed = seal(service.keys, pyotp.random_base32().encode(), purpose=_PURPOSE, username=username)
    values = {"username": username, "pending": sealed, "began_at": by.at}
    fresh = insert(OneTimeSecret).values(values)
    session.connection().execute(
        fresh.on_conflict_do_update(index_elements=["username"], set_={"pending": sealed, "began_at": by.at})
    )
    audit.did(session, by=by, verb="one_time.begin", subject=username)


def pending(session: Session, *, service: Service, by: Actor) -> tuple[str, str]:
    """The provisioning URI and the secret to type, while it waits to be confirmed. Raises NothingPending."""
    secret = _unsealed(service, name_of(by), _row(session, by).pending)
    return pyotp.TOTP(secret).provisioning_uri(name=name_of(by), issuer_name=ISSUER), secret


def confirm(session: Session, *, service: Service, code: str, by: Actor) -> None:
    """The app shows the right code: it proves who this is from now on.

    Raises NothingPending, CodeRefused, SignInLocked.
    """
    username = name_of(by)
    row = _row(session, by)
    secret = _unsealed(service, username, row.pending)
    count_try(service, kind=_TRIES, username=username, at=by.at)
    step = _step(secret, code, int(by.at.timestamp()))
    if step is None:
        raise CodeRefused(pointer="/code")
    attempts.forget(service, kind=_TRIES, key=username)
    values = {"sealed": row.pending, "pending": None, "confirmed_at": by.at, "last_step": step}
    same = (col(OneTimeSecret.username) == username, col(OneTimeSecret.pending) == row.pending)
    changed = update(OneTimeSecret).where(*same).values(values).returning(col(OneTimeSecret.username))
    if session.exec(changed).first() is None:  # begun anew in another tab meanwhile
        raise NothingPending
    audit.did(session, by=by, verb="one_time.confirm", subject=username)


def prove(service: Service, *, username: str, code: str) -> Proof:
    """Whether this is a code of that account's app that was not used yet. Raises CodeRefused, SignInLocked."""
    at = service.clock()
    count_try(service, kind=_TRIES, username=username, at=at)
    with glancing(service) as session:
        row = session.get(OneTimeSecret, username)
    step = None
    if row is not None and row.confirmed_at is not None:
        step = _step(_unsealed(service, username, row.sealed), code, int(at.timestamp()))
    if step is None or not _use(service, username, step):
        note(service, username, at, "one-time.refused")
        raise CodeRefused(pointer="/code")
    attempts.forget(service, kind=_TRIES, key=username)
    return Proof(username, "totp", at, {"step": step})


def remove(session: Session, *, service: Service, by: Actor) -> None:
    """Forget one's app. Raises NothingPending, LastProof."""
    username = name_of(by)
    hold(session, username)
    row = session.get(OneTimeSecret, username)
    if row is None:
        raise NothingPending
    last = row.confirmed_at is not None and ways(session, username) == ("totp",)
    if last and service.settings.second_factor_required:
        raise LastProof
    session.exec(delete(OneTimeSecret).where(col(OneTimeSecret.username) == username))
    audit.did(session, by=by, verb="one_time.remove", subject=username)


def _use(service: Service, username: str, step: int) -> bool:
    """Take a step once: of two requests with the same code one gets it."""
    unused = or_(col(OneTimeSecret.last_step).is_(None), col(OneTimeSecret.last_step) < step)
    mine = (col(OneTimeSecret.username) == username, unused)
    taken = update(OneTimeSecret).where(*mine).values(last_step=step).returning(col(OneTimeSecret.username))
    with side_session(service) as session:
        return session.exec(taken).first() is not None


def _step(secret: str, code: str, now: int) -> int | None:
    """The step around now whose code this is."""
    typed = "".join(ascii_digits(code).split())
    if len(typed) != 6 or not typed.isascii():
        return None
    app = pyotp.TOTP(secret)
    here = now // STEP
    for step in range(here - AROUND, here + AROUND + 1):
        if hmac.compare_digest(app.generate_otp(step), typed):
            return step
    return None


def _row(session: Session, by: Actor) -> OneTimeSecret:
    row = session.get(OneTimeSecret, name_of(by))
    if row is None or row.pending is None:
        raise NothingPending
    return row


def _unsealed(service: Service, username: str, sealed: bytes | None) -> str:
    try:
        return unseal(service.keys, sealed or b"", purpose=_PURPOSE, username=username).decode()
    except NotOurs:
        raise NothingPending from None
