"""Compact JWS: signing exact bytes, looking inside without trust, verifying with a stored key."""

import re
from collections.abc import Mapping
from typing import Final, NamedTuple

from codings.jws.encoding import InvalidJws, b64, canonical, strict_json, unb64
from codings.jws.keys import Key, signer, verifier

MAX_TOKEN_BYTES: Final = 8192
OWN_MEMBERS: Final = frozenset({"alg", "kid", "typ"})
EXTRA_MEMBERS: Final = frozenset({"zip", "x5t#S256"})
_COMPACT: Final = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)")


class Parts(NamedTuple):
    """A well-formed compact JWS, taken apart and not trusted."""

    header: dict[str, str]
    payload: bytes
    signed: bytes  # header and payload as the signer saw them, with the dot
    signature: bytes


def signing_input(header: Mapping[str, str], payload: bytes) -> tuple[str, str]:
    """The two texts that are signed, joined by a dot: canonical header and exact payload, base64url."""
    return b64(canonical(dict(header))), b64(payload)


def sign(payload: bytes, *, key: Key, typ: str, extra: Mapping[str, str] | None = None) -> str:
    """A compact JWS over exactly these bytes, by a private key.

    The header has alg, kid, typ and the members of `extra` (zip, x5t#S256), and no others.
    """
    told = dict(extra or {})
    if not told.keys() <= EXTRA_MEMBERS:
        raise InvalidJws("header")
    signed = ".".join(signing_input({"alg": key.alg, "kid": key.kid, "typ": typ} | told, payload))
    return f"{signed}.{b64(signer(key.pem, key.alg).sign(signed.encode('ascii')))}"


def peek(
    token: str, *, max_bytes: int = MAX_TOKEN_BYTES, assertion: bool = False
) -> tuple[dict[str, str], bytes]:
    """Header and payload bytes of a well-formed compact JWS. Nothing of it is trusted yet!

    It serves to find the key by its kid. `assertion` is for the JWT that a client signs, whose makers
    often leave out kid and typ. InvalidJws: malformed, not_canonical, too_large or header.
    """
    parts = take_apart(token, max_bytes=max_bytes, assertion=assertion)
    return parts.header, parts.payload


def take_apart(token: str, *, max_bytes: int, assertion: bool = False) -> Parts:
    """The parts of a token whose form leaves no doubt; see `peek`."""
    if len(token) > max_bytes:
        raise InvalidJws("too_large")
    match = _COMPACT.fullmatch(token)
    if match is None:  # another character, a detached payload, four parts, padding, a line end
        raise InvalidJws("malformed")
    header, payload, signature = (unb64(part) for part in match.groups())
    required = frozenset({"alg"}) if assertion else OWN_MEMBERS
    return Parts(
        _checked_header(header, required), payload, token.rpartition(".")[0].encode("ascii"), signature
    )


def _checked_header(content: bytes, required: frozenset[str]) -> dict[str, str]:
    try:
        header = strict_json(content)
    except InvalidJws:
        raise InvalidJws("header") from None
    if not isinstance(header, dict) or not all(isinstance(member, str) for member in header.values()):
        raise InvalidJws("header")
    if not required <= header.keys() <= OWN_MEMBERS | EXTRA_MEMBERS or header.get("zip", "DEF") != "DEF":
        raise InvalidJws("header")
    return header


def verify(
    token: str,
    *,
    key: Key,
    typ: str,
    extra: Mapping[str, str] | None = None,
    max_bytes: int = MAX_TOKEN_BYTES,
) -> bytes:
    """The payload bytes of a token that this key signed, with its algorithm, its very kid and this typ.

    With `extra`, the other members of the header must be exactly these. `zip` only tells how the payload
    was written: inflating it is the caller's, with `inflate`. Raises InvalidJws.
    """
    parts = take_apart(token, max_bytes=max_bytes)
    others = {name: member for name, member in parts.header.items() if name not in OWN_MEMBERS}
    if parts.header["typ"] != typ or (extra is not None and others != dict(extra)):
        raise InvalidJws("header")
    check_signature(parts, key=key)
    return parts.payload


def check_signature(parts: Parts, *, key: Key) -> None:
    """InvalidJws unless this key made the signature; a kid may be absent only where the parts allow it."""
    if parts.header["alg"] != key.alg:
        raise InvalidJws("algorithm")
    if parts.header.get("kid", key.kid) != key.kid:
        raise InvalidJws("key")
    if not verifier(key.pem, key.alg).verify(parts.signed, parts.signature):
        raise InvalidJws("signature")
