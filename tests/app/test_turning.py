"""A session's id changes by the clock, and its cookie is good in the browser it was opened in and in no other."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Annotated

import pytest
from fastapi import APIRouter, FastAPI
from sqlmodel import col, select
from starlette.testclient import TestClient

from app import accounts
from app.access import Person
from app.accounts.binding import SECURE_DEVICE
from app.accounts.sessions import SECURE_COOKIE
from app.accounts.turning import turn_soon
from app.db import reading, side_session
from app.main import create_app
from app.signing_sessions import current, open_session
from app.tables import AccountSession, AuditEntry
from codings.base import Actor, Role
from tests.app.conftest import HERE, PASSWORD

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
NEWER = FIREFOX.replace("140", "141")
CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0 Safari/537.36"
FORM = {"username": "dr.rad", "password": PASSWORD}


@pytest.fixture(autouse=True)
def _doors(app: FastAPI) -> None:
    router = APIRouter()

    @router.get("/desk")
    def desk(by: Annotated[Actor, Person(Role.PHYSICIAN)]) -> dict[str, str]:
        return {"id": by.id}

    @router.get("/till")
    def till(by: Annotated[Actor, Person(Role.PHARMACIST)]) -> dict[str, str]:
        return {"id": by.id}

    app.include_router(router)


@pytest.fixture
def desk(client, person):
    """A browser in which the physician signed in by the door."""
    person()
    client.headers["User-Agent"] = FIREFOX
    assert client.post("/sign-in", data=FORM, headers=HERE).status_code == 303
    return client


def secret_of(browser) -> str:
    return browser.cookies["noskheh"]


def opens(service, secret) -> bool:
    found = accounts.held(service, secret=secret)
    return found is not None and found.standing is accounts.Standing.OPEN


def work_for(browser, clock, minutes: float) -> None:
    """Work on, with a request every five minutes, so that nothing rests into the lock."""
    while minutes > 0:
        step = min(5.0, minutes)
        clock.advance(minutes=step)
        minutes -= step
        assert browser.get("/desk").status_code == 200


def alarms(service) -> list[tuple[str, str, str]]:
    with reading(service) as session:
        rows = session.exec(select(AuditEntry).order_by(col(AuditEntry.id))).all()
    return [(row.verb, row.subject, row.outcome) for row in rows if row.outcome in {"alarm", "refused"}]


# --- By the clock


def test_the_id_changes_every_quarter_of_an_hour_and_not_before(service, desk, clock):
    first = secret_of(desk)
    work_for(desk, clock, 14.9)
    assert secret_of(desk) == first
    work_for(desk, clock, 0.1)
    second = secret_of(desk)
    assert second != first
    work_for(desk, clock, 15)
    assert secret_of(desk) not in {first, second}
    assert accounts.held(service, secret=first) is None
    assert not alarms(service)


def test_the_old_id_is_good_for_a_minute_after_the_new_one_came_back_and_then_gives_an_alarm(
    service, desk, clock
):
    first = secret_of(desk)
    work_for(desk, clock, 15)
    desk.get("/desk")  # the browser has the new one
    clock.advance(seconds=59)
    assert opens(service, first)  # a request that was under way
    clock.advance(seconds=1)
    assert accounts.held(service, secret=first) is None
    assert alarms(service) == [("session.copied", "dr.rad", "refused")]
    assert desk.get("/desk").status_code == 200


def test_an_answer_that_was_lost_with_the_new_id_loses_nobody_their_work(service, desk, clock):
    first = secret_of(desk)
    work_for(desk, clock, 15)
    lost = secret_of(desk)
    desk.cookies.set("noskheh", first, domain="localhost.local", path="/")
    assert desk.get("/desk").status_code == 200
    assert secret_of(desk) == first
    clock.advance(minutes=1)
    assert desk.get("/desk").status_code == 200
    assert secret_of(desk) not in {first, lost}
    assert accounts.held(service, secret=lost) is None


def test_of_eight_requests_at_once_one_brings_the_new_id(service, desk, clock):
    secret = secret_of(desk)
    work_for(desk, clock, 10)
    clock.advance(minutes=5)
    found = accounts.held(service, secret=secret)
    with ThreadPoolExecutor(8) as threads:
        given = list(threads.map(lambda _: accounts.turn(service, held=found, secret=secret), range(8)))
    (fresh,) = [one for one in given if one]
    assert opens(service, fresh)
    assert opens(service, secret)


def test_what_hangs_on_the_session_stays_when_its_id_changes(service, desk, clock):
    found = accounts.held(service, secret=secret_of(desk))
    work_for(desk, clock, 12)
    by = Actor(id="account:dr.rad", role=Role.PHYSICIAN, at=clock.now)
    proof = accounts.Proof("dr.rad", "password", clock.now)
    opened = open_session(service, session_secret=secret_of(desk), proof=proof, by=by)
    assert accounts.held(service, secret=opened.secret).sha256 != found.sha256  # a proof: a new name too
    with side_session(service) as session:
        turn_soon(session, username="dr.rad", at=clock.now)
    desk.cookies.set("noskheh", opened.secret, domain="localhost.local", path="/")
    desk.get("/desk")
    assert secret_of(desk) != opened.secret
    name = accounts.held(service, secret=secret_of(desk)).sha256
    assert current(service, session_sha256=name, by=by) is not None


def test_what_a_page_fetches_by_itself_brings_no_new_id(desk, clock):
    secret = secret_of(desk)
    work_for(desk, clock, 10)
    clock.advance(minutes=5)
    desk.get("/desk", headers={"X-Background": "1"})
    assert secret_of(desk) == secret


def test_leaving_and_the_lock_work_under_every_id(service, desk, clock):
    first = secret_of(desk)
    work_for(desk, clock, 15)
    assert desk.post("/account/lock", headers=HERE).status_code == 303
    assert not opens(service, first)
    told = desk.post("/account/unlock", data={"method": "password", "password": PASSWORD}, headers=HERE)
    assert told.status_code == 303
    assert accounts.held(service, secret=first) is None
    work_for(desk, clock, 15)
    assert desk.post("/sign-out", headers=HERE).status_code == 303
    with reading(service) as session:
        assert not session.exec(select(AccountSession)).all()


# --- In one browser


def test_a_copied_cookie_opens_nothing_elsewhere_and_the_audit_says_so(service, app, desk):
    with TestClient(app, base_url="http://localhost:8000", follow_redirects=False) as thief:
        thief.headers["User-Agent"] = FIREFOX
        thief.cookies.set("noskheh", secret_of(desk), domain="localhost.local", path="/")
        assert thief.get("/desk").headers["location"] == "/sign-in?next=/desk"
        assert alarms(service) == [("session.copied", "dr.rad", "refused")]
        device = desk.cookies["noskheh_device"]
        thief.cookies.set("noskheh_device", device, domain="localhost.local", path="/")
        assert thief.get("/desk").status_code == 200
        thief.headers["User-Agent"] = CHROME
        assert thief.get("/desk").status_code == 303
        thief.headers["User-Agent"] = NEWER  # brought up to date meanwhile
        assert thief.get("/desk").status_code == 200
    assert desk.get("/desk").status_code == 200


def test_a_device_keeps_its_cookie_over_sessions_and_people(desk, person):
    person("dr.sina")
    device = desk.cookies["noskheh_device"]
    assert device not in {secret_of(desk), ""}
    desk.post("/sign-out", headers=HERE)
    desk.post("/sign-in", data=FORM | {"username": "dr.sina"}, headers=HERE)
    assert desk.cookies["noskheh_device"] == device


def test_over_https_every_id_is_bound_to_this_host_and_out_of_reach_of_scripts(service, person, clock):
    person()
    public = "https://rx.example"
    secure = service.settings.model_copy(update={"public_url": public})
    with TestClient(
        create_app(replace(service, settings=secure)), base_url=public, follow_redirects=False
    ) as tab:
        given = tab.post("/sign-in", data=FORM, headers={"Origin": public}).headers.get_list("set-cookie")
        for _ in range(3):
            clock.advance(minutes=5)
            given += tab.get("/account").headers.get_list("set-cookie")
    assert [cookie.partition("=")[0] for cookie in given] == [SECURE_DEVICE, SECURE_COOKIE, SECURE_COOKIE]
    for cookie in given:
        assert cookie.startswith("__Host-")
        told = {part.strip().partition("=")[0] for part in cookie.split(";")[1:]}
        assert {"Secure", "HttpOnly", "Path", "SameSite"} <= told
        assert "Domain" not in told


def test_another_address_is_an_alarm_and_no_door(service, person):
    person()
    behind = service.settings.model_copy(update={"address_header": "X-Forwarded-For"})
    app = create_app(replace(service, settings=behind))
    with TestClient(app, base_url="http://localhost:8000", follow_redirects=False) as tab:
        told = tab.post("/sign-in", data=FORM, headers=HERE | {"X-Forwarded-For": "192.0.2.1"})
        assert told.status_code == 303
        for address in ("192.0.2.1", "198.51.100.9, 192.0.2.1"):  # the last is the proxy's own word
            assert tab.get("/account", headers={"X-Forwarded-For": address}).status_code == 200
        assert not alarms(service)
        for _ in range(2):
            assert tab.get("/account", headers={"X-Forwarded-For": "192.0.2.7"}).status_code == 200
        assert alarms(service) == [("account.moved", "dr.rad", "alarm")]
    with reading(service) as session:
        assert "192.0.2" not in str(session.exec(select(AccountSession)).all())


# --- The role, and the way back


def test_another_role_holds_at_the_next_request_under_a_new_id(service, desk, clock, officer):
    proof = accounts.Proof("dr.rad", "password", clock.now)
    by = Actor(id="account:dr.rad", role=Role.PHYSICIAN, at=clock.now)
    opened = open_session(service, session_secret=secret_of(desk), proof=proof, by=by)
    desk.cookies.set("noskheh", opened.secret, domain="localhost.local", path="/")
    assert (desk.get("/desk").status_code, desk.get("/till").status_code) == (200, 403)
    with side_session(service) as session:
        accounts.give_role(
            session,
            username="dr.rad",
            role=Role.PHARMACIST,
            centre="9900000001",
            practitioner="900101",
            by=officer,
        )
    name = accounts.held(service, secret=opened.secret).sha256
    assert current(service, session_sha256=name, by=by) is None
    assert desk.get("/desk").status_code == 403
    assert desk.get("/till").status_code == 200
    assert secret_of(desk) != opened.secret


@pytest.mark.parametrize("address", ["/desk?state=held&page=3", "/desk?q=%D8%A2"])
def test_unlocking_leads_back_to_the_very_page_with_its_query(desk, clock, address):
    clock.advance(minutes=10)
    told = desk.get(address)
    assert told.headers["location"].startswith("/account/unlock?next=")
    page = desk.get(told.headers["location"]).text
    kept = page.split('name="next" value="')[1].split('"')[0].replace("&amp;", "&")
    assert kept == address
    form = {"method": "password", "password": PASSWORD, "next": kept}
    assert desk.post("/account/unlock", data=form, headers=HERE).headers["location"] == address
    desk.post("/sign-out", headers=HERE)
    told = desk.get(address)
    page = desk.get(told.headers["location"]).text
    assert f'name="next" value="{address.replace("&", "&amp;")}"' in page


def test_an_address_longer_than_is_kept_leads_back_without_its_query(desk, clock):
    clock.advance(minutes=10)
    assert desk.get(f"/desk?q={'x' * 600}").headers["location"] == "/account/unlock?next=/desk"
