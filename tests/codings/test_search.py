"""Search as people type: either script and digits, words apart or together, and a safe order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codings.queries.search.reading import Ingredient, Packet, medicine_index
from codings.queries.search.words import tokens
from codings.text import ZWNJ, persian_digits
from tests.codings.shelf import INGREDIENTS, MEDICINES, PACKS, codes, found

# --- Words, scripts, digits -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("amox 500", "1"),
        ("500 amox", "1"),
        ("اموکسی ۵۰۰", "1"),
        ("٥٠٠ اموكسي", "1"),
        ("amox500", "1"),
        ("amox 500mg", "1"),
        ("amoxicillin 500 mg cap", "1"),
        ("کپسول آموکسی ۵۰۰", "1"),
        ("amox 250/5", "3"),
        ("آموکسی شربت", "3"),
        ("amox syr", "3"),
        ("hep 5000", "12"),
        ("hep 5,000", "12"),
        ("هپارین ۵٬۰۰۰", "12"),
        ("heparin amp", "12"),
        ("digoxin mcg", "9"),
        ("بتاهیستین", "14"),
        ("بتا هیستین", "14"),
        (f"بتا{ZWNJ}هیستین", "14"),
        ("glyburide", "6"),
        ("لانوکسین", "9"),
        ("glucoph", "7"),
        ("AMOXICILLIN", "2"),
        ("آموکسی\u200fسیلین ۵۰۰", "1"),  # pasted with a direction mark inside
        ("cap 500 amox mg", "1"),
    ],
)
def test_every_way_of_typing_finds_it_first(typed, first):
    assert codes(typed)[0] == first


@pytest.mark.parametrize(
    "typed", ["warfarin 2.5", "warfarin ۲٫۵", "warfarin ۲/۵", "warfarin 2.50", "2.5 warf"]
)
def test_a_decimal_is_one_number_in_every_writing(typed):
    assert codes(typed) == ["11"]


@pytest.mark.parametrize(
    ("typed", "never"), [("warfarin .5", "10"), ("warfarin 0.5", "10"), ("digoxin 0.25", "9")]
)
def test_no_number_is_turned_into_another(typed, never):
    assert never not in codes(typed)


def test_a_whole_number_stands_before_one_that_only_begins_so():
    assert codes("amox 50") == ["4", "1"]
    assert codes("warfarin 2")[:1] == ["11"]


def test_a_code_is_found_whole_and_never_by_its_beginning():
    assert codes("12") == ["12"] or codes("12")[0] == "12"
    assert "13" not in codes("amoxicillin 1")


# --- Order ------------------------------------------------------------------------------------------


def test_the_formulary_stands_before_the_alphabet():
    assert codes("amox") == ["2", "1", "3", "4"]
    assert codes("metformin")[:2] == ["7", "8"]


def test_a_name_that_begins_so_stands_before_one_that_has_it_inside():
    assert codes("metformin") == ["7", "8", "6"]


def test_a_word_of_form_names_no_substance():
    assert codes("cap") == ["5", "2", "1"]


def test_its_own_name_stands_before_a_brand():
    packs = [*PACKS, Packet("0009", "09", "4", "وارفاکس", "Warfax")]
    assert codes("warf", index=medicine_index(MEDICINES, INGREDIENTS, packs)) == ["11", "10", "4"]


def test_another_name_of_a_substance_offers_it_alone_before_what_contains_it():
    known = INGREDIENTS | {"metformin": Ingredient("متفورمین", "metformin", ("Siofor",))}
    assert codes("siofor", index=medicine_index(MEDICINES, known, PACKS)) == ["7", "8", "6"]


def test_makers_and_their_number_change_no_order():
    many = [Packet(f"9{n:03}", f"9{n:03}", "2", f"نام {n}", f"Brand {n}") for n in range(40)]
    assert codes("amox", index=medicine_index(MEDICINES, INGREDIENTS, [*many, *PACKS])) == codes("amox")


def test_words_of_two_brands_never_meet_in_one_row():
    assert codes("glucophage blue") == []
    assert codes("metfonic blue") == codes("metfonic 500") == ["7"]


def test_every_row_says_why_it_stands_there():
    why = {row.code: (row.why, row.matched) for row in found("500")}
    assert why["7"] == ("name", None)
    assert [(row.why, row.matched) for row in found("lanoxin")] == [("synonym", "Lanoxin")]
    assert [(row.why, row.matched) for row in found("glyburide")] == [
        ("ingredient", "glibenclamide (glyburide)")  # no name of the combination
    ]
    assert [(row.why, row.matched) for row in found("farmamox")] == [("brand", "Farmamox 500")]
    assert [(row.why, row.matched) for row in found("lanoxn")] == [("spelling", "Lanoxin")]


def test_fewer_are_the_first_of_more():
    for text in ("a", "500", "amox", "tab", "metfomin"):
        every = codes(text)
        assert [codes(text, limit) for limit in range(len(every) + 1)] == [
            every[:n] for n in range(len(every) + 1)
        ]
        assert len(set(every)) == len(every)


@given(st.text(max_size=60))
def test_any_text_is_answered_and_always_alike(text):
    assert found(text) == found(text)


@given(st.sampled_from(MEDICINES), st.data())
def test_every_beginning_of_every_word_of_a_name_finds_it_in_any_order(one, data):
    words = [word for word in one.name_fa.replace("+", " ").split() if tokens(word)]
    typed = [word[: data.draw(st.integers(1, len(word)))] for word in words]
    text = " ".join(data.draw(st.permutations(typed)))
    whole = [word for word in text.split() if not any(sign.isdecimal() for sign in word)]
    assert one.generic in codes(" ".join(whole))
    assert one.generic in codes(persian_digits(one.short))
