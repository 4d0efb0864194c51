"""The administrator's lists: accounts, machines and the audit, all tables of the shell itself; each is a statement."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import select
from sqlmodel import Session, col

from app.listing import Listed
from app.tables import Account, AccountState, AuditEntry, Client, ClientKey, ClientState
from codings.base import Role
from codings.text import tehran_midnight

ACCOUNTS_BY: Final[Mapping[str, Any]] = {
    "username": col(Account.username),
    "name": col(Account.name),
    "role": col(Account.role),
    "made": col(Account.created_at),
}
ACCOUNTS_KEY: Final = (col(Account.username),)
MACHINES_BY: Final[Mapping[str, Any]] = {
    "id": col(Client.id),
    "name": col(Client.name),
    "made": col(Client.created_at),
}
MACHINES_KEY: Final = (col(Client.id),)
AUDIT_BY: Final[Mapping[str, Any]] = {"at": col(AuditEntry.at)}
AUDIT_KEY: Final = (col(AuditEntry.id),)


def accounts_listed(
    *, sought: str | None = None, role: Role | None = None, state: AccountState | None = None
) -> Listed:
    """Accounts of one role, in one state, with some words in their names or where they work."""
    query = select(Account)
    if sought is not None:
        places = (Account.username, Account.name, Account.centre, Account.practitioner)
        query = query.where(_says(sought, places))
    if role is not None:
        query = query.where(col(Account.role) == role)
    if state is not None:
        query = query.where(col(Account.state) == state)
    return query


def machines_listed(
    *, sought: str | None = None, scope: str | None = None, state: ClientState | None = None
) -> Listed:
    """Machines that may act as one thing, in one state, with some words in their names or where they belong."""
    query = select(Client)
    if sought is not None:
        query = query.where(_says(sought, (Client.id, Client.name, Client.centre, Client.insurer)))
    if scope is not None:
        query = query.where(col(Client.scopes).contains([scope]))
    if state is not None:
        query = query.where(col(Client.state) == state)
    return query


def audit_listed(
    *,
    actor: str | None = None,
    verb: str | None = None,
    subject: str | None = None,
    day_from: date | None = None,
    day_to: date | None = None,
) -> Listed:
    """What one did, or what was done about one thing, or with one verb, from one Tehran day to another."""
    query = select(AuditEntry)
    if actor is not None:
        query = query.where(col(AuditEntry.actor) == actor)
    if verb is not None:
        query = query.where(col(AuditEntry.verb) == verb)
    if subject is not None:
        query = query.where(col(AuditEntry.subject) == subject)
    if day_from is not None:
        query = query.where(col(AuditEntry.at) >= tehran_midnight(day_from))
    if day_to is not None:
        query = query.where(col(AuditEntry.at) < tehran_midnight(day_to + timedelta(days=1)))
    return query


def keys_ever(session: Session, client: str) -> Sequence[ClientKey]:
    """Every key a machine ever had, the newest first."""
    query = select(ClientKey).where(col(ClientKey.client) == client)
    return session.scalars(query.order_by(col(ClientKey.added_at).desc(), col(ClientKey.kid))).all()


def _says(sought: str, places: Sequence[Any]) -> Any:
    found = [col(place).icontains(sought, autoescape=True) for place in places]
    one, *others = found
    for other in others:
        one |= other
    return one
