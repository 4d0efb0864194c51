"""What a camera sees: the codes of slips and packs as printed, held crooked before a noisy camera, as an MJPEG file.

film = filmed([printed_qr(qr) for qr in prescription["qr"]], tmp_path / "slip.mjpeg")
pharmacist = people.pharmacist(camera=film)
"""

import random
import re
from collections.abc import Sequence
from pathlib import Path

import zxingcpp
from PIL import Image, ImageDraw, ImageFilter

from app import qr

FRAME = (1280, 720)
_PIXELS = 6  # a module of the code
_FRAMES_EACH = 5  # a picture is held still for half a second
_TABLE = 190  # how light the desk under the paper is


def printed_qr(text: str) -> Image.Image:
    """A code of a slip, drawn from the very SVG that is printed."""
    svg = qr.svg(text, 0.5)
    found = re.search(r'viewBox="0 0 (\d+) \1"', svg)
    assert found, "the code has no size"
    side = int(found[1]) * _PIXELS
    picture = Image.new("L", (side, side), 255)
    pen = ImageDraw.Draw(picture)
    for x, y, run in re.findall(r"M(\d+) (\d+)h(\d+)v1", svg):
        left, top = int(x) * _PIXELS, int(y) * _PIXELS
        pen.rectangle((left, top, left + int(run) * _PIXELS - 1, top + _PIXELS - 1), fill=0)
    return picture


def printed_pack(barcode: str) -> Image.Image:
    """The GS1 DataMatrix of a pack: what stands in `pack["barcode"]`, its separators included."""
    code = zxingcpp.create_barcode(_bracketed(barcode), zxingcpp.BarcodeFormat.DataMatrix, gs1=True)
    return Image.fromarray(
        zxingcpp.write_barcode_to_image(code, scale=_PIXELS, add_quiet_zones=True)
    ).convert("L")


def filmed(pictures: Sequence[Image.Image], file: Path, *, tilt: float = 6, noise: int = 18) -> Path:
    """An MJPEG of each picture in turn, turned by about `tilt` degrees, a little blurred and speckled."""
    hand = random.Random(1405)  # the same unsteady hand every time
    with file.open("wb") as film:
        for picture in pictures:
            for _ in range(_FRAMES_EACH):
                _frame(picture, hand.uniform(-tilt, tilt), noise, hand).save(film, "JPEG", quality=80)
    return file


def _frame(picture: Image.Image, angle: float, noise: int, hand: random.Random) -> Image.Image:
    held = picture.rotate(angle, expand=True, fillcolor=_TABLE, resample=Image.Resampling.BICUBIC)
    room = int(FRAME[1] * 0.94)
    if held.height > room or held.width > FRAME[0]:
        held.thumbnail((FRAME[0], room))
    frame = Image.new("L", FRAME, _TABLE)
    at = ((FRAME[0] - held.width) // 2 + hand.randint(-8, 8), (FRAME[1] - held.height) // 2)
    frame.paste(held, at)
    frame = frame.filter(ImageFilter.GaussianBlur(0.7))
    speckles = Image.effect_noise(FRAME, noise)
    return Image.blend(frame, speckles, 0.12).convert("RGB")


def _bracketed(barcode: str) -> str:
    """`01...21...` as the writer wants it: every element's name in brackets."""
    gtin, rest = barcode[2:16], barcode[18:]
    uid, _, tail = rest.partition("\x1d")
    return f"(01){gtin}(21){uid}(17){tail[2:8]}(10){tail[10:]}"
