"""The slip as a PDF: rendered as a printer would, read back by a scanner, with our own font and nothing as markup."""

import ctypes
import re
import uuid
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache

import pypdfium2
import pytest
import zxingcpp
from PIL import Image
from pypdfium2 import raw

from app.pages.prescriber import slip_pdf
from app.pages.prescriber.lists import Lists
from app.pages.prescriber.sheet import Sheet
from codings.base import Words
from codings.systems import Coding
from codings.tables import Concept
from prescriber.queries import ItemView, PrescriptionView
from prescriber.signing import QR_VERSION
from prescriber.states import Number, PrescriptionState, Sex, Source
from prescriber.tables import SlipCopy
from scripts.vendor import FONT_FILES

AT = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
UNTIL = datetime(2027, 1, 22, 20, 30, tzinfo=UTC)
DOTS = 203  # of a label printer, an inch
A5 = (419.5, 595.3)
WORDS = {
    "frequency": ("q8h", "هر ۸ ساعت", "every 8 hours"),
    "timing": ("after-meal", "پس از غذا", "after meals"),
    "route": ("oral", "خوراکی", "by mouth"),
    "unit": ("capsule", "کپسول", "capsule"),
    "as_needed": ("pain", "هنگام درد", "for pain"),
}
WHOLE = "NSK1:/" + "5676295953" * 150
HALVES = ("NSK1:1/2:/" + "5676295953" * 230, "NSK1:2/2:/" + "4665184842" * 230)


def lists(language):
    rows = {
        name: [Concept(system=name, code=code, fa=fa, en=en, release="r", position=1, properties={})]
        for name, (code, fa, en) in WORDS.items()
    }
    return Lists(language, rows)


def item(place=1, **changes):
    told = {
        "item": place,
        "medicine": "90010",
        "name": "amoxicillin 500 mg cap",
        "dose": Decimal("1.5"),
        "unit": "capsule",
        "frequency": "q8h",
        "timing": "after-meal",
        "route": "oral",
        "as_needed": None,
        "duration_days": 7,
        "quantity": Decimal(21),
        "repeats": 2,
        "substitution": True,
        "instruction": None,
        "remaining": Decimal(21),
        "windows": (),
    }
    return ItemView(**(told | changes))


def sheet(language="en", *, items=1, nth=1, name="کاوه سپیدان", **changes):
    view = PrescriptionView(
        number=Number("105ZWJXA4JV9", 1),
        status=PrescriptionState.ACTIVE,
        source=Source.ELECTRONIC,
        replaces=None,
        patient=uuid.uuid4(),
        patient_name=name,
        birth_date=date(1990, 3, 28),
        sex=Sex.FEMALE,
        national_id="9991484922",
        fida=None,
        verified=True,
        practitioner="9990001",
        practitioner_names=Words("دکتر آناهیتا سروستان", "Dr Anahita Sarvestan"),
        centre="9900000001",
        centre_names=Words("درمانگاه نمونهٔ سپید", "Sepid Demonstration Clinic"),
        insurer="TAM",
        declaration=None,
        written_on=None,
        issued_at=AT,
        received_at=AT,
        redeemable_until=UNTIL,
        payable_until=UNTIL,
        coding_release="r",
        kid="AbCdEfGhIj0",
        jws="",
        payload_sha256="",
        diagnoses=(Coding("icd10", "J02.9"),),
        items=tuple(item(n) for n in range(1, items + 1)),
        overrides=(),
        history=(),
    )
    copy = SlipCopy(
        shabad="105ZWJXA4JV9",
        n=1,
        nth=nth,
        form="pdf",
        language=language,
        large=False,
        given_at=AT,
        given_by="account:x",
    )
    told = {
        "view": view,
        "language": language,
        "large": False,
        "copy": copy,
        "over": None,
        "identifier": "********22",
        "insurer": Words("سازمان نمونه", "Sample Insurance"),
        "medicines": {},
        "lists": lists(language),
        "codes": (WHOLE,),
        "pointer": "http://localhost:8000/q/105ZWJXA4JV9-1#AAECAwQFBgcICQ",
        "typed": "0004 20R4 1G52 0E4A",
        "address": "http://localhost:8000/q/105ZWJXA4JV9-1",
    }
    return Sheet(**(told | changes))


def opened(shown):
    return pypdfium2.PdfDocument(slip_pdf.pdf(shown))


def text_of(document):
    texts = [page.get_textpage().get_text_bounded() for page in document]
    return " ".join(" ".join(texts).replace("\u2066", "").replace("\u2069", "").split())


def printed(page) -> Image.Image:
    """One page in the dots of a thermal printer: black or white, nothing between."""
    seen: Image.Image = page.render(scale=DOTS / 72).to_pil().convert("L")
    return seen.point(lambda grey: 255 * (grey > 127))


def scanned(document):
    read = [code for page in document for code in zxingcpp.read_barcodes(printed(page))]
    return {code.text for code in read}


@cache
def plain_slip(language="en"):
    return slip_pdf.pdf(sheet(language))


@pytest.mark.parametrize("language", ["fa", "en"])
def test_the_codes_are_read_from_what_a_thermal_printer_prints(language):
    shown = sheet(language)
    assert scanned(opened(shown)) == {WHOLE, shown.pointer}


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("language", ["fa", "en"])
def test_two_codes_are_both_whole_and_say_which_they_are(language, large):
    document = opened(sheet(language, items=8, codes=HALVES, large=large))
    assert scanned(document) >= set(HALVES)
    words = {"en": ("code 1 of 2", "code 2 of 2"), "fa": ("کد ۱ از ۲", "کد ۲ از ۲")}[language]
    captions = " ".join(
        slip_pdf.plain(code["caption"]) for code in told(sheet(language, codes=HALVES))["codes"]
    )
    assert all(one in captions for one in words)


def told(shown):
    return slip_pdf.told(shown)


def test_the_largest_code_that_is_ever_signed_keeps_its_module_on_the_paper():
    """Two of version 25 stand beside each other on A5, each module half a millimetre."""
    [one, other] = told(sheet(codes=HALVES))["codes"]
    sides = [float(code["millimetres"]) for code in (one, other)]
    versions = [int(re.search(r'data-version="(\d+)"', code["svg"])[1]) for code in (one, other)]
    assert max(versions) <= QR_VERSION
    assert sides == [(version * 4 + 17 + 8) * 0.5 for version in versions]
    page = opened(sheet(codes=HALVES))[0]
    found = zxingcpp.read_barcodes(page.render(scale=300 / 72).to_pil().convert("L"))
    for code in found:
        if code.text in HALVES:
            corners = code.position
            width = (corners.top_right.x - corners.top_left.x) / 300 * 25.4
            modules = versions[HALVES.index(code.text)] * 4 + 17
            assert width / modules == pytest.approx(0.5, rel=0.02)
    assert {code.text for code in found} >= set(HALVES)


@pytest.mark.parametrize("language", ["fa", "en"])
def test_it_is_a5_with_its_number_as_title_and_its_language(language):
    document = pypdfium2.PdfDocument(plain_slip(language))
    assert document[0].get_size() == pytest.approx(A5, abs=0.5)
    assert "105Z WJXA 4JV9 - 1" in document.get_metadata_value("Title")
    letters = (ctypes.c_ushort * 10)()
    raw.FPDFCatalog_GetLanguage(document, letters, ctypes.sizeof(letters))
    assert "".join(map(chr, letters)).rstrip("\0") == language


@pytest.mark.parametrize("language", ["fa", "en"])
def test_only_our_own_font_is_used(language):
    [page] = pypdfium2.PdfDocument(plain_slip(language))
    fonts = {_font_of(thing) for thing in page.get_objects(filter=[raw.FPDF_PAGEOBJ_TEXT])}
    assert {font.partition("+")[2] for font in fonts} == {"Vazirmatn-Regular", "Vazirmatn-Bold"}


def _font_of(thing):
    name = ctypes.create_string_buffer(100)
    raw.FPDFFont_GetBaseFontName(raw.FPDFTextObj_GetFont(thing), name, 100)
    return name.value.decode()


def test_the_fonts_that_lie_there_are_the_ones_that_are_fetched():
    assert {path.name for path in slip_pdf.FONTS.iterdir()} == set(FONT_FILES)


def test_an_english_slip_reads_in_full():
    text = text_of(pypdfium2.PdfDocument(plain_slip()))
    for words in (
        "Sepid Demonstration Clinic",
        "Dr Anahita Sarvestan",
        "Council number 9990001",
        "105Z WJXA 4JV9 - 1",
        "2026-11-23 (1405/09/02)",
        "Sample Insurance",
        "amoxicillin 500 mg cap",
        "Take 1 and a half capsules by mouth every 8 hours after meals for 7 days.",
        "21 capsule, repeated 2 times",
        "twenty-one capsule",
        "To be collected until 2027-01-22",
        "Paid by the insurer until 2027-01-22",
        "J02.9",
        "0004 20R4 1G52 0E4A",
    ):
        assert words in text, (words, text)
    assert "9991484922" not in text


def test_a_persian_slip_says_the_same_in_persian():
    says = told(sheet("fa"))
    assert says["issued"].replace("\u2066", "").replace("\u2069", "").endswith("۱۴۰۵/۰۹/۰۲ (2026-11-23)")
    [one] = says["items"]
    # Spaces that hold a number and its unit together are there on the sheet too.
    assert one["said"] == "هر ۸\u00a0ساعت، یک و نیم کپسول، پس از غذا، به مدت ۷\u00a0روز بخورید."
    assert "بیست و یک کپسول" in one["spelled"]
    assert "امضاشده" in says["codes"][0]["caption"]
    drawn = text_of(pypdfium2.PdfDocument(plain_slip("fa")))
    assert "کاوه سپیدان" in drawn


@pytest.mark.parametrize(
    "name",
    [
        '#panic("x") *bold* _a_ $x$ @y <z> `c` \\ // [b]',
        '#image("/etc/passwd") #include "slip.typ"',
        '"} #set page(fill: red)',
    ],
)
def test_what_somebody_typed_is_never_markup(name):
    document = opened(sheet("en", name=name))
    assert name.replace(" ", "") in text_of(document).replace(" ", "")
    assert len(document) == 1


def test_an_instruction_is_never_markup():
    shown = sheet("en")
    typed = "take <b>2</b> &amp; #strong[x] *now*"
    object.__setattr__(shown, "view", _with_items(shown.view, (item(instruction=typed),)))
    assert typed in told(shown)["items"][0]["instruction"]
    assert typed in text_of(opened(shown))


def _with_items(view, items):
    return PrescriptionView(**{f: getattr(view, f) for f in view.__dataclass_fields__} | {"items": items})


@pytest.mark.parametrize("language", ["fa", "en"])
def test_large_print_has_nothing_below_sixteen_points(language):
    document = opened(sheet(language, large=True, nth=2))
    sizes = set()
    for page in document:
        for thing in page.get_objects(filter=[raw.FPDF_PAGEOBJ_TEXT]):
            sizes.add(round(_size_of(thing), 1))
    footer = 8.0  # only which sheet of how many
    assert min(sizes - {footer}) >= 16


def test_ordinary_print_is_smaller_than_large_print():
    [page] = opened(sheet("en"))
    texts = page.get_objects(filter=[raw.FPDF_PAGEOBJ_TEXT])
    assert 9 <= min(_size_of(thing) for thing in texts) < 16


def _size_of(thing):
    size = ctypes.c_float()
    raw.FPDFTextObj_GetFontSize(thing, size)
    return size.value * abs(thing.get_matrix().get()[3] or 1)


def test_a_second_slip_says_that_it_is_a_copy_and_the_original_does_not():
    assert "Copy 2, given on 2026-11-23" in text_of(opened(sheet("en", nth=2)))
    assert "does not give more medicine" in text_of(opened(sheet("en", nth=2)))
    assert "Copy" not in text_of(opened(sheet("en")))


def test_of_what_is_cancelled_no_code_is_drawn_and_words_say_so():
    gone = {"over": "cancelled", "codes": (), "pointer": None, "typed": None}
    document = opened(sheet("en", **gone))
    assert scanned(document) == set()
    assert "Not valid any more: Cancelled" in text_of(document)


def test_no_item_is_cut_by_the_end_of_a_page():
    document = opened(sheet("en", items=12))
    assert len(document) > 1
    for page in document:
        text = page.get_textpage().get_text_bounded().replace("\u00a0", " ")
        assert text.count("every 8 hours") == text.count("twenty-one") == text.count("amoxicillin")
        assert re.search(rf"\d / {len(document)}", text)  # sheets that come apart say which they are
