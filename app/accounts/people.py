"""Accounts: who there is, in which role, made and closed by an administrator."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from sqlalchemy import func
from sqlmodel import Session, col, delete, select, update

from app import audit
from app.accounts.passwords import clean, hashed
from app.accounts.turning import turn_soon
from app.db import side_session
from app.refusals import AccountExists, AccountIncomplete, AccountUnknown, OwnProofs, OwnRole
from app.service import Service
from app.tables import Account, AccountSession, AccountState, OneTimeSecret, Passkey, SigningSession
from codings.base import Actor, Role

LANDING: Mapping[Role, str] = {
    Role.PHYSICIAN: "/prescriber",
    Role.PHARMACIST: "/pharmacy",
    Role.INSURER_OFFICER: "/insurer",
    Role.CODINGS_EDITOR: "/codings",
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
USERNAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{1,62}")


def landing(role: Role) -> str:
    """The page a person of this role begins at."""
    return LANDING.get(role, "/")


def name_of(by: Actor) -> str:
    """The user name behind an actor."""
    return by.id.removeprefix("account:")


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
    _require_complete(clean(username), role, given)
    if session.get(Account, clean(username)) is not None:  # two at once: the primary key says the same
        raise AccountExists(pointer="/username")
    account = Account(
        username=clean(username),
        name=name,
        role=role,
        centre=centre,
        insurer=insurer,
        practitioner=practitioner,
        password_hash=hashed(service, username, password),
        created_at=by.at,
        created_by=by.id,
        changed_at=by.at,
    )
    session.add(account)
    session.flush()
    audit.did(session, by=by, verb="account.add", subject=account.username)
    return account


def disable(session: Session, *, username: str, by: Actor) -> None:
    """Close an account at once, sessions and all; closing it again changes nothing. Raises AccountUnknown."""
    values = {"state": AccountState.DISABLED, "changed_at": by.at}
    here, still = col(Account.username) == clean(username), col(Account.state) == AccountState.ACTIVE
    changed = update(Account).where(here, still).values(values)
    if session.exec(changed.returning(col(Account.username))).first() is None:
        if account(session, username=username) is None:
            raise AccountUnknown
        return
    session.exec(delete(AccountSession).where(col(AccountSession.username) == clean(username)))
    audit.did(session, by=by, verb="account.disable", subject=clean(username))


def give_role(
    session: Session,
    *,
    username: str,
    role: Role,
    centre: str | None = None,
    insurer: str | None = None,
    practitioner: str | None = None,
    by: Actor,
) -> None:
    """Let somebody work in another role, or elsewhere, from their next request on; each session gets a new id then.

    What they might sign now ends. Raises AccountUnknown, AccountIncomplete, OwnRole.
    """
    name = clean(username)
    given = {"centre": centre, "insurer": insurer, "practitioner": practitioner}
    _require_complete(name, role, given)
    if by.id == f"account:{name}":
        raise OwnRole
    values = {"role": role, **given, "changed_at": by.at}
    changed = update(Account).where(col(Account.username) == name).values(values)
    if session.exec(changed.returning(col(Account.username))).first() is None:
        raise AccountUnknown
    signing = (col(SigningSession.username) == name, col(SigningSession.ended_at).is_(None))
    ended = func.least(col(SigningSession.ends_at), by.at)
    session.exec(update(SigningSession).where(*signing).values(ended_at=ended))
    turn_soon(session, username=name, at=by.at)
    audit.did(session, by=by, verb=f"account.role.{role.value}", subject=name)


def reset_proofs(session: Session, *, username: str, by: Actor) -> None:
    """Take every passkey and the one-time codes from an account whose owner lost them; its sessions end.

    The administrator has looked at the person as when the account was made. Raises AccountUnknown, OwnProofs.
    """
    name = clean(username)
    if by.id == f"account:{name}":
        raise OwnProofs
    if session.get(Account, name) is None:
        raise AccountUnknown
    kept = (col(Passkey.username) == name, col(Passkey.removed_at).is_(None))
    session.exec(update(Passkey).where(*kept).values(removed_at=by.at))
    session.exec(delete(OneTimeSecret).where(col(OneTimeSecret.username) == name))
    session.exec(delete(AccountSession).where(col(AccountSession.username) == name))
    session.exec(update(Account).where(col(Account.username) == name).values(offered_at=None))
    audit.did(session, by=by, verb="account.reset_proofs", subject=name)


def account(session: Session, *, username: str) -> Account | None:
    """One account by its name, however the name is written."""
    return session.get(Account, clean(username))


def accounts(session: Session) -> list[Account]:
    """Every account, open or closed, by name."""
    return list(session.exec(select(Account).order_by(col(Account.username))))


def take_offer(service: Service, *, username: str) -> bool:
    """Whether a second factor is to be offered to this account now: once, at the first sign-in without one."""
    mine = (col(Account.username) == username, col(Account.offered_at).is_(None))
    with side_session(service) as session:
        offered = update(Account).where(*mine).values(offered_at=service.clock())
        return session.exec(offered.returning(col(Account.username))).first() is not None


def _require_complete(username: str, role: Role, given: Mapping[str, str | None]) -> None:
    missing = [need for need in NEEDS.get(role, ()) if not given[need]]
    if missing or not USERNAME.fullmatch(username) or role in {Role.MACHINE, Role.SERVICE}:
        raise AccountIncomplete(pointer="/role", missing=", ".join(missing) or "username")


def actor_of(account: Account, at: datetime) -> Actor:
    """The person of an account, acting at this instant."""
    return Actor(
        id=f"account:{account.username}",
        role=account.role,
        at=at,
        centre=account.centre,
        insurer=account.insurer,
        practitioner=account.practitioner,
        name=account.name,
    )
