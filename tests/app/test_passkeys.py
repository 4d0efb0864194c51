"""A passkey is taken from the right device, for this service, this session, this challenge, once, and verified."""

import json
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from sqlmodel import select

from app import accounts, ceremonies, passkeys
from app.db import reading, side_session
from app.refusals import (
    CeremonyOver,
    LastProof,
    PasskeyCopied,
    PasskeyKnown,
    PasskeyRefused,
    PasskeyUnknown,
)
from app.tables import AuditEntry, Ceremony, Passkey
from codings.base import Actor, Role
from codings.jws import b64
from tests.app.authenticator import PRESENT, Authenticator
from tests.app.conftest import HERE, PASSWORD, hold

SESSION, OTHER = "a" * 64, "b" * 64


@pytest.fixture
def by(person, clock) -> Actor:
    person()
    return Actor(id="account:dr.rad", role=Role.PHYSICIAN, at=clock.now, name="Dr Rad")


@pytest.fixture
def add(service, by):
    def added(device: Authenticator, *, by: Actor = by, session: str = SESSION, **changed) -> Passkey:
        asked = passkeys.registration(service, session_sha256=SESSION, by=by)
        answer = changed.pop("answer", None) or device.create(asked["publicKey"], **changed)
        with side_session(service) as opened:
            return passkeys.register(
                opened,
                service=service,
                ceremony=UUID(asked["ceremony"]),
                credential=answer,
                name="my phone",
                session_sha256=session,
                by=by,
            )

    return added


@pytest.fixture
def device(add) -> Authenticator:
    """A device whose passkey is registered."""
    made = Authenticator()
    add(made)
    return made


@pytest.fixture
def prove(service):
    """Asks for a passkey to sign in with and sends the device's answer."""

    def proved(device: Authenticator, **changed) -> accounts.Proof:
        asked = passkeys.request(service, kind="sign-in")
        answer = device.get(asked["publicKey"], **changed)
        return passkeys.prove(service, kind="sign-in", ceremony=UUID(asked["ceremony"]), credential=answer)

    return proved


def test_a_passkey_signs_its_own_person_in_without_a_name(device, prove, service):
    assert prove(device).username == "dr.rad"
    with reading(service) as session:
        (kept,) = passkeys.passkeys_of(session, "dr.rad")
    assert (kept.name, kept.sign_count, kept.used_at) == ("my phone", 1, service.clock())


def test_the_options_ask_for_a_verified_user_and_hide_the_name_in_the_handle(service, by, device):
    asked = passkeys.registration(service, session_sha256=SESSION, by=by)["publicKey"]
    assert asked["rp"]["id"] == "localhost"
    assert asked["authenticatorSelection"]["userVerification"] == "required"
    assert asked["authenticatorSelection"]["residentKey"] == "required"
    assert [one["id"] for one in asked["excludeCredentials"]] == [b64(device.id)]
    assert b64(b"dr.rad") not in asked["user"]["id"]
    other = Actor(id="account:dr.sina", role=Role.PHYSICIAN, at=by.at)
    assert (
        passkeys.registration(service, session_sha256=SESSION, by=other)["publicKey"]["user"]["id"]
        != asked["user"]["id"]
    )
    assert passkeys.request(service, kind="sign-in")["publicKey"]["userVerification"] == "required"


def test_the_evidence_verifies_without_this_service(device, prove):
    facts = prove(device).evidence
    assert facts["method"] == "passkey"
    public = device.key.public_key()
    from base64 import urlsafe_b64decode
    from hashlib import sha256

    from cryptography.hazmat.primitives import hashes

    def raw(name: str) -> bytes:
        return urlsafe_b64decode(facts[name] + "==")

    signed = raw("authenticatorData") + sha256(raw("clientDataJSON")).digest()
    public.verify(raw("signature"), signed, ec.ECDSA(hashes.SHA256()))
    assert json.loads(raw("clientDataJSON"))["challenge"] == facts["challenge"]


WRONG: dict[str, dict[str, Any]] = {
    "no user verification": {"flags": PRESENT},
    "no user presence": {"flags": 0},
    "another origin": {"origin": "https://evil.example"},
    "our name on another port": {"origin": "http://localhost:9000"},
    "another service's key": {"rp_id": "evil.example"},
    "another challenge": {"challenge": b64(b"x" * 32)},
    "the wrong ceremony": {"type": "webauthn.create"},
}


@pytest.mark.parametrize("changed", WRONG.values(), ids=WRONG)
def test_a_wrong_answer_signs_nobody_in_and_is_written_down(device, prove, service, changed):
    with pytest.raises(PasskeyRefused):
        prove(device, **changed)
    with reading(service) as session:
        assert "passkey.refused" in [e.verb for e in session.exec(select(AuditEntry))]
    assert prove(device).username == "dr.rad"


def test_another_key_under_a_known_id_is_refused(device, prove):
    with pytest.raises(PasskeyRefused):
        prove(device, key=ec.generate_private_key(ec.SECP256R1()))


def test_a_passkey_that_names_another_person_is_refused(device, prove):
    with pytest.raises(PasskeyRefused):
        prove(device, user_handle=b64(b"somebody else" * 2))


@pytest.mark.parametrize(
    "changed",
    [{**told, "type": "webauthn.get"} if "type" in told else told for told in WRONG.values()],
    ids=WRONG,
)
def test_a_wrong_answer_registers_nothing(add, service, changed):
    with pytest.raises(PasskeyRefused):
        add(Authenticator(), **changed)
    with reading(service) as session:
        assert not passkeys.passkeys_of(session, "dr.rad")


@pytest.mark.parametrize(
    "answer", ["", "null", "[]", "{}", '{"response": 1}', '{"response": {}}', "x" * 30_000]
)
def test_what_is_no_answer_at_all_is_refused(add, answer):
    with pytest.raises(PasskeyRefused):
        add(Authenticator(), answer=answer or " ")


def test_an_answer_is_taken_once(device, service):
    asked = passkeys.request(service, kind="sign-in")
    answer = device.get(asked["publicKey"])
    told = {"kind": "sign-in", "ceremony": UUID(asked["ceremony"]), "credential": answer}
    assert passkeys.prove(service, **told).username == "dr.rad"
    with pytest.raises(CeremonyOver):
        passkeys.prove(service, **told)


def test_a_wrong_answer_uses_its_challenge_up(device, service):
    asked = passkeys.request(service, kind="sign-in")
    told = {"kind": "sign-in", "ceremony": UUID(asked["ceremony"])}
    with pytest.raises(PasskeyRefused):
        passkeys.prove(service, **told, credential=device.get(asked["publicKey"], flags=PRESENT))
    with pytest.raises(CeremonyOver):
        passkeys.prove(service, **told, credential=device.get(asked["publicKey"]))


def test_a_challenge_lives_five_minutes(device, service, clock):
    for seconds, good in ((299, True), (300, False)):
        asked = passkeys.request(service, kind="sign-in")
        clock.advance(seconds=seconds)
        told = {"ceremony": UUID(asked["ceremony"]), "credential": device.get(asked["publicKey"])}
        if good:
            assert passkeys.prove(service, kind="sign-in", **told).username == "dr.rad"
        else:
            with pytest.raises(CeremonyOver):
                passkeys.prove(service, kind="sign-in", **told)


def test_a_challenge_of_another_session_person_or_purpose_is_refused(device, service):
    right = {"kind": "sign", "username": "dr.rad", "session_sha256": SESSION}
    for wrong in ({"session_sha256": OTHER}, {"username": "dr.sina"}, {"kind": "prove"}):
        asked = passkeys.request(service, **right)
        told = {"ceremony": UUID(asked["ceremony"]), "credential": device.get(asked["publicKey"])}
        with pytest.raises(CeremonyOver):
            passkeys.prove(service, **told, **{**right, **wrong})
        assert passkeys.prove(service, **told, **right).method == "passkey"


def test_another_sessions_challenge_registers_nothing(add):
    with pytest.raises(CeremonyOver):
        add(Authenticator(), session=OTHER)


def test_another_persons_passkey_does_not_answer_for_this_one(device, add, service, person, by):
    person("dr.sina")
    colleague = Authenticator()
    add(colleague, by=Actor(id="account:dr.sina", role=Role.PHYSICIAN, at=by.at))
    asked = passkeys.request(service, kind="sign", username="dr.rad", session_sha256=SESSION)
    with pytest.raises(PasskeyRefused):
        passkeys.prove(
            service,
            kind="sign",
            ceremony=UUID(asked["ceremony"]),
            credential=colleague.get(asked["publicKey"]),
            username="dr.rad",
            session_sha256=SESSION,
        )


@pytest.mark.parametrize("count", [0, 4, 5])
def test_a_count_that_does_not_go_forward_is_refused_and_written_down(device, prove, service, count):
    prove(device, count=5)
    with pytest.raises(PasskeyCopied):
        prove(device, count=count)
    with reading(service) as session:
        assert "passkey.copied" in [e.verb for e in session.exec(select(AuditEntry))]
    assert prove(device, count=6).method == "passkey"


def test_a_synced_passkey_that_does_not_count_is_taken_each_time(add, prove):
    device = Authenticator(counts=False)
    add(device)
    assert prove(device).method == "passkey"
    assert prove(device).method == "passkey"


def test_a_removed_passkey_opens_nothing_and_stays_as_evidence(device, prove, service, by):
    with side_session(service) as session:
        passkeys.remove(session, service=service, id=b64(device.id), by=by)
    with pytest.raises(PasskeyRefused):
        prove(device)
    with reading(service) as session:
        assert not passkeys.passkeys_of(session, "dr.rad")
        assert session.exec(select(Passkey)).one().removed_at == by.at
    with side_session(service) as session, pytest.raises(PasskeyUnknown):
        passkeys.remove(session, service=service, id=b64(device.id), by=by)


def test_somebody_elses_passkey_is_not_removed(device, service, by, person):
    person("dr.sina")
    other = Actor(id="account:dr.sina", role=Role.PHYSICIAN, at=by.at)
    with side_session(service) as session, pytest.raises(PasskeyUnknown):
        passkeys.remove(session, service=service, id=b64(device.id), by=other)
    with reading(service) as session:
        assert len(passkeys.passkeys_of(session, "dr.rad")) == 1


def test_the_last_way_is_kept_where_one_is_required(device, add, service, by):
    strict = _strict(service)
    with side_session(service) as session, pytest.raises(LastProof):
        passkeys.remove(session, service=strict, id=b64(device.id), by=by)
    second = Authenticator()
    add(second)
    with side_session(service) as session:
        passkeys.remove(session, service=strict, id=b64(device.id), by=by)
    with side_session(service) as session, pytest.raises(LastProof):
        passkeys.remove(session, service=strict, id=b64(second.id), by=by)


def test_the_same_passkey_is_not_registered_twice(device, add):
    with pytest.raises(PasskeyKnown):
        add(device)


def test_a_closed_account_is_not_opened_by_its_passkey(device, client, service, officer):
    with side_session(service) as session:
        accounts.disable(session, username="dr.rad", by=officer)
    asked = client.post("/sign-in/passkey/options", headers=HERE).json()
    form = {"ceremony": asked["ceremony"], "credential": device.get(asked["publicKey"])}
    told = client.post("/sign-in/passkey", data=form, headers=HERE)
    assert told.status_code == 422
    assert "set-cookie" not in told.headers


def test_old_challenges_are_dropped(service, clock):
    passkeys.request(service, kind="sign-in")
    clock.advance(hours=1)
    with side_session(service) as session:
        ceremonies.forget_old(session, before=clock.now)
        assert not session.exec(select(Ceremony)).all()


# --- Through the pages


def signed_in(client, service) -> None:
    opened = accounts.sign_in(service, username="dr.rad", password=PASSWORD)
    hold(client, opened.secret)


def test_a_passkey_added_on_the_page_gives_the_session_a_new_id(by, client, service):
    signed_in(client, service)
    before = client.cookies["noskheh"]
    device = Authenticator()
    asked = client.post("/account/passkeys/options", headers=HERE).json()
    form = {
        "name": "my phone",
        "ceremony": asked["ceremony"],
        "credential": device.create(asked["publicKey"]),
    }
    told = client.post("/account/passkeys", data=form, headers=HERE)
    assert (told.status_code, told.headers["location"]) == (303, "/account#passkeys")
    assert client.cookies["noskheh"] != before
    assert accounts.who(service, secret=before) is None
    assert accounts.held(service, secret=client.cookies["noskheh"]).proof == "passkey"


def test_changing_the_ways_wants_a_proof_of_the_last_five_minutes(by, client, service, clock):
    signed_in(client, service)
    clock.advance(minutes=5, seconds=1)
    told = client.post("/account/passkeys/options", headers=HERE | {"Accept": "application/json"})
    assert (told.status_code, told.json()["code"]) == (401, "access.prove_again")
    assert client.post("/account/one-time", headers=HERE).status_code == 401
    form = {"method": "password", "password": PASSWORD, "next": "/account"}
    assert client.post("/account/unlock", data=form, headers=HERE).headers["location"] == "/account"
    assert client.post("/account/passkeys/options", headers=HERE).status_code == 200


def test_a_password_is_not_enough_to_change_the_ways_of_who_has_a_passkey(device, client, service, clock):
    proof = accounts.Proof("dr.rad", "passkey", clock.now)
    hold(client, accounts.begin(service, proof=proof).secret)
    clock.advance(minutes=6)
    form = {"method": "password", "password": PASSWORD, "next": "/account"}
    assert client.post("/account/unlock", data=form, headers=HERE).status_code == 422
    clock.advance(minutes=10)  # locked now: a password opens that, and makes nothing fresh
    assert client.post("/account/unlock", data=form, headers=HERE).status_code == 303
    assert client.post("/account/passkeys/options", headers=HERE).status_code == 401
    asked = client.post("/account/unlock/options", headers=HERE).json()
    form = {"method": "passkey", "ceremony": asked["ceremony"], "credential": device.get(asked["publicKey"])}
    assert client.post("/account/unlock", data=form, headers=HERE).status_code == 303
    assert client.post("/account/passkeys/options", headers=HERE).status_code == 200


def test_a_password_leads_to_the_second_step_when_there_is_a_passkey(device, client, service):
    form = {"username": "dr.rad", "password": PASSWORD}
    told = client.post("/sign-in", data=form, headers=HERE)
    assert told.status_code == 200
    assert "set-cookie" not in told.headers
    pending = told.text.split('name="pending" value="')[1].split('"')[0]
    for wrong in ("", pending[:-1], pending.split(".", maxsplit=1)[0], "x.y"):
        assert (
            client.post("/sign-in/second/options", data={"pending": wrong}, headers=HERE).status_code == 409
        )
    asked = client.post("/sign-in/second/options", data={"pending": pending}, headers=HERE).json()
    form = {"pending": pending, "method": "password", "password": PASSWORD}
    assert client.post("/sign-in/second", data=form, headers=HERE).status_code == 422
    form = {
        "pending": pending,
        "method": "passkey",
        "ceremony": asked["ceremony"],
        "credential": device.get(asked["publicKey"]),
    }
    told = client.post("/sign-in/second", data=form, headers=HERE)
    assert (told.status_code, told.headers["location"]) == (303, "/prescriber")
    assert accounts.held(service, secret=client.cookies["noskheh"]).proof == "passkey"
    again = client.post("/sign-in/second", data=form, headers=HERE)
    assert again.status_code == 409


def _strict(service):
    from dataclasses import replace

    return replace(service, settings=service.settings.model_copy(update={"second_factor_required": True}))
