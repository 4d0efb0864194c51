"""A session that rests is locked and not lost: only its own person opens it, and only they send what they had typed."""

import html
import re
from dataclasses import replace
from typing import Annotated

import pytest
from fastapi import APIRouter, FastAPI, Request
from sqlmodel import select

from app import accounts
from app.access import Person
from app.db import reading, side_session
from app.forms import Sent
from app.main import create_app
from app.refusals import NotSignedIn
from app.tables import AccountSession
from codings.base import Actor, Role
from tests.app.conftest import HERE, PASSWORD, hold

JSON = HERE | {"Accept": "application/json"}
TYPED = {"key": "k-1", "patient.name": 'سینا "راد" <b>', "note": "half a sentence"}


@pytest.fixture(autouse=True)
def _doors(app: FastAPI) -> list[dict[str, str]]:
    router, written = APIRouter(), []

    @router.post("/desk/{what}")
    def desk(what: str, by: Annotated[Actor, Person(Role.PHYSICIAN)], sent: Sent) -> dict[str, str]:
        written.append({name: str(value) for name, value in sent.multi_items()})
        return {"by": by.id}

    @router.get("/desk")
    def look(by: Annotated[Actor, Person(Role.PHYSICIAN)], request: Request) -> dict[str, int]:
        return {"idle": request.state.idle_seconds}

    app.include_router(router)
    return written


@pytest.fixture
def written(_doors):
    """What the desk was sent."""
    return _doors


@pytest.fixture
def browser(service, client, person) -> str:
    person()
    secret = accounts.sign_in(service, username="dr.rad", password=PASSWORD).secret
    hold(client, secret)
    return secret


def carry_of(page: str) -> str:
    found = re.search(r'name="carry" value="([^"]+)"', page)
    return found[1] if found else ""


def carried(page: str) -> dict[str, str]:
    form = page.split('<form method="post" action="/desk')[1].split("</form>", maxsplit=1)[0]
    hidden = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', form)
    return {html.unescape(name): html.unescape(value) for name, value in hidden}


def unlock(client, carry: str = "", password: str = PASSWORD, **more: str):
    form = {"method": "password", "password": password, "carry": carry, "next": "/desk", **more}
    return client.post("/account/unlock", data=form, headers=HERE)


@pytest.mark.parametrize(
    ("role", "minutes"),
    [(Role.PHYSICIAN, 10), (Role.PHARMACIST, 5), (Role.ADMINISTRATOR, 5), (Role.REGULATOR, 10)],
)
def test_each_role_rests_so_long(service, person, clock, role, minutes):
    person("somebody", role)
    secret = accounts.sign_in(service, username="somebody", password=PASSWORD).secret
    clock.advance(minutes=minutes, seconds=-1)
    assert accounts.held(service, secret=secret).standing is accounts.Standing.OPEN
    clock.advance(seconds=1)
    assert accounts.held(service, secret=secret).standing is accounts.Standing.LOCKED


def test_a_locked_session_answers_only_the_lock(client, browser, clock):
    assert client.get("/desk").json() == {"idle": 600}
    clock.advance(minutes=10)
    told = client.get("/desk")
    assert (told.status_code, told.headers["location"]) == (303, "/account/unlock?next=/desk")
    told = client.get("/desk", headers={"Accept": "application/json"})
    assert (told.status_code, told.json()["code"]) == (401, "access.locked")
    assert client.get("/account").headers["location"] == "/account/unlock?next=/account"
    page = client.get("/account/unlock?next=/desk")
    assert page.status_code == 200
    assert "پزشک آزمون" in page.text
    assert client.get("/").status_code == 200  # the first page, as anybody sees it
    assert "پزشک آزمون" not in client.get("/").text


def test_the_same_person_opens_it_and_gets_a_new_id(service, client, browser, clock):
    clock.advance(minutes=10)
    told = unlock(client)
    assert (told.status_code, told.headers["location"]) == (303, "/desk")
    assert client.cookies["noskheh"] != browser
    assert accounts.held(service, secret=browser) is None
    assert client.get("/desk").status_code == 200


def test_a_wrong_password_opens_no_lock_and_is_counted_with_the_doors(client, browser, clock):
    clock.advance(minutes=10)
    for _ in range(5):
        assert unlock(client, password="wrong").status_code == 422
    assert unlock(client).status_code == 429
    form = {"username": "dr.rad", "password": PASSWORD}
    assert client.post("/sign-in", data=form, headers=HERE).status_code == 429


def test_locking_by_hand_locks_at_once(service, client, browser):
    told = client.post("/account/lock", headers=JSON)
    assert told.json() == {"name": "پزشک آزمون", "ways": ["password"]}
    assert client.get("/desk").headers["location"] == "/account/unlock?next=/desk"
    assert client.post("/account/stay", headers=JSON).json()["code"] == "access.locked"
    told = client.post("/account/unlock", data={"method": "password", "password": PASSWORD}, headers=JSON)
    assert told.json() == {"idle": 600}
    assert client.post("/account/stay", headers=JSON).status_code == 204


def test_a_sign_of_life_keeps_a_session_open_and_what_a_page_fetches_by_itself_does_not(
    client, browser, clock
):
    for _ in range(3):
        clock.advance(minutes=9)
        assert client.post("/account/stay", headers=JSON).status_code == 204
    clock.advance(minutes=9)
    assert client.get("/desk", headers={"X-Background": "1"}).status_code == 200
    assert client.get("/desk", headers={"Accept": "text/event-stream"}).status_code == 200
    clock.advance(minutes=1)
    assert client.get("/desk").status_code == 303


def test_unlocking_does_not_lengthen_the_day(service, client, browser, clock):
    clock.advance(hours=9, minutes=59)
    assert unlock(client).status_code == 303
    secret = client.cookies["noskheh"]
    clock.advance(minutes=1)
    assert accounts.held(service, secret=secret).standing is accounts.Standing.ENDED
    assert client.get("/desk").headers["location"] == "/sign-in?next=/desk"


def test_switching_user_is_one_press_and_ends_the_locked_session(service, client, browser, clock):
    clock.advance(minutes=10)
    told = client.post("/sign-out", data={"next": "/sign-in"}, headers=HERE)
    assert (told.status_code, told.headers["location"]) == (303, "/sign-in")
    assert accounts.held(service, secret=browser) is None
    with reading(service) as session:
        assert not session.exec(select(AccountSession)).all()


def test_what_was_typed_into_a_locked_page_is_sent_after_unlocking(client, browser, clock, written):
    clock.advance(minutes=10)
    told = client.post("/desk/draft?tab=2", data=TYPED, headers=HERE)
    assert told.status_code == 401
    assert not written
    assert "half a sentence" not in told.text  # sealed: whoever stands there meanwhile reads nothing
    page = unlock(client, carry_of(told.text))
    assert page.status_code == 200
    assert carried(page.text) == TYPED
    assert 'action="/desk/draft?tab=2"' in page.text
    sent = client.post("/desk/draft?tab=2", data=carried(page.text), headers=HERE)
    assert (sent.status_code, written) == (200, [TYPED])


def test_what_was_typed_is_kept_when_the_password_is_mistyped(client, browser, clock):
    clock.advance(minutes=10)
    told = client.post("/desk/draft", data=TYPED, headers=HERE)
    again = unlock(client, carry_of(told.text), password="wrong")
    assert carry_of(again.text) == carry_of(told.text)
    assert carried(unlock(client, carry_of(again.text)).text) == TYPED


def test_what_was_typed_after_the_days_end_is_sent_after_signing_in(client, browser, clock):
    clock.advance(hours=10)
    told = client.post("/desk/draft", data=TYPED, headers=HERE)
    assert told.status_code == 401
    form = {"username": "dr.rad", "password": PASSWORD, "carry": carry_of(told.text)}
    assert carried(client.post("/sign-in", data=form, headers=HERE).text) == TYPED


def test_another_person_never_gets_to_send_it(client, browser, clock, person):
    person("dr.sina")
    clock.advance(minutes=10)
    kept = carry_of(client.post("/desk/draft", data=TYPED, headers=HERE).text)
    assert kept
    form = {"username": "dr.sina", "password": PASSWORD, "carry": kept, "next": "/prescriber"}
    told = client.post("/sign-in", data=form, headers=HERE)
    assert (told.status_code, told.headers["location"]) == (303, "/prescriber")
    assert "half a sentence" not in told.text


def test_what_was_kept_can_not_be_changed_or_made_up_and_does_not_last(client, browser, clock):
    clock.advance(minutes=10)
    kept = carry_of(client.post("/desk/draft", data=TYPED, headers=HERE).text)
    middle = len(kept) // 2
    changed = kept[:middle] + ("A" if kept[middle] != "A" else "B") + kept[middle + 1 :]
    for made_up in (changed, "x", "ة", "e30="):
        assert unlock(client, made_up).status_code == 303
        client.post("/account/lock", headers=HERE)
    clock.advance(hours=9, minutes=49)
    assert unlock(client, kept).status_code == 200
    clock.advance(minutes=11)
    form = {"username": "dr.rad", "password": PASSWORD, "carry": kept}
    assert client.post("/sign-in", data=form, headers=HERE).status_code == 303


def test_files_and_secrets_are_not_kept_and_files_are_said_so(client, browser, clock):
    clock.advance(minutes=10)
    told = client.post(
        "/desk/paper",
        data=TYPED | {"password": "a-secret-one"},
        files={"scan": ("scan.jpg", b"jpeg", "image/jpeg")},
        headers=HERE | {"Cookie": f"noskheh={browser}; noskheh_language=en"},
    )
    client.cookies.set("noskheh_language", "en", domain="localhost.local", path="/")
    page = unlock(client, carry_of(told.text))
    assert carried(page.text) == TYPED
    assert "Files are not kept" in page.text


def test_more_than_is_kept_is_said_to_be_still_in_the_browser(client, browser, clock):
    clock.advance(minutes=10)
    client.cookies.set("noskheh_language", "en", domain="localhost.local", path="/")
    told = client.post("/desk/draft", data={"note": "x" * 200_000}, headers=HERE)
    assert told.status_code == 401
    assert not carry_of(told.text)
    assert "still in the form" in told.text


def test_a_mere_press_of_a_button_is_not_kept_but_pressed_again(client, browser, clock):
    clock.advance(minutes=10)
    told = client.post("/desk/release", data={"key": "k-1"}, headers=HERE)
    assert told.status_code == 401
    assert not carry_of(told.text)
    assert unlock(client, next="/desk").headers["location"] == "/desk"


def test_a_form_from_another_site_is_kept_for_nobody(client, browser, clock):
    clock.advance(minutes=10)
    told = client.post("/desk/draft", data=TYPED, headers={"Origin": "https://evil.example"})
    assert told.status_code == 403
    assert not carry_of(told.text)


def test_a_visitors_form_is_kept_for_nobody(client):
    told = client.post("/desk/draft", data=TYPED, headers=HERE)
    assert told.status_code == 401
    assert not carry_of(told.text)


def test_a_part_of_a_page_is_refused_and_not_led_away(client, browser, clock):
    clock.advance(minutes=10)
    told = client.get("/desk", headers={"HX-Request": "true"})
    assert told.status_code == 401
    assert "location" not in told.headers


def test_somebody_elses_proof_does_not_open_the_lock(service, browser, person, clock):
    person("dr.sina")
    with pytest.raises(NotSignedIn):
        accounts.renew(service, secret=browser, proof=accounts.Proof("dr.sina", "password", clock.now))


# --- My sessions and my password


def test_other_browsers_are_signed_out_one_by_one_or_all(service, client, browser):
    others = [accounts.sign_in(service, username="dr.rad", password=PASSWORD).secret for _ in range(3)]
    one = accounts.digest(others[0])[:16]
    assert client.post("/account/sessions/end", data={"session": one}, headers=HERE).status_code == 303
    assert [accounts.who(service, secret=s) is None for s in others] == [True, False, False]
    client.post("/account/sessions/end", headers=HERE)
    assert [accounts.who(service, secret=s) is None for s in others] == [True, True, True]
    assert client.get("/desk").status_code == 200
    assert client.post("/account/sessions/end", data={"session": "%"}, headers=HERE).status_code == 422


def test_nobody_ends_another_persons_session(service, client, browser, person):
    person("dr.sina")
    other = accounts.sign_in(service, username="dr.sina", password=PASSWORD).secret
    client.post("/account/sessions/end", headers=HERE)
    client.post("/account/sessions/end", data={"session": accounts.digest(other)[:16]}, headers=HERE)
    assert accounts.who(service, secret=other) is not None


def test_a_new_password_wants_the_old_one_and_ends_the_other_browsers(service, client, browser):
    other = accounts.sign_in(service, username="dr.rad", password=PASSWORD).secret
    new = "another long password"
    wrong = client.post("/account/password", data={"old": "no", "new": new}, headers=HERE)
    assert wrong.status_code == 422
    assert new not in wrong.text
    weak = client.post("/account/password", data={"old": PASSWORD, "new": "short"}, headers=HERE)
    assert weak.status_code == 422
    told = client.post("/account/password", data={"old": PASSWORD, "new": new}, headers=HERE)
    assert told.status_code == 303
    assert accounts.who(service, secret=other) is None
    assert client.get("/desk").status_code == 200
    assert client.cookies["noskheh"] != browser
    assert accounts.sign_in(service, username="dr.rad", password=new).secret


# --- Where a second factor is required


@pytest.fixture
def strict(service, person):
    """The same service where nobody works by password alone."""
    from starlette.testclient import TestClient

    person()
    required = replace(service, settings=service.settings.model_copy(update={"second_factor_required": True}))
    with TestClient(create_app(required), base_url="http://localhost:8000", follow_redirects=False) as tab:
        yield tab


def test_a_required_second_factor_is_set_up_before_anything_else_opens(strict):
    told = strict.post("/sign-in", data={"username": "dr.rad", "password": PASSWORD}, headers=HERE)
    assert told.headers["location"] == "/account/first"
    for path in ("/prescriber", "/prescriber/key", "/paper"):
        assert strict.get(path).headers["location"] == "/account/first"
    told = strict.get("/prescriber", headers={"Accept": "application/json"})
    assert (told.status_code, told.json()["code"]) == (403, "account.second_factor")
    for path in ("/account", "/account/first"):
        assert strict.get(path).status_code == 200


def test_the_factor_once_set_up_opens_the_rest(strict, service, clock):
    import pyotp

    strict.post("/sign-in", data={"username": "dr.rad", "password": PASSWORD}, headers=HERE)
    strict.post("/account/one-time", headers=HERE)
    page = strict.get("/account/one-time").text
    app = pyotp.TOTP(page.split('translate="no">')[1].split("<")[0].replace(" ", ""))
    strict.post("/account/one-time/confirm", data={"code": app.at(clock.now)}, headers=HERE)
    assert strict.get("/prescriber").status_code == 200
    told = strict.post("/account/one-time/remove", headers=HERE)
    assert told.status_code == 409


def test_the_offer_is_made_once(service, client, person):
    person()
    form = {"username": "dr.rad", "password": PASSWORD}
    assert client.post("/sign-in", data=form, headers=HERE).headers["location"] == "/account/first"
    assert client.post("/sign-in", data=form, headers=HERE).headers["location"] == "/prescriber"


def test_an_administrator_resets_by_the_page_and_nobody_else(service, client, person, clock):
    person()
    person("boss", Role.ADMINISTRATOR)
    hold(client, accounts.sign_in(service, username="dr.rad", password=PASSWORD).secret)
    assert client.post("/admin/accounts/boss/reset-proofs", headers=HERE).status_code == 403
    hold(client, accounts.sign_in(service, username="boss", password=PASSWORD).secret)
    told = client.post("/admin/accounts/dr.rad/reset-proofs", headers=HERE)
    assert (told.status_code, told.headers["location"]) == (303, "/admin#account-dr.rad")
    assert client.post("/admin/accounts/boss/reset-proofs", headers=HERE).status_code == 409
    assert client.post("/admin/accounts/nobody/reset-proofs", headers=HERE).status_code == 404
    clock.advance(minutes=4, seconds=59)
    client.post("/account/stay", headers=HERE)
    clock.advance(seconds=2)
    assert client.post("/admin/accounts/dr.rad/reset-proofs", headers=HERE).status_code == 401


def test_a_session_that_ended_yesterday_is_forgotten(service, browser, clock):
    clock.advance(hours=33, minutes=59)
    with side_session(service) as session:
        accounts.forget_ended(session, at=clock.now)
        assert session.exec(select(AccountSession)).all()
    clock.advance(minutes=1)
    with side_session(service) as session:
        accounts.forget_ended(session, at=clock.now)
        assert not session.exec(select(AccountSession)).all()
