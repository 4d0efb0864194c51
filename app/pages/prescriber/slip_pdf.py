"""The slip as a PDF: the same sentences as on the page, set by typst from `app/sheets/slip.typ`.

What was typed by people reaches typst as data and never as source, so no name can be markup. Only our own font is
used and nothing is fetched; no database session may be open meanwhile.
"""

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Final

import typst

from app import qr
from app.pages.prescriber.sheet import Sheet
from app.web import macros

SHEETS: Final = Path(__file__).resolve().parents[2] / "sheets"
FONTS: Final = SHEETS / "fonts"
# Unicode's isolates stand for the elements that keep a text in its own direction.
OPEN_ISOLATE: Final = {"ltr": "\u2066", "rtl": "\u2067", None: "\u2068"}
CLOSE_ISOLATE: Final = "\u2069"


def pdf(sheet: Sheet) -> bytes:
    """The slip on A5 pages."""
    return bytes(
        typst.compile(
            SHEETS / "slip.typ",
            root=SHEETS,
            font_paths=[FONTS],
            ignore_system_fonts=True,
            format="pdf",
            sys_inputs={"sheet": json.dumps(told(sheet), ensure_ascii=False)},
        )
    )


def told(sheet: Sheet) -> dict[str, Any]:
    """Everything on the sheet as plain texts and pictures, in the order of the page."""
    say = macros("prescriber/slip_words.html", language=sheet.language)
    all_codes = len(sheet.codes)
    return {
        "language": sheet.language,
        "large": sheet.large,
        "title": without_isolates(plain(say.title(sheet))),
        "centre": plain(say.centre(sheet)),
        "physician": [plain(say.physician(sheet)), plain(say.council(sheet))],
        "number_label": plain(say.number_label()),
        "number": sheet.number,
        "issued": plain(say.issued(sheet)),
        "name": sheet.view.patient_name,
        "patient": plain(say.patient(sheet)),
        "over": [plain(say.over(sheet)), plain(say.no_code())] if sheet.over else None,
        "copied": plain(say.copied(sheet)),
        "items": list(_items(sheet, say)),
        "until": [plain(say.collect(sheet)), plain(say.paid(sheet)), plain(say.diagnoses(sheet))],
        "codes": [
            _code(text, plain(say.caption(n, all_codes)), plain(say.alternative(n, all_codes)))
            for n, text in enumerate(sheet.codes, start=1)
        ],
        "own": _own(sheet, say),
        "foot": f"{plain(say.without_codes(sheet))} {plain(say.keep())}",
    }


def _items(sheet: Sheet, say: Any) -> Iterator[dict[str, str]]:
    for item in sheet.items:
        yield {
            "latin": item.name,
            "persian": plain(say.persian_name(item, sheet)),
            "said": plain(say.said(item, sheet)),
            "quantity": plain(say.quantity(item, sheet)),
            "spelled": plain(say.spelled(item, sheet)),
            "instruction": plain(say.instruction(item)),
        }


def _own(sheet: Sheet, say: Any) -> dict[str, Any] | None:
    """The small code, with its secret for those who type."""
    if sheet.pointer is None or sheet.typed is None:
        return None
    caption = plain(say.small_caption())
    return {
        **_code(sheet.pointer, caption, caption),
        "typing": plain(say.typed_caption(sheet)),
        "typed": sheet.typed,
    }


def _code(text: str, caption: str, alternative: str) -> dict[str, Any]:
    return {
        "svg": str(qr.svg(text)),
        "millimetres": f"{qr.side_mm(text):g}",
        "caption": caption,
        "alternative": without_isolates(alternative),
    }


def without_isolates(text: str) -> str:
    """For the PDF's own fields, which are not set as type."""
    return "".join(c for c in text if c not in {*OPEN_ISOLATE.values(), CLOSE_ISOLATE})


class _Plain(HTMLParser):
    """Reads what our own macros drew: text with elements that only say its direction."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"bdi", "time"}:
            self.parts.append(OPEN_ISOLATE.get(dict(attrs).get("dir"), OPEN_ISOLATE[None]))

    def handle_endtag(self, tag: str) -> None:
        if tag in {"bdi", "time"}:
            self.parts.append(CLOSE_ISOLATE)

    def handle_data(self, data: str) -> None:
        self.parts.append(data)


def plain(drawn: str) -> str:
    """The text of what a macro drew, one line, with isolates where it had elements of another direction."""
    reader = _Plain()
    reader.feed(drawn)
    reader.close()
    return " ".join(
        part for part in re.split(r"[ \t\n]+", "".join(reader.parts)) if part
    )  # a fixed space stays
