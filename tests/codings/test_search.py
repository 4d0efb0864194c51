"""Search as people type: mistakes, either script and digits, words apart or together, and a safe order."""

import csv
import threading
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session, col, select

import codings.queries as codings
from codings.queries.search import kept
from codings.queries.search.asking import answer
from codings.queries.search.found import Found
from codings.queries.search.index import Entry, Index, Name
from codings.queries.search.reading import Ingredient, Packet, medicine_index, product_index
from codings.queries.search.spelling import Spelling, sound
from codings.queries.search.words import asked, tokens
from codings.systems import GENERIC, ICD10
from codings.tables import PRODUCT, Medicine, ReleaseInForce
from codings.text import ZWNJ, persian_digits

TYPING_ERRORS = Path(__file__).with_name("typing_errors.csv")
SHOWN = 12
MISSED = 5


def medicine(
    generic, inn, fa, form="tablet", strength="500 mg", *, short=None, formulary=True, mg="500", parts=None
):
    return Medicine(
        generic=generic,
        release="1",
        ingredients=parts or [inn],
        atc="",
        inn=inn,
        name_fa=fa,
        short=short or f"{inn} {strength} {form}",
        form=form,
        strength=strength,
        route="oral",
        unit=form,
        strength_per_unit_mg=Decimal(mg) if mg else None,
        controlled=False,
        high_risk=False,
        formulary=formulary,
    )


MEDICINES = [
    medicine("1", "amoxicillin", "آموکسی‌سیلین کپسول ۵۰۰ میلی‌گرم", "capsule", short="amoxicillin 500 mg cap"),
    medicine("2", "amoxicillin", "آموکسی‌سیلین کپسول ۲۵۰ میلی‌گرم", "capsule", "250 mg", mg="250"),
    medicine(
        "3", "amoxicillin", "آموکسی‌سیلین سوسپانسیون ۲۵۰ میلی‌گرم در ۵", "suspension", "250 mg/5 ml", mg="50"
    ),
    medicine("4", "amoxapine", "آموکساپین قرص ۵۰ میلی‌گرم", strength="50 mg", mg="50", formulary=False),
    medicine("5", "captopril", "کاپتوپریل قرص ۲۵ میلی‌گرم", strength="25 mg", mg="25"),
    medicine(
        "6",
        "glibenclamide + metformin",
        "گلی‌بنکلامید + متفورمین قرص",
        strength="2.5 mg + 500 mg",
        parts=["glibenclamide", "metformin"],
    ),
    medicine("7", "metformin", "متفورمین قرص ۵۰۰ میلی‌گرم"),
    medicine("8", "metformin", "متفورمین قرص ۱ گرم", strength="1 g", mg="1000", formulary=False),
    medicine("9", "digoxin", "دیگوکسین قرص ۲۵۰ میکروگرم", strength="250 microgram", mg="0.25"),
    medicine("10", "warfarin", "وارفارین قرص ۵ میلی‌گرم", strength="5 mg", mg="5"),
    medicine("11", "warfarin", "وارفارین قرص ۲٫۵ میلی‌گرم", strength="2.5 mg", mg="2.5"),
    medicine("12", "heparin", "هپارین آمپول ۵٬۰۰۰ واحد", "injection", "5,000 units/ml", mg=None),
    medicine("13", "propranolol", "پروپرانولول قرص ۴۰ میلی‌گرم", strength="40 mg", mg="40"),
    medicine("14", "betahistine", "بتا هیستین قرص ۸ میلی‌گرم", strength="8 mg", mg="8"),
]
INGREDIENTS = {
    "amoxicillin": Ingredient("آموکسی‌سیلین", "amoxicillin"),
    "digoxin": Ingredient("دیگوکسین", "digoxin", ("Lanoxin", "لانوکسین")),
    "glibenclamide": Ingredient("گلی‌بنکلامید", "glibenclamide", ("glyburide",)),
    "metformin": Ingredient("متفورمین", "metformin"),
}
PACKS = [
    Packet("0001", "01", "1", "فارماموکس ۵۰۰", "Farmamox 500"),
    Packet("0002", "02", "7", "گلوکوفاژ ۵۰۰", "Glucophage 500"),
    Packet("0003", "03", "7", "متفو نیک", "Metfonic blue"),
    Packet("0004", "04", "10", "کومادین", "Coumadin 5"),
]
INDEX = medicine_index(MEDICINES, INGREDIENTS, PACKS)


def found(text, limit=50, index=INDEX):
    return answer(index, text, limit)


def codes(text, limit=50, index=INDEX):
    return [row.code for row in found(text, limit, index)]


# --- Typing errors ----------------------------------------------------------------------------------


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


# --- Products, diagnoses, small lists ---------------------------------------------------------------


def test_products_are_found_by_brand_medicine_and_number():
    index = product_index(PACKS, MEDICINES)
    assert codes("glucoph", index=index) == ["0002"]
    assert codes("metformin", index=index) == ["0002", "0003"]
    assert codes("02", index=index) == ["0002"]
    assert {(row.system, row.why) for row in found("warfarin", index=index)} == {(PRODUCT, "ingredient")}


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("J02.9", "J02.9"),
        ("j029", "J02.9"),
        ("J029", "J02.9"),
        ("J02", "J02"),
        ("IR-02", "IR-02"),
    ],
)
def test_a_code_is_found_first_with_or_without_its_dot(session, typed, code):
    system = "province" if code.startswith("IR") else ICD10
    assert codings.search(session, system, typed)[0].code == code


@pytest.mark.parametrize(
    ("typed", "code"),
    [("diabtes type 2", "E11"), ("دیابت", "E11"), ("hypertention", "I10"), ("فارنژیت", "J02")],
)
def test_a_diagnosis_is_found_by_its_words_in_either_language(session, typed, code):
    rows = codings.search(session, "diagnosis", typed, SHOWN)
    assert any(row.code.startswith(code) for row in rows), [(row.code, row.en) for row in rows]


def test_diagnoses_with_persian_words_of_ours_stand_first(session):
    rows = codings.search(session, ICD10, "pharyngitis", 50)
    plain = [row.fa == row.en for row in rows]
    assert len(rows) > 2
    assert plain == sorted(plain)


# --- The index itself -------------------------------------------------------------------------------


def test_a_question_is_cut_into_words_and_numbers():
    assert [word.ways for word in asked("Co-Trimox ۵۰۰mg")] == [
        (("cotrimox",), ("co", "trimox")),
        (("500mg",), ("500", "mg")),
    ]
    assert [word.ways for word in asked("۲/۵ .5")] == [(("2", "5"), ("2.5",)), (("0.5",),)]
    assert len(asked("a " * 200)) <= 12


def test_an_index_of_nothing_answers_nothing():
    assert answer(Index([]), "anything", 5) == []


def test_neighbours_are_found_as_one_word_and_a_form_is_no_neighbour():
    entry = Entry(
        Found("s", "1", "r", "سرم نمکی", "sodium chloride inf"),
        ("1",),
        ("sodium chloride inf",),
        others=(Name("salt", "synonym"),),
    )
    index = Index([entry], ["inf"])
    assert codes("sodiumchlor", index=index) == ["1"]
    assert "chlorideinf" not in index.words


def test_a_new_release_is_noticed_and_readers_meanwhile_go_on(session):
    codings.search(session, GENERIC, "amox")
    edition, index = kept._kept[GENERIC]
    assert kept.current_index(session, GENERIC) is index
    now = session.exec(
        select(ReleaseInForce).where(ReleaseInForce.system == PRODUCT, col(ReleaseInForce.ended_at).is_(None))
    ).one()
    now.release = "another"
    session.add(now)
    session.flush()
    kept._making.acquire()  # as if another thread were making the new one
    try:
        assert kept.current_index(session, GENERIC) is index
    finally:
        kept._making.release()
    renewed = kept.current_index(session, GENERIC)
    assert renewed is not index
    assert kept._kept[GENERIC][0] != edition
    assert [row.code for row in codings.search(session, GENERIC, "amoxicillin")]


def test_whoever_asks_first_waits_for_the_one_index_that_is_made(engine):
    kept._kept.pop(GENERIC, None)
    made: list[Index] = []

    def ask():
        with Session(engine) as own:
            made.append(kept.current_index(own, GENERIC))

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 6
    assert len({id(index) for index in made}) == 1


def test_many_threads_ask_one_index():
    answers: list[list[str]] = []
    threads = [threading.Thread(target=lambda: answers.append(codes("amoxycilin 500"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [codes("amoxycilin 500")] * 8
