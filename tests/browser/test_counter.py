"""A pharmacist with a camera, a hand scanner and a queue: slips and packs are scanned, and nothing lands elsewhere."""

from typing import Any

import pytest
from sqlmodel import select

from app.db import writing
from pharmacy.states import PackUseState
from pharmacy.tables import PackUse
from tests.browser.scanner import accepted, says, scan
from tests.browser.steps import given, then, when
from tests.browser.videos import filmed, printed_pack, printed_qr

CAMERA = "Scan with the camera"


def on_the_counter(world: Any) -> int:
    with writing(world.service) as session:
        return len(session.exec(select(PackUse).where(PackUse.state == PackUseState.RESERVED)).all())


@pytest.fixture
def till(people: Any) -> Any:
    return people.pharmacist(language="en").goto("/pharmacy")


@pytest.mark.parametrize(("language", "width"), [("fa", 390), ("en", 1280)])
def test_a_slip_and_its_packs_are_read_by_the_camera(people, world, tmp_path, language, width):
    prescription = world.prescribe()
    pack = world.fresh_pack(prescription["items"][0]["medicine"])
    with given("a slip, held tilted before a poor camera"):
        film = filmed([printed_qr(prescription["qr"][0])], tmp_path / "slip.mjpeg")
        counter = people.pharmacist(language=language, width=width, camera=film).goto("/pharmacy")
    with when("the camera is opened"):
        counter.page.locator("[data-do=open]").click()
    with then("the prescription is hers for thirty minutes"):
        counter.page.wait_for_url("**/acceptances/**")
        path = counter.path
    with when("a pack is held before it"):
        film = filmed([printed_pack(pack["barcode"])], tmp_path / "pack.mjpeg")
        again = people.pharmacist(language=language, width=width, camera=film).goto(path)
        again.page.locator("[data-do=open]").click()
    with then("it is checked and set aside, without the page being left"):
        again.page.locator("#looked[data-tone=good]").wait_for()
        assert on_the_counter(world) == 1
        assert again.page.locator("video").is_visible()
        assert again.path == path


def test_packs_are_scanned_one_after_another(till, world):
    prescription = accepted(till, world)
    generic = prescription["items"][0]["medicine"]
    packs = [world.fresh_pack(generic) for _ in range(3)]
    for pack in packs:
        scan(till, pack["barcode"])
    till.page.locator("#counter .line tbody tr").nth(2).wait_for()
    assert on_the_counter(world) == 3
    assert till.page.locator("#barcode").input_value() == ""


def test_a_scan_never_lands_in_another_field(till, world):
    prescription = accepted(till, world)
    pack = world.fresh_pack(prescription["items"][0]["medicine"])
    scan(till, pack["barcode"])
    quantity = till.page.locator("input[name^='quantity.']").first
    quantity.wait_for()
    quantity.fill("14")
    quantity.focus()
    scan(till, world.fresh_pack(prescription["items"][0]["medicine"])["barcode"])
    till.page.locator("#counter .line tbody tr").nth(1).wait_for()
    assert quantity.input_value() == "14"
    assert on_the_counter(world) == 2


def test_a_short_price_code_lands_in_no_quantity(till, world):
    prescription = accepted(till, world)
    scan(till, world.fresh_pack(prescription["items"][0]["medicine"])["barcode"])
    quantity = till.page.locator("input[name^='quantity.']").first
    quantity.wait_for()
    quantity.fill("14")
    quantity.focus()
    scan(till, "12345670")
    says(till, "the price code (EAN)")
    assert quantity.input_value() == "14"
    assert "/price" not in till.path


def test_a_scan_changes_no_choice_that_has_the_focus(till, world):
    prescription = accepted(till, world)
    chosen = till.page.locator("select[name^='reason.']").first
    chosen.focus()
    scan(till, prescription["qr"][0])
    says(till, "That is a slip")
    assert chosen.input_value() == ""


def test_with_caps_lock_on_nothing_is_judged(till, world):
    """A genuine pack with its letters exchanged would look forged."""
    accepted(till, world)
    till.page.evaluate(
        """() => {
          for (const c of "010626012345678621ABCDEF") {
            const code = /[0-9]/.test(c) ? `Digit${c}` : `Key${c}`;
            const event = { key: c.toLowerCase(), code, bubbles: true, modifierCapsLock: true };
            document.body.dispatchEvent(new KeyboardEvent("keydown", event));
          }
          document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", code: "Enter", bubbles: true }));
        }"""
    )
    says(till, "Caps Lock is on")
    assert on_the_counter(world) == 0


def test_a_session_that_ends_between_two_packs_is_said(till, world):
    prescription = accepted(till, world)
    till.page.locator("#barcode").wait_for()
    till.context.clear_cookies(name="noskheh")
    scan(till, world.fresh_pack(prescription["items"][0]["medicine"])["barcode"])
    says(till, "the pack is not checked")
    assert on_the_counter(world) == 0


def test_an_acceptance_that_ran_out_between_two_scans_says_so(till, world):
    prescription = accepted(till, world)
    pack = world.fresh_pack(prescription["items"][0]["medicine"])
    world.clock.advance(minutes=31)
    world.alter("UPDATE account_session SET seen_at = now() + interval '31 minutes'")
    scan(till, pack["barcode"])
    till.page.get_by_role("heading", name="This acceptance has ended").wait_for()
    assert on_the_counter(world) == 0
