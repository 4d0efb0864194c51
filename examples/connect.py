"""What every client needs: its key, a token that lives five minutes, and answers that explain themselves.

Needs httpx and cryptography, nothing of Noskheh itself.
"""

import base64
import json
import time
import uuid
from pathlib import Path
from typing import Any

import httpx
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Key:
    """A P-256 private key from a PEM file; signs the way JOSE wants it (64 raw bytes)."""

    def __init__(self, path: Path, kid: str) -> None:
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            msg = f"{path} holds no elliptic-curve key"
            raise TypeError(msg)
        self._key = key
        self.kid = kid

    def sign(self, data: bytes) -> bytes:
        r, s = utils.decode_dss_signature(self._key.sign(data, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    def jwt(self, claims: dict[str, Any]) -> str:
        header = b64(json.dumps({"alg": "ES256", "typ": "JWT", "kid": self.kid}).encode())
        body = b64(json.dumps(claims).encode())
        return f"{header}.{body}.{b64(self.sign(f'{header}.{body}'.encode()))}"


class Refused(Exception):
    """The service said no; the text carries its code, its words and what to do."""

    def __init__(self, answer: httpx.Response) -> None:
        self.status = answer.status_code
        said = answer.json() if "json" in answer.headers.get("content-type", "") else {}
        self.code = said.get("code", "")
        parts = [
            str(answer.status_code),
            self.code,
            said.get("detail", answer.text[:200]),
            said.get("fix", ""),
        ]
        parts += [f["message"]["en"] for f in said.get("findings", ()) if "message" in f]
        super().__init__(" · ".join(p for p in parts if p))


class Client:
    """One machine client; `entry` is one of the `clients` of world.json, beside which its key file lies."""

    def __init__(self, base_url: str, entry: dict[str, Any], *, folder: Path) -> None:
        self.id = entry["client_id"]
        self.scope = entry["scope"]
        self._key = Key(folder / entry["key_file"], entry["kid"])
        self._base = base_url
        self._http = httpx.Client(base_url=self._base, timeout=40, trust_env=False)
        self._token = ""
        self._until = 0.0

    def get(self, path: str, **query: Any) -> Any:
        return self._json(self.send("GET", path, params=query))

    def post(self, path: str, body: Any, *, once: str | None = None) -> Any:
        """POST JSON. Every write carries an idempotency key, so that a lost answer can be asked for again."""
        return self._json(
            self.send("POST", path, json=body, headers={"Idempotency-Key": once or str(uuid.uuid4())})
        )

    def send(
        self, method: str, path: str, *, headers: dict[str, str] | None = None, **more: Any
    ) -> httpx.Response:
        sent = {"Authorization": f"Bearer {self._bearer()}", "Accept-Language": "en", **(headers or {})}
        answer = self._http.request(method, f"/api/v1{path}", headers=sent, **more)
        if answer.is_error:
            raise Refused(answer)
        return answer

    @staticmethod
    def _json(answer: httpx.Response) -> Any:
        return answer.json() if answer.content else None

    def _bearer(self) -> str:
        if time.time() > self._until - 30:
            url = f"{self._base}/oauth/token"
            now = int(time.time())
            claims = {
                "iss": self.id,
                "sub": self.id,
                "aud": url,
                "exp": now + 240,
                "iat": now,
                "jti": str(uuid.uuid4()),
            }
            answer = self._http.post(
                "/oauth/token",
                data={
                    "grant_type": "client_credentials",
                    "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                    "client_assertion": self._key.jwt(claims),
                    "scope": self.scope,
                },
            )
            if answer.is_error:
                raise Refused(answer)
            said = answer.json()
            self._token, self._until = said["access_token"], time.time() + said["expires_in"]
        return self._token
