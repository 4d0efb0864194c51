"""A passkey's device in software: makes a key, answers challenges, and misbehaves in every way a test asks for."""

import hashlib
import json
import secrets
import struct
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from codings.jws import b64

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


@dataclass
class Authenticator:
    """One device with one passkey in it."""

    origin: str = "http://localhost:8000"
    rp_id: str = "localhost"
    flags: int = PRESENT | VERIFIED
    count: int = 0
    counts: bool = True  # a synced passkey does not
    id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    user_handle: str | None = None

    def create(self, options: dict[str, Any], **changed: Any) -> str:
        """Answer `navigator.credentials.create`."""
        self.user_handle = options["user"]["id"]
        attested = bytes(16) + struct.pack(">H", len(self.id)) + self.id + cbor2.dumps(self._cose())
        data = self._authenticator_data(changed, ATTESTED) + attested
        response = {
            "clientDataJSON": b64(self._client_data("webauthn.create", options, changed)),
            "attestationObject": b64(cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})),
            "transports": ["internal"],
        }
        return self._answer(response)

    def get(self, options: dict[str, Any], **changed: Any) -> str:
        """Answer `navigator.credentials.get`."""
        if self.counts:
            self.count += 1
        data = self._authenticator_data(changed)
        client = self._client_data("webauthn.get", options, changed)
        key = changed.get("key", self.key)
        response = {
            "clientDataJSON": b64(client),
            "authenticatorData": b64(data),
            "signature": b64(key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))),
            "userHandle": changed.get("user_handle", self.user_handle),
        }
        return self._answer(response)

    def _answer(self, response: dict[str, Any]) -> str:
        told = {"id": b64(self.id), "rawId": b64(self.id), "type": "public-key", "response": response}
        return json.dumps(told | {"clientExtensionResults": {}, "authenticatorAttachment": "platform"})

    def _client_data(self, kind: str, options: dict[str, Any], changed: dict[str, Any]) -> bytes:
        told = {
            "type": changed.get("type", kind),
            "challenge": changed.get("challenge", options["challenge"]),
            "origin": changed.get("origin", self.origin),
            "crossOrigin": False,
        }
        return json.dumps(told).encode()

    def _authenticator_data(self, changed: dict[str, Any], more: int = 0) -> bytes:
        rp = hashlib.sha256(changed.get("rp_id", self.rp_id).encode()).digest()
        flags = changed.get("flags", self.flags) | more
        return rp + bytes([flags]) + struct.pack(">I", changed.get("count", self.count))

    def _cose(self) -> dict[int, Any]:
        numbers = self.key.public_key().public_numbers()
        return {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
