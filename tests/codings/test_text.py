"""Letters, digits, hidden characters and days."""

import string
import unicodedata
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codings.systems import amount_text, parse_amount
from codings.text import (
    ZWNJ,
    ascii_digits,
    fold,
    jalali,
    normalise,
    parse_jalali,
    persian_digits,
    refuse_controls,
    same_word,
    tehran_day,
    tehran_midnight,
)

DAYS = st.dates(min_value=date(1950, 1, 1), max_value=date(2100, 12, 31))


def test_arabic_ye_and_kaf_become_persian_ones():
    assert normalise("كتابي علىٰ") == "کتابی علیٰ"


def test_composed_and_decomposed_letters_become_the_same_text():
    assert normalise("A\u030a ا\u0653") == normalise("Å آ") == "Å آ"


def test_digits_stay_as_they_were_typed():
    assert normalise("۱۲ ١٢ 12") == "۱۲ ١٢ 12"


@pytest.mark.parametrize("around", [" ", "\n", "\u00a0", "\u200c", " \u200c\t"])
def test_nothing_blank_stays_around_a_text(around):
    assert normalise(f"{around}نسخه‌ای{around}") == "نسخه‌ای"


def test_every_kind_of_line_end_becomes_one():
    assert normalise("یک\r\nدو\rسه\nچهار") == "یک\nدو\nسه\nچهار"


@given(st.text())
def test_a_normalised_text_is_already_normal(text):
    assert normalise(normalise(text)) == normalise(text)


def test_persian_and_arabic_digits_become_ascii_ones():
    assert ascii_digits("۰۱۲۳۴۵۶۷۸۹ ٠١٢٣٤٥٦٧٨٩ 0123456789 x") == "0123456789 0123456789 0123456789 x"


@given(st.text(alphabet="0123456789/- abc"))
def test_digits_shown_in_persian_read_back_the_same(text):
    assert ascii_digits(persian_digits(text)) == text


def test_persian_digits_are_the_persian_ones_and_not_the_arabic():
    assert persian_digits("456") == "\u06f4\u06f5\u06f6"


# --- Folding ----------------------------------------------------------------------------------------

CODES = st.text(alphabet=string.ascii_letters + string.digits + ".-/", min_size=1, max_size=20)
PERSIAN = "ابپتثجچحخدذرزژسشصضطظعغفقکگلمنوهی"
WORDS = st.text(alphabet=PERSIAN, min_size=1, max_size=12)
# How one letter is also written: Arabic, final and joined shapes, with signs above it, stretched.
SPELLINGS = {
    "ی": ["\u064a", "\u0649", "\u06cc", "\ufbfd", "\u0626", "\u06d0"],
    "ک": ["\u0643", "\u06a9", "\u06aa", "\ufed9"],
    "ه": ["\u0647", "\u0629", "\u06d5", "\u06c0", "\u06be", "\u0647\u0654"],
    "ا": ["\u0622", "\u0623", "\u0625", "\u0671", "\u0627\u0653", "\ufe8d"],
    "و": ["\u0648", "\u0624"],
}
BETWEEN = st.sampled_from(
    ["", "", "", "\u0640", "\u064e", "\u0651", "\u200d", "\u200f", "\u00ad", "\u0640\u0640"]
)


@st.composite
def spelt(draw):
    """A word, and another spelling of it."""
    word = draw(WORDS)
    other = "".join(draw(st.sampled_from(SPELLINGS.get(sign, [sign]))) + draw(BETWEEN) for sign in word)
    return word, draw(st.sampled_from(["NFC", "NFD", "NFKC"])), other


@given(st.text())
def test_folding_again_changes_nothing(text):
    assert fold(fold(text)) == fold(text)
    assert same_word(same_word(text)) == same_word(text)


@given(spelt())
def test_two_spellings_of_a_word_are_folded_into_one(spelling):
    word, form, other = spelling
    assert fold(unicodedata.normalize(form, other)) == fold(word)


@given(st.lists(WORDS, min_size=1, max_size=4), st.data())
def test_spaces_of_every_kind_are_one_and_half_spaces_none_in_one_word(words, data):
    spaces = st.text(alphabet=" \t\n\u00a0\u2003\u3000", min_size=1, max_size=3)
    assert fold("".join(data.draw(spaces) + word for word in words)) == fold(" ".join(words))
    joints = st.sampled_from([ZWNJ, " ", "", f" {ZWNJ}", ZWNJ * 2])
    written = "".join(word + data.draw(joints) for word in words)
    assert same_word(written) == fold("".join(words))


@given(CODES)
def test_a_valid_latin_code_keeps_every_sign(code):
    assert normalise(code) == code
    assert ascii_digits(code) == code
    assert refuse_controls(code) == code
    assert fold(code) == code.lower()


@given(
    st.text(alphabet=string.digits, min_size=1), st.sampled_from(["٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹", string.digits])
)
def test_a_number_is_the_same_in_every_digits(number, digits):
    assert fold(number.translate(str.maketrans(string.digits, digits))) == number


@given(
    st.decimals(min_value="0.001", max_value="999999.999", places=3),
    st.sampled_from(["٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹", string.digits]),
    st.sampled_from([".", "٫"]),
)
def test_an_amount_comes_back_as_it_was_in_every_digits(amount, digits, point):
    text = amount_text(amount)
    written = text.translate(str.maketrans(string.digits, digits)).replace(".", point)
    assert parse_amount(written) == amount
    assert amount_text(parse_amount(written)) == text == fold(written)
    assert isinstance(parse_amount(written), Decimal)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Co-Amoxiclav ۶۲۵", "co-amoxiclav 625"),
        ("  آموکسي‌سيلين\u00a0٥٠٠ ", "اموکسی‌سیلین 500"),
        ("ﺁﻣﻮﮐﺴﯽ", "اموکسی"),
        ("۰٫۵", "0.5"),
        ("５００ＭＧ", "500mg"),
        ("Ménière’s", "meniere’s"),
        ("\u200fوارفارین\u200e", "وارفارین"),
        (f"{ZWNJ}نرم{ZWNJ}{ZWNJ}کننده{ZWNJ}", "نرم‌کننده"),
    ],
)
def test_what_is_compared_is_plain(text, folded):
    assert fold(text) == folded


def test_words_written_apart_together_or_with_a_half_space_are_one():
    assert same_word("آموکسی‌سیلین") == same_word("اموکسی سیلین") == same_word("آموكسيسيلين")


# --- Hidden characters ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "character",
    [
        *"\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c\u200b\u200d\u2060\ufeff\u00ad",
        *"\x00\x07\x0b\x1b\x1d\x7f\x80\x85\x9f\r\u2028\u2029\ud800",
    ],
    ids=lambda character: f"U+{ord(character):04X}",
)
def test_a_hidden_character_is_refused_by_its_name(character):
    with pytest.raises(ValueError, match=rf"U\+{ord(character):04X}"):
        refuse_controls(f"متن{character}text")


@pytest.mark.parametrize("text", ["", "نسخه‌ای برای هر روز", "line\nline\tcell", "a ± ٪ ۵ میلی‌گرم"])
def test_ordinary_text_with_half_spaces_passes_unchanged(text):
    assert refuse_controls(text) == text


def test_the_day_in_tehran_begins_three_and_a_half_hours_before_utc():
    assert tehran_day(datetime(2026, 11, 21, 20, 29, 59, tzinfo=UTC)) == date(2026, 11, 21)
    assert tehran_day(datetime(2026, 11, 21, 20, 30, tzinfo=UTC)) == date(2026, 11, 22)
    assert tehran_day(datetime(2026, 11, 22, 0, 0, tzinfo=timezone(timedelta(hours=9)))) == date(2026, 11, 21)


def test_an_instant_without_a_zone_has_no_day():
    with pytest.raises(ValueError, match="time zone"):
        tehran_day(datetime(2026, 11, 22))  # noqa: DTZ001  that is the point


def test_midnight_is_aware_utc():
    assert tehran_midnight(date(2026, 11, 22)) == datetime(2026, 11, 21, 20, 30, tzinfo=UTC)
    assert tehran_midnight(date(2026, 11, 22)).tzinfo is UTC


@given(DAYS)
def test_a_day_begins_at_its_midnight_in_summers_with_changed_clocks_too(day):
    midnight = tehran_midnight(day)
    assert tehran_day(midnight) == day
    assert tehran_day(midnight - timedelta(seconds=1)) == day - timedelta(days=1)


def test_a_day_and_an_instant_are_written_in_the_jalali_calendar():
    assert jalali(date(2026, 11, 22)) == "1405/09/01"
    assert jalali(datetime(2026, 11, 21, 20, 30, tzinfo=UTC)) == "1405/09/01"
    assert jalali(date(2025, 3, 20)) == "1403/12/30"


@given(DAYS)
def test_a_jalali_date_reads_back_in_either_digits(day):
    assert parse_jalali(jalali(day)) == day
    assert parse_jalali(persian_digits(jalali(day))) == day


@pytest.mark.parametrize(
    "text", ["1405/09/01", "۱۴۰۵/۰۹/۰۱", "١٤٠٥/٠٩/٠١", "1405-9-1", "14050901", " 1405/9/1 "]
)
def test_a_jalali_date_may_be_typed_in_many_ways(text):
    assert parse_jalali(text) == date(2026, 11, 22)


@pytest.mark.parametrize(
    "text",
    [
        *["1404/12/30", "1405/13/01", "1405/00/10", "1405/07/31", "2026/11/22", "0000/01/01", "05/09/01"],
        *[
            "1405/0901",
            "1405-09/01",
            "1405091",
            "140591",
            "1405/09/01/1",
            "1405.09.01",
            "+1405/9/1",
            "فردا",
            "",
        ],
    ],
)
def test_what_is_no_day_of_the_jalali_calendar_is_refused(text):
    with pytest.raises(ValueError, match="Jalali"):
        parse_jalali(text)
