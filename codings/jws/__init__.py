"""The fence round python-jose: every signature of the service is made and checked here.

python-jose has known holes (a public key taken as an HMAC secret, `crit` ignored, padding accepted, a
missing `aud` passing), so nothing else imports it, and here it only ever sees bytes to sign or to
check. What a token says about itself is read by our own strict parser:

* the algorithm comes from the stored key, never from the token, and fits the key's curve or size;
* the header has exactly known members: no `crit`, no key of its own (`jwk`, `jku`, `x5u`, `x5c`);
* base64url is canonical (one text for one sequence of bytes), JSON has no duplicate member;
* sizes are bounded before anything is decoded or inflated;
* claims that a decision rests on are required, with their types.

A signature with the high s is accepted (WebCrypto makes them), so a token's text is no identity:
sameness is `payload_sha256` with the `kid`.

`encoding` turns values into bytes and back in one way only, `keys` is the one file that imports
python-jose, `tokens` signs and verifies, `claims` adds what a JWT needs.
"""

from codings.jws.claims import sign_claims, verify_claims
from codings.jws.encoding import (
    InvalidJws,
    b64,
    canonical,
    deflate,
    inflate,
    payload_sha256,
    strict_json,
    unb64,
)
from codings.jws.keys import Key, key_from_jwk, kid_of, public_jwk, public_pem
from codings.jws.tokens import peek, sign, signing_input, verify

__all__ = [
    "InvalidJws",
    "Key",
    "b64",
    "canonical",
    "deflate",
    "inflate",
    "key_from_jwk",
    "kid_of",
    "payload_sha256",
    "peek",
    "public_jwk",
    "public_pem",
    "sign",
    "sign_claims",
    "signing_input",
    "strict_json",
    "unb64",
    "verify",
    "verify_claims",
]
