"""The ground under the stories: a browser that opens, people who are signed in, errors that are noticed."""

import io

import pytest
import zxingcpp
from PIL import Image

from tests.browser.steps import given, then, when
from tests.browser.videos import filmed, printed_pack, printed_qr


@pytest.fixture
def world(shared_world):
    return shared_world


def test_a_person_signs_in_by_the_form_and_reads_their_page(people):
    with given("a visitor before the first page"):
        visitor = people.visitor(language="en").goto("/")
    with when("they sign in as the physician"):
        people.by_form(visitor, "physician-9990001", to="/prescriber")
    with then("they stand before the physician's page"):
        assert visitor.path == "/prescriber"


def test_what_the_browser_reports_fails_the_story(people):
    with when("a page breaks the content security policy, and a script of it fails"):
        screen = people.visitor().goto("/status")
        screen.page.evaluate(
            "() => { const it = document.createElement('script'); it.textContent = 'x'; document.body.append(it);"
            " setTimeout(() => { throw new Error('broken') }, 0); console.error('wrong'); }"
        )
        screen.page.wait_for_timeout(100)
    with then("all three are known, and the story would fail"):
        told = " ".join(screen.unexpected())
        assert all(words in told for words in ("CSP: script-src", "script: ", "console: wrong")), told
    for words in ("CSP", "Content Security", "script: ", "wrong"):
        screen.allow(words)
    assert not screen.unexpected()


def test_machines_and_jobs_work_beside_the_browser(people, world):
    with given("a prescription that the clinic's program signed and the pharmacy's dispensed"):
        world.dispense(world.prescribe())
    with when("the jobs that wait are run"):
        world.work()
    with then("the insurer sees the batch on its page"):
        insurer = people.insurer(language="en").goto("/insurer/batches")
        assert insurer.page.locator("table tbody tr").count() == 1


def test_the_camera_sees_slip_and_pack(world, tmp_path):
    prescription = world.prescribe()
    pack = world.fresh_pack(world.medicine("amoxicillin", "capsule")["generic"])
    film = filmed([*map(printed_qr, prescription["qr"]), printed_pack(pack["barcode"])], tmp_path / "f.mjpeg")
    found = {each.bytes for frame in frames(film) for each in zxingcpp.read_barcodes(frame)}
    assert found == {*(text.encode() for text in prescription["qr"]), pack["barcode"].encode()}


def test_a_camera_shows_its_film_to_the_page(people, tmp_path):
    film = filmed([Image.new("L", (300, 300), 255)], tmp_path / "white.mjpeg")
    screen = people.visitor(camera=film).goto("/status")
    wide = screen.page.evaluate(
        "async () => (await navigator.mediaDevices.getUserMedia({video: true})).getVideoTracks()[0]"
        ".getSettings().width"
    )
    assert wide == 1280


def frames(film):
    """The pictures of an MJPEG, each as a scanner is given it."""
    pictures = film.read_bytes().split(b"\xff\xd8\xff\xe0")[1:]
    return [Image.open(io.BytesIO(b"\xff\xd8\xff\xe0" + each)).convert("L") for each in pictures]
