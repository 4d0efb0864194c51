"""SHABAD: the numbers of our own issue, and the prescription numbers that extend any SHABAD.

A SHABAD of another issuer is opaque; only ours has the parts below, and nothing may rest on them.
"""

import re
import secrets
from collections.abc import Callable
from typing import Final

from stdnum.iso7064 import mod_37_36

from codings.identifiers.kinds import INSURER_CODE, PRESCRIPTION_NUMBER

SHABAD_ALPHABET: Final = "0123456789ABCDEFGHJKMNPRTVWXYZ"  # no I L O Q S U: they are read as others
_RANDOM_CHARACTERS: Final = 8
_RANDOM_BYTES: Final = 16  # over 30**8 values the bias of the remainder is then nothing
_OURS: Final = re.compile(rf"Z?[1-9][0-9]{{0,2}}[0-9]{{2}}[{SHABAD_ALPHABET}]{{9}}")


def make_shabad(
    insurer_code: str,
    jalali_year: int,
    random: bytes | Callable[[int], bytes] = secrets.token_bytes,
    *,
    reserved: bool = False,
) -> str:
    """A new SHABAD of our own issue; the primary key, not this function, makes sure that it is unique.

    Insurer code, two digits of the Jalali year, 8 random characters and the check character of ISO 7064
    hybrid MOD 31,30; a leading Z marks one reserved for offline use. `random` is 16 random bytes or
    more, or what gives as many as it is asked for. ValueError for fewer.
    """
    given = random if isinstance(random, bytes) else random(_RANDOM_BYTES)
    if len(given) < _RANDOM_BYTES:
        raise ValueError(f"a SHABAD needs {_RANDOM_BYTES} random bytes")
    number = int.from_bytes(given, "big")
    characters = []
    for _ in range(_RANDOM_CHARACTERS):
        number, place = divmod(number, len(SHABAD_ALPHABET))
        characters.append(SHABAD_ALPHABET[place])
    start = f"{'Z' if reserved else ''}{INSURER_CODE.parse(insurer_code)}{jalali_year % 100:02d}"
    body = start + "".join(characters)
    # The hybrid MOD M+1,M for any alphabet of M characters: here MOD 31,30.
    check: str = mod_37_36.calc_check_digit(body, alphabet=SHABAD_ALPHABET)
    return body + check


def shabad_check_ok(shabad: str) -> bool:
    """Whether this has the shape and the check character of a SHABAD that we issued."""
    return _OURS.fullmatch(shabad) is not None and bool(mod_37_36.is_valid(shabad, alphabet=SHABAD_ALPHABET))


def split_prescription_number(text: str) -> tuple[str, int | None]:
    """The SHABAD and the number of "SHABAD-2"; a bare SHABAD has no number (None).

    InvalidIdentifier for anything else.
    """
    shabad, _, number = PRESCRIPTION_NUMBER.parse(text).partition("-")
    return shabad, int(number) if number else None
