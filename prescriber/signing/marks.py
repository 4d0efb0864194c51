"""Keyed hashes that stand for something secret; the keys are files of the service, never in the database."""

import base64
import hashlib
import hmac
from typing import Final

from codings import jws
from codings.text import ascii_digits
from prescriber.states import Number

# The letters of Crockford's base 32: no I, L, O and U, so that nothing printed can be taken for something else.
_BASE32: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_CROCKFORD: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_TO_TYPED: Final = str.maketrans(_BASE32, _CROCKFORD)
_FROM_TYPED: Final = str.maketrans(_CROCKFORD + "OIL", _BASE32 + "ABB")  # read O as 0, I and L as 1
_TYPEABLE: Final = frozenset(_CROCKFORD + "OIL")
_TYPED_LENGTH: Final = 16


def patient_mark(patient_key: bytes, identifier: str) -> str:
    """The patient in signed content: a keyed hash, so that nobody without the key can try out numbers."""
    return jws.b64(hmac.digest(patient_key, identifier.encode(), hashlib.sha256)[:16])


def pointer_secret(pointer_key: bytes, number: Number) -> str:
    """The 80 bits that are printed on the slip beside the number; holding them is holding the slip."""
    return jws.b64(hmac.digest(pointer_key, f"pointer {number}".encode(), hashlib.sha256)[:10])


def pointer_url(public_url: str, number: Number, secret: str) -> str:
    """The small code on the slip. What follows the # never reaches a server's log."""
    return f"{public_url.rstrip('/')}/q/{number}#{secret}"


def pointer_sha256(secret: str) -> str:
    """What is kept of a pointer's secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def typed_secret(secret: str) -> str:
    """The secret as a person types it from paper: sixteen capitals and digits in groups of four."""
    code = base64.b32encode(base64.urlsafe_b64decode(secret + "==")).decode().translate(_TO_TYPED)
    return " ".join(code[place : place + 4] for place in range(0, _TYPED_LENGTH, 4))


def secret_of_typed(typed: str) -> str | None:
    """The secret behind what was typed, in any case, digits and grouping; None when it cannot be one."""
    code = "".join(c for c in ascii_digits(typed).upper() if c not in " -\u200c\u200e\u200f\t")
    if len(code) != _TYPED_LENGTH or not _TYPEABLE.issuperset(code):
        return None
    return jws.b64(base64.b32decode(code.translate(_FROM_TYPED)))
