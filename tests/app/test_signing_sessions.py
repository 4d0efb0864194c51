"""Whoever signs has just proved who they are: for five minutes, in one browser, and never past a lock."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pyotp
import pytest
from sqlmodel import col, select

from app import accounts, one_time, passkeys, signing_sessions
from app.accounts import Proof
from app.db import reading, side_session
from app.refusals import MethodNotYours, NotSignedIn, StepUpNeeded
from app.tables import SigningSession
from codings.base import Actor, Role
from tests.app.authenticator import Authenticator
from tests.app.conftest import HERE, PASSWORD, hold

JSON = HERE | {"Accept": "application/json"}


@pytest.fixture
def by(person, clock) -> Actor:
    person()
    return Actor(id="account:dr.rad", role=Role.PHYSICIAN, at=clock.now)


@pytest.fixture
def browser(service, by) -> str:
    """The secret of a session opened by password."""
    return accounts.sign_in(service, username="dr.rad", password=PASSWORD).secret


def opened(service, secret, by, *, proof=None) -> signing_sessions.Opened:
    proof = proof or Proof("dr.rad", "password", by.at)
    return signing_sessions.open_session(service, session_secret=secret, proof=proof, by=by)


def require(service, secret, by) -> SigningSession:
    with reading(service) as session:
        return signing_sessions.require(session, session_sha256=accounts.digest(secret), by=by)


def test_without_a_proof_nobody_signs(service, browser, by):
    with pytest.raises(StepUpNeeded):
        require(service, browser, by)
    assert signing_sessions.current(service, session_sha256=accounts.digest(browser), by=by) is None


def test_a_proof_opens_five_minutes_and_gives_the_browser_a_new_id(service, browser, by, clock):
    told = opened(service, browser, by)
    assert told.secret != browser
    assert accounts.who(service, secret=browser) is None
    assert require(service, told.secret, by).id == told.signing.id
    clock.advance(minutes=4, seconds=59)
    assert require(service, told.secret, replace(by, at=clock.now)).ended_at is None
    clock.advance(seconds=1)
    with pytest.raises(StepUpNeeded):
        require(service, told.secret, replace(by, at=clock.now))
    assert accounts.who(service, secret=told.secret) is not None


def test_the_minutes_end_with_the_lock_the_door_and_the_account(service, browser, by, officer):
    secret = opened(service, browser, by).secret
    accounts.lock(service, held=accounts.held(service, secret=secret))
    with pytest.raises(StepUpNeeded):
        require(service, secret, by)
    secret = accounts.renew(service, secret=secret, proof=Proof("dr.rad", "password", by.at))
    with pytest.raises(StepUpNeeded):
        require(service, secret, by)  # unlocking is not signing
    secret = opened(service, secret, by).secret
    accounts.sign_out(service, secret=secret, by=by)
    with pytest.raises(StepUpNeeded):
        require(service, secret, by)
    secret = opened(
        service, accounts.sign_in(service, username="dr.rad", password=PASSWORD).secret, by
    ).secret
    assert require(service, secret, by).ended_at is None
    with side_session(service) as session:
        accounts.disable(session, username="dr.rad", by=officer)
    with pytest.raises(StepUpNeeded):
        require(service, secret, by)


def test_a_session_that_rested_into_its_lock_signs_nothing(service, browser, by, clock, person):
    """Even were the minutes longer than the rest that is allowed."""
    secret = opened(service, browser, by).secret
    with side_session(service) as session:
        row = session.exec(select(SigningSession)).one()
        session.connection().exec_driver_sql("RESET ROLE")
        row.ends_at = row.ends_at + timedelta(hours=1)
        session.add(row)
    clock.advance(minutes=10)
    with pytest.raises(StepUpNeeded):
        require(service, secret, replace(by, at=clock.now))


def test_another_browser_of_the_same_person_does_not_sign_and_takes_the_minutes_over(service, browser, by):
    other = accounts.sign_in(service, username="dr.rad", password=PASSWORD).secret
    first = opened(service, browser, by)
    with pytest.raises(StepUpNeeded):
        require(service, other, by)
    second = opened(service, other, by)
    assert require(service, second.secret, by).ended_at is None
    with pytest.raises(StepUpNeeded):
        require(service, first.secret, by)


def test_eight_browsers_that_open_at_once_leave_one_signing(service, by):
    secrets = [accounts.sign_in(service, username="dr.rad", password=PASSWORD).secret for _ in range(8)]
    with ThreadPoolExecutor(8) as threads:
        told = list(threads.map(lambda secret: opened(service, secret, by), secrets))
    with reading(service) as session:
        still = session.exec(select(SigningSession).where(col(SigningSession.ended_at).is_(None))).all()
    assert len(told) == 8
    assert len(still) == 1
    signing = [one for one in told if signs(service, one.secret, by)]
    assert [one.signing.id for one in signing] == [still[0].id]


def signs(service, secret, by) -> bool:
    return signing_sessions.current(service, session_sha256=accounts.digest(secret), by=by) is not None


def test_one_session_opened_twice_at_once_goes_on_under_one_id(service, browser, by):
    def one(_: int) -> str | None:
        try:
            return opened(service, browser, by).secret
        except NotSignedIn:
            return None

    with ThreadPoolExecutor(4) as threads:
        assert len([secret for secret in threads.map(one, range(4)) if secret]) == 1


def test_a_password_is_a_way_only_for_who_has_nothing_better_and_where_that_is_let(
    service, browser, by, clock
):
    strict = replace(service, settings=service.settings.model_copy(update={"second_factor_required": True}))
    with reading(service) as session:
        assert signing_sessions.methods(session, service=service, by=by) == ("password",)
        assert signing_sessions.methods(session, service=strict, by=by) == ()
    with pytest.raises(MethodNotYours):
        opened(strict, browser, by)
    with side_session(service) as session:
        one_time.begin(session, service=service, by=by)
    with side_session(service) as session:
        _, secret = one_time.pending(session, service=service, by=by)
        one_time.confirm(session, service=service, code=pyotp.TOTP(secret).at(clock.now), by=by)
    with reading(service) as session:
        assert signing_sessions.methods(session, service=service, by=by) == ("totp",)
    with pytest.raises(MethodNotYours):
        opened(service, browser, by)
    assert opened(service, browser, by, proof=Proof("dr.rad", "totp", by.at, {"step": 1})).secret


def test_somebody_elses_proof_opens_nothing(service, browser, by, person):
    person("dr.sina")
    with pytest.raises(MethodNotYours):
        opened(service, browser, by, proof=Proof("dr.sina", "password", by.at))


def test_a_locked_session_opens_no_minutes_through_the_page(service, client, browser, clock):
    hold(client, browser)
    clock.advance(minutes=10)
    told = client.post(
        "/account/signing-session", data={"method": "password", "password": PASSWORD}, headers=JSON
    )
    assert (told.status_code, told.json()["code"]) == (401, "access.locked")


# --- Through the pages


def test_a_script_is_told_when_the_minutes_end(service, client, browser, by, clock):
    hold(client, browser)
    told = client.post(
        "/account/signing-session", data={"method": "password", "password": PASSWORD}, headers=JSON
    )
    ends = (clock.now + timedelta(minutes=5)).isoformat()
    assert (told.status_code, told.json()) == (200, {"ends_at": ends, "method": "password"})
    assert require(service, client.cookies["noskheh"], by).evidence["method"] == "password"
    assert client.post("/account/signing-session/end", headers=JSON).json() == {}
    with pytest.raises(StepUpNeeded):
        require(service, client.cookies["noskheh"], by)


def test_a_plain_form_goes_back_to_its_page(client, browser):
    hold(client, browser)
    form = {"method": "password", "password": PASSWORD, "next": "/prescriber/key"}
    told = client.post("/account/signing-session", data=form, headers=HERE)
    assert (told.status_code, told.headers["location"]) == (303, "/prescriber/key")
    told = client.post("/account/signing-session/end", data={"next": "//evil.example"}, headers=HERE)
    assert (told.status_code, told.headers["location"]) == (303, "/")


def test_a_wrong_password_opens_nothing_and_says_so_in_json(client, browser):
    hold(client, browser)
    told = client.post(
        "/account/signing-session", data={"method": "password", "password": "no"}, headers=JSON
    )
    assert (told.status_code, told.json()["code"]) == (422, "account.password")
    assert "set-cookie" not in told.headers
    told = client.post("/account/signing-session", data={"method": "smoke"}, headers=JSON)
    assert told.status_code == 400
    told = client.post("/account/signing-session", data={"method": "passkey"}, headers=JSON)
    assert (told.status_code, told.json()["code"]) == (422, "signing.method")


def test_a_passkey_opens_the_minutes_and_its_answer_is_kept(service, client, browser, by):
    device = Authenticator()
    asked = passkeys.registration(service, session_sha256="x", by=by)
    with side_session(service) as session:
        passkeys.register(
            session,
            service=service,
            ceremony=UUID(asked["ceremony"]),
            credential=device.create(asked["publicKey"]),
            name="phone",
            session_sha256="x",
            by=by,
        )
    hold(client, browser)
    asked = client.post("/account/signing-session/options", headers=JSON).json()
    form = {"method": "passkey", "ceremony": asked["ceremony"], "credential": device.get(asked["publicKey"])}
    told = client.post("/account/signing-session", data=form, headers=JSON)
    assert told.status_code == 200, told.text
    evidence = require(service, client.cookies["noskheh"], by).evidence
    assert {"credential", "clientDataJSON", "authenticatorData", "signature", "publicKey"} <= evidence.keys()
    again = client.post("/account/signing-session", data=form, headers=JSON)
    assert (again.status_code, again.json()["code"]) == (409, "passkey.ceremony_over")
    # An answer to unlocking is no answer to signing.
    asked = client.post("/account/unlock/options", headers=JSON).json()
    form |= {"ceremony": asked["ceremony"], "credential": device.get(asked["publicKey"])}
    again = client.post("/account/signing-session", data=form, headers=JSON)
    assert (again.status_code, again.json()["code"]) == (409, "passkey.ceremony_over")
