"""What can come between the review and the signature; each says what happened and what to do, and nothing is lost."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

import pytest

from codings.base import new_id
from tests.browser.pen import MAKE, prescriptions, refused, review, sign, with_key, written
from tests.browser.steps import given, then, when


@pytest.fixture
def draft(world) -> Callable[..., UUID]:
    return partial(written, world)


@pytest.fixture
def doctor(people) -> Any:
    return people.physician(language="en")


def test_a_wrong_password_is_said_at_the_button_and_nothing_is_signed(doctor, world, draft):
    with_key(doctor)
    review(doctor, draft())
    sign(doctor, password="not the password")
    doctor.page.locator("#proof-error").wait_for()
    assert doctor.page.locator("#sign-button").is_enabled()
    assert not prescriptions(world)
    sign(doctor, password=world.password())
    doctor.page.wait_for_url("**/slip")


def test_a_draft_changed_in_another_window_is_reviewed_again(doctor, world, draft):
    with_key(doctor)
    one = draft()
    review(doctor, one)
    world.alter(f"UPDATE draft SET version = version + 1 WHERE id = '{one}'")  # noqa: S608  a UUID of ours
    sign(doctor, password=world.password())
    doctor.page.locator("#refusal").wait_for()
    assert not prescriptions(world)
    sign(doctor, password=world.password())
    doctor.page.wait_for_url("**/slip")


def test_a_certificate_revoked_in_between_signs_nothing(doctor, world, draft):
    with_key(doctor)
    one = draft()
    with given("she proved who she is and has the review before her"):
        review(doctor, one).page.locator("#sign-button:enabled").wait_for()
    world.alter(
        "UPDATE certificate SET state = 'revoked', revoked_at = now(), invalid_from = now() - interval '1 hour'"
    )
    with when("her key is revoked, and she signs"):
        sign(doctor, password=world.password())
    with then("she is told, the draft is kept, and the key page leads on"):
        doctor.page.locator("#refusal").wait_for()
        refused(doctor, "was not in force")
        assert not prescriptions(world)
        doctor.goto("/prescriber/key")
        refused(doctor, "This browser's key was revoked")
        assert doctor.page.evaluate("async () => (await indexedDB.databases()).length") == 1
        with_key(doctor)


def test_a_lost_key_is_no_disaster(doctor, world, draft):
    with_key(doctor)
    one = draft()
    doctor.page.evaluate(
        "() => new Promise((done) => { indexedDB.deleteDatabase('noskheh-keys').onsuccess = done; })"
    )
    review(doctor, one)
    refused(doctor, "No key in this browser can sign for you.")
    assert doctor.page.locator("#sign-button").is_disabled()
    doctor.page.get_by_text("Make one here").click()
    doctor.page.locator("#device").fill("Room 2 again")
    doctor.press(MAKE)
    doctor.page.wait_for_url("**/review")
    sign(doctor, password=world.password())
    doctor.page.wait_for_url("**/slip")


def test_the_page_and_the_bytes_must_say_the_same(doctor, world, draft):
    """Somebody between the service and the screen changes the dose that is shown."""
    with_key(doctor)
    one = draft()

    def forge(route: Any) -> None:
        answer = route.fetch()
        route.fulfill(
            response=answer,
            body=answer.text().replace("&#34;a&#34;: &#34;1&#34;", "&#34;a&#34;: &#34;2&#34;"),
        )

    doctor.page.route("**/review**", forge)
    review(doctor, one)
    refused(doctor, "What this page shows is not what the bytes say.")
    assert doctor.page.locator("#sign-button").is_disabled()


def test_a_clock_that_is_off_by_a_day_is_told_and_does_not_stop_signing(doctor, world, draft):
    with_key(doctor)
    one = draft()
    doctor.page.clock.set_fixed_time(world.clock.now.replace(year=world.clock.now.year - 1))
    review(doctor, one)
    refused(doctor, "The clock of this computer is wrong")
    sign(doctor, password=world.password())
    doctor.page.wait_for_url("**/slip")


def test_another_patient_opened_meanwhile_stops_the_signature_until_one_returns(doctor, world, draft):
    with_key(doctor)
    one = draft()
    review(doctor, one).page.locator("#sign-button:enabled").wait_for()
    other = str(new_id())
    world.alter(f"UPDATE account_session SET open_patient = '{other}', open_since = now()")  # noqa: S608  ours
    sign(doctor, password=world.password())
    refused(doctor, "Another patient is open in another window.")
    assert not prescriptions(world)
    doctor.press("Work on this patient here")
    review(doctor, one)
    doctor.page.locator("#sign-button:enabled").click()
    doctor.page.wait_for_url("**/slip")


def test_two_clicks_sign_once(doctor, world, draft):
    with_key(doctor)
    review(doctor, draft()).page.locator("#sign-button:enabled").wait_for()
    doctor.page.locator("#password").fill(world.password())
    doctor.page.locator("#sign-button").dblclick()
    doctor.page.wait_for_url("**/slip")
    assert len(prescriptions(world)) == 1
