"""A one-time code is taken from the right app, within half a minute around its own, once, and guessed five times."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pyotp
import pytest
from sqlmodel import select

from app import accounts, one_time
from app.db import reading, side_session
from app.refusals import CodeRefused, LastProof, NothingPending, SignInLocked
from app.sealed_box import NotOurs, seal, unseal
from app.tables import AuditEntry, OneTimeSecret
from codings.base import Actor, Role
from codings.text import persian_digits
from tests.app.conftest import HERE, PASSWORD, hold


@pytest.fixture
def by(person, clock) -> Actor:
    person()
    return Actor(id="account:dr.rad", role=Role.PHYSICIAN, at=clock.now)


def begun(service, by) -> pyotp.TOTP:
    with side_session(service) as session:
        one_time.begin(session, service=service, by=by)
    with reading(service) as session:
        uri, secret = one_time.pending(session, service=service, by=by)
    assert "Noskheh" in uri
    assert secret in uri
    return pyotp.TOTP(secret)


def confirm(service, by, code: str) -> None:
    with side_session(service) as session:
        one_time.confirm(session, service=service, code=code, by=by)


@pytest.fixture
def phone(service, by, clock) -> pyotp.TOTP:
    """An app that was set up; its next code is fresh."""
    app = begun(service, by)
    confirm(service, by, app.at(clock.now))
    clock.advance(minutes=1)
    return app


def prove(service, code: str) -> accounts.Proof:
    return one_time.prove(service, username="dr.rad", code=code)


def test_a_code_of_the_app_proves_who_one_is(service, phone, clock):
    proof = prove(service, phone.at(clock.now))
    assert (proof.username, proof.method) == ("dr.rad", "totp")


def test_a_code_may_be_typed_in_persian_with_a_space_in_it(service, phone, clock):
    code = phone.at(clock.now)
    assert prove(service, f" {persian_digits(code[:3])} {persian_digits(code[3:])} ").method == "totp"


@pytest.mark.parametrize(("seconds", "good"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
def test_a_clock_may_be_off_by_one_step(service, phone, clock, seconds, good):
    clock.advance(minutes=5)
    code = phone.at(int(clock.now.timestamp()) + seconds)
    if good:
        assert prove(service, code).method == "totp"
    else:
        with pytest.raises(CodeRefused):
            prove(service, code)


def test_a_code_is_taken_once_and_none_before_it_any_more(service, phone, clock):
    now = int(clock.now.timestamp())
    earlier, code, later = phone.at(now - 30), phone.at(now), phone.at(now + 30)
    assert prove(service, code).method == "totp"
    for used in (code, earlier):
        with pytest.raises(CodeRefused):
            prove(service, used)
    assert prove(service, later).method == "totp"


def test_the_code_that_confirmed_the_app_does_not_sign_in_too(service, by, clock):
    app = begun(service, by)
    confirm(service, by, app.at(clock.now))
    with pytest.raises(CodeRefused):
        prove(service, app.at(clock.now))


def test_eight_requests_with_one_code_are_one_proof(service, phone, clock):
    code = phone.at(clock.now)

    def one(_: int) -> bool:
        try:
            prove(service, code)
        except (CodeRefused, SignInLocked):
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(one, range(8))) == 1


def test_after_five_wrong_codes_even_the_right_one_waits(service, phone, clock):
    for _ in range(5):
        with pytest.raises(CodeRefused):
            prove(service, "000000")
    with pytest.raises(SignInLocked):
        prove(service, phone.at(clock.now))
    clock.advance(minutes=15)
    assert prove(service, phone.at(clock.now)).method == "totp"
    with reading(service) as session:
        verbs = [entry.verb for entry in session.exec(select(AuditEntry))]
    assert verbs.count("one-time.refused") == 5
    assert verbs.count("one-time.locked") == 1


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "12 34", "１２３４５６７"])
def test_what_is_no_code_is_refused(service, phone, code):
    with pytest.raises(CodeRefused):
        prove(service, code)


def test_an_app_counts_only_once_it_was_confirmed(service, by, clock):
    app = begun(service, by)
    with pytest.raises(CodeRefused):
        prove(service, app.at(clock.now))
    with pytest.raises(CodeRefused):
        confirm(service, by, "000000")
    with reading(service) as session:
        assert accounts.ways(session, "dr.rad") == ()


def test_the_old_app_works_until_the_new_one_is_confirmed(service, phone, by, clock):
    new = begun(service, by)
    assert prove(service, phone.at(clock.now)).method == "totp"
    clock.advance(minutes=1)
    confirm(service, replace(by, at=clock.now), new.at(clock.now))
    clock.advance(minutes=1)
    with pytest.raises(CodeRefused):
        prove(service, phone.at(clock.now))
    assert prove(service, new.at(clock.now)).method == "totp"


def test_the_secret_is_shown_only_while_it_waits(service, phone, by):
    with reading(service) as session, pytest.raises(NothingPending):
        one_time.pending(session, service=service, by=by)


def test_the_database_holds_the_secret_sealed_for_its_person_and_purpose(service, phone):
    with reading(service) as session:
        sealed = session.exec(select(OneTimeSecret)).one().sealed
    assert sealed is not None
    assert phone.secret.encode() not in sealed
    keys = service.keys
    assert unseal(keys, sealed, purpose="one-time", username="dr.rad").decode() == phone.secret
    wrong = [{"purpose": "carried"}, {"username": "dr.sina"}]
    for changed in wrong:
        with pytest.raises(NotOurs):
            unseal(keys, sealed, **{"purpose": "one-time", "username": "dr.rad", **changed})
    with pytest.raises(NotOurs):
        unseal(keys, sealed[:-1] + bytes([sealed[-1] ^ 1]), purpose="one-time", username="dr.rad")
    assert seal(keys, b"x", purpose="p", username="u") != seal(keys, b"x", purpose="p", username="u")


def test_the_last_way_is_kept_where_one_is_required(service, phone, by):
    strict = replace(service, settings=service.settings.model_copy(update={"second_factor_required": True}))
    with side_session(service) as session, pytest.raises(LastProof):
        one_time.remove(session, service=strict, by=by)
    with side_session(service) as session:
        one_time.remove(session, service=service, by=by)
    with reading(service) as session:
        assert accounts.ways(session, "dr.rad") == ()


def test_the_administrator_takes_away_what_was_lost_but_not_their_own(service, phone, officer, person):
    from app.refusals import AccountUnknown, OwnProofs

    opened = accounts.begin(service, proof=accounts.Proof("dr.rad", "totp", service.clock()))
    with side_session(service) as session:
        accounts.reset_proofs(session, username="dr.rad", by=officer)
    assert accounts.who(service, secret=opened.secret) is None
    assert accounts.sign_in(service, username="dr.rad", password=PASSWORD).secret
    for name, no in (("nobody", AccountUnknown), ("admin", OwnProofs)):
        with side_session(service) as session, pytest.raises(no):
            accounts.reset_proofs(session, username=name, by=officer)


# --- Through the pages


def test_an_app_is_set_up_on_the_page_and_asked_for_at_the_next_sign_in(service, by, client, clock):
    hold(client, accounts.sign_in(service, username="dr.rad", password=PASSWORD).secret)
    assert client.post("/account/one-time", headers=HERE).headers["location"] == "/account/one-time"
    page = client.get("/account/one-time").text
    assert "<svg" in page
    app = pyotp.TOTP(page.split('translate="no">')[1].split("<")[0].replace(" ", ""))
    wrong = client.post("/account/one-time/confirm", data={"code": "000000"}, headers=HERE)
    assert wrong.status_code == 422
    told = client.post("/account/one-time/confirm", data={"code": app.at(clock.now)}, headers=HERE)
    assert (told.status_code, told.headers["location"]) == (303, "/account#codes")
    assert accounts.held(service, secret=client.cookies["noskheh"]).proof == "totp"
    clock.advance(minutes=1)
    told = client.post("/sign-in", data={"username": "dr.rad", "password": PASSWORD}, headers=HERE)
    pending = told.text.split('name="pending" value="')[1].split('"')[0]
    form = {"method": "totp", "pending": pending, "next": "/prescriber/key"}
    assert client.post("/sign-in/second", data=form | {"code": "000000"}, headers=HERE).status_code == 422
    told = client.post("/sign-in/second", data=form | {"code": app.at(clock.now)}, headers=HERE)
    assert (told.status_code, told.headers["location"]) == (303, "/prescriber/key")


def test_the_second_step_waits_five_minutes(service, phone, client, clock):
    told = client.post("/sign-in", data={"username": "dr.rad", "password": PASSWORD}, headers=HERE)
    pending = told.text.split('name="pending" value="')[1].split('"')[0]
    clock.advance(minutes=5)
    form = {"method": "totp", "pending": pending, "code": phone.at(clock.now)}
    told = client.post("/sign-in/second", data=form, headers=HERE)
    assert told.status_code == 409
    assert "set-cookie" not in told.headers


def test_signing_in_by_password_alone_is_refused_where_there_is_more(service, phone):
    from app.refusals import SecondProofNeeded

    with pytest.raises(SecondProofNeeded):
        accounts.sign_in(service, username="dr.rad", password=PASSWORD)
