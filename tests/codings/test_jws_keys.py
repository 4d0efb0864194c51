"""Keys: PEM text, one algorithm each, published and registered as JWK."""

import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from codings import jws
from codings.jws import InvalidJws, Key


def private_text(private: Any) -> str:
    return str(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()), "ascii")


def public_text(private: Any) -> str:
    return str(private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo), "ascii")


def reason(call: Callable[..., Any], *args: Any, **kwargs: Any) -> str:
    with pytest.raises(InvalidJws) as refused:
        call(*args, **kwargs)
    return refused.value.reason


OWNER = ec.generate_private_key(ec.SECP256R1())
WIDE = ec.generate_private_key(ec.SECP384R1())
RSA = rsa.generate_private_key(65537, 2048)
SMALL = rsa.generate_private_key(65537, 1024)  # noqa: S505  to see it refused
SIGNING = Key("owner", "ES256", private_text(OWNER))
KEY = Key("owner", "ES256", public_text(OWNER))
PUBLIC = OWNER.public_key()
SECRETS = {
    "PEM": public_text(OWNER).encode(),
    "DER": PUBLIC.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
    "raw point": PUBLIC.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint),
    "SSH line": PUBLIC.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH),
}


@pytest.mark.parametrize(
    "alg", ["", "none", "None", "HS256", "RS256", "ES512", "ES256K", "PS256", "EdDSA", "es256"]
)
def test_a_key_has_one_of_three_algorithms(alg):
    assert reason(Key, "owner", alg, public_text(OWNER)) == "algorithm"


@pytest.mark.parametrize("secret", SECRETS.values(), ids=SECRETS)
def test_a_key_is_pem_text_and_never_bytes(secret):
    assert reason(Key, "owner", "ES256", secret) == "key"
    if not secret.startswith(b"-----"):
        assert reason(Key, "owner", "ES256", secret.decode("latin-1")) == "key"


def test_a_kid_is_eleven_characters_of_the_certificates_hash():
    assert len(jws.kid_of(b"certificate")) == 11
    assert jws.unb64(jws.kid_of(b"certificate")) == hashlib.sha256(b"certificate").digest()[:8]


def test_a_key_does_not_show_its_secret():
    assert "PRIVATE" not in repr(SIGNING)


def test_the_public_half_comes_out_of_a_private_key():
    assert jws.public_pem(private_text(OWNER)) == public_text(OWNER)
    assert reason(jws.public_pem, public_text(OWNER)) == "key"
    assert reason(jws.public_pem, "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n") == "key"


@pytest.mark.parametrize(
    ("alg", "pem"),
    [
        ("ES256", public_text(WIDE)),
        ("ES384", public_text(OWNER)),
        ("ES256", public_text(RSA)),
        ("RS384", public_text(OWNER)),
        ("RS384", public_text(SMALL)),
        ("ES256", public_text(ec.generate_private_key(ec.SECP256K1()))),
        ("ES256", public_text(ed25519.Ed25519PrivateKey.generate())),
        ("ES256", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"),
        ("ES256", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
    ],
)
def test_a_key_of_another_kind_curve_or_size_verifies_nothing(alg, pem):
    token = f"{'.'.join(jws.signing_input({'alg': alg, 'kid': 'owner', 'typ': 'rx+jws'}, b'x'))}.{'A' * 86}"
    assert reason(jws.verify, token, key=Key("owner", alg, pem), typ="rx+jws") == "key"


@pytest.mark.parametrize(
    ("private", "alg"), [(OWNER, "ES256"), (WIDE, "ES384"), (RSA, "RS384")], ids=["ES256", "ES384", "RS384"]
)
def test_a_registered_jwk_is_the_key_that_was_published(private, alg):
    published = jws.public_jwk(Key("k1", alg, private_text(private)))
    assert not published.keys() & {"d", "p", "q", "dp", "dq", "qi"}
    assert published["kid"] == "k1"
    key = jws.key_from_jwk(published)
    assert (key.kid, key.alg, key.pem) == ("k1", alg, public_text(private))


def test_a_jwk_without_kid_is_named_by_its_thumbprint():
    published = jws.public_jwk(KEY)
    del published["kid"], published["alg"], published["use"]
    key = jws.key_from_jwk(published)
    assert key.alg == "ES256"
    members = json.dumps({name: published[name] for name in ("crv", "kty", "x", "y")}, separators=(",", ":"))
    assert jws.unb64(key.kid) == hashlib.sha256(members.encode()).digest()


def test_the_thumbprint_of_an_rsa_key_is_that_of_rfc_7638():
    example = {
        "kty": "RSA",
        "e": "AQAB",
        "n": (
            "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc"
            "_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQ"
            "R0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bF"
            "TWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"
        ),
    }
    assert jws.key_from_jwk(example).kid == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"


@pytest.mark.parametrize(
    "change",
    [
        *[{"kty": "oct"}, {"kty": "OKP"}, {"kty": None}, {"crv": "P-521"}, {"crv": "secp256k1"}],
        *[{"crv": "P-384"}, {"crv": ["P-256"]}, {"alg": "HS256"}, {"alg": "ES384"}, {"use": "enc"}],
        *[{"d": "AAAA"}, {"k": "AAAA"}, {"x": "AAAA"}, {"x": "A" * 43}, {"x": None}, {"y": 5}],
        *[{"kid": ""}, {"kid": 5}],
    ],
    ids=json.dumps,
)
def test_a_jwk_of_another_kind_is_refused(change):
    assert reason(jws.key_from_jwk, jws.public_jwk(KEY) | change) == "key"


def test_an_incomplete_or_private_jwk_is_refused():
    assert reason(jws.key_from_jwk, {}) == "key"
    assert reason(jws.key_from_jwk, {"kty": "EC", "crv": "P-256"}) == "key"
    modulus = SMALL.public_key().public_numbers().n.to_bytes(128, "big")
    assert reason(jws.key_from_jwk, {"kty": "RSA", "e": "AQAB", "n": jws.b64(modulus)}) == "key"
