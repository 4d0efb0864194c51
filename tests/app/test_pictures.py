"""Photos of codes are read as they come from real hands and poor printers; what is no photo is refused in words."""

import io
import random
import re
import struct
import time
import zlib

import pytest
import zxingcpp
from PIL import Image, ImageDraw, ImageFilter

from app import pictures, qr
from app.pictures import Codes, read_codes
from app.refusals import NotAPicture, NothingReadable, PictureBroken, PictureTooLarge
from codings import gs1

SIGNED = "NSK1:" + "".join(random.Random(7).choices("0123456789", k=900))
FIRST = "NSK1:1/2:" + "".join(random.Random(8).choices("0123456789", k=700))
SECOND = "NSK1:2/2:" + "".join(random.Random(9).choices("0123456789", k=700))
UIDS = ["12345000000000000001", "12345000000000000002"]


def printed(text: str, dots: int = 4) -> Image.Image:
    """A slip's code on a 203 dpi printer: half a millimetre is four dots, each of them black or white."""
    svg = qr.svg(text, 0.5)
    found = re.search(r'viewBox="0 0 (\d+) \1"', svg)
    assert found
    side = int(found[1]) * dots
    paper = Image.new("1", (side, side), 1)
    pen = ImageDraw.Draw(paper)
    for x, y, run in re.findall(r"M(\d+) (\d+)h(\d+)v1", svg):
        left, top = int(x) * dots, int(y) * dots
        pen.rectangle((left, top, left + int(run) * dots - 1, top + dots - 1), fill=0)
    return paper.convert("L")


def label(uid: str = UIDS[0], scale: int = 4) -> Image.Image:
    code = zxingcpp.create_barcode(
        f"(01)06260123456786(21){uid}(17)281231(10)AB123", zxingcpp.BarcodeFormat.DataMatrix, gs1=True
    )
    drawn = zxingcpp.write_barcode_to_image(code, scale=scale, add_quiet_zones=True)
    return Image.fromarray(drawn).convert("L")


def beside(*parts: Image.Image, desk: int = 170, gap: int = 60) -> Image.Image:
    """Papers side by side on a desk."""
    width = sum(part.width for part in parts) + gap * (len(parts) + 1)
    whole = Image.new("L", (width, max(part.height for part in parts) + 2 * gap), desk)
    x = gap
    for part in parts:
        whole.paste(part, (x, gap))
        x += part.width + gap
    return whole


def tilted(picture: Image.Image, angle: float = 11) -> Image.Image:
    return picture.rotate(angle, expand=True, fillcolor=170, resample=Image.Resampling.BICUBIC)


def stained(picture: Image.Image) -> Image.Image:
    """A grey ring of a tea glass over a corner of the code."""
    pen = ImageDraw.Draw(picture)
    w, h = picture.size
    pen.ellipse((w * 0.55, h * 0.55, w * 0.68, h * 0.68), fill=110)
    return picture


def noisy(picture: Image.Image, sigma: int = 60, share: float = 0.25) -> Image.Image:
    random.seed(3)
    return Image.blend(picture, Image.effect_noise(picture.size, sigma), share)


def photo(picture: Image.Image, form: str = "JPEG", **how: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, form, **({"quality": 55} if form == "JPEG" else {}) | how)
    return out.getvalue()


def texts(content: bytes, formats: Codes = Codes.SLIP) -> list[str]:
    return [code.text for code in read_codes(content, formats=formats)]


# --- What is read ---------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_slip_from_a_label_printer_is_read_from_a_poor_photo(form):
    paper = noisy(stained(tilted(beside(printed(SIGNED)))).filter(ImageFilter.GaussianBlur(0.8)))
    assert texts(photo(paper, form)) == [SIGNED]


def test_a_photo_that_a_plain_look_cannot_read_is_read_by_the_ladder():
    paper = small_and_blurred()
    plain = zxingcpp.read_barcodes(Image.open(io.BytesIO(photo(paper))), zxingcpp.BarcodeFormat.QRCode)
    assert plain == []
    assert texts(photo(paper)) == [SIGNED]


def small_and_blurred() -> Image.Image:
    paper = tilted(beside(printed(SIGNED)), 4)
    small = paper.resize((int(paper.width * 0.45), int(paper.height * 0.45)), Image.Resampling.BICUBIC)
    return noisy(small.filter(ImageFilter.GaussianBlur(0.6)), sigma=80, share=0.2)


@pytest.mark.parametrize("tilt", [0, 8])
def test_both_halves_of_a_long_prescription_are_read_from_one_photo(tilt):
    assert sorted(texts(photo(tilted(beside(printed(FIRST), printed(SECOND)), tilt)))) == [FIRST, SECOND]


def test_the_second_half_is_looked_for_when_the_first_was_easy():
    faint = small(printed(SECOND))
    assert sorted(texts(photo(beside(printed(FIRST), faint)))) == [FIRST, SECOND]


def small(picture: Image.Image) -> Image.Image:
    half = picture.resize((int(picture.width * 0.42), int(picture.height * 0.42)), Image.Resampling.BICUBIC)
    return half.filter(ImageFilter.GaussianBlur(0.6))


def test_one_half_alone_is_given_back_as_it_is():
    assert texts(photo(beside(printed(FIRST)))) == [FIRST]


def test_a_pack_comes_back_with_its_separators_as_the_counters_parser_wants_it():
    (code,) = read_codes(photo(noisy(tilted(beside(label(), gap=150), 7))), formats=Codes.PACK)
    assert code.gs1
    assert code.text == f"010626012345678621{UIDS[0]}\x1d1728123110AB123"
    pack = gs1.parse_pack(code.text)
    assert (pack.gtin, pack.uid, pack.lot) == ("06260123456786", UIDS[0], "AB123")


@pytest.mark.parametrize("angle", [0, 30, 45, 90, 180])
def test_several_packs_on_one_photo_are_all_read(angle):
    desk = tilted(beside(label(UIDS[0]), label(UIDS[1]), gap=120), angle)
    assert sorted(gs1.parse_pack(text).uid for text in texts(photo(desk), Codes.PACK)) == UIDS


def test_a_smaller_pack_beside_a_clear_one_is_not_overlooked():
    desk = beside(label(UIDS[0], 8), small(label(UIDS[1], 4)), gap=100)
    assert sorted(gs1.parse_pack(text).uid for text in texts(photo(desk), Codes.PACK)) == UIDS


def test_codes_come_in_the_order_in_which_a_person_sees_them_on_a_phone_held_upside_down():
    desk = Image.new("L", (500, 900), 170)
    desk.paste(label(UIDS[0]), (150, 100))
    desk.paste(label(UIDS[1]), (150, 600))
    exif = Image.Exif()
    exif[0x0112] = 3  # what the camera writes of a picture that lies upside down in the file
    content = photo(desk.rotate(180), exif=exif)
    assert [gs1.parse_pack(text).uid for text in texts(content, Codes.PACK)] == UIDS


def test_slips_and_packs_are_not_mistaken_for_each_other():
    desk = photo(beside(printed(SIGNED), label()))
    assert texts(desk, Codes.SLIP) == [SIGNED]
    assert len(texts(desk, Codes.PACK)) == 1


def test_a_drawing_on_nothing_is_read_as_on_white():
    code = printed(SIGNED)
    clear = Image.new("RGBA", code.size, (0, 0, 0, 0))
    clear.paste((0, 0, 0, 255), mask=code.point(lambda grey: 255 - grey))
    assert texts(photo(clear, "PNG")) == [SIGNED]


def test_a_large_photo_of_a_phone_is_read_in_time():
    phone = beside(printed(SIGNED, 12), desk=150).resize((6000, 6000), Image.Resampling.NEAREST)
    began = time.monotonic()
    assert texts(photo(phone)) == [SIGNED]
    assert time.monotonic() - began < pictures.SECONDS


# --- What is refused ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"%PDF-1.7\n" + b"x" * 500,
        b"not a picture",
        b"GIF89a" + b"\0" * 60,
        b"<svg xmlns='x'/>",
        b"\0" * 10_000_000,
    ],
    ids=["nothing", "pdf", "text", "gif", "svg", "ten megabytes of nothing"],
)
def test_what_is_no_photo_is_said_to_be_none(content):
    with pytest.raises(NotAPicture):
        read_codes(content, formats=Codes.SLIP)


def test_other_kinds_of_pictures_are_not_even_opened():
    for form in ("GIF", "BMP", "TIFF", "PPM"):
        with pytest.raises(NotAPicture):
            texts(photo(printed(SIGNED), form))


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_photo_that_ends_early_is_said_to_be_broken(form):
    whole = photo(beside(printed(SIGNED)), form)
    with pytest.raises(PictureBroken) as no:
        texts(whole[: len(whole) // 2])
    assert no.value.pointer == "/picture"


def png(width: int, height: int) -> bytes:
    """A picture that says it is huge, in some hundred bytes."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("size", [(6400, 6300), (12_000, 9_000), (60_000, 60_000)])
def test_a_bomb_is_refused_before_it_is_decoded(size):
    began = time.monotonic()
    with pytest.raises(PictureTooLarge) as no:
        read_codes(png(*size), formats=Codes.SLIP)
    assert "40" in no.value.detail.en
    assert time.monotonic() - began < 0.5


def test_a_photo_without_a_code_is_told_with_what_to_do():
    with pytest.raises(NothingReadable) as no:
        texts(photo(noisy(Image.new("L", (900, 700), 180))))
    assert "hand scanner" in no.value.detail.en


def test_looking_ends_when_the_time_is_over():
    hay = Image.effect_noise((3000, 3000), 120)
    began = time.monotonic()
    with pytest.raises(NothingReadable):
        read_codes(photo(hay), formats=Codes.SLIP, seconds=0.2)
    assert time.monotonic() - began < 2.5
