"""The pages of everyone: the door, the language, the state of the service, and what a slip's small code shows."""

import pytest

from app import accounts
from tests.app.pages.desk import HERE, NOW


def test_the_first_page_speaks_persian_and_leads_to_the_door(desk):
    page = desk.get("/")
    assert page.status == 200
    assert '<html lang="fa" dir="rtl">' in page.html
    assert "ورود" in page.text
    assert 'href="/sign-in"' in page.html


def test_one_click_makes_it_english_and_it_stays_so(desk):
    told = desk.browser.post("/language", data={"language": "en", "back": "/status"}, headers=HERE)
    assert (told.status_code, told.headers["location"]) == (303, "/status")
    page = desk.get("/status")
    assert '<html lang="en" dir="ltr">' in page.html
    assert "Eligibility of the insured" in page.text


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "/api/v1/status",
        "",
    ],
)
def test_the_language_leads_back_only_to_our_own_pages(desk, elsewhere):
    told = desk.browser.post("/language", data={"language": "en", "back": elsewhere}, headers=HERE)
    assert told.headers["location"] == "/"


def test_the_language_chosen_on_a_refused_form_leads_to_the_nearest_page(desk):
    """The address of a refused form can often not be opened: the page above it can."""
    back = {"language": "en", "back": "/account/passkeys/somebody/nowhere"}
    told = desk.browser.post("/language", data=back, headers=HERE)
    assert told.headers["location"] == "/account/passkeys"


def test_signing_in_leads_to_the_page_of_ones_role(desk):
    for username, landing in {
        "physician-9990001": "/prescriber",
        "admin": "/admin",
        "council-1": "/council",
    }.items():
        assert desk.sign_in(username).location == "/account/first"  # the offer of a second factor, made once
        assert desk.sign_in(username).location == landing


def test_signing_in_goes_on_where_the_person_was_going_and_nowhere_else(desk):
    password = desk.folder.password()
    desk.sign_in()  # the first time a second factor is offered
    for wanted, leads in {
        "/prescriber/key": "/prescriber/key",
        "//evil.example/prescriber": "/prescriber",
        "https://evil.example": "/prescriber",
    }.items():
        form = {"username": "physician-9990001", "password": password, "next": wanted}
        told = desk.browser.post("/sign-in", data=form, headers=HERE)
        assert told.headers["location"] == leads


def test_a_wrong_password_keeps_the_name_and_never_the_password(desk):
    form = {"username": "physician-9990001", "password": "not this one", "next": "/prescriber/key"}
    told = desk.browser.post("/sign-in", data=form, headers=HERE)
    assert told.status_code == 422
    assert "نام کاربری یا گذرواژه درست نیست." in told.text
    assert 'value="physician-9990001"' in told.text
    assert 'value="/prescriber/key"' in told.text
    assert "not this one" not in told.text


def test_an_unknown_name_is_answered_like_a_wrong_password(desk):
    def answer(username: str) -> str:
        told = desk.browser.post("/sign-in", data={"username": username, "password": "x"}, headers=HERE)
        assert told.status_code == 422
        return str(told.text).replace(username, "")

    assert answer("physician-9990001") == answer("nobody-at-all")


def test_the_session_cookie_is_out_of_reach_of_scripts(desk):
    form = {"username": "admin", "password": desk.folder.password()}
    told = desk.browser.post("/sign-in", data=form, headers=HERE)
    cookies = told.headers.get_list("set-cookie")
    assert accounts.PLAIN_COOKIE in {cookie.partition("=")[0] for cookie in cookies}
    for cookie in cookies:  # the session's, and its browser's
        assert {"HttpOnly", "SameSite=lax", "Path=/"} <= {part.strip() for part in cookie.split(";")}


def test_after_signing_out_the_old_cookie_opens_nothing(desk):
    desk.sign_in()
    kept = dict(desk.browser.cookies)
    told = desk.browser.post("/sign-out", headers=HERE)
    assert (told.status_code, told.headers["location"]) == (303, "/")
    assert desk.get("/prescriber").status == 303
    desk.browser.cookies.update(kept)
    assert desk.get("/prescriber").status == 303


def test_signing_out_twice_is_no_error(desk):
    desk.sign_in()
    assert desk.browser.post("/sign-out", headers=HERE).status_code == 303
    assert desk.browser.post("/sign-out", headers=HERE).status_code == 303


def test_whoever_is_signed_in_does_not_see_the_door_again(desk):
    desk.sign_in()
    assert desk.get("/").location == "/prescriber"
    assert desk.get("/sign-in").location == "/"


def test_a_form_from_another_site_signs_nobody_in(desk):
    form = {"username": "admin", "password": desk.folder.password()}
    told = desk.browser.post("/sign-in", data=form, headers={"Origin": "https://evil.example"})
    assert told.status_code == 403
    assert "set-cookie" not in told.headers


def test_the_status_page_says_how_each_partner_is(desk):
    page = desk.get("/status")
    assert page.text.count("پاسخ می‌دهد") >= 4
    assert "پاسخ نمی‌دهد" in page.text  # no authenticity service is set up here
    assert "هیچ شرایط اضطراری‌ای در جریان نیست." in page.text


@pytest.mark.parametrize("number", ["105ZWJXA4JV9-1", "nonsense", "%3Cscript%3E"])
def test_the_small_code_in_a_browser_shows_nothing_of_a_prescription(desk, number):
    page = desk.get(f"/q/{number}")
    assert page.status == 200
    assert "هر داروخانه‌ای" in page.text
    assert number not in page.text
    assert "<script>" not in page.html


def test_a_real_prescriptions_small_code_page_is_the_same_page(desk):
    desk.sign_in()
    view = desk.signed()
    desk.browser.post("/sign-out", headers=HERE)
    real, unreal = desk.get(f"/q/{view.number}"), desk.get("/q/105ZZZZZZZZZ-1")
    assert real.text == unreal.text


def test_the_navigation_marks_the_open_page(desk):
    desk.sign_in()
    page = desk.get("/prescriber/key")
    assert '<a href="/prescriber/key" aria-current="page">' in page.html
    assert '<a href="/prescriber" aria-current="page">' not in page.html


def test_a_session_ends_by_itself_after_a_while_without_work(desk):
    desk.sign_in()
    assert desk.get("/prescriber").status == 200
    desk.clock.advance(minutes=21)
    assert desk.get("/prescriber").status == 303
    assert desk.clock.now > NOW
