"""Where real patients are, a physician's key waits for two officers of the Medical Council."""

import re

import pytest

from tests.browser import places
from tests.browser.pen import MAKE, refused, review, written
from tests.browser.steps import given, then, when


@pytest.fixture
def world(cluster, seeded_now, authority):
    """A world in which nothing is approved by itself."""
    with places.served(cluster, seeded_now, authority, approve_keys_at_once=False) as place:
        yield place


def fingerprint(screen, where: str) -> str:
    return re.sub(r"\s+", "", screen.page.locator(where).first.inner_text())


def test_a_key_signs_after_two_officers_compared_its_fingerprint(people, world):
    doctor = people.physician(language="en")
    first, second = people.council("council-1", language="en"), people.council("council-2", language="en")
    with given("a key made in the browser, and a draft that wants to be signed"):
        doctor.goto("/prescriber/key").fill("What do you call this device?", "Room 2").press(MAKE)
        refused(doctor, "its certificate waits for two officers")
        shown = fingerprint(doctor, "td.code")
        review(doctor, written(world))
        refused(doctor, "still waits for the Medical Council")
        assert doctor.page.locator("#sign-button").is_disabled()
    with when("one officer compares the fingerprint and enters the request"):
        first.goto("/council")
        assert fingerprint(first, ".fingerprint") == shown
        first.press("Holder checked: enter")
        first.page.get_by_text("Another officer has to confirm this one.").wait_for()
    with when("another confirms it"):
        second.goto("/council").press("Confirm and issue")
        second.page.get_by_text("the key can sign from now on").wait_for()
    with then("the key in the browser can sign"):
        doctor.goto("/prescriber/key")
        refused(doctor, "The key in this browser can sign.")


def test_a_refused_key_is_told_and_another_can_be_made(people, world):
    doctor = people.physician(language="en")
    officer = people.council("council-1", language="en")
    doctor.goto("/prescriber/key").fill("What do you call this device?", "Room 2").press(MAKE)
    refused(doctor, "its certificate waits for two officers")
    officer.goto("/council").page.locator("summary", has_text="Refuse").click()
    officer.page.locator("input[name=why]").fill("The holder could not be reached")
    officer.press("Refuse the request")
    officer.page.get_by_text("No request waits.").wait_for()
    doctor.goto("/prescriber/key")
    refused(doctor, "The council refused the request")
    refused(doctor, "The holder could not be reached")
    doctor.fill("What do you call this device?", "Room 2 again").press(MAKE)
    refused(doctor, "its certificate waits for two officers")
