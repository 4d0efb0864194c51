"""Typing errors are mended where nothing is found as typed, and every mended row says so."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import codings.queries as codings
from codings.queries.search.spelling import Spelling, sound
from codings.systems import GENERIC
from tests.codings.shelf import codes, found

TYPING_ERRORS = Path(__file__).with_name("typing_errors.csv")
SHOWN = 12
MISSED = 5


def test_mistyped_names_are_found_among_the_first_rows(session):
    with TYPING_ERRORS.open(encoding="utf-8", newline="") as lines:
        table = [(row["typed"], row["ingredient"]) for row in csv.DictReader(lines)]
    assert len(table) >= 150
    missed = []
    for typed, ingredient in table:
        rows = codings.search(session, GENERIC, typed, SHOWN)
        known = codings.medicines(session, {row.code for row in rows})
        if not any(ingredient in one.ingredients for one in known.values()):
            missed.append(typed)
    assert len(missed) <= MISSED, missed


@pytest.mark.parametrize(
    ("typed", "read_as"),
    [
        ("amoxycilin", "amoxicillin"),
        ("metphormin", "metformin"),
        ("metfromin", "metformin"),
        ("captoprl 25", "captopril"),
        ("آموکثی سیلن", "آموکسی‌سیلین"),
        ("کابتوپریل", "کاپتوپریل"),
        ("مطفورمین", "متفورمین"),
    ],
)
def test_a_corrected_row_says_what_it_was_read_as(typed, read_as):
    rows = found(typed)
    assert rows
    assert {(row.why, row.read_as) for row in rows} == {("spelling", read_as)}


@pytest.mark.parametrize(
    "typed", ["amoxicillin", "آموکسی سیلین", "اموکسیسیلین", "amoxi", "سیلین", "amox 500", "cap"]
)
def test_what_is_typed_right_is_not_called_a_mistake(typed):
    rows = found(typed)
    assert rows
    assert not any(row.read_as for row in rows)


def test_what_is_found_as_typed_hides_every_correction():
    assert codes("amoxap") == ["4"]  # and not amoxicillin
    assert codes("amoxip") == ["4"]  # a mistake in the last letter waits for the next one
    assert codes("amoxipi") == ["2", "1", "3", "4"]


@pytest.mark.parametrize("typed", ["amo", "cpt", "مفت"])
def test_a_short_word_is_taken_as_it_is_typed(typed):
    assert not any(row.why == "spelling" for row in found(typed))


@pytest.mark.parametrize(
    ("typed", "never"),
    [("amoxicillin 600", "1"), ("warfarin 6", "10"), ("metformin 501", "7"), ("amoxicillin 5oo", "1")],
)
def test_a_number_is_never_corrected(typed, never):
    assert never not in codes(typed)


def test_a_brand_in_the_way_does_not_hide_what_was_meant():
    assert codes("metfoni") == ["7"]  # the brand as typed
    assert codes("metfomin")[:1] == ["7"]
    assert found("coumadn")[0].matched == "Coumadin 5"
    assert (found("coumadn")[0].why, found("coumadn")[0].read_as) == ("spelling", "Coumadin")


@given(st.permutations("abdeglmnorsuv"), st.integers(6, 12), st.data())
def test_one_mistake_in_a_word_is_always_mended(letters, length, data):
    word = "".join(letters[:length])
    place = data.draw(st.integers(0, length - 1))
    letter = data.draw(st.sampled_from(letters))
    swap = min(place, length - 2)
    wrong = data.draw(
        st.sampled_from(
            [
                word[:place] + letter + word[place + 1 :],
                word[:place] + word[place + 1 :],
                word[:place] + letter + word[place:],
                word[: place + 1] + word[place:],
                word[:swap] + word[swap + 1] + word[swap] + word[swap + 2 :],
            ]
        )
    )
    assert Spelling(["aaa", word, "zzz"]).near(wrong).at(3) == {1}


@given(st.text(alphabet="صثسذضظزطتحهقغای", min_size=4, max_size=9))
def test_letters_that_sound_alike_are_read_as_one_another(word):
    other = word.translate(str.maketrans("صثذضظطحق", "سسزززتهغ"))
    assert sound(word) == sound(other)
    assert len(sound(word)) < 4 or Spelling([word]).near(other).at(1) == {0}
