"""The quick line with the keyboard alone: read back with Enter, taken over only by its own button."""

import pytest
from playwright.sync_api import expect

from tests.browser.steps import given, then, when
from tests.browser.test_ordering import saved, visit


@pytest.fixture
def world(shared_world):
    return shared_world


def test_a_line_is_read_back_with_enter_and_comes_into_the_draft_with_a_press(people, world):
    with given("an empty draft and the cursor in the quick line"):
        doctor = visit(people.physician(language="en"))
        page = doctor.page
        page.keyboard.press("Alt+q")
        expect(page.locator("#quick-line")).to_be_focused()
    with when("she types a line and presses Enter"):
        page.keyboard.type("amoxicillin 500 cap 1x3 after meals 7d")
        page.keyboard.press("Enter")
    with then("it is read back, the eye is led there, and nothing has been written"):
        expect(page.locator("#quick-echo")).to_contain_text("three times a day after meals for 7")
        expect(page.locator("#quick-echo")).to_be_focused()
        assert page.locator("#items .medicine").count() == 0
        assert doctor.axe() == []
    with when("she presses Enter once more, and then the button itself"):
        page.keyboard.press("Enter")  # the region is no button
        assert page.locator("#items .medicine").count() == 0
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
    with then("the medicine stands in the draft with everything, and the box is empty"):
        page.locator("#item-1 :focus").wait_for()
        expect(page.locator("[id='items.0.dose.amount']")).to_have_value("1")
        expect(page.locator("[id='items.0.quantity']")).to_have_value("21")
        expect(page.locator("#quick-line")).to_have_value("")
        expect(page.locator("#quick-echo")).to_be_empty()
        assert saved(world, page.url)["items.0.timing"] == "after-meal"
