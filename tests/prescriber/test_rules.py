"""The safety rules: each says what it should, and none passes over what it does not know."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prescriber import rules
from prescriber.rules import Severity, Verdict
from prescriber.states import AllergyState
from tests.prescriber import orders
from tests.prescriber.drugs import (
    ASK,
    NONE_KNOWN,
    RATES,
    STOP,
    TODAY,
    UNKNOWN,
    Answer,
    Drug,
    order,
    said,
)


def allergic_to(*codes):
    return Answer(AllergyState.LIST, list(codes))


SHAPE = {
    "id",
    "rule",
    "version",
    "kind",
    "severity",
    "verdict",
    "items",
    "facts",
    "message",
    "fix",
    "source",
}


def test_an_ordinary_order_needs_nothing_said():
    assert said(order()) == {}


# --- Allergies ------------------------------------------------------------------------------------


@pytest.mark.parametrize("facts", [None, Answer(AllergyState.NOT_ASKED)])
def test_a_patient_whom_nobody_asked_about_allergies_stops_signing(facts):
    assert said(order(facts=facts)) == {"RX-NOT-ASKED": STOP}


def test_no_known_allergy_is_an_answer():
    assert said(order(facts=NONE_KNOWN)) == {}


@pytest.mark.parametrize(
    ("codes", "wanted"),
    [
        (["amoxicillin"], {"RX-ALLERGY:1": STOP}),
        (["penicillins"], {"RX-ALLERGY:1": STOP}),
        (["ampicillin"], {"RX-ALLERGY:1": ASK}),
        (["ampicillin", "amoxicillin"], {"RX-ALLERGY:1": STOP}),
        (["ibuprofen"], {}),
        (["nsaids"], {}),
        (["clavulanic-acid"], {}),
        (["something-nobody-coded"], {}),
    ],
)
def test_an_allergy_stops_for_the_substance_and_its_class_and_asks_for_a_relative(codes, wanted):
    assert said(order(facts=allergic_to(*codes))) == wanted


def test_an_allergy_finding_names_the_recorded_fact_and_the_ingredient():
    (found,) = rules.findings(order(facts=allergic_to("penicillins")))
    assert [(fact["name"], fact["value"]) for fact in found.facts] == [
        ("allergy", "penicillins"),
        ("ingredient", "amoxicillin"),
    ]
    assert "2026-12-01" in found.facts[0]["source"]
    assert "amoxicillin" in found.message.fa
    assert "amoxicillin" in found.message.en


def test_every_item_with_the_allergen_has_its_own_finding():
    both = Drug(ingredients=["amoxicillin", "clavulanic-acid"], inn="co-amoxiclav", max_daily_mg=None)
    told = said(
        order(
            orders.item(),
            orders.item(**orders.IBUPROFEN),
            orders.item(generic="90012"),
            medicines={"90012": both},
            facts=allergic_to("amoxicillin"),
        )
    )
    assert told["RX-ALLERGY:1"] == told["RX-ALLERGY:3"] == STOP
    assert "RX-ALLERGY:2" not in told


# --- The same twice -------------------------------------------------------------------------------


def test_the_same_ingredient_in_two_items_is_asked_about():
    told = said(
        order(
            orders.item(), orders.item(**orders.IBUPROFEN), orders.item(duration_days=3, quantity=Decimal(9))
        )
    )
    assert told == {"RX-DUPLICATE:1,3": ASK}


def test_two_shared_ingredients_of_the_same_items_are_one_finding():
    both = Drug(ingredients=["amoxicillin", "clavulanic-acid"], inn="co-amoxiclav")
    twice = [orders.item(generic="90012"), orders.item(generic="90012")]
    found = [f for f in rules.findings(order(*twice, medicines={"90012": both})) if f.rule == "RX-DUPLICATE"]
    assert [f.id for f in found] == ["RX-DUPLICATE:1,2"]
    assert [fact["value"] for fact in found[0].facts] == ["amoxicillin", "clavulanic-acid"]


def test_a_medicine_without_coded_ingredients_is_its_own_ingredient():
    bare = {"90010": Drug(ingredients=[], inn="x"), "90011": Drug(ingredients=[], inn="y")}
    assert "RX-DUPLICATE:1,2" in said(order(orders.item(), orders.item(), medicines=bare))
    assert said(order(orders.item(), orders.item(generic="90011"), medicines=bare)) == {}


# --- The daily maximum ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("dose", "wanted"),
    [
        ("1", {}),
        ("2", {}),  # 2 x 3 x 500 = 3000, the maximum itself
        ("2.001", {"RX-MAX-DAILY:1": ASK}),
        ("19.999", {"RX-MAX-DAILY:1": ASK}),
        ("20", {"RX-MAX-DAILY:1": STOP}),
        ("200", {"RX-MAX-DAILY:1": STOP}),
    ],
)
def test_above_the_maximum_asks_and_ten_times_it_stops(dose, wanted):
    amount = Decimal(dose)
    fitting = orders.item(dose=amount, quantity=Decimal(ceil(amount * 21)))
    assert said(order(fitting)) == wanted


def test_two_presentations_of_one_substance_add_up():
    syrup = Drug(unit="ml", short="amoxicillin 250 mg/5 ml susp", strength_per_unit_mg=Decimal(50))
    told = said(
        order(
            orders.item(dose=Decimal(2), quantity=Decimal(42)),
            orders.item(generic="90011", unit="ml", dose=Decimal(5), quantity=Decimal(105)),
            medicines={"90011": syrup},
        )
    )
    assert told == {"RX-DUPLICATE:1,2": ASK, "RX-MAX-DAILY:1,2": ASK}


@pytest.mark.parametrize(
    "missing",
    [{"max_daily_mg": None}, {"strength_per_unit_mg": None}],
)
def test_a_fact_that_is_missing_is_told_as_unknown(missing):
    assert said(order(medicines={"90010": replace(Drug(), **missing)})) == {"RX-MAX-DAILY:1": UNKNOWN}


def test_a_frequency_without_a_rate_is_told_as_unknown_for_dose_and_quantity():
    assert said(order(orders.item(frequency="prn"))) == {
        "RX-MAX-DAILY:1": UNKNOWN,
        "RX-QUANTITY:1": UNKNOWN,
    }


def test_what_is_unknown_does_not_hide_what_is_too_much():
    told = said(order(orders.item(dose=Decimal(3), quantity=Decimal(63)), orders.item(frequency="prn")))
    assert told["RX-MAX-DAILY:1,2"] == ASK


def test_a_gel_without_a_maximum_does_not_count_towards_the_tablets():
    gel = Drug("ibuprofen", ["ibuprofen"], "gram", "ibuprofen 5% gel", Decimal(50), None)
    told = said(
        order(
            orders.item(**orders.IBUPROFEN),
            orders.item(generic="90099", unit="gram", dose=Decimal(100), quantity=Decimal(2100)),
            medicines={"90099": gel},
        )
    )
    assert told == {"RX-DUPLICATE:1,2": ASK, "RX-MAX-DAILY:2": UNKNOWN}


@pytest.mark.parametrize(
    ("born", "wanted"),
    [
        (TODAY.replace(year=TODAY.year - 12), {}),
        (TODAY.replace(year=TODAY.year - 12) + timedelta(days=1), {"RX-MAX-DAILY:1": UNKNOWN}),
        (TODAY - timedelta(days=30), {"RX-MAX-DAILY:1": UNKNOWN}),
    ],
)
def test_an_adult_maximum_says_nothing_of_a_child(born, wanted):
    assert said(order(born=born)) == wanted


def test_a_child_above_the_adult_maximum_is_asked_about_all_the_same():
    told = said(order(orders.item(dose=Decimal(3), quantity=Decimal(63)), born=TODAY - timedelta(days=900)))
    assert told == {"RX-MAX-DAILY:1": ASK}


# --- Quantity, unit, repeats, free text -----------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "asks"),
    [
        ({}, False),
        ({"quantity": Decimal(20)}, True),
        ({"quantity": Decimal(22)}, True),
        ({"dose": Decimal("0.5"), "quantity": Decimal("10.5")}, False),
        ({"dose": Decimal("0.5"), "quantity": Decimal(11)}, False),
        ({"dose": Decimal("0.5"), "quantity": Decimal(10)}, True),
        ({"frequency": "weekly", "duration_days": 28, "quantity": Decimal(4)}, False),
        ({"frequency": "weekly", "duration_days": 30, "quantity": Decimal(5)}, False),
        ({"frequency": "every-other-day", "duration_days": 7, "quantity": Decimal(4)}, False),
        ({"as_needed": "pain", "quantity": Decimal(10)}, False),
        ({"as_needed": "pain", "quantity": Decimal(22)}, True),
    ],
)
def test_the_quantity_is_what_the_order_needs(changes, asks):
    assert ("RX-QUANTITY:1" in said(order(orders.item(**changes)))) == asks


@given(
    st.integers(1, 20).map(lambda quarters: Decimal(quarters) / 4),
    st.sampled_from(sorted(RATES)),
    st.integers(1, 90),
)
def test_the_quantity_that_a_finding_names_is_the_one_it_accepts(dose, frequency, days):
    needed = Fraction(dose) * RATES[frequency] * days
    whole = Decimal(ceil(needed))
    fitting = orders.item(dose=dose, frequency=frequency, duration_days=days, quantity=whole)
    assert "RX-QUANTITY:1" not in said(order(fitting))
    assert "RX-QUANTITY:1" in said(order(fitting.model_copy(update={"quantity": whole + 1})))


def test_another_unit_than_the_medicines_own_stops():
    assert said(order(orders.item(unit="tablet"))) == {"RX-UNIT:1": STOP, "RX-MAX-DAILY:1": UNKNOWN}


@pytest.mark.parametrize(("repeats", "wanted"), [(0, {}), (3, {}), (4, {"RX-REPEATS:1": STOP})])
def test_more_than_three_repeats_stop(repeats, wanted):
    assert said(order(orders.item(repeats=repeats))) == wanted


@pytest.mark.parametrize(
    ("text", "strange"),
    [
        ("با یک لیوان آب", []),
        ("هر ۸ ساعت یک کپسول، ۷ روز", []),
        ("روزی 3 عدد", []),
        ("روزی ۴ عدد", ["4"]),
        ("take 2 now and 21 later", ["2"]),
        ("۲٫۵ عدد", ["2٫5"]),
        ("", []),
    ],
)
def test_a_number_in_free_text_that_the_codes_do_not_hold_is_asked_about(text, strange):
    found = rules.findings(order(orders.item(instruction=text or None)))
    assert [f.id for f in found] == ["RX-INSTRUCTION:1"] * bool(strange)
    assert [fact["value"] for f in found for fact in f.facts] == strange


# --- All of them ----------------------------------------------------------------------------------


def test_the_gravest_comes_first_and_the_order_of_findings_is_stable():
    wild = order(
        orders.item(dose=Decimal(20), quantity=Decimal(1), repeats=4),
        orders.item(unit="tablet", frequency="prn"),
        facts=allergic_to("ampicillin"),
    )
    severities = [found.severity for found in rules.findings(wild)]
    assert severities == sorted(severities, key=list(Severity).index)
    assert [f.id for f in rules.findings(wild)] == [f.id for f in rules.findings(wild)]


any_orders = st.builds(
    order,
    orders.items().map(lambda item: item.model_copy(update={"generic": "90010"})),
    orders.items().map(lambda item: item.model_copy(update={"generic": "90005"})),
    facts=st.sampled_from(
        [None, NONE_KNOWN, allergic_to("penicillins"), allergic_to("ibuprofen", "ampicillin")]
    ),
    born=st.dates(date(1900, 1, 1), TODAY),
)


@given(any_orders)
def test_no_two_findings_share_an_id_and_each_is_whole(order):
    found = rules.findings(order)
    assert len({f.id for f in found}) == len(found)
    for one in found:
        told = one.as_json()
        assert set(told) == SHAPE
        assert told["id"] == one.rule + (":" + ",".join(map(str, one.items)) if one.items else "")
        assert told["message"]["fa"]
        assert told["message"]["en"]
        assert "{" not in told["message"]["fa"] + told["message"]["en"]
        assert all(set(fact) == {"name", "value", "source"} for fact in told["facts"])
        assert all(set(way) == {"action", "label"} and way["label"]["fa"] for way in told["fix"])
        assert (told["verdict"] == Verdict.UNKNOWN) == (told["severity"] == Severity.TELL)


@given(any_orders, st.integers(2, 50))
def test_a_larger_dose_is_never_judged_more_mildly(order, times):
    def worst(order):
        return min(
            (list(Severity).index(f.severity) for f in rules.findings(order) if f.rule == "RX-MAX-DAILY"),
            default=len(Severity),
        )

    larger = [item.model_copy(update={"dose": item.dose * times}) for item in order.items]
    assert worst(replace(order, items=larger)) <= worst(order)


@given(any_orders)
def test_dropping_an_allergy_never_adds_a_finding(order):
    before = {f.id for f in rules.findings(replace(order, facts=NONE_KNOWN))}
    assert before <= {f.id for f in rules.findings(order)}
