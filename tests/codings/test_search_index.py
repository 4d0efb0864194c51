"""The indexes: products, diagnoses and lists too; made anew with a release, one for all threads."""

import threading

import pytest
from sqlmodel import Session, col, select

import codings.queries as codings
from codings.queries.search import kept
from codings.queries.search.asking import answer
from codings.queries.search.found import Found
from codings.queries.search.index import Entry, Index, Name
from codings.queries.search.reading import product_index
from codings.queries.search.words import asked
from codings.systems import GENERIC, ICD10
from codings.tables import PRODUCT, ReleaseInForce
from tests.codings.shelf import MEDICINES, PACKS, codes, found

SHOWN = 12


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
