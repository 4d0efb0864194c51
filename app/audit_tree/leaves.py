"""What exactly is hashed of an audit row: canonical JSON (RFC 8785), whose first half a patient may be shown.

Who looked is told to a patient by role and place, never by name. So the actor, the request and what only the database
needs stand in an inner hash with a salt nobody can guess: the outer bytes can be given away and still be checked.
"""

import hashlib
from datetime import UTC
from typing import Any, Final

from app.audit_tree.merkle import leaf_hash
from codings import jws

TOLD: Final = ("centre", "insurer", "outcome", "patient", "purpose", "role", "subject", "verb")
WITHHELD: Final = ("actor", "request_id")


def content(row: Any, *, salt: bytes) -> bytes:
    """The bytes of a leaf: every column of the audit row, those in `withheld` as one salted hash."""
    inner = {name: getattr(row, name) for name in WITHHELD} | {"salt": salt.hex(), "xid": str(row.xid)}
    outer = {name: getattr(row, name) for name in TOLD}
    outer |= {"id": str(row.id), "at": row.at.astimezone(UTC).isoformat(timespec="microseconds")}
    return jws.canonical(outer | {"withheld": hashlib.sha256(jws.canonical(inner)).hexdigest()})


def hashed(row: Any, *, salt: bytes) -> bytes:
    """The leaf hash of an audit row."""
    return leaf_hash(content(row, salt=salt))
