"""Signing in by passkey and by code, the lock that loses nothing, and the step up before signing, in a real browser."""

import pyotp
import pytest

from tests.browser.steps import given, then, when

WORDS = {
    "en": {
        "add": "Add a passkey",
        "in": "Sign in with a passkey",
        "use": "Use your passkey",
        "on": "Go on",
        "code": "Set up an authenticator app",
        "confirm": "Confirm",
        "soon": "Are you still there?",
        "stay": "Stay signed in",
        "locked": "The page is locked",
        "switch": "Somebody else: switch user",
        "send": "Send what you had written",
    },
    "fa": {
        "add": "افزودن کلید عبور",
        "in": "ورود با کلید عبور",
        "use": "با کلید عبور",
        "on": "ادامه",
        "code": "راه‌اندازی برنامهٔ کد یک‌بارمصرف",
        "confirm": "تأیید",
        "soon": "هنوز این‌جا هستید؟",
        "stay": "ادامهٔ کار",
        "locked": "صفحه قفل است",
        "switch": "شخص دیگری هستید؟ تعویض کاربر",
        "send": "فرستادن آنچه نوشته بودید",
    },
}
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
BOTH = pytest.mark.parametrize("language", ["fa", "en"])


def sign_out(screen) -> None:
    with screen.page.expect_navigation():
        screen.page.evaluate("() => document.querySelector(\"header form[action='/sign-out']\").submit()")


def add_passkey(screen, words) -> None:
    screen.goto("/account")
    screen.page.locator("#name").fill("my phone")
    screen.press(words["add"])
    screen.page.locator("#passkeys table").wait_for()


def set_up_app(screen, words, clock) -> pyotp.TOTP:
    screen.goto("/account").press(words["code"])
    screen.page.locator("main summary").click()
    app = pyotp.TOTP(screen.page.locator("main bdi.code").inner_text().replace(" ", ""))
    screen.page.locator("#code").fill(app.at(clock()))
    screen.press(words["confirm"])
    screen.page.locator("form[action='/account/one-time/remove']").wait_for()
    return app


@BOTH
def test_a_passkey_is_added_and_signs_in_without_a_name(people, language):
    words = WORDS[language]
    with given("a physician who adds a passkey on her account's page and leaves"):
        doctor = people.by_form(people.visitor(language=language), "physician-9990001", to="/")
        assert doctor.path == "/account/first"
        doctor.with_passkey_device()
        add_passkey(doctor, words)
        assert doctor.axe() == []
        sign_out(doctor)
    with when("she presses the button of passkeys and types nothing"):
        doctor.goto("/sign-in").press(words["in"])
    with then("she is at her own page"):
        doctor.page.wait_for_url("**/prescriber")


def test_a_device_that_does_not_verify_its_user_is_told_so_beside_the_button(people):
    with given("a physician with a passkey on a device that stops asking who she is"):
        doctor = people.physician(language="en")
        cdp = doctor.context.new_cdp_session(doctor.page)
        cdp.send("WebAuthn.enable", {"enableUI": False})
        device = cdp.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
        add_passkey(doctor, WORDS["en"])
        sign_out(doctor)
        doctor.goto("/sign-in")
        cdp.send("WebAuthn.setUserVerified", {**device, "isUserVerified": False})
    with when("she tries to sign in with it"):
        doctor.press("Sign in with a passkey")
    with then("the words are beside the button, and it can be pressed again"):
        failure = doctor.page.get_by_role("alert").filter(has_text="did not confirm that it is you")
        failure.wait_for()
        assert doctor.page.get_by_role("button", name="Sign in with a passkey").is_enabled()


@BOTH
def test_a_code_is_the_second_step_after_the_password(people, world, language):
    words = WORDS[language]
    with given("a pharmacist who set up an authenticator app and left"):
        counter = people.pharmacist(language=language, width=390)
        app = set_up_app(counter, words, world.clock)
        assert counter.wider_than_the_screen() is None
        sign_out(counter)
        world.clock.advance(minutes=1)
    with when("she signs in with her password"):
        people.by_form(counter, "pharmacist-9990011", to="/pharmacy")
    with then("she is asked for a code, and a wrong one opens nothing"):
        counter.page.locator("#code").fill("000000")
        counter.press(words["on"])
        counter.page.locator("#code-error").wait_for()
        assert counter.axe() == []
    with when("she types the right one"):
        counter.page.locator("#code").fill(app.at(world.clock()))
        counter.press(words["on"])
    with then("she is at the counter"):
        counter.page.wait_for_url("**/pharmacy")


@BOTH
def test_a_page_left_alone_warns_then_locks_and_gives_back_what_was_typed(people, language):
    words = WORDS[language]
    with given("a physician who typed half a number and was called away"):
        doctor = people.physician(language=language)
        doctor.page.clock.install()
        doctor.goto("/prescriber")
        field = doctor.page.locator("input[name='patient.national_id']").first
        field.fill("99914")
        keeper = doctor.page.locator("#session-keeper")
    with when("nine minutes have passed"):
        doctor.page.clock.fast_forward("09:05")
    with then("a minute before the lock she is asked, and one press keeps her there"):
        keeper.get_by_role("heading", name=words["soon"]).wait_for()
        keeper.get_by_role("button", name=words["stay"]).click()
        keeper.wait_for(state="hidden")
    with when("she does not come back"):
        doctor.page.clock.fast_forward("10:05")
    with then("the page is locked and nothing of it can be read"):
        keeper.get_by_role("heading", name=words["locked"]).wait_for()
        assert not field.is_visible()
    with when("she gives her password"):
        keeper.locator("input[name=password]").fill(people.place.password())
        keeper.locator("[data-way=password] button").click()
    with then("everything is as she left it"):
        keeper.wait_for(state="hidden")
        assert field.is_visible()
        assert field.input_value() == "99914"


@BOTH
def test_a_form_that_meets_the_lock_is_sent_after_unlocking(people, world, language):
    words = WORDS[language]
    with given("a physician with a passkey whose session was locked behind a page she still sees"):
        doctor = people.physician(language=language)
        doctor.with_passkey_device()
        add_passkey(doctor, words)
        doctor.goto("/prescriber")
        field = doctor.page.locator("input[name='patient.national_id']").first
        field.fill(world.person()["national_id"])
        world.clock.advance(minutes=11)
    with when("she sends the form"), doctor.page.expect_navigation():
        field.evaluate("field => field.form.requestSubmit()")
    with then("she is asked who she is, and told that nothing is lost"):
        doctor.page.get_by_role("heading", name=words["locked"]).wait_for()
        assert doctor.page.locator("button", has_text=words["switch"]).is_visible()
        assert doctor.axe() == []
    with when("she shows her passkey and presses the one button"):
        doctor.page.locator("main").get_by_role("button", name=words["use"]).click()
        doctor.press(words["send"])
    with then("the visit is open"):
        doctor.page.wait_for_url("**/prescriber/visits/**")


def test_proving_anew_opens_five_minutes_for_signing(people):
    with given("a physician with a passkey"):
        doctor = people.physician(language="en")
        doctor.with_passkey_device()
        add_passkey(doctor, WORDS["en"])
    with when("a page asks her to prove that it is her"):
        told = doctor.page.evaluate(
            "async () => (await import('/static/passkeys.js')).stepUp({ method: 'passkey' })"
        )
    with then("it learns until when she may sign"):
        assert told["method"] == "passkey"
        assert told["ends_at"]
    with when("a password is tried instead"):
        no = doctor.page.evaluate(
            "async () => { try { await (await import('/static/passkeys.js'))"
            ".stepUp({ method: 'password', password: 'x' }); } catch (e) { return [e.code, e.message]; } }"
        )
    with then("it is refused in her language"):
        assert no[0] == "signing.method"
        assert "You cannot prove who you are in this way." in no[1]
