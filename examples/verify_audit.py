"""Check a downloaded proof of who looked at a prescription, trusting only the service's public key.

    python verify_audit.py PROOF.json --keys JWKS.json [--checkpoints KEPT.jws] [--consistency CONSISTENCY.json]

PROOF.json comes from the patient's page, JWKS.json from /.well-known/jwks.json. KEPT.jws has checkpoints that you (or
somebody you trust) kept, one signed text a line. The proof's checkpoint must then be one of them, or CONSISTENCY.json,
from /api/v1/audit/consistency?first=KEPT&second=PROOF, must show that it continues one of them. Needs cryptography
and nothing of Noskheh; makes no call.
"""

import argparse
import base64
import hashlib
import json
import sys
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils


class Differs(Exception):
    """Something is not what it claims to be."""


def unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def checkpoint(token: str, jwks: dict[str, Any]) -> dict[str, Any]:
    """What a signed checkpoint says: origin, size, root (hex), at."""
    try:
        head, body, signed = token.split(".")
        header, raw = json.loads(unb64(head)), unb64(signed)
        jwk = next(key for key in jwks["keys"] if key["kid"] == header["kid"])
        x, y = (int.from_bytes(unb64(jwk[name]), "big") for name in ("x", "y"))
        key = ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
        der = utils.encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
        key.verify(der, f"{head}.{body}".encode(), ec.ECDSA(hashes.SHA256()))
    except (InvalidSignature, ValueError, KeyError, StopIteration) as no:
        raise Differs("a checkpoint is not signed by this service") from no
    if (header.get("alg"), header.get("typ")) != ("ES256", "checkpoint+jws") or len(raw) != 64:
        raise Differs("what is signed there is no checkpoint")
    return dict(json.loads(unb64(body)))


def node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def included(content: str, leaf: int, path: list[str], size: int, root: bytes) -> None:
    """A leaf and its path lead to the root (RFC 9162, 2.1.3.2)."""
    at, last, found = leaf, size - 1, hashlib.sha256(b"\x00" + content.encode()).digest()
    if not 0 <= leaf < size:
        raise Differs(f"entry {leaf} is not among the {size} sealed ones")
    for step in map(bytes.fromhex, path):
        if last == 0:
            raise Differs(f"entry {leaf}: its path is too long")
        if at & 1 or at == last:
            found = node(step, found)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            found = node(found, step)
        at, last = at >> 1, last >> 1
    if last != 0 or found != root:
        raise Differs(f"entry {leaf} is not what was sealed")


def continues(old: dict[str, Any], new: dict[str, Any], path: list[str]) -> None:
    """The tree of one checkpoint begins with that of another (RFC 9162, 2.1.4.2)."""
    first, steps = old["size"], [bytes.fromhex(step) for step in path]
    old_root, new_root = bytes.fromhex(old["root"]), bytes.fromhex(new["root"])
    if first & (first - 1) == 0:
        steps.insert(0, old_root)
    at, last = first - 1, new["size"] - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    before = after = steps[0] if steps else b""
    for step in steps[1:]:
        if last == 0:
            raise Differs("the proof of consistency is too long")
        if at & 1 or at == last:
            before, after = node(step, before), node(step, after)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            after = node(after, step)
        at, last = at >> 1, last >> 1
    if last != 0 or before != old_root or after != new_root:
        raise Differs(f"the audit of {new['size']} entries does not begin with the {first} you kept")


def anchored(new: dict[str, Any], kept: list[dict[str, Any]], proof: dict[str, Any] | None) -> str:
    """The proof's checkpoint is a kept one, or continues one; gives the words for it."""
    same = [old for old in kept if old["size"] == new["size"]]
    if same:
        if any(old["root"] != new["root"] for old in same):
            raise Differs(f"the audit of {new['size']} entries is not the one you kept")
        return "a checkpoint you kept"
    below = [old for old in kept if old["size"] < new["size"]]
    if proof is None or not below:
        raise Differs(
            "none of your checkpoints has this size, and nothing shows that this one continues them"
        )
    old = next((old for old in below if old["size"] == proof["first"]), None)
    if old is None or proof["second"] != new["size"]:
        raise Differs("the proof of consistency is about other sizes")
    continues(old, new, proof["path"])
    return f"a checkpoint that continues the one of {old['size']} entries you kept"


def main() -> int:
    parser = argparse.ArgumentParser(description="Check who looked at a prescription")
    parser.add_argument("proof", type=Path)
    parser.add_argument("--keys", type=Path, required=True)
    parser.add_argument("--checkpoints", type=Path)
    parser.add_argument("--consistency", type=Path)
    asked = parser.parse_args()
    told, jwks = (json.loads(path.read_text(encoding="utf-8")) for path in (asked.proof, asked.keys))
    try:
        new = checkpoint(told["checkpoint"] or "", jwks)
        under = "a checkpoint signed by the service"
        if asked.checkpoints:
            kept = [checkpoint(line, jwks) for line in asked.checkpoints.read_text().split()]
            proof = json.loads(asked.consistency.read_text()) if asked.consistency else None
            under = anchored(new, kept, proof)
        for entry in told["entries"]:
            included(entry["content"], entry["leaf"], entry["path"], new["size"], bytes.fromhex(new["root"]))
            row = json.loads(entry["content"])
            print(f"{entry['leaf']:>8}  {row['at']}  {row['role']}  {row['centre'] or row['insurer'] or '-'}")
    except Differs as no:
        print(f"NOT as sealed: {no}", file=sys.stderr)
        return 1
    print(
        f"{len(told['entries'])} entries are under {under}: {new['size']} entries, {new['at']}, root"
        f" {new['root'][:16]}; {told['waiting']} wait to be sealed."
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
