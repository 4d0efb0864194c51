"""One dose, doses by weight, age, pregnancy, and who may start what: what the codings know of a medicine's use."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from prescriber import rules
from prescriber.states import Sex
from tests.prescriber import orders
from tests.prescriber.drugs import (
    ASK,
    STOP,
    TELL,
    TODAY,
    UNKNOWN,
    Answer,
    Known,
    drug,
    of,
    order,
    said,
)

ADULT = date(1980, 5, 4)
SYRUP = drug("ibuprofen", "M01AE01", unit="ml", strength_per_unit_mg=Decimal(20), short="ibuprofen 20 mg/ml")
TABLET = drug("ibuprofen", "M01AE01", generic="tablet", unit="tablet", strength_per_unit_mg=Decimal(200))
BY_WEIGHT = Known(
    kg_low=Decimal(20), kg_high=Decimal(30), kg_max_daily=Decimal(40), kg_max_single=Decimal(10)
)


def years_ago(years: int, days: int = 0) -> date:
    return TODAY.replace(year=TODAY.year - years) + timedelta(days=days)


def months_ago(months: int, days: int = 0) -> date:
    whole = TODAY.year * 12 + TODAY.month - 1 - months
    return date(whole // 12, whole % 12 + 1, TODAY.day) + timedelta(days=days)


TODDLER = years_ago(4)


def knowing(*drugs, known, **more):
    return of(*drugs, dosings={one.generic: known for one in drugs}, **more)


# --- One dose -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("limit", "wanted"),
    [
        ("500", {}),  # the maximum itself
        ("499.999", {"RX-MAX-SINGLE:1": ASK}),
        ("50.001", {"RX-MAX-SINGLE:1": ASK}),
        ("50", {"RX-MAX-SINGLE:1": STOP}),
        (None, {}),
    ],
)
def test_one_dose_above_its_maximum_asks_and_ten_times_it_stops(limit, wanted):
    known = Known(max_single_mg=Decimal(limit) if limit else None)
    assert said(knowing(drug("a"), known=known)) == wanted


@pytest.mark.parametrize("blind", [{"strength_per_unit_mg": None}, {"unit": "tablet"}])
def test_a_dose_of_unknown_strength_is_no_number_to_compare(blind):
    medicine = drug("a", **blind)
    items = [orders.item(generic="a")]  # in capsules
    told = said(order(*items, medicines={"a": medicine}, dosings={"a": Known(max_single_mg=Decimal(1))}))
    assert "RX-MAX-SINGLE:1" not in told
    assert told["RX-MAX-DAILY:1"] == UNKNOWN


def test_the_maximum_of_a_day_is_taken_from_the_substance_where_the_presentation_has_none():
    bare = drug("a", max_daily_mg=None)
    assert said(knowing(bare, known=Known())) == {"RX-MAX-DAILY:1": UNKNOWN}
    assert said(knowing(bare, known=Known(max_daily_mg=Decimal(1499)))) == {"RX-MAX-DAILY:1": ASK}
    assert said(knowing(bare, known=Known(max_daily_mg=Decimal(1500)))) == {}
    assert said(knowing(drug("a"), known=Known(max_daily_mg=Decimal(1)))) == {}  # its own holds


# --- By weight ------------------------------------------------------------------------------------


def child(ml: str, *, weight: str | None, born: date = TODDLER, known: Known = BY_WEIGHT, **more):
    dose = Decimal(ml)
    item = orders.item(generic="ibuprofen", unit="ml", dose=dose, quantity=dose * 21)
    return order(
        item,
        medicines={"ibuprofen": SYRUP},
        dosings={"ibuprofen": known},
        facts=Answer(weight_kg=Decimal(weight) if weight else None),
        born=born,
        **more,
    )


@pytest.mark.parametrize(
    ("ml", "weight", "wanted"),
    [
        ("5", "15", {}),  # 300 mg a day and 100 mg each: 20 and 6.7 mg/kg
        ("10", "20", {}),  # 30 and 10 mg/kg: the most of one dose itself
        ("10", "16", {"RX-MAX-KG-SINGLE:1": ASK}),  # 37.5 and 12.5
        ("10", "14", {"RX-MAX-KG:1": ASK, "RX-MAX-KG-SINGLE:1": ASK}),  # 42.9 and 14.3
        ("100", "15", {"RX-MAX-KG:1": STOP, "RX-MAX-KG-SINGLE:1": STOP}),  # 400 and 133
    ],
)
def test_a_childs_dose_is_compared_with_the_weight(ml, weight, wanted):
    assert said(child(ml, weight=weight)) == wanted


def test_the_arithmetic_is_shown_with_the_weight_and_its_day():
    found = {one.rule: one for one in rules.findings(child("10", weight="14"))}
    day = found["RX-MAX-KG"]
    assert "600 mg a day ÷ 14 kg (weighed on 2026-12-01) = 42.857 mg/kg" in day.message.en
    assert "maximum of 40 mg/kg" in day.message.en
    assert "1405/09/10" in day.message.fa
    assert [(fact["name"], fact["value"]) for fact in day.facts] == [
        ("daily_mg", "600"),
        ("weight_kg", "14"),
        ("mg_per_kg", "42.857"),
        ("kg_max_daily", "40"),
        ("usual_mg_per_kg", "20 to 30"),
    ]
    assert "2026-12-01" in day.facts[1]["source"]
    assert "200 mg each time ÷ 14 kg" in found["RX-MAX-KG-SINGLE"].message.en


@pytest.mark.parametrize(
    ("born", "wanted"),
    [
        (years_ago(12, days=1), {"RX-MAX-KG:1": ("ask", "unknown")}),
        (years_ago(12), {}),
        (months_ago(3), {"RX-MAX-KG:1": ("ask", "unknown")}),
    ],
)
def test_a_child_who_was_not_weighed_is_to_be_weighed(born, wanted):
    assert said(child("5", weight=None, born=born)) == wanted
    if wanted:
        [found] = rules.findings(child("5", weight=None, born=born))
        assert [action for action, _ in found.fix] == ["record_weight", "give_reason"]


def test_without_a_limit_by_weight_nobody_is_weighed_for_it():
    told = said(child("5", weight=None, known=Known(kg_low=Decimal(20), kg_high=Decimal(30))))
    assert told == {"RX-MAX-DAILY:1": UNKNOWN}  # the adult maximum says nothing of a child


@pytest.mark.parametrize(
    ("years", "weight", "asks"),
    [(11, "45", True), (12, "39.9", True), (12, "40", False), (17, "30", True), (18, "30", False)],
)
def test_a_dose_by_weight_is_for_children_and_for_the_small_among_the_adolescents(years, weight, asks):
    told = said(child("200", weight=weight, born=years_ago(years), known=BY_WEIGHT))
    assert ("RX-MAX-KG:1" in told) == asks


def test_presentations_of_one_substance_add_up_to_the_dose_by_weight():
    syrup = orders.item(generic="ibuprofen", unit="ml", dose=Decimal(5), quantity=Decimal(105))
    tablet = orders.item(generic="tablet", unit="tablet", dose=Decimal(1))
    told = said(
        order(
            syrup,
            tablet,
            medicines={"ibuprofen": SYRUP, "tablet": TABLET},
            dosings={"ibuprofen": BY_WEIGHT, "tablet": BY_WEIGHT},
            facts=Answer(weight_kg=Decimal(20)),
            born=years_ago(6),
        )
    )
    assert told == {"RX-DUPLICATE:1,2": ASK, "RX-MAX-KG:1,2": ASK}  # 900 mg / 20 kg


# --- Age ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("born", "wanted"),
    [
        (months_ago(144), {}),
        (months_ago(144, days=1), {"RX-AGE:1": ASK}),
        (ADULT, {}),
    ],
)
def test_below_its_age_a_medicine_is_asked_about(born, wanted):
    codeine = drug("codeine", max_daily_mg=Decimal(90_000))
    told = said(knowing(codeine, known=Known(min_age_months=144), born=born))
    assert {name: how for name, how in told.items() if name.startswith("RX-AGE")} == wanted


@pytest.mark.parametrize(
    ("born", "limit", "words"),
    [
        (months_ago(1), 3, "the patient is 1 month old; this is not for those below 3 months"),
        (months_ago(23), 24, "the patient is 23 months old; this is not for those below 2 years"),
        (months_ago(30), 144, "the patient is 2 years old; this is not for those below 12 years"),
    ],
)
def test_the_age_is_said_with_the_words_of_its_source(born, limit, words):
    told = rules.findings(knowing(drug("a"), known=Known(min_age_months=limit), born=born))
    [found] = [one for one in told if one.rule == "RX-AGE"]
    assert words in found.message.en
    assert "Dangerous in children." in found.message.en
    assert "در کودکان خطرناک است." in found.message.fa
    assert found.source == "BNFC"


# --- Pregnancy ------------------------------------------------------------------------------------


def expecting(kind: str, *, pregnant: bool | None, as_of: date = TODAY, sex=Sex.FEMALE, born=ADULT):
    facts = Answer(pregnant=pregnant, as_of=as_of)
    return said(knowing(drug("a"), known=Known(pregnancy=kind), facts=facts, sex=sex, born=born))


@pytest.mark.parametrize(
    ("kind", "wanted"), [("contraindicated", STOP), ("avoid", ASK), ("caution", TELL), ("", None)]
)
def test_what_harms_in_pregnancy_stops_asks_or_is_told_by_how_grave_it_is(kind, wanted):
    assert expecting(kind, pregnant=True) == ({"RX-PREGNANCY:1": wanted} if wanted else {})
    assert expecting(kind, pregnant=False) == {}


@pytest.mark.parametrize(
    ("kind", "wanted"), [("contraindicated", UNKNOWN), ("avoid", UNKNOWN), ("caution", None), ("", None)]
)
def test_a_woman_who_was_not_asked_is_to_be_asked_where_it_matters(kind, wanted):
    assert expecting(kind, pregnant=None) == ({"RX-PREGNANCY:1": wanted} if wanted else {})


@pytest.mark.parametrize(
    ("sex", "years", "asked"),
    [
        (Sex.FEMALE, 11, False),
        (Sex.FEMALE, 12, True),
        (Sex.FEMALE, 50, True),
        (Sex.FEMALE, 51, False),
        (Sex.MALE, 30, False),
        (Sex.UNKNOWN, 30, False),
    ],
)
def test_only_a_woman_of_an_age_to_be_pregnant_is_to_be_asked(sex, years, asked):
    told = expecting("avoid", pregnant=None, sex=sex, born=years_ago(years))
    assert ("RX-PREGNANCY:1" in told) == asked


@pytest.mark.parametrize(
    ("days", "pregnant", "wanted"),
    [(280, True, STOP), (281, True, UNKNOWN), (280, False, None), (281, False, UNKNOWN)],
)
def test_an_answer_about_pregnancy_holds_no_longer_than_one(days, pregnant, wanted):
    told = expecting("contraindicated", pregnant=pregnant, as_of=TODAY - timedelta(days=days))
    assert told.get("RX-PREGNANCY:1") == wanted


# --- Who, where, how often ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("specialty", "asks"), [("general-practice", True), ("", True), (None, True), ("cardiology", False)]
)
def test_a_specialists_medicine_is_asked_about_without_a_specialty(specialty, asks):
    told = said(of(drug("a", specialist_only=True), specialty=specialty))
    assert told == ({"RX-SPECIALIST:1": ASK} if asks else {})
    assert said(of(drug("a"), specialty=specialty)) == {}


def test_a_medicine_for_hospitals_is_asked_about():
    assert said(of(drug("a", hospital_only=True), specialty="cardiology")) == {"RX-HOSPITAL:1": ASK}


@pytest.mark.parametrize(
    ("route", "wanted"),
    [("oral", STOP), ("subcutaneous", STOP), ("intravenous", None), ("intrathecal", None)],
)
def test_methotrexate_is_weekly_where_a_patient_takes_it_at_home(route, wanted):
    told = said(of(drug("methotrexate", "L04AX03", route=route)))
    assert told.get("RX-WEEKLY:1") == wanted


@pytest.mark.parametrize(
    ("atc", "strength", "frequency", "wanted"),
    [
        ("M05BA04", "70", "1x1", TELL),
        ("M05BA04", "70", "weekly", None),
        ("M05BA04", "10", "1x1", None),  # the daily strength
        ("M05BA07", "35", "q8h", TELL),
        ("M05BA07", "5", "q8h", None),
    ],
)
def test_a_strength_made_for_once_a_week_is_told_when_the_order_says_otherwise(
    atc, strength, frequency, wanted
):
    medicine = drug("a", atc, strength_per_unit_mg=Decimal(strength))
    item = orders.item(generic="a", frequency=frequency)
    assert said(order(item, medicines={"a": medicine})).get("RX-WEEKLY:1") == wanted
