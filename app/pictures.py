"""Codes read from a photo that was sent in: for whoever has neither a hand scanner nor a live camera.

A photo is a stranger's file. It is opened by three decoders only, refused by its announced size before a pixel of it
is decoded, and read for a few seconds at most. What a plain look does not find is looked for again in the same
picture made larger, clearer, softer, sharper and turned, since slips are crumpled and packs shine.
"""

import io
import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Final

import zxingcpp
from PIL import Image, ImageFilter, ImageOps, UnidentifiedImageError
from zxingcpp import Binarizer

from app.refusals import NotAPicture, NothingReadable, PictureBroken, PictureTooLarge

MOST_MEGAPIXELS: Final = 40
SECONDS: Final = 4.0
_READABLE: Final = ("JPEG", "PNG", "WEBP")
_LONGEST_SIDE: Final = 4000  # beyond that a picture holds no more of a code, only more noise
_ENLARGED_UP_TO: Final = 2200  # a longer side is enlarged no more
_ALWAYS: Final = 3  # steps that are taken even when something was found: another pack may lie beside it
_HALF: Final = ("NSK1:1/2:", "NSK1:2/2:")

Step = tuple[Image.Image, Binarizer]


class Codes(Enum):
    """What is looked for: the codes of a slip, or those of packs."""

    SLIP = zxingcpp.BarcodeFormat.QRCode
    PACK = zxingcpp.BarcodeFormat.DataMatrix


@dataclass(frozen=True, slots=True)
class Scanned:
    """A code as a scanner would send it; GS stands between the fields of a GS1 code."""

    text: str
    format: str
    gs1: bool


def read_codes(content: bytes, *, formats: Codes, seconds: float = SECONDS) -> list[Scanned]:
    """All codes of a kind in a photo, each once, from top to bottom.

    Raises NotAPicture, PictureTooLarge, PictureBroken, NothingReadable.
    """
    until = time.monotonic() + seconds
    found: dict[str, tuple[tuple[int, int], Scanned]] = {}
    for step, (picture, binarizer) in enumerate(_ladder(_opened(content)), start=1):
        for code in zxingcpp.read_barcodes(
            picture,
            formats=zxingcpp.BarcodeFormats(formats.value),
            binarizer=binarizer,
            text_mode=zxingcpp.TextMode.Plain,
        ):
            corner = code.position.top_left
            gs1 = code.content_type == zxingcpp.ContentType.GS1
            one = Scanned(code.text, str(code.format), gs1)
            found.setdefault(code.text, ((corner.y, corner.x), one))
        if time.monotonic() > until or (_whole(found) and (formats is Codes.SLIP or step >= _ALWAYS)):
            break
    if not found:
        raise NothingReadable(pointer="/picture")
    return [one for _, one in sorted(found.values(), key=lambda placed: placed[0])]


def _whole(texts: Collection[str]) -> bool:
    """Whether this will do: something, and with one half of a long prescription the other one."""
    halves = {text[: len(_HALF[0])] for text in texts if text.startswith(_HALF)}
    return bool(texts) and len(halves) != 1


def _opened(content: bytes) -> Image.Image:
    """The photo in shades of grey, upright, on white, no larger than is of use."""
    try:
        picture = Image.open(io.BytesIO(content), formats=_READABLE)
        if picture.width * picture.height > MOST_MEGAPIXELS * 1_000_000:
            raise PictureTooLarge(pointer="/picture", most=MOST_MEGAPIXELS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise PictureTooLarge(pointer="/picture", most=MOST_MEGAPIXELS) from None
    except UnidentifiedImageError:
        raise NotAPicture(pointer="/picture") from None
    except (OSError, SyntaxError, ValueError):  # the decoders say "broken" in all of these
        raise PictureBroken(pointer="/picture") from None
    try:
        picture.draft("L", (_LONGEST_SIDE, _LONGEST_SIDE))  # a JPEG comes out small and grey at once
        picture.load()
        upright = ImageOps.exif_transpose(picture)
        if upright.has_transparency_data:
            upright = Image.alpha_composite(Image.new("RGBA", upright.size, "white"), upright.convert("RGBA"))
        grey = upright.convert("L")
    except (OSError, SyntaxError, ValueError, EOFError):
        raise PictureBroken(pointer="/picture") from None
    grey.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE))
    return grey


def _ladder(picture: Image.Image) -> Iterator[Step]:
    """The picture as it is, then made over; each step is worked out only when it is needed."""
    yield picture, Binarizer.LocalAverage
    larger = _enlarged(picture)
    yield larger, Binarizer.LocalAverage
    yield picture, Binarizer.GlobalHistogram
    clear = ImageOps.autocontrast(picture, cutoff=1)
    yield clear, Binarizer.FixedThreshold
    smooth = clear.filter(ImageFilter.MedianFilter(3))
    yield smooth, Binarizer.LocalAverage
    yield _enlarged(smooth), Binarizer.LocalAverage
    yield clear.filter(ImageFilter.UnsharpMask(radius=2, percent=180)), Binarizer.LocalAverage
    for radius in (1.0, 2.0):
        soft = clear.filter(ImageFilter.GaussianBlur(radius))
        yield soft, Binarizer.LocalAverage
        yield soft, Binarizer.GlobalHistogram
    yield _enlarged(smooth).filter(ImageFilter.GaussianBlur(2)), Binarizer.LocalAverage
    for angle in (45, 22, 68):
        turned = smooth.rotate(angle, expand=True, fillcolor=255, resample=Image.Resampling.BICUBIC)
        yield turned, Binarizer.LocalAverage


def _enlarged(picture: Image.Image) -> Image.Image:
    """Twice the size, where that is still of use."""
    if max(picture.size) > _ENLARGED_UP_TO:
        return picture
    return picture.resize((picture.width * 2, picture.height * 2), Image.Resampling.BICUBIC)
