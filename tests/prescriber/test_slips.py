"""Giving out a slip: the first sheet is the original, every later one knows that it is a copy."""

import threading
from dataclasses import replace

import pytest
from sqlmodel import Session, select

from prescriber import actions, queries, signing
from prescriber.outcomes import PrescriptionNotFound, SlipGivenMeanwhile, SlipNotFound
from prescriber.states import Number
from prescriber.tables import SlipCopy
from tests.prescriber import desk

HOW = {"form": "print", "language": "fa", "large": False}


def test_the_first_is_the_original_and_the_next_are_numbered_copies(session, clinic, view):
    given = [actions.give_slip(session, number=view.number, by=clinic.by(), **HOW) for _ in range(3)]
    assert given == [1, 2, 3]


def test_what_was_given_is_kept_as_it_was_asked_for(session, clinic, view):
    by = clinic.by()
    nth = actions.give_slip(session, number=view.number, form="pdf", language="en", large=True, by=by)
    kept = queries.slip(session, number=view.number, nth=nth, by=by)
    assert (kept.form, kept.language, kept.large) == ("pdf", "en", True)
    assert (kept.given_at, kept.given_by) == (by.at, by.id)


def test_slips_are_listed_with_the_original_first(session, clinic, view):
    for _ in range(2):
        actions.give_slip(session, number=view.number, by=clinic.by(), **HOW)
    assert [copy.nth for copy in queries.slips(session, number=view.number, by=clinic.by())] == [1, 2]


def test_another_centre_neither_gives_nor_sees_a_slip(session, clinic, view):
    actions.give_slip(session, number=view.number, by=clinic.by(), **HOW)
    elsewhere = replace(clinic.by(), centre="9900000999")
    with pytest.raises(PrescriptionNotFound):
        actions.give_slip(session, number=view.number, by=elsewhere, **HOW)
    with pytest.raises(PrescriptionNotFound):
        queries.slips(session, number=view.number, by=elsewhere)
    assert len(session.exec(select(SlipCopy)).all()) == 1


def test_a_number_that_was_never_given_is_not_found(session, clinic, view):
    with pytest.raises(SlipNotFound):
        queries.slip(session, number=view.number, nth=1, by=clinic.by())
    with pytest.raises(PrescriptionNotFound):
        actions.give_slip(session, number=Number(view.number.shabad, 9), by=clinic.by(), **HOW)


def test_two_who_ask_at_once_never_hold_the_same_original(database):
    """The second waits for the first; then it is told, and asks again."""
    with Session(database, expire_on_commit=False) as session:
        clinic = desk.open_clinic(session)
        number = desk.prescribe(session, clinic).number
        session.commit()
    first, second = Session(database), Session(database)
    told: list[object] = []

    def ask() -> None:
        try:
            told.append(actions.give_slip(second, number=number, by=clinic.by(), **HOW))
        except SlipGivenMeanwhile as no:
            told.append(no)

    with first, second:
        assert actions.give_slip(first, number=number, by=clinic.by(), **HOW) == 1
        asking = threading.Thread(target=ask)
        asking.start()
        asking.join(0.3)
        assert told == []  # it waits
        first.commit()
        asking.join(10)
        [no] = told
        assert isinstance(no, SlipGivenMeanwhile)
        second.rollback()
        assert actions.give_slip(second, number=number, by=clinic.by(), **HOW) == 2


# --- The small code's secret, as it is typed ------------------------------------------------------


SECRET = signing.pointer_secret(b"pointer-key" * 3, Number("105ZWJXA4JV9", 1))


def test_a_typed_secret_is_sixteen_characters_without_lookalikes():
    typed = signing.typed_secret(SECRET)
    assert [len(group) for group in typed.split()] == [4, 4, 4, 4]
    assert not set(typed) & set("ILOU")


@pytest.mark.parametrize(
    "hand", [str, str.lower, lambda t: t.replace(" ", ""), lambda t: t.replace(" ", "-"), lambda t: f" {t} "]
)
def test_a_secret_is_read_however_it_was_typed(hand):
    assert signing.secret_of_typed(hand(signing.typed_secret(SECRET))) == SECRET


def test_letters_that_look_like_digits_and_persian_digits_are_read_as_digits():
    zero, one = signing.secret_of_typed("0" * 16), signing.secret_of_typed("1" * 16)
    assert signing.secret_of_typed("O" * 16) == signing.secret_of_typed("۰" * 16) == zero
    assert signing.secret_of_typed("I" * 16) == signing.secret_of_typed("l" * 16) == one
    assert zero != one


@pytest.mark.parametrize("typed", ["", "ABCD", "U" * 16, "ABCD EFGH JKMN PQR", "A" * 17, "ä" * 16])
def test_what_cannot_be_a_secret_is_none(typed):
    assert signing.secret_of_typed(typed) is None
