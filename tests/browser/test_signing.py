"""A physician makes a key in the browser, proves who they are, and signs."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import col, select

from app.db import writing
from codings import jws
from codings.tables import Certificate
from prescriber.tables import SignatureEvidence
from tests.browser.pen import (
    COUNCIL,
    MAKE,
    prescriptions,
    refused,
    review,
    sign,
    sign_in_again,
    with_key,
    written,
)
from tests.browser.steps import given, then, when
from tests.browser.test_accounts import WORDS, set_up_app


@pytest.fixture
def draft(world) -> Callable[..., UUID]:
    return partial(written, world)


@pytest.fixture
def doctor(people) -> Any:
    return people.physician(language="en")


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("language", ["fa", "en"])
def test_a_key_is_made_here_and_signs(people, world, draft, language, width):
    doctor = people.physician(language=language, width=width)
    with given("a draft, and a browser without a key"):
        one = draft()
        review(doctor, one)
        doctor.page.locator('[data-when="none"] a').click()
    with when("she makes a key, comes back by itself, and signs with her password"):
        doctor.page.locator("#device").fill("اتاق ۲")
        doctor.page.locator("#make-key button").click()
        doctor.page.wait_for_url("**/review")
        sign(doctor, password=world.password())
    with then("the slip is there, and the evidence says how she proved who she is"):
        doctor.page.wait_for_url("**/slip")
        [signed] = prescriptions(world)
        assert jws.peek(signed.jws)[0]["kid"] == signed.kid
        with writing(world.service) as session:
            key = session.exec(select(Certificate).where(col(Certificate.kid) == signed.kid)).one()
            evidence = session.exec(select(SignatureEvidence)).one()
        assert key.holder == COUNCIL
        assert evidence.approval["method"] == "password"


def test_a_passkey_opens_five_minutes_of_signing(doctor, world, draft):
    doctor.with_passkey_device()
    with given("a passkey and a key in this browser"):
        doctor.goto("/account").fill("What you call this device", "Telephone").press("Add a passkey")
        doctor.page.get_by_role("rowheader", name="Telephone").wait_for()
        with_key(doctor)
    with when("she signs two prescriptions, one after the other"):
        first, second = draft(), draft()
        review(doctor, first).page.locator("#sign-button:enabled").click()
        doctor.page.wait_for_url("**/slip")
        review(doctor, second).page.locator("#proven").wait_for()
        doctor.page.locator("#sign-button:enabled").click()
        doctor.page.wait_for_url("**/slip")
    with then("one proof stood for both, with the assertion kept"):
        with writing(world.service) as session:
            kept = session.exec(select(SignatureEvidence)).all()
        assert len(kept) == 2
        assert {one.approval["method"] for one in kept} == {"passkey"}
        assert len({one.approval["signing_session"] for one in kept}) == 1
        assert all(one.approval["signature"] for one in kept)
    with then("after five minutes it is asked for again"):
        third = draft()
        world.clock.advance(minutes=5, seconds=1)
        review(doctor, third)
        assert doctor.page.locator("#proven").count() == 0
        doctor.page.locator("#proof").wait_for()


def test_a_code_of_the_authenticator_app_opens_signing_too(doctor, world, draft):
    app = set_up_app(doctor, WORDS["en"], world.clock)
    with_key(doctor)
    one = draft()
    world.clock.advance(seconds=30)  # no code is taken twice
    review(doctor, one).page.locator("#code").fill(app.at(world.clock()))
    doctor.page.locator("#sign-button:enabled").click()
    doctor.page.wait_for_url("**/slip")
    with writing(world.service) as session:
        assert [kept.approval["method"] for kept in session.exec(select(SignatureEvidence))] == ["totp"]


def test_a_browser_that_may_lose_the_key_says_so(doctor):
    refused(with_key(doctor), "This browser did not promise to keep the key.")


def test_the_back_button_after_signing_leads_to_what_was_signed(doctor, world, draft):
    with_key(doctor)
    review(doctor, draft())
    sign(doctor, password=world.password())
    doctor.page.wait_for_url("**/slip")
    doctor.page.go_back()
    doctor.page.wait_for_url("**/prescriber/prescriptions/*")
    assert len(prescriptions(world)) == 1


def test_several_prescriptions_of_one_patient_are_signed_in_one_go(doctor, world, draft):
    shabad = world.shabad()
    first, second, third = draft(shabad), draft(shabad, "ibuprofen", "tablet"), draft()
    with_key(doctor)
    with when("she puts the drafts of the same patient together"):
        review(doctor, first)
        for box in doctor.page.locator("input[name=also]").all():
            box.check()
        doctor.press("Review them together")
        doctor.page.locator("article").nth(2).wait_for()
        sign(doctor, password=world.password())
    with then("three prescriptions are signed, two of them numbered within one SHABAD"):
        refused(doctor, "3 prescriptions are signed")
        assert sorted(p.n for p in prescriptions(world)) == [1, 1, 2]
        assert {first, second, third}


def test_the_key_cannot_be_taken_out_of_the_browser(doctor):
    with_key(doctor)
    told = doctor.page.evaluate(
        """async () => {
          const { keysOf } = await import("/static/keys.js");
          const [key] = await keysOf("9990001");
          const out = [];
          for (const form of ["jwk", "pkcs8", "raw"])
            out.push(await crypto.subtle.exportKey(form, key.pair.privateKey).then(() => "out", (no) => no.name));
          return [key.pair.privateKey.extractable, out];
        }"""
    )
    assert told == [False, ["InvalidAccessError"] * 3]


def test_a_key_that_ends_soon_is_followed_by_the_next(doctor, world, draft):
    with_key(doctor)
    with given("the last weeks of the certificate"):
        world.clock.advance(days=680)
        sign_in_again(doctor)
        doctor.goto("/prescriber/key")
        refused(doctor, "its certificate ends soon")
    with when("the physician makes the next key"):
        doctor.fill("What do you call this device?", "Room 2, next").press(MAKE)
        doctor.page.get_by_text("The key in this browser can sign.").wait_for()
    with then("both are in force until the old one's day, and both are shown to be in this browser"):
        assert doctor.page.locator("[data-here]:visible").count() == 2
        assert doctor.page.locator("#register [data-state=active]").count() == 1
        assert doctor.page.locator("#register [data-state=renew]").count() >= 1


def test_every_device_has_a_key_of_its_own_and_one_is_revoked_from_another(people, world, draft):
    desk = with_key(people.physician(language="en"))
    telephone = people.physician(language="en", width=390)
    with given("a second device"):
        telephone.goto("/prescriber/key").fill("What do you call this device?", "Telephone").press(MAKE)
        telephone.page.get_by_text("The key in this browser can sign.").wait_for()
    with when("the first is revoked from the second"):
        row = telephone.page.get_by_role("row").filter(has_text="Room 2")
        row.locator("summary").click()
        row.locator("select").select_option(index=1)
        row.get_by_role("button", name="Revoke this key").click()
        row.get_by_text("Revoked").wait_for()
    with then("the first can not sign any more, and the second still can"):
        one = draft()
        review(desk, one)
        refused(desk, "No key in this browser can sign for you.")
        review(telephone, one)
        sign(telephone, password=world.password())
        telephone.page.wait_for_url("**/slip")


def test_another_physicians_key_in_the_same_browser_is_not_theirs(people, world, draft):
    doctor = with_key(people.physician(language="en"))
    colleague = people.physician("physician-9990002", language="en")
    cookies = [c for c in colleague.context.cookies() if c["name"].endswith("noskheh")]
    doctor.context.add_cookies(cookies)  # the colleague signs in at the same computer
    doctor.goto("/prescriber/key")
    refused(doctor, "There is no key of yours in this browser yet.")
