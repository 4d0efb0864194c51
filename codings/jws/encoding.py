"""Values to bytes and back, in one way only: base64url, canonical JSON, DEFLATE.

What has two spellings can be signed in one and read in another; here the second spelling is refused.
"""

import base64
import binascii
import hashlib
import json
import re
import zlib
from collections.abc import Mapping
from typing import Any, Final

import rfc8785

MAX_INFLATED_BYTES: Final = 16384
_BASE64URL: Final = re.compile(r"[A-Za-z0-9_-]*")
_UNREADABLE_LENGTH: Final = 1  # of the last group of four: six bits make no byte
_UNSAFE_INTEGER: Final = 2**53  # from here on a JSON number may be read as its neighbour
_RAW_DEFLATE: Final = -15


class InvalidJws(Exception):  # noqa: N818  it says what is invalid, not that something broke
    """A token, key or signed content that is refused; `reason` is a stable code, for logs and tests.

    malformed, not_canonical, too_large, header, algorithm, key, signature, json, bomb, truncated,
    trailing, claims, issuer, audience, expired, not_yet, lifetime.
    """

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


def b64(content: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode("ascii")


def unb64(text: str) -> bytes:
    """The bytes of a base64url text, which must be the very one that `b64` would write.

    InvalidJws: malformed (another character, padding, a length that encodes nothing) or not_canonical
    (stray bits in the last character, so that two texts would mean the same bytes).
    """
    if _BASE64URL.fullmatch(text) is None or len(text) % 4 == _UNREADABLE_LENGTH:
        raise InvalidJws("malformed")
    try:
        content = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error:
        raise InvalidJws("malformed") from None
    if b64(content) != text:
        raise InvalidJws("not_canonical")
    return content


def canonical(value: Any) -> bytes:
    """Canonical JSON (RFC 8785) of text, integers, booleans, None, lists and mappings with text keys.

    ValueError for a float, an integer of 2**53 or more, a lone surrogate and any other type: an amount
    is signed as text, so that no two programs read two numbers from it.
    """
    _refuse_inexact(value)
    return rfc8785.dumps(value)


def _refuse_inexact(value: Any) -> None:
    """The checks that rfc8785 leaves to its caller; it accepts floats."""
    if value is None or isinstance(value, (str, int)):
        return
    if isinstance(value, Mapping):
        for name, member in value.items():
            if not isinstance(name, str):
                raise ValueError("a member of signed content is named by text")  # noqa: TRY004  one error for all
            _refuse_inexact(member)
    elif isinstance(value, (list, tuple)):
        for element in value:
            _refuse_inexact(element)
    else:
        raise ValueError(f"{type(value).__name__} cannot be signed")  # noqa: TRY004


def strict_json(content: bytes) -> Any:
    """The value of UTF-8 JSON that can be read in one way only.

    InvalidJws("json") for duplicate members, floats, NaN and its like, minus zero, integers of 2**53 or
    more, lone surrogates, a byte order mark, bytes that are not UTF-8, and nesting beyond reason.
    """
    try:
        text = content.decode("utf-8")
        value = json.loads(
            text,
            object_pairs_hook=_unique,
            parse_int=_safe_integer,
            parse_float=_refuse,
            parse_constant=_refuse,
        )
        if "\\u" in text:  # only an escape brings a lone surrogate past the decoder
            json.dumps(value, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError):
        raise InvalidJws("json") from None
    return value


def _unique(members: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(members)
    if len(found) != len(members):
        raise ValueError("a member is told twice")
    return found


def _refuse(text: str) -> Any:
    raise ValueError(f"{text} is not exact")


def _safe_integer(text: str) -> int:
    number = int(text)
    if text == "-0" or abs(number) >= _UNSAFE_INTEGER:
        return _refuse(text)  # type: ignore[no-any-return]
    return number


def deflate(content: bytes) -> bytes:
    """Raw DEFLATE (`zip: DEF`), as small as it gets."""
    compressor = zlib.compressobj(zlib.Z_BEST_COMPRESSION, zlib.DEFLATED, _RAW_DEFLATE)
    return compressor.compress(content) + compressor.flush()


def inflate(content: bytes, *, limit: int = MAX_INFLATED_BYTES) -> bytes:
    """What was deflated, at most `limit` bytes of it: one whole stream with nothing after it.

    InvalidJws: bomb (larger than `limit`; no more than that is ever inflated), truncated, trailing or
    malformed.
    """
    stream = zlib.decompressobj(_RAW_DEFLATE)
    try:
        inflated = stream.decompress(content, limit + 1)
    except zlib.error:
        raise InvalidJws("malformed") from None
    if len(inflated) > limit:
        raise InvalidJws("bomb")
    if not stream.eof:
        raise InvalidJws("truncated")
    if stream.unused_data:
        raise InvalidJws("trailing")
    return inflated


def payload_sha256(payload: bytes) -> str:
    """Identity of what was signed, in hex; with the kid it says whether two tokens are the same."""
    return hashlib.sha256(payload).hexdigest()
