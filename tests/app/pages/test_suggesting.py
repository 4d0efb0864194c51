"""Usual doses beside a medicine: choices that somebody has to press, and none where they could mislead."""

import re
from decimal import Decimal
from types import SimpleNamespace

import pytest

from app.db import side_session
from app.pages.prescriber import suggesting
from tests.app.pages.test_ordering import typed
from tests.prescriber import knowing

AMOXICILLIN, METHOTREXATE = "90010", "90067"
SUGGESTIONS = [
    {"mg": "500", "frequency": "q8h", "days": 7},
    {"mg": "1000", "frequency": "2x1", "timing": "after-meal", "as_needed": "pain"},
]


def medicine(**facts):
    told = {"form": "tablet", "unit": "tablet", "strength_per_unit_mg": Decimal(500), "high_risk": False}
    return SimpleNamespace(**(told | facts))


def offered(mg, *, years=40, **facts):
    known = SimpleNamespace(suggestions=[{"mg": mg, "frequency": "2x1"}], source="BNF")
    return [one.dose for one in suggesting.usual(medicine(**facts), known, years=years)]


@pytest.mark.parametrize(
    ("mg", "facts", "doses"),
    [
        ("500", {}, ["1"]),
        ("1000", {}, ["2"]),
        ("250", {}, ["0.5"]),
        ("750", {}, ["1.5"]),
        ("125", {}, []),  # a quarter
        ("333", {}, []),
        ("250", {"form": "capsule", "unit": "capsule"}, []),  # nobody halves a capsule
        ("250", {"form": "modified-release-tablet"}, []),
        ("250", {"form": "syrup", "unit": "ml", "strength_per_unit_mg": Decimal(100)}, ["2.5"]),
        ("500", {"form": "oral-drops", "unit": "drop", "strength_per_unit_mg": Decimal(5)}, []),  # 100 drops
        ("0.1", {"strength_per_unit_mg": Decimal("0.05")}, ["2"]),
        ("500", {"strength_per_unit_mg": None}, []),
        ("500", {"high_risk": True}, []),
        ("500", {"years": 11}, []),
        ("500", {"years": 12}, ["1"]),
    ],
)
def test_only_doses_of_whole_or_half_units_are_offered_and_none_of_a_high_risk_medicine(mg, facts, doses):
    assert offered(mg, **facts) == doses


@pytest.fixture
def at(desk):
    with side_session(desk.service) as session:
        row = knowing.dosing("amoxicillin/oral") | {"suggestions": SUGGESTIONS, "source": "BNF"}
        weekly = knowing.dosing("methotrexate/oral") | {"suggestions": SUGGESTIONS}
        knowing.in_force(session, dosings=[row, weekly])
    desk.sign_in()
    return desk.draft()


def filled(desk, at):
    return {name: value for name, value in typed(desk, at).items() if value}


def choices(page):
    found = re.findall(
        r'<button id="[^"]*" name="do" value="suggest:[^>]*>(.*?)</button>', page.html, re.DOTALL
    )
    return [re.sub("<[^>]*>", "", words).strip() for words in found]


def test_a_usual_dose_is_a_choice_with_its_source_and_fills_the_fields_when_pressed(desk, at):
    desk.press(at, "diagnose:J02.9")
    page = desk.follow(desk.press(at, f"add:{AMOXICILLIN}"))
    assert "Source: BNF" in page.text
    assert choices(page) == [
        "1 capsule (500 mg), every 8 hours, for 7 days",
        "2 capsule (1000 mg), twice a day, after meals, only when needed for pain",
    ]
    assert 'aria-pressed="true"' not in page.html  # none is chosen beforehand
    assert not any(name.endswith(("amount", "frequency")) for name in filled(desk, at))
    page = desk.follow(desk.press(at, "suggest:0:1/q8h///7"))
    assert filled(desk, at) == {
        "diagnoses.0.code": "J02.9",
        "items.0.medicine": AMOXICILLIN,
        "items.0.dose.unit": "capsule",
        "items.0.route": "oral",
        "items.0.dose.amount": "1",
        "items.0.frequency": "q8h",
        "items.0.duration_days": "7",
        "items.0.quantity": "21",
        "items.0.substitution": "true",
    }
    assert page.html.count('aria-pressed="true"') == 1


def test_another_choice_replaces_the_first_and_its_computed_quantity(desk, at):
    desk.press(at, f"add:{AMOXICILLIN}")
    desk.press(at, "suggest:0:2/2x1/after-meal/pain/")
    desk.press(at, "save", items__0__duration_days="5")
    assert typed(desk, at)["items.0.quantity"] == "20"
    desk.press(at, "suggest:0:1/q8h///7")
    now = filled(desk, at)
    assert (now["items.0.quantity"], now["items.0.frequency"]) == ("21", "q8h")
    assert "items.0.timing" not in now
    assert "items.0.as_needed" not in now


@pytest.mark.parametrize("what", ["suggest:0:9/q8h///7", "suggest:7:1/q8h///7", "suggest:x:", "suggest"])
def test_what_the_codings_do_not_offer_fills_nothing(desk, at, what):
    desk.press(at, f"add:{AMOXICILLIN}")
    desk.press(at, "save")
    before = filled(desk, at)
    assert desk.press(at, what).status == 303
    assert filled(desk, at) == before


def test_a_high_risk_medicine_has_no_choices(desk, at):
    page = desk.follow(desk.press(at, f"add:{METHOTREXATE}"))
    assert choices(page) == []
    assert "Usual doses" not in page.text


def test_the_choices_in_persian(desk, at):
    desk.press(at, f"add:{AMOXICILLIN}")
    desk.speak("fa")
    assert choices(desk.get(at))[0] == "۱ کپسول (۵۰۰ میلی‌گرم)، هر ۸ ساعت، به مدت ۷ روز"
