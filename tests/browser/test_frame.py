"""What every page does beyond HTML: a form goes once, what is wrong has the focus, and a failure is said."""

import pytest
from playwright.sync_api import expect

from tests.browser.steps import given, then, when

_TWICE = """async () => {
  const form = document.querySelector('#password').form;
  form.requestSubmit();
  await new Promise((done) => setTimeout(done, 100));
  form.requestSubmit();
  await new Promise((done) => setTimeout(done, 100));
}"""


@pytest.fixture
def world(shared_world):
    return shared_world


def test_a_double_click_sends_one_form(people):
    with given("a visitor who has typed a name and a password"):
        visitor = people.visitor(language="en").goto("/sign-in")
        visitor.page.locator("#username").fill("nobody")
        visitor.page.locator("#password").fill("wrong-password")
        sent = []
        visitor.page.on("request", lambda each: sent.append(each.method) if each.method == "POST" else None)
    with when("they press the button twice before the answer comes"):
        visitor.page.route("**/sign-in", lambda route: route.fulfill(status=204))
        visitor.page.evaluate(_TWICE)
    with then("one request was made"):
        assert sent == ["POST"]


def test_a_button_that_was_pressed_rests_and_wakes_when_one_comes_back(people):
    with given("a form that goes nowhere"):
        visitor = people.visitor(language="en").goto("/sign-in")
        visitor.page.route("**/sign-in", lambda route: route.fulfill(status=204))
        visitor.page.locator("#username").fill("nobody")
        visitor.page.locator("#password").fill("wrong-password")
        button = visitor.page.locator("form:has(#password) button:not([type=button])").first
    with when("its button is pressed"):
        button.click()
    with then("it rests"):
        visitor.page.locator("[data-busy]").wait_for()
        assert button.is_disabled()
    with when("the page comes back out of the browser's memory"):
        visitor.page.evaluate("() => dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    with then("it can be pressed again"):
        assert button.is_enabled()
        assert visitor.page.locator("[data-busy]").count() == 0


def test_after_a_refusal_the_focus_is_where_it_says_why(people):
    with when("somebody signs in with a wrong password"):
        visitor = people.visitor(language="en").goto("/sign-in")
        visitor.page.locator("#username").fill("nobody")
        visitor.page.locator("#password").fill("wrong-password")
        visitor.page.locator("form:has(#password) button:not([type=button])").first.click()
    with then("the refusal has the focus"):
        expect(visitor.page.locator("#refusal")).to_be_focused()
    with when("a pharmacist sends an empty form"):
        counter = people.pharmacist(language="en").goto("/pharmacy")
        counter.press("Accept the prescription")
    with then("the field that is wrong has it"):
        expect(counter.page.locator("[aria-invalid=true]").first).to_be_focused()


def filtering(people):
    """An insurer's officer before a list whose filter replaces the list alone."""
    return people.insurer(language="en").goto("/insurer/claims")


def test_a_part_that_cannot_be_fetched_is_said_aloud(people):
    with given("an officer before a list"):
        officer = filtering(people)
    with when("the network is gone and they filter it"):
        officer.allow("ERR_INTERNET_DISCONNECTED")
        officer.allow("htmx:error")
        officer.context.set_offline(True)
        officer.press("Show")
    with then("the page says so where it is read aloud, and the words can be put away"):
        officer.page.locator("#saying[role=alert] .notice").wait_for()
        assert "could not be reached" in officer.page.locator("#saying").inner_text()
        officer.page.locator("#saying button").click()
        assert officer.page.locator("#saying .notice").count() == 0
        officer.context.set_offline(False)


def test_a_refusal_of_a_part_is_said_and_never_put_into_the_page(people, world):
    with given("an officer before a list, whose account was closed meanwhile"):
        officer = filtering(people)
        world.alter("UPDATE account SET state = 'disabled' WHERE username = 'insurer-tam'")
    with when("they filter the list"):
        officer.press("Show")
    with then("they read that the session has ended, and no second page stands in the middle of theirs"):
        officer.page.locator("#saying .notice, dialog[open]").first.wait_for()
        assert officer.page.locator("main").count() == 1
        assert officer.page.locator("#list").count() == 1
        assert officer.page.locator("#list #username, #list header").count() == 0
    world.alter("UPDATE account SET state = 'active' WHERE username = 'insurer-tam'")


def test_rows_of_a_table_are_cards_on_a_telephone(people):
    insurer = people.insurer(language="en", width=390).goto("/status")
    cell = insurer.page.locator(".stacks tbody tr td").first
    assert cell.get_attribute("data-head") == "State"
    assert insurer.wider_than_the_screen() is None
    assert insurer.page.locator(".stacks thead").first.bounding_box()["width"] <= 1


def test_the_gallery_shows_every_component_by_day_and_by_night(people):
    for dark in (False, True):
        builder = people.visitor(language="en", dark=dark).goto("/gallery")
        assert builder.axe(without=("color-contrast-enhanced",)) == []
        builder.press("Open it")
        assert builder.page.get_by_role("dialog").is_visible()
        builder.page.keyboard.press("Escape")
        assert not builder.page.locator("dialog.box").is_visible()


def test_the_menu_closes_by_key_and_by_a_click_elsewhere(people):
    admin = people.admin(language="en").goto("/status")
    summary, panel = admin.page.locator("#person summary"), admin.page.locator("#person .menu-panel")
    summary.click()
    assert panel.is_visible()
    admin.page.keyboard.press("Escape")
    assert not panel.is_visible()
    assert admin.page.evaluate("() => document.activeElement.tagName") == "SUMMARY"
    summary.click()
    admin.page.locator("h1").click()
    assert not panel.is_visible()
