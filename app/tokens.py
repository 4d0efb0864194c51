"""Access tokens for machines: client credentials proven by a signed assertion (RFC 7523, SMART Backend Services).

The algorithm is the registered key's. An assertion's id is used once: inserting it is the check, in a transaction
of its own. A token lives five minutes and says only who and for what; whether that still holds is asked of the
database on every request.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from app import clients
from app.db import WriteSession, glancing, side_session
from app.refusals import BadToken
from app.service import Service
from app.tables import Client, UsedJti
from codings import jws
from codings.base import new_id

LIFE_S = 300
ASSERTION_LIFE_S = 300
LEEWAY_S = 30
TYPE = "at+jwt"


class OAuthError(Exception):
    """A refusal in the words of RFC 6749 section 5.2."""

    def __init__(self, error: str, description: str) -> None:
        self.error = error
        self.description = description
        super().__init__(error)

    @property
    def status(self) -> int:
        return 401 if self.error == "invalid_client" else 400


@dataclass(frozen=True, slots=True)
class Granted:
    access_token: str
    scope: str


@dataclass(frozen=True, slots=True)
class Claims:
    """What a verified access token says."""

    client: str
    scopes: frozenset[str]


def audience(service: Service) -> str:
    """What our own tokens are meant for: this API."""
    return f"{service.settings.public_url}/api/v1"


def grant(service: Service, *, assertion: str, scope: str | None) -> Granted:
    """A token for whoever signed this assertion, with the scopes asked for that it may have.

    Asking for none asks for all. Raises OAuthError.
    """
    now = service.clock()
    client, claims = _proven(service, assertion, now)
    _use_once(service, client.id, claims)
    asked = frozenset(scope.split()) if scope else frozenset(client.scopes)
    scopes = asked & frozenset(client.scopes)
    if not scopes:
        raise OAuthError("invalid_scope", "none of the scopes asked for is granted to this client")
    granted = " ".join(sorted(scopes))
    begins = int(now.timestamp())
    token = jws.sign_claims(
        {
            "iss": service.settings.public_url,
            "sub": client.id,
            "client_id": client.id,
            "aud": audience(service),
            "iat": begins,
            "exp": begins + LIFE_S,
            "jti": str(new_id()),
            "scope": granted,
        },
        key=service.keys.token,
        typ=TYPE,
    )
    return Granted(token, granted)


def read(service: Service, token: str, *, at: datetime) -> Claims:
    """Who a token is for. Raises BadToken, always the same, whatever is wrong with it."""
    try:
        claims = jws.verify_claims(
            token,
            key=service.keys.token,
            typ=TYPE,
            issuer=service.settings.public_url,
            audience=audience(service),
            now=at,
            leeway_s=0,
        )
    except jws.InvalidJws as error:
        raise BadToken from error
    scope = claims.get("scope")
    if not isinstance(scope, str):
        raise BadToken
    return Claims(str(claims["sub"]), frozenset(scope.split()))


def forget_used(session: WriteSession, *, at: datetime) -> None:
    """Drop the ids of assertions that have expired by themselves."""
    session.connection().execute(delete(UsedJti).where(col(UsedJti.expires_at) < at))


def _proven(service: Service, assertion: str, now: datetime) -> tuple[Client, Mapping[str, object]]:
    """The client whose key signed this. One answer for an unknown client, a wrong key and a bad claim."""
    refused = OAuthError("invalid_client", "the client assertion was not accepted")
    try:
        header, payload = jws.peek(assertion, assertion=True)
        told = jws.strict_json(payload)
    except jws.InvalidJws as error:
        raise refused from error
    name = told.get("sub") if isinstance(told, dict) else None
    if not isinstance(name, str) or told.get("iss") != name or not clients.CLIENT_ID.fullmatch(name):
        raise refused
    with glancing(service) as session:
        keys = clients.keys_of(session, id=name)
        client = session.get(Client, name)
    for key in keys:
        if header.get("kid", key.kid) != key.kid or header["alg"] != key.alg:
            continue
        try:
            claims = jws.verify_claims(
                assertion,
                key=key,
                typ=None,
                issuer=name,
                audience=service.settings.token_audiences,
                now=now,
                leeway_s=LEEWAY_S,
                max_age_s=ASSERTION_LIFE_S + LEEWAY_S,
            )
        except jws.InvalidJws:
            continue
        if client is not None:
            return client, claims
    raise refused


def _use_once(service: Service, client: str, claims: Mapping[str, object]) -> None:
    jti = hashlib.sha256(str(claims["jti"]).encode()).hexdigest()
    expires = datetime.fromtimestamp(int(str(claims["exp"])), UTC) + timedelta(seconds=LEEWAY_S)
    used = insert(UsedJti).values(client=client, jti_sha256=jti, expires_at=expires)
    with side_session(service) as session:
        fresh = session.connection().execute(used.on_conflict_do_nothing().returning(col(UsedJti.jti_sha256)))
        if fresh.first() is None:
            raise OAuthError("invalid_client", "this client assertion was used before")
