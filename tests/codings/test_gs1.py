"""What a pack's code says, in every way scanners send it, and every scan that names no single pack."""

import calendar
import string
from datetime import date

import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from stdnum import ean

from codings.gs1 import GS, WORDS, PackCode, UnreadablePack, parse_pack, write_pack
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


def refusal(raw: str) -> str:
    with pytest.raises(UnreadablePack) as refused:
        parse_pack(raw)
    assert refused.value.words is WORDS[refused.value.code]
    return refused.value.code


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


@pytest.mark.parametrize(
    "raw",
    [
        CODE,
        f"]d2{CODE}",
        f"{GS}{CODE}",
        f"]d2{GS}{CODE}",
        f"{CODE}{GS}",
        f"{CODE}\r\n",
        CODE.replace(GS, "~"),
        f"~{CODE.replace(GS, '~')}~",
        CODE.replace(GS, ""),  # the UID has its full length and the lot is last: nothing is ambiguous
        persian_digits(CODE),
        CODE.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")),
        f"(01){GTIN}(21){UID}(17)281231(10){LOT}",
        f" (01) {GTIN} (21) {UID} (17) 281231 (10) {LOT} ",
        persian_digits(f"(01){GTIN}(21){UID}(17)281231(10){LOT}"),
        CODE.replace("281231", "281200"),
        f"{CODE}{GS}240X1{GS}7101",
        f"{CODE}{GS}10{LOT}",
    ],
    ids=repr,
)
def test_every_way_of_sending_the_same_code_is_the_same_pack(raw):
    assert told(parse_pack(raw)) == PACK


@pytest.mark.parametrize("year", [2027, 2028])
@pytest.mark.parametrize("month", [2, 4, 12])
def test_day_zero_is_the_last_day_of_the_month(year, month):
    raw = f"01{GTIN}21{UID}17{year % 100:02d}{month:02d}0010{LOT}"
    assert parse_pack(raw).expiry == date(year, month, calendar.monthrange(year, month)[1])


def test_the_scan_itself_is_kept():
    assert parse_pack(f"]d2{CODE}\n").raw == f"]d2{CODE}\n"


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("6260123456786", "not_gs1"),  # the linear barcode of the product
        (UID, "not_gs1"),
        ("", "not_gs1"),
        (GS, "not_gs1"),
        ("hello", "not_gs1"),
        ("NSK1:/5676290952432060", "not_gs1"),
        (f"https://id.gs1.org/01/{GTIN}/21/{UID}", "not_gs1"),
        (f"]d1{CODE}", "not_gs1"),
        (f"21{UID}17281231", "not_gs1"),
        ("()", "not_gs1"),
        ("(01)", "not_gs1"),
        (CODE.replace("3456786", "3456789"), "gtin_check_digit"),
        (f"01{GTIN}", "no_uid"),
        (f"01{GTIN}1728123110{LOT}", "no_uid"),
        (f"01{GTIN}21ABC123{GS}1728123110{LOT}", "no_uid"),
        (f"01{GTIN}21{UID[:-1]}{GS}1728123110{LOT}", "no_uid"),
        (f"01{GTIN}21{UID[:-1]}A{GS}1728123110{LOT}", "no_uid"),
        (CODE.replace("12345012", "12345112"), "aggregated"),
        (CODE.replace("12345012", "12345912"), "aggregated"),
        ("00123456789012345675", "aggregated"),
        (f"02{GTIN}3710{GS}10{LOT}", "aggregated"),
        (f"01{GTIN}21{UID}{GS}10{LOT}", "no_expiry"),
        (f"01{GTIN}21{UID}{GS}15281231{GS}10{LOT}", "no_expiry"),
        (f"01{GTIN}21{UID}{GS}17281231", "no_lot"),
        (f"01{GTIN}2110100010101010101010{GS}17281231", "no_lot"),  # tens in the UID are no lot
        ("1" * 201, "too_long"),
        (CODE + " " * 200, "too_long"),
    ],
    ids=repr,
)
def test_a_scan_that_names_no_pack_says_why(raw, code):
    assert refusal(raw) == code


@pytest.mark.parametrize(
    "raw",
    [
        f"01{GTIN}21{UID}10{LOT}17281231",  # the lot has swallowed the expiry
        f"01{GTIN}10{LOT}17281231{GS}21{UID}",
        f"01{GTIN}1728123110{LOT}21{UID}",  # and here the UID
        f"01{GTIN}21ABC1231728123110{LOT}",  # a short serial has swallowed the rest
        CODE.replace("281231", "281331"),  # no such month
        CODE.replace("281231", "280230"),
        f"{CODE}{GS}10OTHER",  # two boxes in one line
        f"{CODE}{GS}{CODE.replace(UID, UID[:-1] + '5')}",
        CODE[:30],
        CODE.replace("AB123", "شلا۱۲۳"),  # a Persian keyboard wrote the letters
        f"چی۲{CODE}",
        f"]D2{CODE.replace('AB', 'ab')}",  # Caps Lock
        f"(01){GTIN}(21){UID}(x)1(17)281231(10){LOT}",
        f"(01){GTIN}(21){UID}(17)281231(10)A(B",
        f"(01){GTIN}(21){UID}(17)281231(10)",
        f"(01){GTIN}(21){UID}(17)281231(9999)1(10){LOT}",
        CODE.replace("AB", "A\x00"),
    ],
    ids=repr,
)
def test_nothing_is_guessed_the_counter_scans_again(raw):
    assert refusal(raw) == "rescan"


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
