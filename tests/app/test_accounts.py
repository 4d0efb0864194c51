"""People sign in, rest, leave, are locked out and are closed; nobody learns which names exist."""

from concurrent.futures import ThreadPoolExecutor
from typing import Annotated, Any

import pytest
from fastapi import APIRouter, FastAPI
from sqlmodel import col, select

from app import accounts
from app.access import Anyone, Person
from app.db import reading, side_session
from app.refusals import (
    AccountExists,
    AccountIncomplete,
    AccountUnknown,
    SignInLocked,
    SignInRefused,
    WeakPassword,
)
from app.tables import AccountSession, AuditEntry
from codings.base import Actor, Role
from tests.app.conftest import PASSWORD


@pytest.fixture(autouse=True)
def _doors(app: FastAPI) -> None:
    router = APIRouter()

    @router.get("/desk")
    def desk(by: Annotated[Actor, Person(Role.PHYSICIAN)]) -> dict[str, Any]:
        return {"id": by.id, "practitioner": by.practitioner}

    @router.get("/office")
    def office(by: Annotated[Actor, Person(Role.REGULATOR)]) -> dict[str, str]:
        return {"id": by.id}

    @router.get("/lobby")
    def lobby(by: Annotated[Actor, Anyone()]) -> dict[str, str]:
        return {"id": by.id}

    app.include_router(router)


def test_signing_in_opens_the_pages_of_ones_role_and_no_others(service, client, person):
    signed = accounts.sign_in(service, username=person(), password=PASSWORD)
    assert signed.landing == "/prescriber"
    client.cookies["noskheh"] = signed.secret
    assert client.get("/desk").json() == {"id": "account:dr.rad", "practitioner": "900101"}
    assert client.get("/lobby").json() == {"id": "account:dr.rad"}
    assert client.get("/office").status_code == 403


def test_a_visitor_is_nobody_and_is_sent_to_sign_in(client):
    assert client.get("/lobby").json() == {"id": "anyone"}
    sent = client.get("/desk")
    assert (sent.status_code, sent.headers["location"]) == (303, "/sign-in?next=/desk")


def test_the_database_does_not_hold_what_the_cookie_holds(service, person):
    signed = accounts.sign_in(service, username=person(), password=PASSWORD)
    assert len(signed.secret) >= 43  # 256 bits
    with reading(service) as session:
        kept = session.exec(select(AccountSession)).one()
    assert signed.secret not in kept.sha256
    assert accounts.who(service, secret=kept.sha256) is None


def test_a_name_may_be_typed_with_capitals_spaces_and_persian_digits(service, person):
    person("dr.rad12")
    assert accounts.sign_in(service, username=" Dr.Rad۱۲ ", password=PASSWORD).actor.id == "account:dr.rad12"


def test_signing_in_again_ends_the_session_the_browser_came_with(service, person):
    first = accounts.sign_in(service, username=person(), password=PASSWORD)
    second = accounts.sign_in(service, username="dr.rad", password=PASSWORD, replaces=first.secret)
    assert first.secret != second.secret
    assert accounts.who(service, secret=first.secret) is None
    assert accounts.who(service, secret=second.secret) is not None


def test_a_session_rests_only_so_long(service, person, clock):
    signed = accounts.sign_in(service, username=person(), password=PASSWORD)
    clock.now += accounts.idle(Role.PHYSICIAN) * 0.9
    assert accounts.who(service, secret=signed.secret) is not None  # seen: the rest begins again
    clock.now += accounts.idle(Role.PHYSICIAN) * 0.9
    assert accounts.who(service, secret=signed.secret) is not None
    clock.now += accounts.idle(Role.PHYSICIAN)
    assert accounts.who(service, secret=signed.secret) is None


def test_a_session_ends_with_the_day_however_busy_it_is(service, person, clock):
    signed = accounts.sign_in(service, username=person(), password=PASSWORD)
    end = clock.now + accounts.ABSOLUTE
    while clock.now + accounts.idle(Role.PHYSICIAN) / 2 < end:
        clock.now += accounts.idle(Role.PHYSICIAN) / 2
        assert accounts.who(service, secret=signed.secret) is not None
    clock.now = end
    assert accounts.who(service, secret=signed.secret) is None


def test_leaving_ends_the_session_on_the_server(service, person):
    signed = accounts.sign_in(service, username=person(), password=PASSWORD)
    accounts.sign_out(service, secret=signed.secret, by=signed.actor)
    assert accounts.who(service, secret=signed.secret) is None


def test_closing_an_account_or_changing_its_password_ends_its_sessions(service, person, officer):
    for name, close in (("dr.rad", "disable"), ("dr.sina", "set_password")):
        signed = accounts.sign_in(service, username=person(name), password=PASSWORD)
        with side_session(service) as session:
            if close == "disable":
                accounts.disable(session, username=name, by=officer)
            else:
                accounts.set_password(
                    session, service=service, username=name, password="another long password", by=officer
                )
        assert accounts.who(service, secret=signed.secret) is None
        with pytest.raises(SignInRefused):
            accounts.sign_in(service, username=name, password=PASSWORD)
    assert accounts.sign_in(service, username="dr.sina", password="another long password").secret


def test_unknown_name_wrong_password_and_closed_account_are_answered_alike(service, person, officer):
    person()
    person("dr.closed")
    with side_session(service) as session:
        accounts.disable(session, username="dr.closed", by=officer)
    answers = set()
    for name, password in (("dr.rad", "wrong"), ("nobody", PASSWORD), ("dr.closed", PASSWORD)):
        with pytest.raises(SignInRefused) as no:
            accounts.sign_in(service, username=name, password=password)
        answers.add((no.value.code, no.value.detail))
    assert len(answers) == 1


@pytest.mark.parametrize("name", ["dr.rad", "nobody-at-all"])
def test_after_five_wrong_tries_even_the_right_password_waits_fifteen_minutes(service, person, clock, name):
    person()
    for _ in range(5):
        with pytest.raises(SignInRefused):
            accounts.sign_in(service, username=name, password="wrong")
    clock.advance(minutes=14, seconds=59)
    with pytest.raises(SignInLocked):
        accounts.sign_in(service, username=name, password=PASSWORD)
    clock.advance(seconds=1)
    if name == "dr.rad":
        assert accounts.sign_in(service, username=name, password=PASSWORD).secret


def test_a_right_password_forgives_the_wrong_ones_before(service, person):
    person()
    for _ in range(3):
        for _ in range(4):
            with pytest.raises(SignInRefused):
                accounts.sign_in(service, username="dr.rad", password="wrong")
        assert accounts.sign_in(service, username="dr.rad", password=PASSWORD).secret


def test_eight_guessers_at_once_have_five_tries_between_them(service, person):
    person()

    def guess(_: int) -> type[Exception] | None:
        try:
            accounts.sign_in(service, username="dr.rad", password="wrong")
        except (SignInRefused, SignInLocked) as no:
            return type(no)
        return None

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(guess, range(8)))
    assert (
        sorted(answer.__name__ for answer in answers if answer)
        == ["SignInLocked"] * 3 + ["SignInRefused"] * 5
    )


def test_a_role_is_not_given_without_what_it_needs(service, person):
    with pytest.raises(AccountIncomplete):
        person("dr.no-centre", centre=None)
    with pytest.raises(AccountIncomplete):
        person("insurer", Role.INSURER_OFFICER, insurer=None)
    with pytest.raises(AccountIncomplete):
        person("robot", Role.MACHINE)
    with pytest.raises(AccountIncomplete):
        person("a b", Role.PHYSICIAN)


@pytest.mark.parametrize("password", ["short", "1234567890", "dr.rad-dr.rad", "x" * 501])
def test_a_password_that_is_guessed_first_is_refused(service, person, officer, password):
    person()
    with side_session(service) as session, pytest.raises(WeakPassword):
        accounts.set_password(session, service=service, username="dr.rad", password=password, by=officer)


def test_a_taken_name_and_an_unknown_account_are_said_so(service, person, officer):
    person()
    with pytest.raises(AccountExists):
        person()
    with side_session(service) as session, pytest.raises(AccountUnknown):
        accounts.disable(session, username="nobody", by=officer)


def test_signing_in_and_being_refused_are_both_written_down(service, person):
    person()
    accounts.sign_in(service, username="dr.rad", password=PASSWORD)
    with pytest.raises(SignInRefused):
        accounts.sign_in(service, username="dr.rad", password="wrong")
    with reading(service) as session:
        entries = session.exec(select(AuditEntry).order_by(col(AuditEntry.id))).all()
    assert [(e.verb, e.outcome) for e in entries if e.subject == "dr.rad"] == [
        ("account.add", "done"),
        ("account.sign_in", "done"),
        ("sign-in.refused", "refused"),
    ]
    assert not any("wrong" in str(entry) or PASSWORD in str(entry) for entry in entries)
