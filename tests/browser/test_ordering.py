"""The physician writes: with the keyboard alone, saved as typed, and seeing what becomes of it."""

from urllib.parse import quote

import pytest
from playwright.sync_api import expect
from sqlmodel import col, select

from app.db import reading
from prescriber.tables import Draft
from tests.browser.steps import given, then, when

KAVEH, OTHER = "9991484922", "9990742464"


@pytest.fixture
def world(shared_world):
    return shared_world


def visit(doctor, national_id=KAVEH):
    """A visit up to the empty draft, by mouse."""
    doctor.goto("/prescriber").fill("National ID", national_id)
    doctor.press("Ask for eligibility and open the visit")
    doctor.page.wait_for_url("**/visits/*")
    doctor.page.check('input[value="none_known"]')
    doctor.press("Get the SHABAD and prescribe")
    doctor.page.wait_for_url("**/drafts/*")
    return doctor


def saved(world, path) -> dict[str, str]:
    with reading(world.service) as session:
        return dict(session.exec(select(Draft).where(col(Draft.id) == path.rpartition("/")[2])).one().typed)


def find(page, text):
    """Type into the search, wait until the list stands still, choose the first row that is marked."""
    with page.expect_response(lambda answer: answer.url.endswith(f"q={quote(text)}")):
        page.keyboard.type(text, delay=60)
    page.locator('[role="option"]').first.wait_for()
    page.wait_for_timeout(350)  # no row is taken from a list that has only just changed
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")


def test_a_number_is_echoed_and_kept_while_one_types_and_undo_brings_an_item_back(people, world):
    with given("a draft with amoxicillin"):
        doctor = visit(people.physician(language="en"))
        page = doctor.page
        page.locator("#q").focus()
        find(page, "amoxicillin 500 cap")
        page.locator("#item-1 :focus").wait_for()
    with when("she types a dose in Persian digits, and then one that nobody can read safely"):
        page.keyboard.type("۰٫۵")
        expect(page.locator("[id='items.0.dose.amount-hint']")).to_contain_text("half capsule")
        page.locator("[id='items.0.dose.amount']").fill("5.0")
        expect(page.locator("[id='items.0.dose.amount-hint']")).to_contain_text("Write the amount in digits")
        expect(page.locator("[id='items.0.dose.amount']")).to_have_attribute("aria-invalid", "true")
        page.locator("[id='items.0.dose.amount']").fill("2")
        expect(page.locator("#saving")).to_contain_text("Saved")
    with then("a removed medicine comes back as it was"):
        page.get_by_role("button", name="Remove amoxicillin").click()
        page.locator("#removed button:focus").wait_for()
        page.keyboard.press("Enter")
        expect(page.locator("[id='items.0.dose.amount']")).to_have_value("2")


def test_nothing_is_chosen_by_enter_before_a_row_is_marked(people, world):
    doctor = visit(people.physician(language="en"))
    page = doctor.page
    page.locator("#q").focus()
    page.keyboard.type("metf")
    page.locator('[role="option"]').first.wait_for()
    page.keyboard.press("Enter")
    assert page.locator('[role="option"][aria-selected="true"]').count() == 0
    page.keyboard.press("ArrowDown")
    marked = page.locator('[role="option"][aria-selected="true"]')
    expect(marked).to_contain_text("metFORMIN")
    assert page.locator("#q").get_attribute("aria-activedescendant") == marked.get_attribute("id")
    assert page.locator("#items .medicine").count() == 0
    assert doctor.axe() == []


def test_two_tabs_with_two_patients(people, world):
    with given("a draft with something typed, and another patient opened in a second tab"):
        doctor = visit(people.physician(language="en"))
        first = doctor.page
        first.locator("#q").focus()
        find(first, "amoxicillin 500 cap")
        first.locator("#item-1 :focus").wait_for()
        doctor.page = doctor.context.new_page()
        visit(doctor, OTHER)
    with when("she goes on typing in the first"):
        first.keyboard.type("3")
    with then("it says why it is read-only, keeps what was typed, and goes on where she says so"):
        first.get_by_text("This window is read-only").wait_for()
        expect(first.locator("[id='items.0.dose.amount']")).to_have_value("3")
        first.get_by_role("button", name="Work on this patient here").click()
        first.get_by_text("This window is read-only").wait_for(state="detached")
        expect(first.locator("[id='items.0.dose.amount']")).to_have_value("3")


def test_what_becomes_of_a_prescription_is_seen_without_a_reload(people, world):
    with given("a physician before her list, and a prescription of hers"):
        prescription = world.prescribe()
        doctor = people.physician(language="en").goto("/prescriber")
        row = doctor.page.locator("#recent tr", has_text=prescription["number"])
        expect(row).to_contain_text("nothing handed over yet")
        doctor.page.locator("[data-live-news]:visible").wait_for()
    with when("a pharmacy accepts it"):
        world.accept(prescription)
    with then("the row says so by itself, and by whom"):
        expect(row).to_contain_text("Accepted by")
