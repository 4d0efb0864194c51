"""The bytes an insurer is given: claim lines, the file they make, the manifest over it, and the chain.

All pure. A line is canonical JSON (RFC 8785) and a newline, made once when the claim becomes ready. A file is
its lines one after another, so where each starts is addition, and a range of the file is a look-up.
A manifest names its file by hash and its predecessor by hash: nobody can change, drop or reorder a batch
unseen. The first of an insurer points at sixty-four zeros.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from codings import jws

FILE_NAME = "claims.ndjson"
FILE_TYPE = "application/x-ndjson"
NO_PREDECESSOR = "0" * 64
RETENTION_YEARS = 5  # longer than any appeal
SEAL_TYPE = "batch+jws"
DEFAULT_SIZE = 500
LARGEST = 10_000
_FIRST_INEXACT = 2**53


@dataclass(frozen=True, slots=True)
class Tally:
    """What a batch holds, counted."""

    claims: int
    reversals: int
    amount: int
    file_bytes: int
    file_sha256: str


@dataclass(frozen=True, slots=True)
class Sealed:
    """A manifest as it stays: the exact bytes, their hash, and the content as a value."""

    content: dict[str, Any]
    manifest: bytes
    sha256: str


def sha256(data: bytes) -> str:
    """SHA-256 in lower-case hex, the form every hash here is told in."""
    return hashlib.sha256(data).hexdigest()


def claim_line(content: dict[str, Any]) -> bytes:
    """The line of a claim: `content` with the hash over all of it, canonical, ending in a newline.

    `evidence_sha256` is the SHA-256 of the canonical JSON without that field, so that a reader can check it.
    """
    return jws.canonical(content | {"evidence_sha256": sha256(jws.canonical(content))}) + b"\n"


def reversal_line(
    *,
    claim: str,
    version: int,
    kind: str,
    insurer: str,
    amount: int,
    reason: str,
    reverses: int,
    original: bytes,
) -> bytes:
    """The line that takes a claim back: the amount is negative.

    The line it undoes, the last one that asked for the money and was in a batch, is named by version and hash.
    """
    return claim_line(
        {
            "claim": claim,
            "version": version,
            "kind": "reversal",
            "share": kind,
            "insurer": insurer,
            "reverses": reverses,
            "reverses_line_sha256": sha256(original),
            "amounts": {"requested": -amount},
            "reason": reason,
        }
    )


def manifest(*, insurer: str, seq: int, at: datetime, previous: str, tally: Tally) -> Sealed:
    """The manifest of batch `seq`, without the two fields that are made from it (its hash and signature)."""
    content = {
        "insurer": insurer,
        "seq": seq,
        "sealed_at": rfc3339(at),
        "claim_count": tally.claims,
        "reversal_count": tally.reversals,
        "amount_total": tally.amount,
        "prev_manifest_sha256": previous,
        "files": [
            {
                "name": FILE_NAME,
                "type": FILE_TYPE,
                "count": tally.claims + tally.reversals,
                "bytes": tally.file_bytes,
                "sha256": tally.file_sha256,
                "url": f"/api/v1/claim-batches/{seq}/files/{FILE_NAME}",
            }
        ],
        "retained_until": retained_until(at).isoformat(),
    }
    data = jws.canonical(content)
    return Sealed(content, data, sha256(data))


def retained_until(at: datetime) -> date:
    """The day until which a batch sealed at `at` can be fetched at least."""
    day = at.astimezone(UTC).date()
    if (day.month, day.day) == (2, 29):
        day = day.replace(day=28)
    return day.replace(year=day.year + RETENTION_YEARS)


def rfc3339(at: datetime) -> str:
    """An instant in UTC, to the microsecond where it has one: one spelling, since it is hashed."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def overlap(offset: int, length: int, start: int, end: int) -> slice | None:
    """Which part of a line of `length` bytes at `offset` lies in [start, end) of the file; None: no part."""
    first, last = max(start - offset, 0), min(end - offset, length)
    return slice(first, last) if first < last else None


def exact(value: Any) -> Any:
    """`value` as canonical JSON can carry it: what a partner sent with fractions or dates becomes text.

    A float is told by its shortest text, a decimal by its plain one; an integer JSON programs would round is text too.
    """
    if value is None or isinstance(value, (str, bool)):
        return value
    if isinstance(value, int):
        return value if abs(value) < _FIRST_INEXACT else str(value)
    if isinstance(value, Mapping):
        return {str(name): exact(member) for name, member in value.items()}
    if isinstance(value, (list, tuple)):
        return [exact(member) for member in value]
    if isinstance(value, datetime):
        return rfc3339(value)
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    return value.isoformat() if isinstance(value, date) else str(value)
