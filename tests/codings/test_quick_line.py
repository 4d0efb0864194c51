"""The quick line: every line of `quick_lines.csv` is read as a physician means it, or left unread, never guessed.

A line that can mean several things stands in several rows, one for each reading, in their order. `form` is one of the
forms that the line leaves open; "?" for `as_needed` is "when needed" without what for.
"""

import csv
from itertools import groupby
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codings.quick_line import MOST_READINGS, MOST_WORDS, Role, fits, read_line
from codings.quick_line.strengths import read_strength
from codings.quick_line.vocabulary import dictionary
from codings.systems import amount_text
from codings.text import normalise

TABLE = Path(__file__).parent / "quick_lines.csv"
LISTS = Path(__file__).resolve().parents[2] / "codings" / "data" / "lists.csv"
FIELDS = ("dose", "unit", "frequency", "timing", "as_needed", "route", "days", "quantity")


def lines() -> list[tuple[str, list[dict[str, str]]]]:
    with TABLE.open(encoding="utf-8", newline="") as table:
        return [(line, list(rows)) for line, rows in groupby(csv.DictReader(table), lambda row: row["line"])]


def told(reading) -> dict[str, str]:
    """The coded fields of a reading as the table writes them."""
    amounts = {name: getattr(reading, name) for name in ("dose", "quantity")}
    plain = {name: getattr(reading, name) or "" for name in ("unit", "frequency", "timing", "route", "days")}
    return {
        **{name: amount_text(amount) if amount is not None else "" for name, amount in amounts.items()},
        **{name: str(value) for name, value in plain.items()},
        "as_needed": (reading.as_needed or "?") if reading.when_needed else "",
        "strength": reading.strength.text if reading.strength else "",
    }


def test_the_table_is_long_enough_in_both_languages():
    written = [line for line, _ in lines()]
    assert len(written) == len(set(written)) >= 120
    persian = [line for line in written if any("\u0600" <= sign <= "\u06ff" for sign in line)]
    assert len(persian) >= 40
    assert sum(1 for _, rows in lines() if len(rows) > 1) >= 15
    assert sum(1 for _, rows in lines() if rows[0]["unread"] or rows[0]["contradicting"]) >= 20


@pytest.mark.parametrize(("line", "rows"), lines(), ids=[line for line, _ in lines()])
def test_a_line_is_read_as_it_is_meant(line, rows):
    read = read_line(line)
    assert len(read.readings) == len(rows)
    for reading, row in zip(read.readings, rows, strict=True):
        assert told(reading) == {name: row[name] for name in (*FIELDS, "strength")}
        forms = reading.forms or frozenset()
        assert (row["form"] in forms) if row["form"] else reading.forms is None
    assert read.medicine == rows[0]["medicine"]
    assert "; ".join(read.unread) == rows[0]["unread"]
    assert "; ".join(read.contradicting) == rows[0]["contradicting"]
    assert bool(read.ambiguous) == (len(rows) > 1)


def test_two_readings_say_which_words_they_differ_in():
    assert read_line("amox 500 cap 2x3 7d").ambiguous == ("2x3",)
    assert read_line("amox 500 cap 2x2 7d").ambiguous == ()


@pytest.mark.parametrize(
    ("typed", "shown", "same"),
    [
        ("500", "500 mg", True),
        ("500", "250 mg", False),
        ("50", "500 mg", False),
        ("500mg", "500 mg", True),
        ("500mg", "500 microgram", False),
        ("1000", "1 g", True),
        ("1g", "1 g", True),
        ("1g", "1000 mg", True),
        ("0.4", "400 microgram", True),
        ("0.1", "100 microgram", True),
        ("0.101", "100 microgram", False),
        ("100", "100 microgram", True),
        ("625", "500 mg + 125 mg", True),
        ("500", "500 mg + 125 mg", True),
        ("125", "500 mg + 125 mg", False),
        ("500/125", "500 mg + 125 mg", True),
        ("500+125", "500 mg + 125 mg", True),
        ("125/500", "500 mg + 125 mg", False),
        ("250/5", "250 mg/5 ml", True),
        ("250", "250 mg/5 ml", True),
        ("250mg/5ml", "250 mg/5 ml", True),
        ("50mg/ml", "250 mg/5 ml", False),  # the same mixture, and another name of it: nothing is scaled
        ("250/10", "250 mg/5 ml", False),
        ("312.5/5", "250 mg + 62.5 mg/5 ml", True),
        ("250+62.5/5ml", "250 mg + 62.5 mg/5 ml", True),
        ("1%", "1%", True),
        ("1%", "0.5%", False),
        ("1", "1%", True),
        ("100mcg/puff", "100 microgram/puff", True),
        ("25/125", "25 microgram + 125 microgram/puff", True),
        ("25/250", "25 microgram + 125 microgram/puff", False),
        ("50000", "50,000 units", True),
        ("50,000units", "50,000 units", True),
        ("100units/ml", "100 units/ml", True),
        ("5", "5 mg zinc/5 ml", True),
        ("5/5", "5 mg/5 ml", True),
        ("5", "of no strength", False),
    ],
)
def test_a_strength_matches_exactly_or_not_at_all(typed, shown, same):
    strength = read_strength(typed)
    assert strength is not None
    assert fits(strength, shown) is same


@pytest.mark.parametrize("typed", ["", "0.10001", "mg", "500 mg", "5-10", "1.500", "x", "500mgg", "٪"])
def test_what_is_no_strength_is_none(typed):
    assert read_strength(typed) is None


def test_a_code_that_a_word_says_is_one_of_ours():
    """Every code a word can mean is in the shipped lists."""
    with LISTS.open(encoding="utf-8", newline="") as table:
        listed = {(row["system"], row["code"]) for row in csv.DictReader(table)}
    said = {
        (name, code)
        for order, _ in dictionary().values()
        for name, code in (
            ("frequency", order.frequency),
            ("timing", order.timing),
            ("as-needed", order.as_needed),
            ("route", order.route),
            *(("form", form) for form in order.forms or ()),
        )
        if code is not None
    }
    assert len(said) > 100
    assert not said - listed


def test_two_numbers_never_become_one():
    read = read_line("methotrexate 2.5 4 tabs weekly sat")
    assert [amount_text(one.dose) for one in read.readings] == ["4"]
    assert "25" not in {amount_text(one.dose) for one in read_line("x 2 5 ml").readings if one.dose}


def test_a_very_long_line_is_read_only_so_far():
    assert read_line("amox " + "1x3 " * 500).medicine == "amox"


PIECES = """
amox 500 mg cap tab 1x3 2x3 x3 1/2 ½ 2.5 , bid tds prn pain for 7d 7 d # 100 q8h od eye drops
نصف قرص روزی سه تا هفته‌ای چهار بار در صورت نیاز برای درد هر ۸ ساعت ۲ پاف شب صبح و شب یک و نیم ۲/۵
ml 5 % - 1-2 U
"""
pieces = st.sampled_from(PIECES.split())


@given(st.lists(pieces, max_size=14).map(" ".join) | st.text(max_size=60))
def test_every_word_is_used_or_said_to_be_unread_and_nothing_crashes(line):
    read = read_line(line)
    kept = " ".join(normalise(line)[:200].split())
    assert " ".join(word.text for word in read.words) == kept
    assert 1 <= len(read.readings) <= 4
    assert {word.role for word in read.words} <= set(Role)
    for reading in read.readings:
        assert reading.dose is None or reading.dose > 0
        assert reading.days is None or 1 <= reading.days <= 366
        for shown in ("500 mg", "250 mg + 62.5 mg/5 ml"):
            assert reading.strength is None or fits(reading.strength, shown) in {True, False}


@given(st.lists(pieces, max_size=10).map(" ".join))
def test_persian_digits_read_as_latin_ones(line):
    persian = line.translate(str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹"))
    assert [told(one) for one in read_line(persian).readings] == [
        told(one) for one in read_line(line).readings
    ]


@pytest.mark.parametrize("word", ["1", "2 tab", "قرص", "1/2", "od", "½ 1x3"])
def test_a_word_said_forty_times_is_read_at_once_and_in_few_ways(word):
    line = read_line(" ".join([word] * MOST_WORDS))
    assert 1 <= len(line.readings) <= MOST_READINGS
    assert line.words
