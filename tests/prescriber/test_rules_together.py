"""Interactions, one class twice, and what the patient takes already: each said once, with its reason of its own."""

from datetime import date
from decimal import Decimal

import pytest
from pydantic import TypeAdapter

from prescriber import rules
from prescriber.rules import Severity, Taken
from prescriber.signing.content import FindingId
from tests.prescriber import orders
from tests.prescriber.drugs import ASK, STOP, TELL, UNKNOWN, Drug, Harm, drug, of, order, said

WARFARIN = drug("warfarin", "B01AA03")
IBUPROFEN = drug("ibuprofen", "M01AE01")
NAPROXEN = drug("naproxen", "M01AE02")
DICLOFENAC = drug("diclofenac", "M01AB05")
ENALAPRIL = drug("enalapril", "C09AA02")
CAPTOPRIL = drug("captopril", "C09AA01")
BLEEDS = Harm("warfarin-nsaids", ["B01AA"], ["M01AA", "M01AB", "M01AE"])
SINCE = date(2026, 11, 20)


def taking(*drugs: Drug, days_left: int = 9) -> list[Taken]:
    return [Taken(medicine=one, since=SINCE, days_left=days_left) for one in drugs]


# --- Interactions ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("severity", "wanted"), [("contraindicated", STOP), ("major", ASK), ("moderate", TELL)]
)
def test_how_grave_an_interaction_is_says_what_it_needs(severity, wanted):
    harm = Harm("warfarin-nsaids", ["B01AA"], ["M01AE"], severity=severity)
    assert said(of(WARFARIN, IBUPROFEN, interactions=[harm])) == {
        "RX-INTERACTION-WARFARIN-NSAIDS:1,2": wanted
    }


@pytest.mark.parametrize(
    ("drugs", "wanted"),
    [
        ([WARFARIN, IBUPROFEN], True),
        ([IBUPROFEN, WARFARIN], True),  # whichever stands first
        ([WARFARIN, ENALAPRIL], False),
        ([IBUPROFEN, DICLOFENAC], False),  # both on one side
        ([WARFARIN, drug("ibuprofen", "M02AA13")], False),  # on the skin
        ([WARFARIN, drug("ibuprofen", "")], False),  # its code is not known
        ([WARFARIN], False),
    ],
)
def test_an_interaction_needs_a_medicine_on_each_side(drugs, wanted):
    told = [f.rule for f in rules.findings(of(*drugs, interactions=[BLEEDS])) if "INTERACTION" in f.rule]
    assert told == ["RX-INTERACTION-WARFARIN-NSAIDS"] * wanted


def test_a_fixed_combination_meets_others_as_each_of_its_ingredients_by_that_route():
    both = drug("ibuprofen-paracetamol", "N02BE51", ingredients=["paracetamol", "ibuprofen"])
    known = {("ibuprofen", "oral"): frozenset({"M01AE01"}), ("ibuprofen", "topical"): frozenset({"M02AA13"})}
    found = {"RX-INTERACTION-WARFARIN-NSAIDS:1,2": ASK}
    assert said(of(WARFARIN, both, interactions=[BLEEDS], substances=known)) == found
    assert said(of(WARFARIN, both, interactions=[BLEEDS])) == {}
    skin = drug("gel", "M02AA13", ingredients=["ibuprofen", "menthol"], route="topical")
    assert said(of(WARFARIN, skin, interactions=[BLEEDS], substances=known)) == {}
    assert said(of(WARFARIN, interactions=[BLEEDS], taken=taking(both), substances=known)) == {
        "RX-INTERACTION-WARFARIN-NSAIDS:1": ASK
    }


def test_every_pair_and_every_interaction_has_a_finding_of_its_own():
    again = Harm("warfarin-ibuprofen", ["B01AA03"], ["M01AE01"], severity="moderate")
    told = said(of(WARFARIN, IBUPROFEN, DICLOFENAC, interactions=[BLEEDS, again]))
    assert told == {
        "RX-INTERACTION-WARFARIN-NSAIDS:1,2": ASK,
        "RX-INTERACTION-WARFARIN-NSAIDS:1,3": ASK,
        "RX-INTERACTION-WARFARIN-IBUPROFEN:1,2": TELL,
    }


def test_a_substance_does_not_interact_with_itself_although_its_group_stands_on_both_sides():
    both = Harm("nsaids-twice", ["M01A"], ["M01A"])
    strong = drug("ibuprofen", "M01AE01", generic="ibu600", short="ibuprofen 600 mg cap")
    told = said(of(IBUPROFEN, strong, DICLOFENAC, interactions=[both]))
    assert {name for name in told if "NSAIDS-TWICE" in name} == {
        "RX-INTERACTION-NSAIDS-TWICE:1,3",
        "RX-INTERACTION-NSAIDS-TWICE:2,3",
    }


def test_an_interaction_says_who_risks_what_and_what_to_do_with_its_source():
    [found] = rules.findings(of(WARFARIN, IBUPROFEN, interactions=[BLEEDS]))
    assert found.message.en == (
        "Items 1, 2, warfarin 500 mg cap and ibuprofen 500 mg cap: ordered together. Bleeding rises. Check INR."
    )
    assert "خونریزی بیشتر می‌شود. INR را بسنجید." in found.message.fa
    assert found.source == "Stockley"
    assert [fact["value"] for fact in found.facts] == [
        "warfarin 500 mg cap (B01AA03)",
        "ibuprofen 500 mg cap (M01AE01)",
        "warfarin-nsaids, major",
    ]


@pytest.mark.parametrize("code", ["warfarin-nsaids", "a", "codeine-tramadol-2d6-inhibitors", "x.y+z", "9"])
def test_the_name_of_every_interaction_can_be_signed(code):
    harm = Harm(code, ["B01AA"], ["M01AE"])
    [found] = rules.findings(of(WARFARIN, IBUPROFEN, interactions=[harm]))
    assert TypeAdapter(FindingId).validate_python(found.id) == found.id
    assert len(found.id) <= 80


def test_what_the_patient_takes_already_is_named_with_its_day_and_the_days_left():
    [found] = rules.findings(of(IBUPROFEN, interactions=[BLEEDS], taken=taking(WARFARIN)))
    assert (found.id, found.severity) == ("RX-INTERACTION-WARFARIN-NSAIDS:1", Severity.ASK)
    assert "already takes warfarin 500 mg cap (prescribed on 2026-11-20, for 9 more days)" in found.message.en
    assert "1405/08/29" in found.message.fa
    assert {"name": "taken", "value": "warfarin 500 mg cap (B01AA03)"}.items() <= dict(found.facts[1]).items()
    assert "2026-11-20" in found.facts[1]["source"]


def test_several_that_are_taken_already_are_one_finding_an_item():
    told = rules.findings(of(WARFARIN, interactions=[BLEEDS], taken=taking(IBUPROFEN, DICLOFENAC)))
    [found] = [one for one in told if "INTERACTION" in one.rule]
    assert found.id == "RX-INTERACTION-WARFARIN-NSAIDS:1"
    assert "ibuprofen 500 mg cap" in found.message.en
    assert "diclofenac 500 mg cap" in found.message.en


def test_what_is_ordered_again_is_not_counted_a_second_time_as_taken():
    told = said(of(WARFARIN, IBUPROFEN, interactions=[BLEEDS], taken=taking(WARFARIN)))
    assert told == {"RX-INTERACTION-WARFARIN-NSAIDS:1,2": ASK, "RX-DUPLICATE:1": TELL}


def test_two_that_are_both_taken_already_are_not_this_prescribers_order():
    assert said(of(ENALAPRIL, interactions=[BLEEDS], taken=taking(WARFARIN, IBUPROFEN))) == {}


# --- One class twice ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other", "wanted"),
    [
        (ENALAPRIL, CAPTOPRIL, {"RX-SAME-CLASS:1,2": ASK}),
        (IBUPROFEN, NAPROXEN, {"RX-SAME-CLASS:1,2": ASK}),
        (IBUPROFEN, DICLOFENAC, {}),  # another subgroup
        (ENALAPRIL, drug("losartan", "C09CA01"), {}),
        (drug("glargine", "A10AE04"), drug("detemir", "A10AE05"), {}),
        (drug("valproic-acid", "N03AX01"), drug("levetiracetam", "N03AX14"), {}),
        (drug("a", "J07BX01"), drug("b", "J07BX02"), {}),
        (drug("salbutamol", "R03AC02"), drug("formoterol", "R03AC13"), {}),
        (drug("a", "D07AA01"), drug("b", "D07AA02"), {}),
        (drug("a", "S01AA01"), drug("b", "S01AA11"), {}),
        (drug("a", ""), drug("b", ""), {}),
        (drug("a", "C09A"), drug("b", "C09A"), {}),  # a group is no subgroup
    ],
)
def test_two_of_one_chemical_subgroup_are_asked_about_unless_that_is_usual(one, other, wanted):
    assert said(of(one, other)) == wanted


def test_the_same_substance_twice_is_a_duplicate_and_not_a_class_as_well():
    strong = drug("ibuprofen", "M01AE01", generic="ibu600")
    assert said(of(IBUPROFEN, strong)) == {"RX-DUPLICATE:1,2": ASK}


def test_a_fixed_combination_is_of_the_class_of_each_of_its_ingredients():
    known = {("losartan", "oral"): frozenset({"C09CA01"}), ("amlodipine", "oral"): frozenset({"C08CA01"})}
    both = drug("losartan-amlodipine", "C09DB06", ingredients=["losartan", "amlodipine"])
    valsartan, felodipine = drug("valsartan", "C09CA03"), drug("felodipine", "C08CA02")
    assert said(of(both, valsartan, substances=known)) == {"RX-SAME-CLASS:1,2": ASK}
    assert said(of(both, taken=taking(valsartan, felodipine), substances=known)) == {"RX-SAME-CLASS:1": TELL}
    again = drug("telmisartan-amlodipine", "C09DB04", ingredients=["telmisartan", "felodipine"])
    shared = known | {("telmisartan", "oral"): frozenset({"C09CA07"})}
    assert said(of(both, again, substances=shared)) == {"RX-SAME-CLASS:1,2": ASK}  # once, for two subgroups


def test_three_of_a_class_are_one_finding():
    ramipril = drug("ramipril", "C09AA05")
    assert said(of(ENALAPRIL, CAPTOPRIL, ramipril)) == {"RX-SAME-CLASS:1,2,3": ASK}


# --- What the patient still has -------------------------------------------------------------------


def test_what_the_patient_still_has_of_the_substance_is_told_with_its_days():
    [found] = rules.findings(
        of(IBUPROFEN, taken=taking(drug("ibuprofen", "M01AE01", generic="x"), days_left=4))
    )
    assert (found.id, found.severity) == ("RX-DUPLICATE:1", Severity.TELL)
    assert "for 4 more days" in found.message.en
    assert "هنوز برای 4 روز" in found.message.fa


def test_what_the_patient_still_has_of_the_class_is_told():
    [found] = rules.findings(of(ENALAPRIL, taken=taking(CAPTOPRIL)))
    assert (found.id, found.severity) == ("RX-SAME-CLASS:1", Severity.TELL)
    assert "captopril" in found.message.en


def test_a_combination_shares_what_is_in_it():
    both = drug("co-amoxiclav", "J01CR02", ingredients=["amoxicillin", "clavulanic-acid"])
    told = said(of(both, taken=taking(drug("amoxicillin", "J01CA04"))))
    assert told == {"RX-DUPLICATE:1": TELL}


# --- What could not be looked at ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("missing", "words"),
    [
        ({"interactions": None}, "No data on interactions is"),
        ({"dosings": None}, "No data on doses is"),
        ({"interactions": None, "dosings": None}, "No data on interactions and doses is"),
    ],
)
def test_a_check_that_could_not_be_made_is_told_in_one_finding(missing, words):
    checked = order(orders.item(quantity=Decimal(21)), **missing)
    assert said(checked) == {"RX-NOT-CHECKED": UNKNOWN}
    [found] = rules.findings(checked)
    assert words in found.message.en
    assert len(found.facts) == len(missing)
