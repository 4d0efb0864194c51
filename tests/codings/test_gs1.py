"""What a pack's code says, in every way scanners send it, and every scan that names no single pack."""

import calendar
import string
from collections.abc import Callable
from datetime import date

import pytest
import zxingcpp
from hypothesis import assume, given
from hypothesis import strategies as st
from stdnum import ean

from codings.base import Words
from codings.gs1 import GS, LEVELS, WORDS, PackCode, UnreadablePack, packaging, parse_pack, write_pack
from codings.text import normalise, persian_digits, refuse_controls

GTIN, UID, LOT, EXPIRY = "06260123456786", "12345012345678901234", "AB123", date(2028, 12, 31)
CODE = write_pack(GTIN, UID, EXPIRY, LOT)
PACK = (GTIN, UID, EXPIRY, LOT)

GTINS = st.text(alphabet="0123456789", min_size=12, max_size=12).map(
    lambda start: f"0{start}{ean.calc_check_digit(start)}"
)
UIDS = st.tuples(
    st.text(alphabet="0123456789", min_size=5, max_size=5),
    st.text(alphabet="0123456789", min_size=14, max_size=14),
).map("0".join)
CHARACTERS = f"!\"%&'()*+,-./:;<=>?_{string.digits}{string.ascii_letters}"  # GS1 character set 82
LOTS = st.text(alphabet=CHARACTERS, min_size=1, max_size=20)
EXPIRIES = st.dates(min_value=date(2010, 1, 1), max_value=date(2060, 12, 31))


def told(pack: PackCode) -> tuple[str, str, date, str]:
    return (pack.gtin, pack.uid, pack.expiry, pack.lot)


HRI = f"(01){GTIN}(21){UID}(17)281231(10){LOT}"
BARE = CODE.replace(GS, "")
ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
# What each way of sending or typing a code answers: the pack, or why it is refused. One row, one form.
FORMS: dict[str, tuple[str, str]] = {
    "as a scanner sends it": (CODE, "pack"),
    "with the mark of GS1 DataMatrix": (f"]d2{CODE}", "pack"),
    "with FNC1 in front": (f"{GS}{CODE}", "pack"),
    "with the mark and FNC1": (f"]d2{GS}{CODE}", "pack"),
    "with a separator at the end": (f"{CODE}{GS}", "pack"),
    "with separators nobody needs": (f"01{GTIN}{GS}21{UID}{GS}17281231{GS}10{LOT}", "pack"),
    "with a separator twice": (CODE.replace(GS, GS + GS), "pack"),
    "with Enter behind it": (f"{CODE}\r\n", "pack"),
    "with Tab behind it": (f"{CODE}\t", "pack"),
    "with spaces around it": (f"  {CODE} ", "pack"),
    "separated by ~": (CODE.replace(GS, "~"), "pack"),
    "separated and enclosed by ~": (f"~{CODE.replace(GS, '~')}~", "pack"),
    "separated by ~, with the mark": (f"]d2{CODE.replace(GS, '~')}", "pack"),
    "without separator, lot last": (BARE, "pack"),  # the UID has its full length: nothing is ambiguous
    "without separator, with the mark": (f"]d2{BARE}", "pack"),
    "without separator, UID last": (f"01{GTIN}17281231{GS}10{LOT}{GS}21{UID}", "pack"),
    "in Persian digits": (persian_digits(CODE), "pack"),
    "in Arabic digits": (CODE.translate(ARABIC), "pack"),
    "in brackets": (HRI, "pack"),
    "in brackets with spaces": (f" (01) {GTIN} (21) {UID} (17) 281231 (10) {LOT} ", "pack"),
    "in brackets and Persian digits": (persian_digits(HRI), "pack"),
    "in brackets, in another order": (f"(17)281231(10){LOT}(01){GTIN}(21){UID}", "pack"),
    "in another order": (f"17281231{GS}10{LOT}{GS}21{UID}{GS}01{GTIN}", "pack"),
    "with day 00": (CODE.replace("281231", "281200"), "pack"),
    "with day 00 in brackets": (HRI.replace("281231", "281200"), "pack"),
    "with more fields": (f"{CODE}{GS}240X1{GS}7101", "pack"),
    "with the day of making": (f"01{GTIN}21{UID}{GS}1125010117281231{GS}10{LOT}", "pack"),
    "with the same lot twice": (f"{CODE}{GS}10{LOT}", "pack"),
    # No code of a pack
    "nothing": ("", "not_gs1"),
    "a separator alone": (GS, "not_gs1"),
    "the linear barcode of the product": ("6260123456786", "not_gs1"),
    "a UID alone": (UID, "not_gs1"),
    "a word": ("hello", "not_gs1"),
    "a prescription": ("NSK1:/5676290952432060", "not_gs1"),
    "a GS1 Digital Link": (f"https://id.gs1.org/01/{GTIN}/21/{UID}", "not_gs1"),
    "a DataMatrix that is not GS1": (f"]d1{CODE}", "not_gs1"),
    "a linear GS1-128": (f"]C1{CODE}", "not_gs1"),
    "a QR code": (f"]Q3{CODE}", "not_gs1"),
    "fields without a product": (f"21{UID}17281231", "not_gs1"),
    "empty brackets": ("()", "not_gs1"),
    "an empty product": ("(01)", "not_gs1"),
    "the IRC": ("1228012345678901", "number_on_box"),
    "the number under the scratch layer": (persian_digits("9876543210123456"), "number_on_box"),
    # One pack, but not all of it, or not as it was printed
    "a wrong check digit": (CODE.replace("3456786", "3456789"), "gtin_check_digit"),
    "a wrong check digit in brackets": (HRI.replace("3456786", "3456789"), "gtin_check_digit"),
    "the product alone": (f"01{GTIN}", "no_uid"),
    "everything but the UID": (f"01{GTIN}1728123110{LOT}", "no_uid"),
    "a UID with letters": (f"01{GTIN}21{UID[:-1]}A{GS}1728123110{LOT}", "no_uid"),
    "a short serial number": (f"01{GTIN}21ABC123{GS}1728123110{LOT}", "no_uid"),
    "a UID of 19 digits": (f"01{GTIN}21{UID[:-1]}{GS}1728123110{LOT}", "no_uid"),
    "no expiry": (f"01{GTIN}21{UID}{GS}10{LOT}", "no_expiry"),
    "best before, no expiry": (f"01{GTIN}21{UID}{GS}15281231{GS}10{LOT}", "no_expiry"),
    "no lot": (f"01{GTIN}21{UID}{GS}17281231", "no_lot"),
    "no lot, and tens in the UID": (f"01{GTIN}2110100010101010101010{GS}17281231", "no_lot"),
    # Several packs in one
    "a bundle": (CODE.replace("12345012", "12345112"), "aggregated"),
    "a carton": (CODE.replace("12345012", "12345212"), "aggregated"),
    "the highest level": (CODE.replace("12345012", "12345912"), "aggregated"),
    "a bundle in brackets": (HRI.replace("12345012", "12345112"), "aggregated"),
    "a logistic unit": ("00123456789012345675", "aggregated"),
    "contained items": (f"02{GTIN}3710{GS}10{LOT}", "aggregated"),
    # Never guessed: the counter scans again
    "the lot has swallowed the expiry": (f"01{GTIN}21{UID}10{LOT}17281231", "rescan"),
    "the lot has swallowed the expiry, before the UID": (f"01{GTIN}10{LOT}17281231{GS}21{UID}", "rescan"),
    "the lot has swallowed the UID": (f"01{GTIN}1728123110{LOT}21{UID}", "rescan"),
    "a short serial has swallowed the rest": (f"01{GTIN}21ABC1231728123110{LOT}", "rescan"),
    "a lot behind the day of making": (f"01{GTIN}21{UID}{GS}172812311125010110{LOT}", "rescan"),
    "a lot of ones and zeros that lost one": (f"01{GTIN}21{UID}{GS}17281231{GS}110101011011", "rescan"),
    "a month 13": (CODE.replace("281231", "281331"), "rescan"),
    "a 30th of February": (CODE.replace("281231", "280230"), "rescan"),
    "a month 00": (CODE.replace("281231", "280000"), "rescan"),
    "two lots": (f"{CODE}{GS}10OTHER", "rescan"),
    "two boxes in one line": (f"{CODE}{GS}{CODE.replace(UID, UID[:-1] + '5')}", "rescan"),
    "two boxes run together": (CODE + CODE, "rescan"),
    "the beginning only": (CODE[:30], "rescan"),
    "an empty lot": (CODE.removesuffix(LOT), "rescan"),
    "spaces within": (CODE.replace(GS, " "), "rescan"),
    "separated by |": (CODE.replace(GS, "|"), "rescan"),
    "separated by a word": (CODE.replace(GS, "<GS>"), "rescan"),
    "separated by the picture of a separator": (CODE.replace(GS, "\u241d"), "rescan"),
    "separated by ^]": (CODE.replace(GS, "^]"), "rescan"),
    "a Persian keyboard wrote the lot": (CODE.replace("AB123", "شلا۱۲۳"), "rescan"),
    "a Persian keyboard wrote the mark": (f"چی۲{CODE}", "rescan"),
    "a Persian keyboard turned the brackets": (HRI.translate(str.maketrans("()", ")(")), "rescan"),
    "a German keyboard wrote the mark": (f"+d2{CODE}", "rescan"),
    "Caps Lock": (f"]D2{CODE.replace('AB', 'ab')}", "rescan"),
    "an unknown bracket": (f"(01){GTIN}(21){UID}(x)1(17)281231(10){LOT}", "rescan"),
    "an unknown field": (f"(01){GTIN}(21){UID}(17)281231(9999)1(10){LOT}", "rescan"),
    "a bracket in the lot": (f"(01){GTIN}(21){UID}(17)281231(10)A(B", "rescan"),
    "a field in brackets that no label has": (f"{HRI}(98)X", "rescan"),
    "without separator, in another order": (f"21{UID}1728123101{GTIN}10{LOT}", "rescan"),
    "an empty lot in brackets": (f"(01){GTIN}(21){UID}(17)281231(10)", "rescan"),
    "a hidden character": (CODE.replace("AB", "A\x00"), "rescan"),
    "digits without end": ("1" * 201, "too_long"),
    "a code and a long nothing": (CODE + " " * 200, "too_long"),
}
# Every way in which a pack may be sent; the values keep their place by field.
SENDERS: dict[str, Callable[[dict[str, str]], str]] = {
    "FNC1": lambda fields: GS.join(ai + value for ai, value in fields.items()),
    "mark": lambda fields: "]d2" + GS.join(ai + value for ai, value in fields.items()),
    "FNC1 in front": lambda fields: GS + GS.join(ai + value for ai, value in fields.items()),
    "tilde": lambda fields: "~".join(ai + value for ai, value in fields.items()),
    "Persian digits": lambda fields: persian_digits(GS.join(ai + value for ai, value in fields.items())),
    "as printed": lambda fields: "".join(ai + value for ai, value in fields.items()),
    "brackets": lambda fields: "".join(f"({ai}){value}" for ai, value in fields.items()),
}


def read(raw: str) -> tuple[str, str, date, str] | str:
    """The pack that a scan names, or the code of its refusal."""
    try:
        return told(parse_pack(raw))
    except UnreadablePack as no:
        return no.code


@pytest.mark.parametrize(("raw", "answer"), FORMS.values(), ids=FORMS)
def test_every_form_is_the_pack_or_says_why_not(raw, answer):
    assert read(raw) == (PACK if answer == "pack" else answer)


def test_a_refusal_carries_its_words():
    with pytest.raises(UnreadablePack) as refused:
        parse_pack("")
    assert refused.value.words is WORDS[refused.value.code]


def test_every_reason_of_refusal_has_a_form():
    assert {answer for _, answer in FORMS.values()} == {"pack", *WORDS}
    assert len(FORMS) >= 60


@pytest.mark.parametrize("sender", SENDERS.values(), ids=SENDERS)
@given(GTINS, UIDS, EXPIRIES, LOTS)
def test_every_way_of_sending_a_pack_reads_back_the_same(sender, gtin, uid, expiry, lot):
    assume("(" not in lot and ")" not in lot)  # in brackets those would be ambiguous, and are refused
    raw = sender({"01": gtin, "21": uid, "17": f"{expiry:%y%m%d}", "10": lot})
    assert read(raw) == (gtin, uid, expiry, lot)


@pytest.mark.parametrize("sender", SENDERS.values(), ids=SENDERS)
@given(st.tuples(GTINS, UIDS, EXPIRIES, LOTS), st.permutations(["01", "21", "17", "10"]), st.data())
def test_a_lost_character_never_makes_another_pack(sender, pack, order, data):
    """The lot has no check digit, so one that lost a character of its own cannot be known; nothing else changes."""
    gtin, uid, expiry, lot = pack
    values = {"01": gtin, "21": uid, "17": f"{expiry:%y%m%d}", "10": lot}
    raw = sender({ai: values[ai] for ai in order})
    place = data.draw(st.integers(0, len(raw) - 1))
    answer = read(raw[:place] + raw[place + 1 :])
    if not isinstance(answer, str):
        assert answer[:3] == pack[:3]
        shorter = {lot[:n] + lot[n + 1 :] for n in range(len(lot))}
        assert answer[3] == lot or answer[3] in shorter


@given(UIDS)
def test_a_uid_says_its_company_and_its_level(uid):
    pack = parse_pack(write_pack(GTIN, uid, EXPIRY, LOT))
    assert pack.company == uid[:5]
    assert pack.level == Words("تک‌جعبه", "single box")
    assert packaging(f"{uid[:5]}2{uid[6:]}").en == "carton"


def test_every_level_has_words_and_only_a_uid_has_a_level():
    assert set(LEVELS) == set(string.digits)
    for text in ("", UID[:-1], f"{UID}0", "x" * 20):
        with pytest.raises(ValueError):  # noqa: PT011  each identifier has its own words
            packaging(text)


@given(GTINS, UIDS, EXPIRIES, LOTS)
def test_what_is_written_reads_back(gtin, uid, expiry, lot):
    raw = write_pack(gtin, uid, expiry, lot)
    assert told(parse_pack(raw)) == (gtin, uid, expiry, lot)
    assert parse_pack(raw).raw == raw


@given(GTINS, UIDS, EXPIRIES, LOTS, st.permutations(["01", "21", "17", "10"]))
def test_the_order_of_the_fields_does_not_matter(gtin, uid, expiry, lot, order):
    values = {"01": gtin, "21": uid, "17": f"{expiry:%y%m%d}", "10": lot}
    raw = GS.join(ai + values[ai] for ai in order)
    assert told(parse_pack(raw)) == (gtin, uid, expiry, lot)


@given(GTINS, UIDS, EXPIRIES, LOTS, st.permutations(["01", "21", "17", "10"]))
def test_a_lost_separator_never_makes_another_pack_of_it(gtin, uid, expiry, lot, order):
    values = {"01": gtin, "21": uid, "17": f"{expiry:%y%m%d}", "10": lot}
    try:
        pack = parse_pack("".join(ai + values[ai] for ai in order))
    except UnreadablePack:
        return
    assert told(pack) == (gtin, uid, expiry, lot)


@given(st.text(max_size=220) | st.text(alphabet=f"0123456789()]d~{GS}AB", max_size=80))
def test_any_text_is_one_pack_or_is_refused(raw):
    try:
        pack = parse_pack(raw)
    except UnreadablePack:
        return
    assert len(pack.gtin) == 14
    assert pack.uid[5] == "0"


@pytest.mark.parametrize("year", [2027, 2028])
@pytest.mark.parametrize("month", [2, 4, 12])
def test_day_zero_is_the_last_day_of_the_month(year, month):
    raw = f"01{GTIN}21{UID}17{year % 100:02d}{month:02d}0010{LOT}"
    assert parse_pack(raw).expiry == date(year, month, calendar.monthrange(year, month)[1])


def test_the_scan_itself_is_kept():
    assert parse_pack(f"]d2{CODE}\n").raw == f"]d2{CODE}\n"


@pytest.mark.parametrize("words", WORDS.values(), ids=WORDS)
def test_the_words_are_clean_in_both_languages(words):
    assert refuse_controls(normalise(words.fa)) == words.fa
    assert words.en.isascii()
    assert words.fa.endswith(".")
    assert words.en.endswith(".")


@pytest.mark.parametrize(
    ("gtin", "uid", "lot"),
    [
        ("06260123456789", UID, LOT),
        (GTIN, UID[:-1], LOT),
        (GTIN, UID, ""),
        (GTIN, UID, "A" * 21),
        (GTIN, UID, "A B"),
        (GTIN, UID, f"A{GS}"),
        (GTIN, UID, "الف"),
    ],
)
def test_no_code_is_written_that_could_not_be_read(gtin, uid, lot):
    with pytest.raises(ValueError):  # noqa: PT011  each value has its own words
        write_pack(gtin, uid, EXPIRY, lot)


def test_a_printed_datamatrix_reads_as_the_pack():
    """Through a picture and a real decoder, as a camera or a hand scanner sends it."""
    text = f"(01){GTIN}(21){UID}(17)281231(10){LOT}"
    barcode = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.DataMatrix, gs1=True)
    (read,) = zxingcpp.read_barcodes(zxingcpp.write_barcode_to_image(barcode, scale=6))
    assert read.bytes.decode("ascii") == CODE
    assert told(parse_pack(read.symbology_identifier + read.bytes.decode("ascii"))) == PACK
    assert told(parse_pack(read.text)) == PACK
