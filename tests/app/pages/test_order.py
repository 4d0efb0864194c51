"""A draft's fields as pure values: numbering, computed quantities, and what of it is an order already."""

from fractions import Fraction
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.pages.prescriber import changes, order
from codings.base import Words
from codings.systems import doses_a_day, parse_amount
from prescriber.rules import Finding, Severity

SHABAD = "1053K7QX2M4R"
WORDS = Words("هشدار", "A finding")
FREQUENCIES = {
    code: SimpleNamespace(properties=properties)
    for code, properties in {
        "q8h": {"per_day": "3"},
        "every-other-day": {"per_week": "3.5"},
        "every-4-weeks": {"per_week": "0.25"},
        "every-2-weeks": {"every_days": "14"},
        "once": {"once": "1"},
        "prn": {},
    }.items()
}
ITEM = {
    "medicine": "90010",
    "dose.amount": "1",
    "dose.unit": "capsule",
    "frequency": "q8h",
    "route": "oral",
    "duration_days": "7",
    "quantity": "21",
}


def draft(*items: dict[str, str], diagnosis: str = "J02.9") -> dict[str, str]:
    typed = {f"items.{n}.{name}": value for n, item in enumerate(items) for name, value in item.items()}
    return typed | ({"diagnoses.0.code": diagnosis} if diagnosis else {})


def quantity(dose: str, frequency: str, days: str) -> str:
    typed = draft(ITEM | {"dose.amount": dose, "frequency": frequency, "duration_days": days, "quantity": ""})
    return changes.with_quantities(typed, FREQUENCIES)["items.0.quantity"]


@pytest.mark.parametrize(
    ("dose", "frequency", "days", "computed"),
    [
        ("1", "q8h", "7", "21"),
        ("0.5", "q8h", "5", "8"),  # seven and a half tablets are eight
        ("۰٫۵", "q8h", "۵", "8"),
        ("1", "every-other-day", "7", "4"),
        ("1", "every-4-weeks", "28", "1"),
        ("1", "every-2-weeks", "28", "2"),
        ("2", "once", "7", "2"),  # one dose, whatever the days
        ("1", "prn", "7", ""),  # when needed says no number a day
        ("0,5", "q8h", "7", ""),
        ("1", "q8h", "0", ""),
        ("1", "q8h", "seven", ""),
        ("999999", "q8h", "366", ""),  # beyond what an amount can say
    ],
)
def test_the_quantity_left_open_is_dose_times_frequency_times_days(dose, frequency, days, computed):
    assert quantity(dose, frequency, days) == computed


@given(dose=st.decimals("0.001", "50", places=3), days=st.integers(1, 366))
def test_a_computed_quantity_is_whole_and_just_enough(dose, days):
    text = f"{dose.normalize():f}"
    computed = parse_amount(quantity(text, "q8h", str(days)))
    assert computed == computed.to_integral_value()
    assert 0 <= computed - dose * 3 * days < 1


def test_whole_numbers_are_read_in_any_digits():
    told = order.read_order(draft(ITEM | {"duration_days": "۷", "repeats": "٢"}), shabad=SHABAD)
    assert told.whole is not None
    assert (told.whole.items[0].duration_days, told.whole.items[0].repeats) == (7, 2)


@pytest.mark.parametrize("days", ["7.0", "7 days", "1e1", "+7", "-7", "9999999"])
def test_days_in_another_grammar_are_wrong_and_not_guessed(days):
    told = order.read_order(draft(ITEM | {"duration_days": days}), shabad=SHABAD)
    assert told.whole is None
    assert "items.0.duration_days" in told.errors


def test_what_is_missing_is_told_apart_from_what_is_wrong():
    told = order.read_order(draft(ITEM | {"frequency": "", "dose.amount": "x"}, diagnosis=""), shabad=SHABAD)
    assert set(told.missing) == {"items.0.frequency", "diagnoses"}
    assert set(told.errors) == {"items.0.dose.amount"}


def test_items_after_the_first_incomplete_one_are_not_checked_under_a_wrong_number():
    told = order.read_order(draft(ITEM, ITEM | {"frequency": ""}, ITEM), shabad=SHABAD)
    assert told.checkable is not None
    assert len(told.checkable.items) == 1


def test_an_empty_draft_is_no_order():
    told = order.read_order({}, shabad=SHABAD)
    assert (told.whole, told.checkable) == (None, None)
    assert set(told.missing) == {"items", "diagnoses"}


def test_removing_an_item_moves_the_others_up():
    typed = draft(*(ITEM | {"instruction": str(n)} for n in range(3)))
    left = changes.without_item(typed, 1)
    assert order.values(left, "items", "instruction") == ["0", "2"]
    assert changes.without_item(left, 7) == left


def test_numbers_with_gaps_are_closed_up_so_that_words_stand_at_their_field():
    sent = [("items.2.medicine", "90010"), ("items.5.medicine", "90001"), ("items.5.dose.amount", "x")]
    typed = changes.kept([*sent, ("items.9.frequency", " ")], before={})
    assert typed == {"items.0.medicine": "90010", "items.1.medicine": "90001", "items.1.dose.amount": "x"}
    assert "items.1.dose.amount" in order.read_order(typed, shabad=SHABAD).errors


@given(st.lists(st.tuples(st.text(max_size=30), st.text(max_size=10)), max_size=20))
def test_whatever_is_sent_gives_a_draft_that_can_be_read(sent):
    typed = changes.kept(sent, before={"replaces": "1"})
    assert typed.pop("replaces") == "1"
    order.read_order(typed, shabad=SHABAD)


def test_a_reason_counts_only_for_a_finding_that_asks_now():
    asks = Finding(rule="RX-QUANTITY", items=(1,), severity=Severity.ASK, message=WORDS)
    stops = Finding(rule="RX-ALLERGY", items=(1,), severity=Severity.STOP, message=WORDS)
    typed = {f"reasons.{name}": "guideline" for name in ("RX-QUANTITY:1", "RX-ALLERGY:1", "RX-UNIT:2")}
    assert order.reasons(typed, [asks, stops]) == {"RX-QUANTITY:1": "guideline"}


def test_frequencies_say_how_often_exactly():
    assert doses_a_day({"per_week": "1"}) == Fraction(1, 7)
    assert doses_a_day({"every_days": "14"}) == Fraction(1, 14)
    assert doses_a_day({}) is None
