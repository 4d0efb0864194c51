"""A slip is printed from the browser, stained and held crooked, and read again; its patient sees their own page."""

import io
import json
import random
from typing import Any

import pypdfium2
import pytest
import zxingcpp
from PIL import Image, ImageDraw

from app import audit_tree
from prescriber import signing
from tests.browser.steps import given, then, when

DOTS = 203  # of a thermal printer, an inch
A5 = (419.5, 595.3)
BLOT_MM = 7


@pytest.fixture
def world(shared_world):
    return shared_world


@pytest.fixture
def long(world) -> Any:
    """A prescription that needs two codes: eight medicines, each with a long instruction."""
    tablets = {m["inn"]: m for m in world.told["medicines"] if m["form"] == "tablet"}
    letters = random.Random(3)
    return world.prescribe(
        [
            world.item(
                inn,
                "tablet",
                frequency="1x1",
                quantity="7",
                instruction=" ".join("".join(letters.choices("ابپتجدرزسشفکلمن", k=6)) for _ in range(16)),
            )
            for inn in list(tablets)[:8]
        ]
    )


def give(screen: Any, prescription: Any, *, large: bool = False) -> Any:
    """Print is pressed; the printer's window is noted and not opened."""
    screen.page.add_init_script("window.print = () => { (window.printed ??= []).push(location.href); };")
    screen.goto(f"/prescriber/prescriptions/{prescription['number']}/slip")
    if large:
        screen.page.locator("input[name=large]").check()
    screen.page.locator("button[value=print]").click()
    screen.page.wait_for_url("**/slip/*")
    return screen


def on_paper(screen: Any) -> list[Image.Image]:
    """The pages as they come from a thermal printer: black or white, with nothing between."""
    document = pypdfium2.PdfDocument(screen.page.pdf(prefer_css_page_size=True))
    assert document[0].get_size() == pytest.approx(A5, abs=1)
    return [page.render(scale=DOTS / 72).to_pil().convert("L").point(_black_or_white) for page in document]


def _black_or_white(grey: int) -> int:
    return 255 * (grey > 127)


def used(paper: Image.Image, *, seed: int) -> Image.Image:
    """A blot of tea on every code, specks everywhere, laid crooked on a desk, and seen by a scanner."""
    chance = random.Random(seed)
    worn = paper.convert("L")
    pen = ImageDraw.Draw(worn)
    for code in zxingcpp.read_barcodes(paper):
        corners = code.position
        x, y = (
            (corners.top_left.x + corners.bottom_right.x) // 2,
            (corners.top_left.y + corners.bottom_right.y) // 2,
        )
        wide = corners.top_right.x - corners.top_left.x
        blot = min(BLOT_MM / 25.4 * DOTS, wide / 6) / 2
        x, y = x + wide // 8, y + wide // 9
        pen.ellipse((x - blot, y - blot, x + blot, y + blot), fill=60)
    for _ in range(worn.width * worn.height // 2000):
        x, y = chance.randrange(worn.width), chance.randrange(worn.height)
        worn.putpixel((x, y), 0 if chance.random() < 0.5 else 255)
    tilted = worn.rotate(chance.uniform(2, 4), expand=True, fillcolor=230, resample=Image.Resampling.BICUBIC)
    seen = io.BytesIO()
    tilted.save(seen, "JPEG", quality=60)
    return Image.open(seen)


def read(pictures: list[Image.Image]) -> set[str]:
    """What a scanner reads; what it does not read at once is held a little nearer."""
    texts = set()
    for picture in pictures:
        for nearer in (1, 2):
            closer = picture.resize((picture.width * nearer, picture.height * nearer))
            texts |= {code.text for code in zxingcpp.read_barcodes(closer)}
    return texts


@pytest.mark.parametrize("language", ["fa", "en"])
def test_a_printed_slip_is_read_again_with_stain_and_tilt(people, world, language):
    with given("a physician who has signed"):
        one = world.prescribe()
        doctor = people.physician(language=language)
    with when("she presses Print, and the sheet is carried about for a week"):
        give(doctor, one)
        pages = on_paper(doctor)
        texts = read([used(page, seed=7) for page in pages])
    with then("the printer's window opened once, and the address forgot it"):
        assert doctor.page.evaluate("() => window.printed.length") == 1
        assert doctor.page.url.endswith("/slip/1")
    with then("one sheet holds it all, and both codes are read"):
        assert len(pages) == 1
        [whole] = [text for text in texts if text.startswith("NSK1:")]
        assert whole == one["qr"][0]
        assert any(text.startswith(f"{world.url}/q/{one['number']}#") for text in texts)


def test_two_codes_are_both_read_from_stained_sheets_in_large_print(people, long):
    doctor = give(people.physician(language="fa"), long, large=True)
    pages = on_paper(doctor)
    texts = read([used(page, seed=11) for page in pages])
    halves = [text for text in texts if text.startswith("NSK1:")]
    assert sorted(halves) == sorted(long["qr"])
    assert len(long["qr"]) == 2
    assert signing.jws_from_qr(halves) == signing.jws_from_qr(long["qr"])


def test_each_module_is_half_a_millimetre_on_the_screens_print_however_narrow(people, long):
    """No code is ever shrunk: not in print, and not on a telephone."""
    doctor = give(people.physician(width=390), long)
    doctor.page.emulate_media(media="print")
    for drawn in doctor.page.locator("svg.qr").all():
        box, modules = drawn.bounding_box(), int(drawn.get_attribute("viewBox").split()[2])
        assert box["width"] / 96 * 25.4 / modules == pytest.approx(0.5, rel=0.01)


@pytest.mark.parametrize("language", ["fa", "en"])
def test_a_second_sheet_says_that_it_is_a_copy(people, world, language):
    one = world.prescribe()
    doctor = give(people.physician(language=language), one)
    words = {"en": "A copy does not give more medicine.", "fa": "با رونوشت داروی بیشتری داده نمی‌شود."}[
        language
    ]
    assert doctor.page.get_by_text(words).count() == 0
    give(doctor, one)
    doctor.page.get_by_text(words).wait_for()


def test_after_signing_enter_prints(people, world):
    doctor = people.physician(language="en")
    doctor.page.add_init_script("window.print = () => { window.printed = true; };")
    doctor.goto(f"/prescriber/prescriptions/{world.prescribe()['number']}/slip")
    doctor.page.keyboard.press("Enter")
    doctor.page.wait_for_url("**/slip/1")
    doctor.page.wait_for_function("() => window.printed === true")


def test_a_reload_prints_nothing_once_more(people, world):
    doctor = give(people.physician(language="en"), world.prescribe())
    doctor.page.reload()
    doctor.page.locator("[data-print]").wait_for()
    assert doctor.page.evaluate("() => window.printed") is None


def test_the_preview_prints_no_sheet(people, world):
    doctor = people.physician(language="en")
    doctor.goto(f"/prescriber/prescriptions/{world.prescribe()['number']}/slip")
    assert read(on_paper(doctor)) == set()


def test_without_scripts_the_sheet_is_there_to_be_printed(people, world):
    one = world.prescribe()
    doctor = people.physician(language="en", scripts=False)
    doctor.goto(f"/prescriber/prescriptions/{one['number']}/slip")
    doctor.page.locator("button[value=print]").click()
    doctor.page.wait_for_url("**/slip/1?ask=print")
    assert read(on_paper(doctor)) >= {one["qr"][0]}


# --- The patient's page ---------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["fa", "en"])
def test_the_small_code_opens_the_patients_own_page(people, world, language):
    one = world.prescribe()
    address, _, secret = one["pointer"].partition("#")
    patient = people.visitor(language=language, width=390)
    with when("the patient's telephone opens what the small code says"):
        patient.page.goto(f"{world.url}/q/{address.rpartition('/')[2]}#{secret}")
        patient.page.get_by_text("amoxicillin").first.wait_for()
    with then("the secret stands in no address, no storage and nowhere on the page"):
        assert patient.page.url == f"{world.url}/q/{one['number']}"
        assert secret not in patient.page.content()
        assert patient.page.evaluate("() => localStorage.length + sessionStorage.length") == 0
        assert patient.axe() == []
        assert patient.wider_than_the_screen() is None
    with then("the way back does not lead to the secret either"):
        patient.page.go_back()
        assert secret not in patient.page.url


@pytest.mark.parametrize("language", ["fa", "en"])
def test_the_patient_downloads_the_proof_of_who_looked(people, world, language):
    one = world.prescribe()
    world.accept(one)
    audit_tree.seal(world.service)
    address, _, secret = one["pointer"].partition("#")
    patient = people.visitor(language=language, width=390)
    with when("the patient opens what says how a change would show"):
        patient.page.goto(f"{world.url}/q/{address.rpartition('/')[2]}#{secret}")
        patient.page.locator("details.own-proof summary").click()
        assert patient.axe() == []
        assert patient.wider_than_the_screen() is None
    with then("a file comes with the pharmacy's look in it, and the page stays"):
        with patient.page.expect_download() as coming:
            patient.page.locator("details.own-proof button").click()
        proof = json.loads(coming.value.path().read_text())
        assert [json.loads(entry["content"])["verb"] for entry in proof["entries"]] == ["prescription.accept"]
        assert patient.page.url == f"{world.url}/q/{one['number']}"


def test_without_scripts_the_printed_code_is_typed(people, world):
    one = world.prescribe()
    typed = signing.typed_secret(one["pointer"].partition("#")[2])
    patient = people.visitor(language="en", scripts=False, width=390)
    patient.goto(f"/q/{one['number']}").fill("Code beside the small code on the slip", typed.lower())
    patient.press("Show my prescription")
    patient.page.get_by_text("Still to be collected").wait_for()
