"""Keys: PEM text from our own store, each with one algorithm that its kind, curve and size fit.

The one file that imports python-jose, and only its keys: what they sign or check is our own bytes.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)
from jose import jwk
from jose.backends.base import Key as JoseKey

from codings.jws.encoding import InvalidJws, b64, canonical, unb64

_CURVES: Final[Mapping[str, type[ec.EllipticCurve]]] = {"ES256": ec.SECP256R1, "ES384": ec.SECP384R1}
_ALGORITHM_OF_CURVE: Final[Mapping[str, str]] = {"P-256": "ES256", "P-384": "ES384"}
_RSA_ALGORITHM: Final = "RS384"
_RSA_BITS: Final = range(2048, 8193)
_PUBLIC_MEMBERS: Final = ("kty", "crv", "x", "y", "n", "e")
_PRIVATE_MEMBERS: Final = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})


@dataclass(frozen=True, slots=True)
class Key:
    """A key: its identifier, its one algorithm (ES256, ES384 or RS384) and PEM text, public or private.

    InvalidJws: algorithm, or key for what is not PEM text: as DER bytes, a raw point or an SSH line a
    public key passes in python-jose for an HMAC secret that everybody knows.
    """

    kid: str
    alg: str
    pem: str = field(repr=False)

    def __post_init__(self) -> None:
        if self.alg not in _CURVES and self.alg != _RSA_ALGORITHM:
            raise InvalidJws("algorithm")
        if not str(self.pem).startswith("-----BEGIN "):  # bytes begin with b' as text
            raise InvalidJws("key")


def kid_of(certificate_der: bytes) -> str:
    """The key identifier of a certificate: the first 8 bytes of its SHA-256, as 11 characters."""
    return b64(hashlib.sha256(certificate_der).digest()[:8])


def public_pem(private_pem: str) -> str:
    """The public half of a private key, both PEM text; InvalidJws("key") when it is none."""
    return _public_text(_load_private(private_pem).public_key())


def public_jwk(key: Key) -> dict[str, str]:
    """The public key as a member of a JWKS (RFC 7517), whether the PEM is public or private."""
    described = verifier(key.pem, key.alg).to_dict()
    public = {name: str(described[name]) for name in _PUBLIC_MEMBERS if name in described}
    return public | {"kid": key.kid, "alg": key.alg, "use": "sig"}


def key_from_jwk(told: Mapping[str, Any]) -> Key:
    """The public key that a client registers as JWK, its algorithm fixed by its kind.

    P-256 is ES256, P-384 is ES384, RSA of 2048 to 8192 bits is RS384. Without a `kid` the key is named
    by its thumbprint (RFC 7638). InvalidJws("key") for anything else, a private key above all.
    """
    if told.keys() & _PRIVATE_MEMBERS:
        raise InvalidJws("key")
    try:
        alg, public, thumbprint = _rsa_key(told) if told["kty"] == "RSA" else _ec_key(told)
    except (InvalidJws, ValueError, KeyError, TypeError):
        raise InvalidJws("key") from None
    kid = told.get("kid", b64(hashlib.sha256(canonical(thumbprint)).digest()))
    if told.get("use", "sig") != "sig" or told.get("alg", alg) != alg or not isinstance(kid, str) or not kid:
        raise InvalidJws("key")
    return Key(kid, alg, _public_text(public))


def _ec_key(told: Mapping[str, Any]) -> tuple[str, ec.EllipticCurvePublicKey, dict[str, str]]:
    alg = _ALGORITHM_OF_CURVE[told["crv"]]
    curve = _CURVES[alg]()
    x, y = unb64(told["x"]), unb64(told["y"])
    if told["kty"] != "EC" or len(x) * 8 != curve.key_size or len(y) * 8 != curve.key_size:
        raise InvalidJws("key")
    point = ec.EllipticCurvePublicKey.from_encoded_point(curve, b"\x04" + x + y)
    return alg, point, {name: told[name] for name in ("crv", "kty", "x", "y")}


def _rsa_key(told: Mapping[str, Any]) -> tuple[str, rsa.RSAPublicKey, dict[str, str]]:
    n, e = (int.from_bytes(unb64(told[name]), "big") for name in ("n", "e"))
    if n.bit_length() not in _RSA_BITS:
        raise InvalidJws("key")
    return (
        _RSA_ALGORITHM,
        rsa.RSAPublicNumbers(e, n).public_key(),
        {name: told[name] for name in ("e", "kty", "n")},
    )


def _public_text(public: Any) -> str:
    pem: bytes = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return pem.decode("ascii")


def _load_private(pem: str) -> Any:
    try:
        return load_pem_private_key(pem.encode("utf-8"), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise InvalidJws("key") from None


@lru_cache(maxsize=64)
def signer(pem: str, alg: str) -> JoseKey:
    """What signs with this private key; InvalidJws("key") for a public one or one of another kind."""
    return _fitting(pem, alg, _load_private(pem))


@lru_cache(maxsize=4096)  # loading a PEM costs as much as verifying a signature
def verifier(pem: str, alg: str) -> JoseKey:
    """What verifies by this key, public or the public half; InvalidJws("key") if it does not fit."""
    text = public_pem(pem) if "PRIVATE KEY-----" in pem else pem
    try:
        loaded = load_pem_public_key(text.encode("utf-8"))
    except (ValueError, UnsupportedAlgorithm):
        raise InvalidJws("key") from None
    return _fitting(text, alg, loaded)


def _fitting(pem: str, alg: str, loaded: Any) -> JoseKey:
    """python-jose's key, once the key is seen to be of the algorithm's own kind, curve and size.

    python-jose itself lets ES256 be used with any curve of 256 bits or more.
    """
    if alg in _CURVES:
        elliptic = isinstance(loaded, (ec.EllipticCurvePublicKey, ec.EllipticCurvePrivateKey))
        fits = elliptic and isinstance(loaded.curve, _CURVES[alg])
    else:
        fits = isinstance(loaded, (rsa.RSAPublicKey, rsa.RSAPrivateKey)) and loaded.key_size in _RSA_BITS
    if not fits:
        raise InvalidJws("key")
    return jwk.construct(pem, alg)
