"""What a hand scanner or a camera reads at the counter, from the whole slip to what is no code at all.

Each story has a prescription of its own, or none; they share one world.
"""

from random import Random
from typing import Any

import pytest

from tests.browser.scanner import GS, accepted, says, scan
from tests.browser.videos import filmed, printed_qr

CAMERA = "Scan with the camera"


@pytest.fixture
def world(shared_world):
    return shared_world


@pytest.fixture
def till(people: Any) -> Any:
    return people.pharmacist(language="en").goto("/pharmacy")


def test_both_halves_of_a_long_prescription_in_any_order(till, world):
    hand = Random(7)
    generics = [m for m in world.told["medicines"] if m["products"]][:8]
    items = [
        world.item(m["inn"], m["form"], medicine=m["generic"], quantity="7", duration_days=1,
                   dose={"amount": "1", "unit": m["unit"]}, route=m["route"],
                   instruction="".join(hand.choices("ابپتثجچحخدذرزژسشصضطظعغفقکگلمنوهی", k=90)))
        for m in generics
    ]  # fmt: skip
    prepared = world.prepare(world.shabad(), items)
    asked = [
        {"finding": f["id"], "reason": "benefit-outweighs-risk"}
        for f in prepared["findings"]
        if f["severity"] == "ask"
    ]
    prepared = world.prepare(world.shabad(), items, overrides=asked)
    prescription = world.clinic.post("/prescriptions", {"jws": world.signed(prepared)}, ok=201)
    assert len(prescription["qr"]) == 2
    scan(till, prescription["qr"][1])
    says(till, "One of the slip's two large codes was read")
    scan(till, prescription["qr"][1])
    says(till, "That is the half that was read already")
    scan(till, prescription["qr"][0])
    till.page.wait_for_url("**/acceptances/**")


@pytest.mark.parametrize("prefix", ["]Q3", "~", "Q", "STX"])
def test_what_a_scanner_puts_before_a_code_is_no_part_of_it(till, world, prefix):
    scan(till, prefix + world.prescribe()["qr"][0])
    till.page.wait_for_url("**/acceptances/**")


def test_a_national_id_typed_quickly_is_not_a_scan(till):
    field = till.page.locator("#national_id")
    field.focus()
    till.page.keyboard.type("9991484922")
    assert field.input_value() == "9991484922"
    till.page.locator("#scan").focus()
    till.page.wait_for_timeout(500)
    assert field.input_value() == "9991484922"


def test_a_camera_whose_reader_cannot_be_fetched_says_so_and_tries_again(people, world, tmp_path):
    film = filmed([printed_qr(world.prescribe()["qr"][0])], tmp_path / "slip.mjpeg")
    till = people.pharmacist(language="en", camera=film)
    till.allow("503")
    till.allow("wasm")
    till.allow("falling back to ArrayBuffer")
    till.page.route("**/zxing_reader.wasm", lambda route: route.fulfill(status=503))
    till.goto("/pharmacy").press(CAMERA)
    says(till, "The camera could not be opened")
    till.page.unroute("**/zxing_reader.wasm")
    till.press(CAMERA)
    till.page.wait_for_url("**/acceptances/**")


def test_a_scanner_with_a_persian_keyboard_is_read_all_the_same(till, world):
    """The keys come with Persian letters and digits; only their places are those of the code."""
    prescription = world.prescribe()
    till.page.evaluate(
        """(text) => {
          const codes = { ":": ["Semicolon", true], "/": ["Slash", false] };
          for (const c of text) {
            const [code, shiftKey] = codes[c] ?? (/[0-9]/.test(c) ? [`Digit${c}`, false] : [`Key${c}`, true]);
            const key = /[0-9]/.test(c) ? String.fromCharCode(0x6f0 + Number(c)) : "ش";
            document.body.dispatchEvent(new KeyboardEvent("keydown", { key, code, shiftKey, bubbles: true }));
          }
          document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", code: "Enter", bubbles: true }));
        }""",
        prescription["qr"][0],
    )
    till.page.wait_for_url("**/acceptances/**")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("shc:/567629095243206034602924374044603122295953265460346029254077280433", "health certificate"),
        ("https://example.org/prescriptions/17", "a web address"),
        ("6260123456786", "Scan the patient's slip first"),
        ("WIFI:T:WPA;S:clinic;P:secret;;", "no code this counter knows"),
        (f"010626012345678621A1B2C3D4E5F6G7H8J9K0{GS}1728123110AB123", "Scan the patient's slip first"),
    ],
)
def test_the_wrong_code_is_said_and_nothing_is_opened(till, text, words):
    scan(till, text)
    says(till, words)
    assert till.path == "/pharmacy"


def test_a_slip_among_the_packs_is_said(till, world):
    prescription = accepted(till, world)
    scan(till, prescription["qr"][0])
    says(till, "That is a slip")


def test_a_pack_of_another_medicine_is_refused_in_words(till, world):
    accepted(till, world)
    other = world.medicine("ibuprofen")["generic"]
    scan(till, world.fresh_pack(other)["barcode"])
    till.page.locator("#looked").wait_for()
    assert till.page.locator("[data-says]").inner_text()
    assert till.page.locator("#looked").get_attribute("data-tone") == "stop"


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("NotAllowedError", "was told not to use the camera"),
        ("NotFoundError", "There is no camera here"),
        ("NotReadableError", "Another program uses the camera"),
    ],
)
def test_a_camera_that_cannot_be_had_says_what_else_there_is(people, error, words):
    till = people.pharmacist(language="en")
    till.context.add_init_script(
        f"navigator.mediaDevices.getUserMedia = async () => {{ throw new DOMException('', '{error}'); }};"
    )
    till.goto("/pharmacy").press(CAMERA)
    says(till, words)
    assert till.page.get_by_role("button", name=CAMERA).is_visible()


def test_a_forged_slip_opens_nothing(till, world):
    prescription = world.prescribe()
    code = prescription["qr"][0]
    scan(till, code[:-2] + ("00" if code[-2:] != "00" else "01"))
    till.page.locator("#refusal, .error").first.wait_for()
    assert "/acceptances/" not in till.path


def test_the_scanner_is_only_on_the_pages_that_scan(people, world):
    till = people.pharmacist(language="en")
    policies = {}
    till.page.on("response", lambda r: policies.update({r.url: r.headers.get("content-security-policy", "")}))
    till.goto("/pharmacy").goto("/status")
    assert "'wasm-unsafe-eval'" in policies[f"{world.url}/pharmacy"]
    assert "wasm" not in policies[f"{world.url}/status"]
    assert not [url for url in policies if url.endswith(".wasm")], "the reader is fetched when it is used"
