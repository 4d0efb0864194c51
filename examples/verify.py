"""What an insurer or an auditor checks with nothing but the downloaded bytes and the public certificates.

No call to Noskheh is made here: hashes, the chain of manifests, the claim's evidence, and the physician's
signature are all computed from what was received.
"""

import hashlib
import json
import zlib
from typing import Any

from connect import b64, unb64
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils


class Differs(Exception):
    """Something is not what it claims to be."""


def canonical(value: Any) -> bytes:
    """RFC 8785 for data without floats: sorted keys (all of ours are ASCII), no spaces, UTF-8."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def signature(token: str, public_key: ec.EllipticCurvePublicKey) -> bytes:
    """Verify a compact JWS (ES256); gives its payload."""
    header, payload, signed = token.split(".")
    if json.loads(unb64(header))["alg"] != "ES256":
        msg = "a signature with another algorithm"
        raise Differs(msg)
    raw = unb64(signed)
    der = utils.encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    try:
        public_key.verify(der, f"{header}.{payload}".encode(), ec.ECDSA(hashes.SHA256()))
    except InvalidSignature as no:
        msg = "a signature does not verify"
        raise Differs(msg) from no
    return unb64(payload)


def chain(manifests: list[dict[str, Any]], seal: ec.EllipticCurvePublicKey) -> None:
    """Gapless from 1, each manifest hashing the one before, each signed by the service."""
    before = "0" * 64
    for n, manifest in enumerate(manifests, start=1):
        body = {k: v for k, v in manifest.items() if k not in ("manifest_sha256", "signature")}
        sha = hashlib.sha256(canonical(body)).hexdigest()
        expect("batch number", manifest["seq"], n)
        expect(f"batch {n}: previous manifest", manifest["prev_manifest_sha256"], before)
        expect(f"batch {n}: manifest hash", manifest["manifest_sha256"], sha)
        expect(f"batch {n}: signed manifest", signature(manifest["signature"], seal), canonical(body))
        before = sha


def evidence(claim: dict[str, Any]) -> None:
    """The claim's own hash over everything in it."""
    body = {k: v for k, v in claim.items() if k != "evidence_sha256"}
    expect("evidence", claim["evidence_sha256"], hashlib.sha256(canonical(body)).hexdigest())


def prescription(claim: dict[str, Any], ca: x509.Certificate, seal: x509.Certificate) -> dict[str, Any]:
    """The signed prescription inside a claim: certificate from the health CA, signature, readable content."""
    signed = claim["prescription"]
    certificate = x509.load_pem_x509_certificate(signed["certificate"].encode())
    der = certificate.public_bytes(serialization.Encoding.DER)
    expect("kid", b64(hashlib.sha256(der).digest()[:8]), signed["kid"])
    if (
        certificate != seal
    ):  # a transcribed paper is sealed by the service, everything else signed by a physician
        certificate.verify_directly_issued_by(ca)
    public = certificate.public_key()
    if not isinstance(public, ec.EllipticCurvePublicKey):
        msg = "a certificate without an elliptic-curve key"
        raise Differs(msg)
    payload = signature(signed["jws"], public)
    content: dict[str, Any] = json.loads(zlib.decompressobj(-15).decompress(payload, 16384))
    return content


def expect(what: str, got: object, wanted: object) -> None:
    if got != wanted:
        msg = f"{what}: {got!r} where {wanted!r} was expected"
        raise Differs(msg)
