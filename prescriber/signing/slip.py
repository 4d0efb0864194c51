"""The codes on the slip: the whole JWS in one QR code or two, so that any pharmacy can verify it with no network.

Numeric mode: each character of the JWS as two digits, its ASCII code minus 45, after `NSK1:/`, or in two
halves after `NSK1:1/2:/` and `NSK1:2/2:/`. Whoever draws them lets the digits be a numeric segment
(``qrcode.QRCode.add_data(text, optimize=20)``) with error correction M.
"""

import re
from collections.abc import Sequence
from typing import Final

from codings import jws
from prescriber.signing.content import header

QR_VERSION: Final = 25  # with level M; the largest that a counter's scanner reads at 0.5 mm a module
_DATA_BITS: Final = 8000  # of 25-M, ISO/IEC 18004 table 7
_PREFIX: Final = "NSK1:/"
_HALVES: Final = ("NSK1:1/2:/", "NSK1:2/2:/")
_DIGITS: Final = re.compile(r"([0-6][0-9]|7[0-7])+")  # "-" is 00, "z" is 77
_JWS_TEXT: Final = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
_OFFSET: Final = 45


class InvalidQr(ValueError):  # noqa: N818  it says what is invalid, not that something broke
    """Scanned texts that are not the whole of one prescription's code."""


def _room(prefix: str) -> int:
    """How many characters one code holds after `prefix`: a byte segment for it, a numeric one for the rest."""
    left = _DATA_BITS - (4 + 16 + 8 * len(prefix)) - (4 + 12)
    digits = left // 10 * 3 + {7: 2, 8: 2, 9: 2}.get(left % 10, 1 if left % 10 >= 4 else 0)
    return digits // 2


def fits(jws_length: int) -> int:
    """How many codes a JWS of this length needs: 1, 2, or 0 when it fits on no slip."""
    if jws_length <= _room(_PREFIX):
        return 1
    return 2 if (jws_length + 1) // 2 <= _room(_HALVES[0]) else 0


def jws_length(payload: bytes, *, kid: str) -> int:
    """The length of the JWS that signing these bytes will give; an ES256 signature has 86 characters."""
    return sum(len(part) + 1 for part in jws.signing_input(header(kid), payload)) + 86


def qr_texts(token: str) -> list[str]:
    """The exact text, or two texts, that a scanner returns from the slip. ValueError when it fits on none."""
    codes = fits(len(token))
    if not codes:
        raise ValueError("too long for two codes")
    if codes == 1:
        return [_PREFIX + _as_digits(token)]
    middle = (len(token) + 1) // 2
    return [
        prefix + _as_digits(half)
        for prefix, half in zip(_HALVES, (token[:middle], token[middle:]), strict=True)
    ]


def _as_digits(text: str) -> str:
    return "".join(f"{ord(character) - _OFFSET:02d}" for character in text)


def jws_from_qr(texts: Sequence[str]) -> str:
    """The JWS behind what was scanned: one text, or the two halves in any order. Nothing is verified yet."""
    scanned = {text.strip() for text in texts}  # a scanner may end a line; the same code may be read twice
    if len(scanned) == 1:
        token = _from_digits(scanned.pop(), _PREFIX)
    elif len(scanned) == len(_HALVES):
        first, second = sorted(scanned)
        token = _from_digits(first, _HALVES[0]) + _from_digits(second, _HALVES[1])
    else:
        raise InvalidQr("one code, or both of two")
    if _JWS_TEXT.fullmatch(token) is None:
        raise InvalidQr("no signed prescription")
    return token


def _from_digits(text: str, prefix: str) -> str:
    digits = text.removeprefix(prefix)
    if digits == text or len(digits) > 2 * _room(prefix) or _DIGITS.fullmatch(digits) is None:
        raise InvalidQr("not one of our codes, or not read in full")
    return "".join(chr(int(digits[place : place + 2]) + _OFFSET) for place in range(0, len(digits), 2))
