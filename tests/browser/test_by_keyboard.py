"""The whole of a physician's work by keyboard alone: from the patient at the desk to the printed slip.

With NOSKHEH_TYPING_MS the keys come as slowly as a person presses them, and the time of the story is printed:
`make bench`.
"""

import os
import time
from typing import Any
from urllib.parse import quote

from sqlmodel import select

from app.db import reading
from prescriber.tables import PrescriptionOverride, SignatureEvidence, SlipCopy
from tests.browser.steps import given, then, when

PACE_MS = int(os.environ.get("NOSKHEH_TYPING_MS", "5"))
KAVEH = "9991484922"


def press(page: Any, *keys: str) -> None:
    for key in keys:
        page.wait_for_timeout(PACE_MS)
        page.keyboard.press(key)


def find(page: Any, text: str) -> None:
    """Type into the search, wait until the list stands still, choose the first row that is marked."""
    with page.expect_response(lambda answer: answer.url.endswith(f"q={quote(text)}")):
        page.keyboard.type(text, delay=PACE_MS)
    page.locator('[role="option"]').first.wait_for()
    page.wait_for_timeout(350)  # no row is taken from a list that has only just changed
    press(page, "ArrowDown", "Enter")


def write(page: Any, item: int, *, dose: str, often: str, days: str) -> None:
    page.locator(f"#item-{item} :focus").wait_for()
    for text in (dose, often, days):
        page.keyboard.type(text, delay=PACE_MS)
        press(page, "Enter")
    page.locator(f"#item-{item}-comes .sentence").wait_for()


def at_her_desk(people: Any) -> Any:
    """A physician with a passkey and a key in this browser, on her first page."""
    doctor = people.physician(language="en")
    doctor.with_passkey_device()
    doctor.goto("/account").fill("What you call this device", "Telephone").press("Add a passkey")
    doctor.page.get_by_role("rowheader", name="Telephone").wait_for()
    doctor.goto("/prescriber/key").fill("What do you call this device?", "Room 2")
    doctor.press("Make a key in this browser")
    doctor.page.get_by_text("The key in this browser can sign.").wait_for()
    return doctor.goto("/prescriber").page


def test_three_medicines_with_one_override_are_written_signed_and_printed(people, world, request):
    with given("a physician on her first page"):
        page = at_her_desk(people)
        began = time.monotonic()
    with when("she opens a visit"):
        page.keyboard.type(KAVEH, delay=PACE_MS)
        press(page, "Enter")
        page.wait_for_url("**/visits/*")
        page.locator('input[value="none_known"]').focus()
        press(page, "Space", "Enter")
        page.wait_for_url("**/drafts/*")
    with when("writes a diagnosis and three medicines, two of them with the same ingredient"):
        press(page, "Alt+g")
        page.keyboard.type("sore throat", delay=PACE_MS)
        page.locator("#diagnosis-found button").first.wait_for()
        press(page, "ArrowDown", "Enter")
        page.locator("#q:focus").wait_for()
        find(page, "amoxicillin 500 cap")
        write(page, 1, dose="1", often="every 8", days="7")
        press(page, "Alt+m")
        find(page, "parac")
        write(page, 2, dose="1", often="every 6", days="5")
        press(page, "Alt+m")
        find(page, "paracetamol 500")
        write(page, 3, dose="1", often="every 6", days="5")
    with when("gives the reason that is asked for"):
        page.locator('#item-3-findings [data-finding="RX-DUPLICATE:2,3"] select').wait_for()
        press(page, "Alt+n")
        page.keyboard.type("benefit", delay=PACE_MS)
        press(page, "Alt+v")
        page.wait_for_url("**/review")
    with when("signs with her passkey, and prints"):
        page.locator("#sign-button:focus").wait_for()
        press(page, "Enter")
        page.wait_for_url("**/slip")
        page.locator("button:focus").wait_for()
        press(page, "Enter")
        page.wait_for_url("**/slip/1*")
    if "NOSKHEH_TYPING_MS" in os.environ:
        took = time.monotonic() - began
        said = f"From the patient to the printed slip: {took:.1f} s at {PACE_MS} ms a key"
        request.config.get_terminal_writer().line(f"\n{said}")
    with then("one is signed by passkey, with one reason, and given out once"), reading(world.service) as it:
        assert [one.approval["method"] for one in it.exec(select(SignatureEvidence))] == ["passkey"]
        assert [one.finding for one in it.exec(select(PrescriptionOverride))] == ["RX-DUPLICATE:2,3"]
        assert [(copy.nth, copy.form) for copy in it.exec(select(SlipCopy))] == [(1, "print")]
