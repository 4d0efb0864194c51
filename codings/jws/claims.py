"""JWT claims: our access tokens (RFC 9068) and the assertions that clients sign (RFC 7523)."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final

from codings.jws.encoding import InvalidJws, canonical, strict_json
from codings.jws.keys import Key
from codings.jws.tokens import EXTRA_MEMBERS, MAX_TOKEN_BYTES, check_signature, sign, take_apart

_LONGEST_NAME: Final = 1024


def sign_claims(claims: Mapping[str, Any], *, key: Key, typ: str = "at+jwt") -> str:
    """A JWT of these claims: texts, lists of texts, times as whole seconds."""
    return sign(canonical(dict(claims)), key=key, typ=typ)


def verify_claims(
    token: str,
    *,
    key: Key,
    typ: str | None,
    issuer: str,
    audience: str | Collection[str],
    now: datetime,
    leeway_s: int = 30,
    max_age_s: int | None = None,
) -> dict[str, Any]:
    """The claims of a JWT that this key signed, by this issuer, for this audience, in force now.

    exp, aud, iss, sub and jti are required, and iat in our own tokens. `typ=None` means a client's
    assertion: its typ is "JWT" or absent, its kid and iat may be absent, but an iat or nbf that is told
    counts. Any of several audiences will do. `max_age_s` bounds how far ahead exp may lie; `leeway_s`
    forgives clocks that differ. Raises InvalidJws.
    """
    if now.tzinfo is None:
        raise ValueError("now needs a time zone")
    parts = take_apart(token, max_bytes=MAX_TOKEN_BYTES, assertion=typ is None)
    expected = {None, "JWT"} if typ is None else {typ}
    if parts.header.get("typ") not in expected or parts.header.keys() & EXTRA_MEMBERS:
        raise InvalidJws("header")
    check_signature(parts, key=key)
    claims = strict_json(parts.payload)
    if not isinstance(claims, dict):
        raise InvalidJws("claims")
    _check_names(claims, issuer=issuer, audience={audience} if isinstance(audience, str) else set(audience))
    second = int(now.timestamp())
    _check_times(claims, second, leeway_s=leeway_s, issued_required=typ is not None)
    if max_age_s is not None and claims["exp"] - second > max_age_s:
        raise InvalidJws("lifetime")
    return claims


def _check_names(claims: Mapping[str, Any], *, issuer: str, audience: set[str]) -> None:
    for claim in ("iss", "sub", "jti"):
        name = claims.get(claim)
        if not isinstance(name, str) or not 0 < len(name) <= _LONGEST_NAME:
            raise InvalidJws("claims")
    told = claims.get("aud")
    named = told if isinstance(told, list) else [told]
    if not named or not all(isinstance(name, str) for name in named):
        raise InvalidJws("claims")
    if claims["iss"] != issuer:
        raise InvalidJws("issuer")
    if audience.isdisjoint(named):
        raise InvalidJws("audience")


def _check_times(claims: Mapping[str, Any], now: int, *, leeway_s: int, issued_required: bool) -> None:
    required = {"exp", "iat"} if issued_required else {"exp"}
    for claim in required | ({"iat", "nbf"} & claims.keys()):
        if type(claims.get(claim)) is not int:  # a bool is an int by inheritance; "1" is no time
            raise InvalidJws("claims")
    if now >= claims["exp"] + leeway_s:
        raise InvalidJws("expired")
    if any(claims.get(claim, now) > now + leeway_s for claim in ("iat", "nbf")):
        raise InvalidJws("not_yet")
