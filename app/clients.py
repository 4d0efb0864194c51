"""Machines that may ask for tokens: each belongs to one centre or one insurer, and proves itself by its own key.

Only public keys are kept. A key's algorithm is decided here, when it is registered, and never by a token.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlmodel import Session, col, select, update

from app import audit
from app.outbound import NoAnswer, Outbound
from app.refusals import ClientExists, ClientRefused, ClientUnknown
from app.tables import Client, ClientKey, ClientState
from codings import jws
from codings.base import Actor

CLIENT_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{2,62}")
MAX_KEYS = 10
MAX_JWKS_BYTES = 65_536
JWKS_SECONDS = 5.0
JWKS_TYPES = frozenset({"application/json", "application/jwk-set+json"})
SCOPES_OF_CENTRES = frozenset({"prescriber", "pharmacy"})
SCOPES_OF_OFFICES = frozenset({"codings", "regulator"})
SCOPES = SCOPES_OF_CENTRES | SCOPES_OF_OFFICES | {"insurer"}


def client_add(
    session: Session,
    *,
    id: str,
    name: str,
    scopes: Collection[str],
    jwks: Mapping[str, Any],
    centre: str | None = None,
    insurer: str | None = None,
    jwks_url: str | None = None,
    by: Actor,
) -> Client:
    """Register a machine with its public keys. Raises ClientRefused, ClientExists."""
    asked = frozenset(scopes)
    _refuse_unfitting(id, asked, centre, insurer)
    keys = _keys(jwks)
    if session.get(Client, id) is not None:  # two at once: the primary key says the same
        raise ClientExists(pointer="/id")
    client = Client(
        id=id,
        name=name,
        scopes=sorted(asked),
        centre=centre,
        insurer=insurer,
        jwks_url=jwks_url,
        created_at=by.at,
        created_by=by.id,
    )
    session.add(client)
    session.flush()
    _add_keys(session, id, keys, by)
    audit.did(session, by=by, verb="client.add", subject=id)
    return client


def rotate(session: Session, *, id: str, jwks: Mapping[str, Any], by: Actor) -> None:
    """Replace a machine's keys: those not in `jwks` stop working now. Raises ClientUnknown, ClientRefused."""
    if session.get(Client, id) is None:
        raise ClientUnknown
    keys = {key.kid: key for key in _keys(jwks)}
    held = session.exec(select(ClientKey).where(col(ClientKey.client) == id)).all()
    for old in held:
        again = keys.pop(old.kid, None)
        if again is None:
            old.retired_at = old.retired_at or by.at
        elif again.pem != old.public_pem:
            raise ClientRefused(why=f"key {old.kid} is another key now", why_fa="شناسهٔ کلید تکراری است.")
        session.add(old)
    _add_keys(session, id, list(keys.values()), by)
    audit.did(session, by=by, verb="client.rotate", subject=id)


def disable(session: Session, *, id: str, by: Actor) -> None:
    """Close a machine's access at once, its living tokens too; again, nothing changes. Raises ClientUnknown."""
    still = col(Client.state) == ClientState.ACTIVE
    closed = update(Client).where(col(Client.id) == id, still).values(state=ClientState.DISABLED)
    if session.exec(closed.returning(col(Client.id))).first() is None:
        if client(session, id=id) is None:
            raise ClientUnknown
        return
    audit.did(session, by=by, verb="client.disable", subject=id)


def client(session: Session, *, id: str) -> Client | None:
    """One machine by its id."""
    return session.get(Client, id)


def clients(session: Session) -> list[Client]:
    """Every machine, open or closed, by id."""
    return list(session.exec(select(Client).order_by(col(Client.id))))


def keys_of(session: Session, *, id: str) -> list[jws.Key]:
    """The keys a machine may sign its assertions with; empty for a disabled or unknown one."""
    query = (
        select(ClientKey)
        .join(Client, col(Client.id) == col(ClientKey.client))
        .where(col(ClientKey.client) == id, col(ClientKey.retired_at).is_(None))
        .where(col(Client.state) == ClientState.ACTIVE)
    )
    return [jws.Key(key.kid, key.algorithm, key.public_pem) for key in session.exec(query)]


def fetch_jwks(url: str, *, by: Outbound) -> Mapping[str, Any]:
    """A JWKS from its https address: once, when an administrator registers it. Raises ClientRefused."""
    if not url.startswith("https://"):
        raise ClientRefused(why="the address of its keys is not https", why_fa="نشانی کلیدها https نیست.")
    try:
        told = jws.strict_json(by.ask(url, types=JWKS_TYPES))
    except (NoAnswer, jws.InvalidJws) as error:
        raise ClientRefused(
            why=f"{url} gave no key set ({error})", why_fa="از نشانی داده‌شده کلیدی دریافت نشد."
        ) from error
    return told if isinstance(told, dict) else {}


def _refuse_unfitting(name: str, scopes: frozenset[str], centre: str | None, insurer: str | None) -> None:
    why = ""
    if not CLIENT_ID.fullmatch(name):
        why = "its id is 3 to 63 letters, digits, dots, hyphens or underscores"
    elif not scopes or not scopes <= SCOPES:
        why = f"its scopes are among {', '.join(sorted(SCOPES))}"
    elif scopes <= SCOPES_OF_OFFICES and len(scopes) == 1:
        why = "" if centre is None and insurer is None else "an office belongs to no centre and no insurer"
    elif scopes <= SCOPES_OF_CENTRES:
        why = "" if centre and not insurer else "it belongs to one centre"
    elif scopes == {"insurer"}:
        why = "" if insurer and not centre else "it belongs to one insurer"
    else:
        why = "scopes of a centre, of an insurer and of an office are not mixed"
    if why:
        raise ClientRefused(why=why, why_fa="شناسه، دامنه‌ها یا مرکز و بیمه‌گر آن با هم نمی‌خواند.")


def _keys(jwks: Mapping[str, Any]) -> Sequence[jws.Key]:
    told = jwks.get("keys", [])
    if not isinstance(told, list) or not 0 < len(told) <= MAX_KEYS:
        raise ClientRefused(why=f"a key set has 1 to {MAX_KEYS} keys", why_fa="مجموعهٔ کلید درست نیست.")
    try:
        keys = [jws.key_from_jwk(key) for key in told]
    except (jws.InvalidJws, TypeError, ValueError) as error:
        raise ClientRefused(
            why="keys are public, of P-256 (ES256), P-384 (ES384) or RSA from 2048 bits (RS384)",
            why_fa="کلیدها باید کلید عمومی از نوع P-256، P-384 یا RSA با دست‌کم ۲۰۴۸ بیت باشند.",
        ) from error
    if len({key.kid for key in keys}) != len(keys):
        raise ClientRefused(why="two keys have the same kid", why_fa="شناسهٔ دو کلید یکی است.")
    return keys


def _add_keys(session: Session, name: str, keys: Sequence[jws.Key], by: Actor) -> None:
    for key in keys:
        session.add(
            ClientKey(client=name, kid=key.kid, algorithm=key.alg, public_pem=key.pem, added_at=by.at)
        )
    session.flush()
