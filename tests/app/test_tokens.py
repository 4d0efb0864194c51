"""Machines get a token only by their own key, once per assertion, for what they were granted."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated, Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from fastapi import APIRouter, FastAPI

from app import clients, tokens
from app.access import Machine as MachineOnly
from app.db import side_session
from app.refusals import ClientRefused
from codings import actions, jws
from codings.base import Actor
from codings.states import LicenceState
from tests import factories
from tests.app.conftest import jwks, new_key

HEADER_WITHOUT_KID = jws.b64(b'{"alg":"ES256"}')


@pytest.fixture(autouse=True)
def _doors(app: FastAPI) -> None:
    router = APIRouter()

    @router.get("/api/v1/door")
    def door(by: Annotated[Actor, MachineOnly("prescriber")]) -> dict[str, Any]:
        return {"id": by.id, "centre": by.centre, "scopes": sorted(by.scopes)}

    @router.get("/api/v1/other-door")
    def other(by: Annotated[Actor, MachineOnly("pharmacy")]) -> dict[str, str]:
        return {"id": by.id}

    app.include_router(router)


def test_a_signed_assertion_becomes_a_token_that_opens_what_its_scope_allows(machine, client, clinic):
    told = machine.ask(scope="prescriber")
    assert told.status_code == 200
    assert told.headers["cache-control"] == "no-store"
    assert told.json() | {"access_token": ""} == {
        "access_token": "",
        "token_type": "bearer",
        "expires_in": 300,
        "scope": "prescriber",
    }
    opened = client.get("/api/v1/door", headers={"Authorization": f"Bearer {told.json()['access_token']}"})
    assert opened.json() == {"id": "client:clinic-system", "centre": clinic, "scopes": ["prescriber"]}


@pytest.mark.parametrize("kind", ["ES256", "ES384", "RS384"])
def test_each_kind_of_registered_key_is_accepted(register, kind):
    assert register(kind=kind).ask(scope="prescriber").status_code == 200


def test_an_assertion_is_accepted_once(machine):
    assertion = machine.assertion()
    assert machine.ask(assertion).status_code == 200
    again = machine.ask(assertion)
    assert (again.status_code, again.json()["error"]) == (401, "invalid_client")


def test_of_eight_at_once_with_the_same_assertion_one_gets_a_token(machine, service):
    assertion = machine.assertion()

    def ask(_: int) -> bool:
        try:
            tokens.grant(service, assertion=assertion, scope="prescriber")
        except tokens.OAuthError:
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(ask, range(8))) == 1


@pytest.mark.parametrize(
    "changed",
    [
        {"aud": "http://evil.example/oauth/token"},
        {"aud": None},
        {"iss": "someone-else"},
        {"sub": "unknown-client", "iss": "unknown-client"},
        {"jti": None},
        {"exp": None},
        {"exp": 1},
        {"exp": 4_000_000_000},
        {"nbf": 4_000_000_000},
    ],
)
def test_an_assertion_with_a_wrong_claim_is_refused(machine, changed):
    told = machine.ask(machine.assertion(**changed))
    assert (told.status_code, told.json()["error"]) == (401, "invalid_client")


def test_an_assertion_by_another_key_is_refused(machine):
    stranger = jws.Key(machine.key.kid, "ES256", new_key().pem)
    told = machine.ask(jws.sign_claims(machine.claims(), key=stranger, typ="JWT"))
    assert (told.status_code, told.json()["error"]) == (401, "invalid_client")


@pytest.mark.parametrize("algorithm", ["none", "HS256", "ES384", "RS384"])
def test_the_algorithm_of_the_registered_key_decides_and_not_the_header(machine, algorithm):
    _, payload, signature = machine.assertion().split(".")
    header = jws.b64(json.dumps({"alg": algorithm, "kid": machine.key.kid}).encode())
    assert machine.ask(f"{header}.{payload}.{signature}").status_code == 401


def test_without_a_kid_the_registered_keys_are_tried(register):
    machine = register()
    _, payload, signature = machine.assertion().split(".")
    assert machine.ask(f"{HEADER_WITHOUT_KID}.{payload}.{signature}").status_code == 401  # signed otherwise
    assert machine.ask(_signed_without_kid(machine.claims(), machine.key)).status_code == 200


def test_a_token_carries_only_granted_scopes_and_none_left_is_refused(register):
    machine = register("both", scopes=["prescriber", "pharmacy"])
    assert machine.ask(scope="pharmacy insurer").json()["scope"] == "pharmacy"
    assert machine.ask().json()["scope"] == "pharmacy prescriber"
    refused = machine.ask(scope="insurer codings")
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_scope")


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": None}, "invalid_request"),
        ({"client_assertion_type": "jwt"}, "invalid_request"),
    ],
)
def test_other_ways_of_asking_are_refused_in_the_words_of_oauth(machine, form, error):
    told = machine.ask(**form)
    assert (told.status_code, told.json()["error"]) == (400, error)


def test_a_token_ends_after_five_minutes(machine, client, clock):
    headers = machine.bearer()
    clock.advance(seconds=299)
    assert client.get("/api/v1/door", headers=headers).status_code == 200
    clock.advance(seconds=1)
    ended = client.get("/api/v1/door", headers=headers)
    assert ended.status_code == 401
    assert ended.headers["www-authenticate"] == 'Bearer realm="noskheh", error="invalid_token"'
    assert ended.json()["code"] == "access.bad_token"


def test_disabling_a_client_works_at_once_on_its_living_token(machine, client, service, officer):
    headers = machine.bearer()
    with side_session(service) as session:
        clients.disable(session, id=machine.id, by=officer)
    assert client.get("/api/v1/door", headers=headers).status_code == 401
    assert machine.ask().status_code == 401


def test_suspending_its_centre_closes_the_door_at_once(machine, client, service, clinic):
    headers = machine.bearer()
    with side_session(service) as session:
        actions.set_centre_licence(
            session, siam=clinic, state=LicenceState.SUSPENDED, by=factories.codings_editor()
        )
    closed = client.get("/api/v1/door", headers=headers)
    assert (closed.status_code, closed.json()["code"]) == (403, "access.centre")


def test_a_missing_scope_is_403_and_a_missing_token_401_with_the_challenge(machine, client):
    wrong = client.get("/api/v1/other-door", headers=machine.bearer())
    assert wrong.status_code == 403
    assert wrong.headers["www-authenticate"] == (
        'Bearer realm="noskheh", error="insufficient_scope", scope="pharmacy"'
    )
    none = client.get("/api/v1/door")
    assert none.status_code == 401
    assert none.headers["www-authenticate"] == 'Bearer realm="noskheh"'


@pytest.mark.parametrize("typ", ["JWT", "rx+jws", "receipt+jws"])
def test_only_a_token_of_our_token_key_and_type_opens_anything(machine, client, service, typ):
    claims = machine.claims(iss=service.settings.public_url, aud=tokens.audience(service), scope="prescriber")
    for key in (service.keys.token, service.keys.seal):
        forged = jws.sign_claims(claims, key=key, typ=typ)
        assert client.get("/api/v1/door", headers={"Authorization": f"Bearer {forged}"}).status_code == 401
    genuine = jws.sign_claims(claims, key=service.keys.token, typ="at+jwt")
    assert client.get("/api/v1/door", headers={"Authorization": f"Bearer {genuine}"}).status_code == 200


def test_rotation_ends_the_old_key_and_starts_the_new(machine, service, officer):
    old, new = machine.key, new_key()
    with side_session(service) as session:
        clients.rotate(session, id=machine.id, jwks=jwks(new), by=officer)
    assert machine.ask().status_code == 401
    machine.key = new
    assert machine.ask().status_code == 200
    with side_session(service) as session:
        assert [key.kid for key in clients.keys_of(session, id=machine.id)] == [new.kid]
        assert old.kid != new.kid


@pytest.mark.parametrize(
    "told",
    [
        {"scopes": []},
        {"scopes": ["everything"]},
        {"scopes": ["insurer"]},
        {"scopes": ["prescriber"], "centre": None},
        {"scopes": ["prescriber"], "insurer": "10"},
        {"scopes": ["prescriber", "insurer"]},
        {"scopes": ["codings"]},
        {"scopes": ["codings", "regulator"], "centre": None},
    ],
)
def test_a_client_belongs_to_one_centre_or_one_insurer(service, officer, clinic, told):
    given = {"scopes": ["prescriber"], "centre": clinic} | told
    with side_session(service) as session, pytest.raises(ClientRefused):
        clients.client_add(session, id="strange", name="x", jwks=jwks(new_key()), by=officer, **given)


def test_a_private_or_weak_key_is_not_registered(service, officer, clinic):
    leaked = {"keys": [jws.public_jwk(new_key()) | {"d": "AAAA"}]}
    sets: list[dict[str, Any]] = [leaked, {"keys": []}, {"keys": [{"kty": "oct", "k": "AAAA"}]}]
    for keys in sets:
        with side_session(service) as session, pytest.raises(ClientRefused):
            clients.client_add(
                session, id="strange", name="x", scopes=["prescriber"], centre=clinic, jwks=keys, by=officer
            )


def _signed_without_kid(claims: dict[str, Any], key: jws.Key) -> str:
    """Our own signer always names the key, as others do not."""
    private = load_pem_private_key(key.pem.encode(), password=None)
    assert isinstance(private, ec.EllipticCurvePrivateKey)
    start = f"{HEADER_WITHOUT_KID}.{jws.b64(json.dumps(claims).encode())}"
    r, s = decode_dss_signature(private.sign(start.encode(), ec.ECDSA(hashes.SHA256())))
    return f"{start}.{jws.b64(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"
