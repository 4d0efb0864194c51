"""Claims of access tokens and of clients' assertions: whose, for whom, until when."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import jose.jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from codings import jws
from codings.jws import InvalidJws, Key
from codings.jws.keys import signer

PRIVATE = (
    ec.generate_private_key(ec.SECP256R1())
    .private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    .decode()
)
SIGNING = Key("k1", "ES256", PRIVATE)
KEY = Key("k1", "ES256", jws.public_pem(PRIVATE))
NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
SECOND = int(NOW.timestamp())
CLAIMS: dict[str, Any] = {
    "iss": "https://noskheh.example",
    "sub": "client:tamin",
    "aud": "https://noskheh.example/api",
    "jti": "1",
    "iat": SECOND,
    "exp": SECOND + 300,
    "scope": "claims.read",
}


def check(token: str, **other: Any) -> dict[str, Any]:
    expected = {"key": KEY, "typ": "at+jwt", "issuer": CLAIMS["iss"], "audience": CLAIMS["aud"], "now": NOW}
    return jws.verify_claims(token, **(expected | other))


def refusal(token: str, **other: Any) -> str:
    with pytest.raises(InvalidJws) as refused:
        check(token, **other)
    return refused.value.reason


def token_of(claims: Any, **changes: Any) -> str:
    """A signed token of these claims, written as JSON allows rather than as `canonical` would."""
    told = {name: value for name, value in (claims | changes).items() if value != "absent"}
    return jws.sign(json.dumps(told).encode(), key=SIGNING, typ="at+jwt")


def assertion(header: dict[str, Any], **changes: Any) -> str:
    """What a client's own library signs."""
    start = f"{jws.b64(json.dumps(header).encode())}.{token_of(CLAIMS, **changes).split('.')[1]}"
    return f"{start}.{jws.b64(signer(PRIVATE, 'ES256').sign(start.encode()))}"


def test_the_claims_that_were_signed_come_back():
    assert check(jws.sign_claims(CLAIMS, key=SIGNING)) == CLAIMS


def test_a_float_is_no_claim():
    with pytest.raises(ValueError, match="float"):
        jws.sign_claims(CLAIMS | {"exp": SECOND + 0.5}, key=SIGNING)


@pytest.mark.parametrize("claim", ["iss", "sub", "aud", "jti", "iat", "exp"])
@pytest.mark.parametrize("value", ["absent", None, "", 1.5, True, [], {}, [1]])
def test_every_claim_is_required_and_of_its_kind(claim, value):
    assert refusal(token_of(CLAIMS, **{claim: value})) in {
        "claims",
        "json",
        "audience",
    }  # "" is an audience, of nobody


def test_python_jose_alone_would_let_a_missing_audience_pass():
    token = token_of(CLAIMS, aud="absent", exp=4_000_000_000, iat=0)
    assert jose.jwt.decode(token, KEY.pem, ["ES256"], audience="https://other")["sub"] == "client:tamin"
    assert refusal(token) == "claims"


@pytest.mark.parametrize("exp", [str(SECOND + 300), float(SECOND + 300), [SECOND + 300], True])
def test_an_expiry_is_a_whole_number_of_seconds(exp):
    assert refusal(token_of(CLAIMS, exp=exp)) in {"claims", "json"}


def test_another_issuer_or_audience_is_refused():
    token = jws.sign_claims(CLAIMS, key=SIGNING)
    assert refusal(token, issuer="https://other") == "issuer"
    assert refusal(token, audience="https://other") == "audience"
    assert refusal(token, audience=CLAIMS["aud"] + "/") == "audience"
    assert refusal(token, audience=[]) == "audience"


def test_any_of_several_audiences_will_do_on_both_sides():
    assert check(token_of(CLAIMS, aud=["x", CLAIMS["aud"]]))
    assert check(jws.sign_claims(CLAIMS, key=SIGNING), audience={"y", CLAIMS["aud"]})
    assert refusal(token_of(CLAIMS, aud=["x", "y"])) == "audience"
    assert refusal(token_of(CLAIMS, aud=[CLAIMS["aud"], 5])) == "claims"


def test_a_token_ends_thirty_seconds_after_its_expiry():
    token = jws.sign_claims(CLAIMS, key=SIGNING)
    assert check(token, now=NOW + timedelta(seconds=329))
    assert refusal(token, now=NOW + timedelta(seconds=330)) == "expired"
    assert refusal(token, now=NOW + timedelta(seconds=300), leeway_s=0) == "expired"


def test_a_token_does_not_begin_before_it_was_issued():
    token = jws.sign_claims(CLAIMS, key=SIGNING)
    assert check(token, now=NOW - timedelta(seconds=30))
    assert refusal(token, now=NOW - timedelta(seconds=31)) == "not_yet"
    assert refusal(token_of(CLAIMS, nbf=SECOND + 31)) == "not_yet"
    assert refusal(token_of(CLAIMS, nbf="0")) == "claims"
    assert check(token_of(CLAIMS, nbf=SECOND + 30))


def test_a_token_does_not_live_longer_than_allowed():
    token = jws.sign_claims(CLAIMS, key=SIGNING)
    assert check(token, max_age_s=300)
    assert refusal(token, max_age_s=299) == "lifetime"


def test_now_must_have_a_zone():
    with pytest.raises(ValueError, match="zone"):
        check(jws.sign_claims(CLAIMS, key=SIGNING), now=NOW.replace(tzinfo=None))


@pytest.mark.parametrize("typ", ["JWT", "rx+jws", "AT+JWT", "application/at+jwt"])
def test_a_token_of_another_typ_is_no_access_token(typ):
    assert refusal(jws.sign_claims(CLAIMS, key=SIGNING, typ=typ)) == "header"


def test_an_access_token_needs_its_kid_and_is_not_compressed():
    assert refusal(assertion({"alg": "ES256", "typ": "at+jwt"})) == "header"
    assert refusal(assertion({"alg": "ES256", "typ": "at+jwt", "kid": "k1", "zip": "DEF"})) == "header"
    assert refusal(assertion({"alg": "ES256", "typ": "at+jwt", "kid": "k2"})) == "key"


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "ES256"},
        {"alg": "ES256", "typ": "JWT"},
        {"alg": "ES256", "kid": "k1"},
        {"typ": "JWT", "kid": "k1", "alg": "ES256"},
    ],
)
def test_a_clients_assertion_may_leave_out_typ_kid_and_iat(header):
    token = assertion(header, iat="absent")
    assert check(token, typ=None, max_age_s=300)["sub"] == "client:tamin"
    assert jws.peek(token, assertion=True)[0] == header


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ({"alg": "ES256", "typ": "at+jwt"}, "header"),
        ({"alg": "ES256", "typ": "rx+jws", "kid": "k1"}, "header"),
        ({"alg": "ES256", "kid": "k2"}, "key"),
        ({"alg": "HS256"}, "algorithm"),
        ({"alg": "none"}, "algorithm"),
        ({"typ": "JWT"}, "header"),
        ({"alg": "ES256", "jku": "https://x"}, "header"),
        ({"alg": "ES256", "crit": ["exp"]}, "header"),
        ({"alg": "ES256", "zip": "DEF"}, "header"),
    ],
)
def test_a_clients_assertion_with_another_header_is_refused(header, reason):
    assert refusal(assertion(header), typ=None) == reason


@pytest.mark.parametrize("claim", ["iss", "sub", "aud", "jti", "exp"])
def test_a_clients_assertion_has_all_other_claims(claim):
    assert refusal(assertion({"alg": "ES256"}, **{claim: "absent"}), typ=None) == "claims"


def test_an_iat_that_a_client_tells_counts():
    assert refusal(assertion({"alg": "ES256"}, iat=SECOND + 31), typ=None) == "not_yet"
    assert refusal(assertion({"alg": "ES256"}, iat="0"), typ=None) == "claims"


@pytest.mark.parametrize("payload", [b"[]", b"null", b'"x"', b"{", b'{"exp":1,"exp":2}', b"\xff"])
def test_claims_are_one_unambiguous_object(payload):
    assert refusal(jws.sign(payload, key=SIGNING, typ="at+jwt")) in {"claims", "json"}


def test_a_name_that_nobody_needs_so_long_is_refused():
    assert refusal(token_of(CLAIMS, jti="x" * 1025)) == "claims"
