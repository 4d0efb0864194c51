"""One computer, two people after each other: what the first left open never comes back for the second."""

from app import accounts
from tests.browser.steps import given, then, when

OPEN_AGAIN = """(who) => {
  const channel = new BroadcastChannel("noskheh-session");
  channel.postMessage({ kind: "open", who });
  channel.close();
}"""


def test_a_page_of_somebody_who_left_stays_shut(people, world):
    doctor = people.physician(language="en")
    with given("a physician with a typed national ID in one tab, who signs out in another"):
        doctor.goto("/prescriber").fill("National ID", "9991484922")
        other = doctor.context.new_page()
        other.goto(f"{world.url}/status")
        with other.expect_navigation():
            other.evaluate(
                "() => document.querySelector(\"header form[action='/sign-out']\").requestSubmit()"
            )
        doctor.page.get_by_role("heading", name="Your session has ended").wait_for()
    with when("a pharmacist signs in at the same computer, and a lock is opened somewhere"):
        opened = accounts.sign_in(world.service, username="pharmacist-9990011", password=world.password())
        name = accounts.cookie_name(world.service.settings)
        doctor.context.add_cookies([{"name": name, "value": opened.secret, "url": world.url}])
        other.goto(f"{world.url}/pharmacy")
        for who in ("account:pharmacist-9990011", "account:physician-9990001"):
            other.evaluate(OPEN_AGAIN, who)
        other.wait_for_timeout(200)
    with then("the physician's page stays shut"):
        assert doctor.page.get_by_role("heading", name="Your session has ended").is_visible()
        assert not doctor.page.locator("[id='patient.national_id']").is_visible()


def test_a_page_of_another_person_is_shut_when_somebody_signs_in(people, world):
    doctor = people.physician(language="en").goto("/prescriber")
    opened = accounts.sign_in(world.service, username="pharmacist-9990011", password=world.password())
    name = accounts.cookie_name(world.service.settings)
    doctor.context.add_cookies([{"name": name, "value": opened.secret, "url": world.url}])
    other = doctor.context.new_page()
    other.goto(f"{world.url}/pharmacy")
    doctor.page.get_by_role("heading", name="Your session has ended").wait_for()
