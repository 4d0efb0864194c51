"""Small secrets kept outside their owner's sight: encrypted with `accounts.key`, bound to one purpose and one person.

AES-256-GCM; purpose and user name are its associated data, so that what was sealed for one opens for nobody else and
for nothing else. Each purpose has a key of its own, derived from the file's.
"""

import hashlib
import hmac
import secrets
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.keys import Keys

_NONCE: Final = 12


class NotOurs(Exception):  # noqa: N818  a finding, not a fault
    """This was sealed for another person or purpose, was changed, or is no seal at all."""


def seal(keys: Keys, plain: bytes, *, purpose: str, username: str) -> bytes:
    """Encrypt `plain` for one person and one purpose."""
    nonce = secrets.token_bytes(_NONCE)
    return nonce + AESGCM(derive(keys, purpose)).encrypt(nonce, plain, _bound(purpose, username))


def unseal(keys: Keys, sealed: bytes, *, purpose: str, username: str) -> bytes:
    """What was sealed. Raises NotOurs."""
    try:
        return AESGCM(derive(keys, purpose)).decrypt(
            sealed[:_NONCE], sealed[_NONCE:], _bound(purpose, username)
        )
    except (InvalidTag, ValueError) as no:
        raise NotOurs from no


def derive(keys: Keys, purpose: str) -> bytes:
    """32 bytes that belong to a purpose; the same for as long as the key file stays."""
    return hmac.digest(keys.accounts, b"noskheh " + purpose.encode(), hashlib.sha256)


def _bound(purpose: str, username: str) -> bytes:
    return f"{purpose}\n{username}".encode()
