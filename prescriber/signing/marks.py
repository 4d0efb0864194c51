"""Keyed hashes that stand for something secret; the keys are files of the service, never in the database."""

import hashlib
import hmac

from codings import jws
from prescriber.states import Number


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
