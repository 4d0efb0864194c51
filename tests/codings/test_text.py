"""Letters, digits, hidden characters and days."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codings.text import (
    ascii_digits,
    jalali,
    normalise,
    parse_jalali,
    persian_digits,
    refuse_controls,
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
