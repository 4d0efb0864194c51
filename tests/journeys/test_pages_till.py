"""At the counter with a photo instead of a scanner, a pack put back, and the labels of what was handed over."""

import io

import pytest
from PIL import Image

from tests.browser.videos import printed_pack, printed_qr
from tests.journeys.browser import Page, Person
from tests.journeys.test_pages_pharmacy import (
    ELSEWHERE,
    PHARMACIST,
    accept,
    dispensed,
    many,
    on_the_counter,
    scan,
)

NOTHING = ("picture", ("x.jpg", b"", "image/jpeg"))


@pytest.fixture
def pharmacist(world) -> Person:
    return Person(world, PHARMACIST)


@pytest.fixture
def slip(world):
    return world.prescribe()


def photo(*codes: Image.Image) -> dict[str, tuple[str, bytes, str]]:
    """Papers beside each other on a desk, as a phone sends them."""
    width = sum(code.width for code in codes) + 80 * (len(codes) + 1)
    desk = Image.new("L", (width, max(code.height for code in codes) + 160), 180)
    x = 80
    for code in codes:
        desk.paste(code, (x, 80))
        x += code.width + 80
    out = io.BytesIO()
    desk.save(out, "JPEG", quality=70)
    return {"picture": ("photo.jpg", out.getvalue(), "image/jpeg")}


def send(person: Person, address: str, files, **more: str) -> Page:
    return person.post(address, {"key": f"till-{address[-20:]}-{len(str(files))}", **more}, files)


def fresh(world) -> str:
    return world.fresh_pack(world.item()["medicine"])["barcode"]


# --- A photo of the slip --------------------------------------------------------------------------


def test_a_photo_of_the_slip_opens_the_prescription(pharmacist, slip):
    page = send(pharmacist, "/pharmacy/picture", photo(printed_qr(slip["qr"][0])))
    assert (page.status, "/pharmacy/acceptances/" in page.path) == (200, True), page.text


def test_a_photo_of_the_small_code_does_as_well(pharmacist, slip):
    page = send(pharmacist, "/pharmacy/picture", photo(printed_qr(slip["pointer"])))
    assert "/pharmacy/acceptances/" in page.path, page.text


def test_a_long_prescription_is_opened_by_one_photo_of_both_codes(world, pharmacist):
    long = world.prescribe([world.item(**one) for one in many(world, 9)])
    assert len(long["qr"]) == 2
    page = send(pharmacist, "/pharmacy/picture", photo(*[printed_qr(text) for text in long["qr"]]))
    assert "/pharmacy/acceptances/" in page.path, page.text


def test_a_photo_of_one_of_two_codes_asks_for_the_other_and_keeps_the_first(world, pharmacist):
    first, second = world.prescribe([world.item(**one) for one in many(world, 9)])["qr"]
    page = send(pharmacist, "/pharmacy/picture", photo(printed_qr(second)))
    assert page.status == 422
    assert "two large codes" in page.read.errors["second"]
    page = send(pharmacist, "/pharmacy/picture", photo(printed_qr(first)), half=second)
    assert "/pharmacy/acceptances/" in page.path, page.text


def test_two_slips_on_one_photo_open_neither(world, pharmacist, slip):
    other = world.prescribe()
    page = send(pharmacist, "/pharmacy/picture", photo(printed_qr(slip["qr"][0]), printed_qr(other["qr"][0])))
    assert (page.status, page.path) == (422, "/pharmacy/picture")


@pytest.mark.parametrize(
    ("files", "status"),
    [
        ({}, 422),
        ({"picture": ("x.pdf", b"%PDF-1.7 something", "application/pdf")}, 422),
        ({"picture": ("x.jpg", b"\xff\xd8\xff\xe0" + b"\0" * 100, "image/jpeg")}, 422),
        (photo(Image.new("L", (300, 300), 120)), 422),
        ({"picture": ("x.jpg", b"\0" * 10_000_001, "image/jpeg")}, 413),
    ],
    ids=["none", "pdf", "broken", "empty", "large"],
)
def test_what_is_no_readable_photo_is_refused_in_words(pharmacist, files, status):
    page = send(pharmacist, "/pharmacy/picture", files)
    assert page.status == status
    assert "Traceback" not in page.text


# --- A photo of packs -----------------------------------------------------------------------------


def test_a_photo_of_one_pack_is_as_good_as_its_scan(world, pharmacist, slip):
    page = accept(pharmacist, slip)
    pack = world.fresh_pack(world.item()["medicine"])
    after = send(pharmacist, f"{page.path}/picture", photo(printed_pack(pack["barcode"])))
    assert after.status == 200, after.text
    assert "It is set aside for this prescription." in after.text
    assert f"count.{pack['uid']}" in after.form(f"{page.path}/price").fields


def test_all_packs_of_a_photo_come_onto_the_counter_and_are_told_one_by_one(world, pharmacist, slip):
    page = accept(pharmacist, slip)
    codes = [fresh(world) for _ in range(3)]
    listed = send(pharmacist, f"{page.path}/picture", photo(*[printed_pack(code) for code in codes]))
    assert listed.status == 200
    assert listed.text.count("It is set aside for this prescription.") == 3
    counts = [
        n for n in pharmacist.get(page.path).form(f"{page.path}/price").fields if n.startswith("count.")
    ]
    assert len(counts) == 3


def test_one_refused_pack_does_not_take_the_others_with_it(world, pharmacist, slip):
    elsewhere = accept(Person(world, ELSEWHERE), world.prescribe())
    taken = fresh(world)
    scan(elsewhere, taken)
    page = accept(pharmacist, slip)
    listed = send(pharmacist, f"{page.path}/picture", photo(printed_pack(taken), printed_pack(fresh(world))))
    assert listed.text.count("It is set aside for this prescription.") == 1, listed.text
    assert "set aside for another prescription until" in listed.text


def test_the_same_photo_sent_twice_is_kept_once(world, pharmacist, slip):
    page = accept(pharmacist, slip)
    files = photo(printed_pack(fresh(world)), printed_pack(fresh(world)))
    send(pharmacist, f"{page.path}/picture", files)
    again = send(pharmacist, f"{page.path}/picture", files)
    assert again.path == page.path


def test_a_photo_without_a_pack_is_refused_beside_its_field(pharmacist, slip):
    page = accept(pharmacist, slip)
    refused = send(pharmacist, f"{page.path}/picture", photo(printed_qr(slip["qr"][0])))
    assert refused.status == 422


def test_another_pharmacys_counter_takes_no_photo(world, pharmacist, slip):
    page = accept(pharmacist, slip)
    files = photo(printed_pack(fresh(world)))
    assert send(Person(world, ELSEWHERE), f"{page.path}/picture", files).status == 404


# --- Putting a pack back --------------------------------------------------------------------------


def test_a_pack_scanned_by_mistake_is_put_back(world, pharmacist, slip):
    page = on_the_counter(world, accept(pharmacist, slip), packs=2)
    here = page.path.removesuffix("/packs")
    uids = [n.removeprefix("count.") for n in page.form(f"{here}/price").fields if n.startswith("count.")]
    after = pharmacist.post(f"{here}/packs/{uids[0]}/release", {"key": "back-1"})
    left = [n for n in after.form(f"{here}/price").fields if n.startswith("count.")]
    assert left == [f"count.{uids[1]}"]
    assert pharmacist.post(f"{here}/packs/{uids[0]}/release", {"key": "back-2"}).status == 200
    unknown = pharmacist.post(f"{here}/packs/12345000000000000009/release", {"key": "back-3"})
    assert unknown.status == 404
    assert Person(world, ELSEWHERE).post(f"{here}/packs/{uids[1]}/release", {"key": "b"}).status == 404


# --- Labels ---------------------------------------------------------------------------------------


def test_every_line_has_its_label_in_persian_unless_english_is_asked_for(world, pharmacist, slip):
    receipt = dispensed(world, pharmacist, slip)
    assert f"{receipt.path}/labels" in receipt.read.links
    page = pharmacist.get(f"{receipt.path}/labels")
    name = world.person().get("name", "")
    assert page.html.count('class="label') >= 1
    for words in ("amoxicillin 500 mg cap", "هر ۸ ساعت", "۲۱ کپسول", slip["number"], name):
        assert words in page.text
    english = pharmacist.get(f"{receipt.path}/labels?language=en")
    assert "every 8 hours" in english.text
    assert "Quantity: 21 capsule" in english.text
    assert world.person()["national_id"] not in page.html


def test_labels_are_the_pharmacys_own(world, pharmacist, slip):
    receipt = dispensed(world, pharmacist, slip)
    assert Person(world, ELSEWHERE).get(f"{receipt.path}/labels").status == 404
    assert pharmacist.get(f"{receipt.path}/labels?language=de").status == 400
