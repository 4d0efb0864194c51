"""With scripts off: signing in, a visit, a draft and the counter by typing work; only signing and the camera do not."""

import pytest

from tests.browser.steps import given, then, when


@pytest.fixture
def world(shared_world):
    return shared_world


def test_a_physician_writes_a_draft(people, world):
    person = world.person()
    with given("a physician who signs in by the form"):
        doctor = people.by_form(
            people.visitor(language="en", scripts=False), "physician-9990001", to="/prescriber"
        )
    with when("she opens a visit and takes a SHABAD"):
        doctor.page.locator("[name='patient.national_id']").fill(person["national_id"])
        doctor.page.locator("form[action='/prescriber/visits'] button").last.click()
        doctor.page.locator("[name='facts.allergies.state'][value='none_known']").check()
        doctor.page.locator("button[value='shabad']").click()
        assert "/prescriber/drafts/" in doctor.path
    with when("she finds a medicine by its name and adds it"):
        doctor.page.locator("input[name='q']").fill("amoxi")
        doctor.page.locator("button[value='find']").click()
        doctor.page.locator("button[value^='add:']").first.click()
    with then("the draft holds it after the page is opened again"):
        doctor.goto(doctor.path.partition("#")[0])
        assert "amoxicillin" in doctor.text


def test_a_pharmacist_types_the_number_and_the_patients_id(people, world):
    with given("a prescription and a pharmacist"):
        prescription = world.prescribe()
        counter = people.pharmacist(language="en", scripts=False).goto("/pharmacy")
    with when("he types what stands on the slip and on the national card"):
        counter.page.locator("#scan").fill(prescription["number"].partition("-")[0])
        counter.page.locator("#national_id").fill(world.person()["national_id"])
        counter.page.locator("form[action='/pharmacy'] button").first.click()
    with then("the prescription is his, and its medicines can be read"):
        assert "/pharmacy/acceptances/" in counter.path
        assert "amoxicillin" in counter.text


@pytest.mark.parametrize("language", ["fa", "en"])
def test_the_first_pages_can_be_read_and_used(people, language):
    visitor = people.visitor(language=language, scripts=False, width=390).goto("/")
    visitor.page.locator("main a[href='/sign-in']").click()
    assert visitor.path.startswith("/sign-in")
    assert visitor.page.locator("label[for='username']").is_visible()
    visitor.page.locator("form[action='/language'] button").click()
    assert visitor.page.locator("html").get_attribute("lang") != language
