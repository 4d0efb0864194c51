"""The patient's page behind the small code: shown to whoever holds the slip, and to nobody who only guesses."""

import re

import pytest
from sqlmodel import select

from app.db import reading
from app.flows import pointing
from app.tables import AuditEntry
from prescriber import signing
from tests.app.pages.desk import HERE, INSURED, NOW


@pytest.fixture
def view(desk):
    desk.sign_in()
    signed = desk.signed()
    desk.post("/sign-out")
    return signed


def secret_of(desk, view):
    return signing.pointer_secret(desk.service.keys.pointer, view.number)


def ask(desk, number, code):
    return desk.post(f"/q/{number}", {"code": code})


def test_the_address_alone_shows_nothing(desk, view):
    page = desk.get(f"/q/{view.number}")
    assert page.status == 200
    assert "amoxicillin" not in page.html
    assert 'name="code"' in page.html


@pytest.mark.parametrize("way", ["scanned", "typed", "typed small"])
def test_whoever_holds_the_slip_sees_the_prescription(desk, view, way):
    secret = secret_of(desk, view)
    code = {
        "scanned": secret,
        "typed": signing.typed_secret(secret),
        "typed small": signing.typed_secret(secret).lower().replace(" ", "-"),
    }[way]
    page = ask(desk, view.number, code)
    assert page.status == 200
    for words in (
        "amoxicillin 500 mg cap",
        "Take 1 capsule by mouth every 8 hours",
        "21 capsule",
        "2027-01-30",
    ):
        assert words in page.text, words


def test_the_page_speaks_persian_and_asks_for_the_code_again_after_a_change(desk, view):
    desk.speak("fa")
    page = ask(desk, view.number, secret_of(desk, view))
    assert "هر ۸ ساعت" in page.text
    assert "مانده برای دریافت" in page.text
    back = re.search(r'name="back" value="([^"]+)"', page.html)[1]
    answer = desk.browser.post("/language", data={"language": "en", "back": back}, headers=HERE)
    assert answer.headers["location"] == f"/q/{view.number}"


def test_the_page_has_no_national_id_and_no_secret_and_is_kept_nowhere(desk, view):
    secret = secret_of(desk, view)
    answer = desk.browser.post(f"/q/{view.number}", data={"code": secret}, headers=HERE)
    assert INSURED not in answer.text
    assert INSURED[-4:] not in re.sub(r"<[^>]+>", "", answer.text)
    assert secret not in answer.text
    assert answer.headers["cache-control"] == "no-store"


def test_wrong_number_wrong_code_and_nonsense_are_one_answer(desk, view):
    right = secret_of(desk, view)
    told = {
        (page.status, re.sub(r"[0-9a-f-]{36}|/q/\S+", "", page.html))
        for page in (
            ask(desk, view.number, "AAAAAAAAAAAAAA"),
            ask(desk, view.number, ""),
            ask(desk, view.number, "0000 0000 0000 0000"),
            ask(desk, "105ZZZZZZZZZ-1", right),
            ask(desk, "nonsense", right),
        )
    }
    [(status, html)] = told
    assert status == 404
    assert "do not belong together" in html


def test_five_tries_and_then_a_quarter_of_an_hour(desk, view):
    for _ in range(pointing.TRIES):
        assert ask(desk, view.number, "AAAAAAAAAAAAAA").status == 404
    assert ask(desk, view.number, secret_of(desk, view)).status == 429  # not even the right one
    desk.clock.advance(minutes=pointing.LOCK_MINUTES)
    assert ask(desk, view.number, secret_of(desk, view)).status == 200


def test_the_right_code_makes_the_next_wrong_one_the_first(desk, view):
    for _ in range(3):
        for _ in range(pointing.TRIES - 1):
            assert ask(desk, view.number, "AAAAAAAAAAAAAA").status == 404
        assert ask(desk, view.number, secret_of(desk, view)).status == 200


def test_many_numbers_from_one_address_are_stopped_as_well(desk, view):
    told = [ask(desk, f"105ZZZZZZZZZ-{n}", "x").status for n in range(1, pointing.TRIES_OF_ADDRESS + 2)]
    assert told == [404] * pointing.TRIES_OF_ADDRESS + [429]
    assert ask(desk, view.number, secret_of(desk, view)).status == 429


def test_who_looked_is_told_by_role_and_centre_and_never_by_name(desk, view):
    desk.sign_in()
    desk.get(f"/prescriber/prescriptions/{view.number}")
    desk.post("/sign-out")
    desk.clock.advance(minutes=5)
    ask(desk, view.number, secret_of(desk, view))
    page = ask(desk, view.number, secret_of(desk, view))
    looked = page.text[page.text.index("Who looked at it") :]
    assert "Physician · Sepid" in looked
    assert "Whoever holds the slip" in looked
    assert "physician-9990001" not in looked


def test_looks_at_other_prescriptions_of_the_same_patient_are_not_told(desk, view):
    desk.sign_in()
    other = desk.signed()
    desk.get(f"/prescriber/prescriptions/{other.number}")
    desk.post("/sign-out")
    page = ask(desk, view.number, secret_of(desk, view))
    assert "Physician" not in page.text[page.text.index("Who looked at it") :]


@pytest.mark.parametrize(
    ("days", "words"), [(0, "Collect your medicines until"), (61, "The time to collect ended")]
)
def test_it_says_what_to_do(desk, view, days, words):
    desk.clock.advance(days=days)
    assert words in ask(desk, view.number, secret_of(desk, view)).text


def test_a_cancelled_prescription_says_that_nothing_can_be_collected(desk, view):
    desk.sign_in()
    desk.post(f"/prescriber/prescriptions/{view.number}/cancel", {"reason": "wrong-medicine"})
    desk.post("/sign-out")
    page = ask(desk, view.number, secret_of(desk, view))
    assert "This prescription was cancelled" in page.text
    assert "Still to be collected" not in page.text


def test_looks_and_refusals_are_written_down(desk, view):
    ask(desk, view.number, "wrong")
    ask(desk, view.number, secret_of(desk, view))
    with reading(desk.service) as session:
        kept = session.exec(select(AuditEntry).where(AuditEntry.at >= NOW)).all()
    told = {(one.verb, one.subject, one.outcome) for one in kept}
    assert ("pointer.refused", str(view.number), "refused") in told
    assert ("prescription.own", str(view.number), "seen") in told


def test_a_form_from_another_site_is_refused(desk, view):
    answer = desk.browser.post(
        f"/q/{view.number}",
        data={"code": secret_of(desk, view)},
        headers={"Origin": "https://elsewhere.example"},
    )
    assert answer.status_code == 403
