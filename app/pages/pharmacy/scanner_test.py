"""The test of a hand scanner: a card with a known text, and what the scanner made of it.

A hand scanner types. What arrives depends on its own settings and on the keyboard layout of the till, so a slip or a
pack may come in wrong although the code is fine. Here the same card says which of the two it is.
"""

import re
from functools import cache
from typing import Annotated, Final

import zxingcpp
from fastapi import APIRouter, Request
from markupsafe import Markup
from pydantic import BaseModel, Field
from starlette.responses import Response

from app import qr
from app.access import Person
from app.forms import Form, Sent, read
from app.web import page
from codings.base import Actor, Role, Words

router = APIRouter(prefix="/pharmacy/scanner", include_in_schema=False)
Pharmacist = Annotated[Actor, Person(Role.PHARMACIST)]

GS: Final = "\x1d"
SHOWN_GS: Final = "␝"  # how the page's script writes a separator into a field
CARD: Final = f"NSK Test 0123456789 aZ:/-_.{GS}END"
MODULE_MM: Final = 0.5
_AIM: Final = re.compile(r"\][A-Za-z][0-9A-Za-z]")

GOOD = Words(
    "اسکنر درست کار می‌کند: همهٔ نویسه‌ها و جداکننده رسید.",
    "The scanner works: every character and the separator arrived.",
)
OTHER_LAYOUT = Words(
    "صفحه‌کلید این رایانه فارسی است. صفحهٔ پیشخان این اسکن را می‌خواند، ولی بهتر است زبان صفحه‌کلید را انگلیسی کنید.",
    "The keyboard of this till is set to Persian. The counter reads the scan all the same; English is safer.",
)
CAPS = Words(
    "حروف بزرگ و کوچک جابه‌جا رسید؛ کلید Caps Lock را خاموش کنید.",
    "Capital and small letters arrived exchanged; switch Caps Lock off.",
)
NO_SEPARATOR = Words(
    "جداکنندهٔ میان بخش‌های کد (GS) نرسید و شناسهٔ جعبه‌ها ناخوانا می‌شود. در تنظیم اسکنر، فرستادن FNC1 یا GS را"
    " به‌صورت Ctrl+] یا ~ روشن کنید.",
    "The separator between the parts of a code (GS) did not arrive, and packs cannot be read without it."
    " In the scanner's settings let it send FNC1 or GS as Ctrl+] or as ~.",
)
PREFIX = Words(
    "اسکنر پیش یا پس از کد چیزی افزود. در تنظیم اسکنر پیشوند و پسوند را بردارید؛ تنها Enter در پایان بماند.",
    "The scanner adds something before or after the code. Take prefix and suffix out of its settings; keep only Enter.",
)
CUT = Words(
    "تنها بخشی از کد رسید. سرعت فرستادن اسکنر را کمتر کنید و دوباره اسکن کنید.",
    "Only a part of the code arrived. Let the scanner send more slowly, and scan again.",
)
DIFFERENT = Words(
    "نویسه‌های رسیده با کارت یکی نیست. زبان صفحه‌کلید اسکنر (Keyboard country) را US انگلیسی کنید و دوباره اسکن کنید.",
    "What arrived is not what the card says. Set the scanner's keyboard country to US English, and scan again.",
)


class Typed(BaseModel):
    """What the scanner typed into the field."""

    typed: str = Field(min_length=1, max_length=500)


@router.get("")
def card(request: Request, _by: Pharmacist) -> Response:
    """The card, and a field to scan it into."""
    return _page(request, Form({}))


@router.post("")
def judge(request: Request, _by: Pharmacist, sent: Sent) -> Response:
    """Say what arrived rightly and what did not, and which setting it is."""
    form = read(sent, Typed)
    if form.value is None:
        return _page(request, form, status=422)
    return _page(request, Form({}), arrived=form.value.typed)


def findings(arrived: str) -> list[Words]:
    """What is wrong with a scanned card; `GOOD` alone when nothing is. A `~` counts as a separator."""
    text = arrived.strip("\r\n\t ").replace(SHOWN_GS, GS).replace("~", GS)
    text = _AIM.sub("", text, count=1) if _AIM.match(text) else text
    if text == CARD:
        return [GOOD]
    if re.search(r"[\u0600-\u06ff]", text):
        return [OTHER_LAYOUT]
    found: list[Words] = []
    if text.swapcase() == CARD or text.swapcase() == CARD.replace(GS, ""):
        found.append(CAPS)
        text = text.swapcase()
    bare = CARD.replace(GS, "")
    if GS not in text and bare in text:
        found.append(NO_SEPARATOR)
    if text not in {CARD, bare} and (CARD in text or bare in text):
        found.append(PREFIX)
    elif not found and CARD.startswith(text):
        found.append(CUT)
    return found or [DIFFERENT]


def _page(request: Request, form: Form[Typed], *, arrived: str | None = None, status: int = 200) -> Response:
    return page(
        request,
        "pharmacy/scanner_test.html",
        form=form,
        status=status,
        arrived=arrived,
        findings=[] if arrived is None else findings(arrived),
        good=GOOD,
        codes=[qr.svg(CARD, MODULE_MM), _datamatrix()],
    )


@cache
def _datamatrix() -> Markup:
    """The card as a DataMatrix, drawn like our QR codes: sizes in attributes, black on white."""
    code = zxingcpp.create_barcode(CARD, zxingcpp.BarcodeFormat.DataMatrix)
    drawn = zxingcpp.write_barcode_to_svg(code, scale=1, add_quiet_zones=True)
    side, path = re.search(r'width="(\d+)"', drawn), re.search(r' d="([^"]+)"', drawn)
    if side is None or path is None:
        raise RuntimeError("the DataMatrix was drawn in another way than expected")
    size = f"{int(side[1]) * MODULE_MM:g}mm"
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" class="qr" aria-hidden="true" width="{}" height="{}"'
        ' viewBox="0 0 {} {}" shape-rendering="crispEdges">'
        '<path fill="#fff" d="M0 0h{}v{}H0z"/><path fill="#000" d="{}"/></svg>'
    ).format(size, size, side[1], side[1], side[1], side[1], path[1])
