"""Preparing and signing with what the codings know: interactions, doses, and what the patient takes already."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import event, text

from codings.queries import safety
from codings.systems import GENERIC
from codings.text import tehran_day
from prescriber import actions
from prescriber.inputs import FactsInput
from prescriber.outcomes import ReasonMissing, Unsafe
from tests import factories
from tests.factories import AT
from tests.prescriber import desk, knowing

AMOXICILLIN_WITH_NSAID = knowing.harm("amoxicillin-nsaids", ["J01CA"], ["M01AE"])
LATER = AT + timedelta(days=2)


@pytest.fixture
def patient(session, clinic):
    return desk.patient(session, clinic)


def told(session, clinic, patient, *items, at=AT, **more):
    """{finding id: severity} of an order for this patient, of a visit of its own."""
    ready = desk.prepare(session, clinic, desk.shabad(clinic, patient, at=at), *items, at=at, **more)
    return {found.id: str(found.severity) for found in ready.findings}


def signed(session, clinic, patient, *items, at=AT, **more):
    visit = desk.shabad(clinic, patient, at=at)
    ready = desk.prepare(session, clinic, visit, *items, at=at, **more)
    return desk.register(session, clinic, visit, desk.signed(clinic, ready.content), at=at)[0], visit


def test_an_interaction_of_the_release_in_force_is_found_and_its_reason_is_signed(session, clinic, patient):
    knowing.in_force(session, interactions=[AMOXICILLIN_WITH_NSAID])
    both = (desk.item(), desk.PAIN)
    assert told(session, clinic, patient, *both) == {"RX-INTERACTION-AMOXICILLIN-NSAIDS:1,2": "ask"}
    with pytest.raises(ReasonMissing):
        signed(session, clinic, patient, *both)
    why = [{"finding": "RX-INTERACTION-AMOXICILLIN-NSAIDS:1,2", "reason": "monitored"}]
    view, _ = signed(session, clinic, patient, *both, overrides=why)
    assert view.overrides == (("RX-INTERACTION-AMOXICILLIN-NSAIDS:1,2", "monitored"),)


def test_what_is_contraindicated_together_cannot_be_signed(session, clinic, patient):
    grave = knowing.harm("amoxicillin-nsaids", ["J01CA"], ["M01AE"], "contraindicated")
    knowing.in_force(session, interactions=[grave])
    with pytest.raises(Unsafe):
        signed(session, clinic, patient, desk.item(), desk.PAIN)


def test_the_shipped_interactions_of_a_substance_reach_its_combinations(session, clinic, patient):
    daily = {"dose": {"amount": "1", "unit": "tablet"}, "frequency": "1x1", "quantity": "7"}
    atazanavir_ritonavir = desk.item(medicine="90342", **daily)
    simvastatin = desk.item(medicine="93280", **daily)
    found = told(session, clinic, patient, atazanavir_ritonavir, simvastatin)
    assert found["RX-INTERACTION-SIMVASTATIN-STRONG-CYP3A4-INHIBITORS:1,2"] == "stop"


def test_a_newer_release_of_interactions_is_read_in_place_of_the_one_kept_in_memory(session, clinic, patient):
    knowing.in_force(session, interactions=[AMOXICILLIN_WITH_NSAID])
    assert told(session, clinic, patient, desk.item(), desk.PAIN)
    kept = safety._INTERACTIONS._held
    assert told(session, clinic, patient, desk.item(), desk.PAIN)
    assert safety._INTERACTIONS._held is kept
    knowing.in_force(session, interactions=[knowing.harm("other", ["A"], ["B"])])
    assert told(session, clinic, patient, desk.item(), desk.PAIN) == {}


@pytest.mark.parametrize(
    ("missing", "unknown"),
    [({}, False), ({"interactions": None}, True), ({"dosings": None}, True)],
)
def test_without_a_release_in_force_it_is_told_that_nothing_was_checked(
    session, clinic, patient, missing, unknown
):
    knowing.in_force(session, **missing)
    assert told(session, clinic, patient) == ({"RX-NOT-CHECKED": "tell"} if unknown else {})


# --- What the patient takes already -----------------------------------------------------------------


def test_what_was_prescribed_anywhere_counts_until_its_days_are_over(session, clinic, elsewhere, patient):
    knowing.in_force(session, interactions=[AMOXICILLIN_WITH_NSAID])
    signed(session, elsewhere, patient, desk.item(duration_days=7))
    for days, still in ((0, True), (6, True), (7, False)):
        said = told(session, clinic, patient, desk.PAIN, at=AT + timedelta(days=days))
        assert said == ({"RX-INTERACTION-AMOXICILLIN-NSAIDS:1": "ask"} if still else {})


def test_repeats_prolong_what_is_taken(session, clinic, patient):
    knowing.in_force(session)
    signed(session, clinic, patient, desk.item(duration_days=7, repeats=1))
    assert told(session, clinic, patient, at=AT + timedelta(days=13)) == {"RX-DUPLICATE:1": "tell"}
    assert told(session, clinic, patient, at=AT + timedelta(days=14)) == {}


def test_nothing_of_the_other_prescriber_is_told_but_medicine_and_day(session, clinic, elsewhere, patient):
    knowing.in_force(session, interactions=[AMOXICILLIN_WITH_NSAID])
    signed(session, elsewhere, patient)
    ready = desk.prepare(session, clinic, desk.shabad(clinic, patient, at=LATER), desk.PAIN, at=LATER)
    [found] = ready.findings
    whole = str(found.as_json())
    assert "amoxicillin 500 mg cap" in whole
    assert tehran_day(AT).isoformat() in whole
    for secret in (elsewhere.physician.council, elsewhere.centre.siam, elsewhere.physician.name_en):
        assert secret not in whole


@pytest.mark.parametrize("state", ["cancelled", "replaced"])
def test_what_was_cancelled_or_replaced_is_not_taken(session, clinic, patient, state):
    knowing.in_force(session)
    view, _ = signed(session, clinic, patient)
    session.execute(
        text("UPDATE prescription SET status = :state WHERE shabad = :s"),
        {"state": state, "s": view.number.shabad},
    )
    session.expire_all()
    assert told(session, clinic, patient, at=LATER) == {}


def test_a_correction_does_not_meet_what_it_replaces(session, clinic, patient):
    knowing.in_force(session, interactions=[AMOXICILLIN_WITH_NSAID])
    view, visit = signed(session, clinic, patient)
    later = {"at": AT + timedelta(minutes=5)}
    beside = desk.prepare(session, clinic, visit, desk.PAIN, **later)
    assert [f.id for f in beside.findings] == ["RX-INTERACTION-AMOXICILLIN-NSAIDS:1"]
    corrected = desk.prepare(session, clinic, visit, desk.PAIN, replaces=view.number.n, **later)
    assert corrected.findings == []
    replaced = desk.register(session, clinic, visit, desk.signed(clinic, corrected.content), **later)
    assert replaced[0].number.n == 2


def test_another_patients_medicines_are_nobody_elses(session, clinic, patient):
    knowing.in_force(session)
    signed(session, clinic, desk.patient(session, clinic))
    assert told(session, clinic, patient, at=LATER) == {}


# --- Doses ------------------------------------------------------------------------------------------


def test_doses_are_found_by_ingredients_and_route(session, clinic, patient):
    knowing.in_force(session, dosings=[knowing.dosing("amoxicillin/oral", max_single_mg="400")])
    assert told(session, clinic, patient) == {"RX-MAX-SINGLE:1": "ask"}
    knowing.changed(session, "UPDATE medicine SET route = 'intravenous' WHERE generic = '90010'", GENERIC)
    assert told(session, clinic, patient) == {}
    knowing.in_force(session, dosings=[knowing.dosing("amoxicillin/intravenous", max_single_mg="400")])
    assert told(session, clinic, patient) == {"RX-MAX-SINGLE:1": "ask"}


def test_a_dose_of_a_release_that_is_over_is_not_applied(session, clinic, patient):
    knowing.in_force(session, dosings=[knowing.dosing("amoxicillin/oral", max_single_mg="400")])
    knowing.in_force(session, dosings=[])
    assert told(session, clinic, patient) == {}


def test_weight_and_pregnancy_of_the_facts_reach_the_rules(session, clinic, patient):
    asked = {"allergies": {"state": "none_known"}, "as_of": tehran_day(AT), "pregnant": True}
    actions.record_facts(session, patient=patient.id, facts=FactsInput.model_validate(asked), by=clinic.by())
    knowing.in_force(session, dosings=[knowing.dosing("amoxicillin/oral", pregnancy="avoid")])
    assert told(session, clinic, patient) == {"RX-PREGNANCY:1": "ask"}
    child = desk.patient(session, clinic, birth_date=tehran_day(AT) - timedelta(days=900))
    knowing.in_force(session, dosings=[knowing.dosing("amoxicillin/oral", kg_max_daily=Decimal(90))])
    assert told(session, clinic, child) == {"RX-MAX-KG:1": "ask"}
    asked |= {"weight_kg": "15", "pregnant": None}
    actions.record_facts(session, patient=child.id, facts=FactsInput.model_validate(asked), by=clinic.by())
    ready = desk.prepare(session, clinic, desk.shabad(clinic, child))
    assert [(f.id, f.verdict) for f in ready.findings] == [("RX-MAX-KG:1", "true")]  # 1500 mg / 15 kg


def test_a_specialists_medicine_is_for_the_specialty_in_the_register(session, clinic, patient):
    knowing.in_force(session)
    knowing.changed(session, "UPDATE medicine SET specialist_only = true WHERE generic = '90010'", GENERIC)
    assert told(session, clinic, patient) == {"RX-SPECIALIST:1": "ask"}
    specialist = factories.physician(session, clinic.centre, specialty="cardiology")
    heart = desk.Clinic(clinic.centre, specialist, factories.enrol(session, specialist))
    assert told(session, heart, patient) == {}


def test_what_the_patient_takes_is_one_statement_and_the_codes_are_none_however_many_items_there_are(
    session, clinic, patient, engine
):
    knowing.in_force(session, interactions=[AMOXICILLIN_WITH_NSAID])
    many = [
        desk.item(),
        desk.PAIN,
        desk.item(medicine="90039"),
        desk.item(medicine="90012", dose={"amount": "1", "unit": "tablet"}),
    ]
    told(session, clinic, patient, *many)
    statements = []

    def note(_conn, _cursor, statement, *_):
        statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        told(session, clinic, patient, *many)
    finally:
        event.remove(engine, "before_cursor_execute", note)
    ours = [
        s
        for s in statements
        if "dosing" in s or "prescription_item" in s or "FROM interaction" in s or "medicine" in s
    ]
    assert len(ours) == 1, ours
