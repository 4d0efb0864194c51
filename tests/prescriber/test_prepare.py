"""Preparing: the exact bytes to sign, every finding, and nothing written."""

from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import event

import codings.queries as codings
from codings.actions import set_licence
from codings.base import Problem
from codings.certificates import revoke_certificate
from codings.outcomes import CodeUnknown, NotHere, PractitionerSuspended
from codings.states import LicenceState
from codings.systems import FREQUENCY, GENERIC
from codings.text import tehran_day
from prescriber import actions, queries, signing
from prescriber.inputs import FactsInput
from prescriber.outcomes import (
    CannotReplace,
    MedicineUnknown,
    NoCertificate,
    OtherCentre,
    OtherPractitioner,
    OtherShabad,
    OverrideNotAsked,
    OverrideTwice,
    PrescriptionExpired,
    ShabadExpired,
    ShabadNotUsable,
    TooLongForSlip,
)
from prescriber.rules.periods import redeemable_until
from tests import factories
from tests.factories import AT
from tests.prescriber import desk, knowing


@pytest.fixture
def patient(session, clinic):
    return desk.patient(session, clinic)


@pytest.fixture
def shabad(clinic, patient):
    return desk.shabad(clinic, patient)


@pytest.fixture
def refused(session, clinic, shabad):
    """Preparing this is refused with this problem."""

    def check(problem, *items, **more):
        with pytest.raises(problem) as no:
            desk.prepare(session, clinic, shabad, *items, **more)
        return no.value

    return check


def pressing(ready):
    """What stops or asks; what is only told depends on the releases that are in force."""
    return [found.id for found in ready.findings if found.severity != "tell"]


def test_what_is_prepared_holds_everything_that_will_be_signed(session, clinic, patient, shabad):
    ready = desk.prepare(session, clinic, shabad, desk.item(repeats=1), desk.PAIN)
    content = signing.read(ready.payload)
    assert content == ready.content
    assert ready.header == signing.header(clinic.key.kid)
    assert (content.number.shabad, content.number.n, content.replaces) == (shabad.shabad, 1, None)
    assert (content.practitioner, content.centre) == (clinic.physician.council, clinic.centre.siam)
    assert (content.insurer, content.declaration, content.issued) == ("1", None, AT)
    assert content.patient[1:] == (patient.national_id[-4:], 1980)
    assert patient.national_id not in signing.plain_json(content).decode()
    assert content.release == codings.release_of(session, GENERIC)
    assert content.redeemable == redeemable_until(tehran_day(AT), content.items)
    assert [(item.generic, item.name) for item in content.items] == [
        ("90010", "amoxicillin 500 mg cap"),
        ("90005", "ibuprofen 400 mg tab"),
    ]
    assert ready.items[1].instruction == "با یک لیوان آب"


def test_preparing_writes_nothing(session, clinic, shabad, engine):
    statements = []

    def note(_conn, _cursor, statement, *_):
        statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        desk.prepare(session, clinic, shabad)
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert statements
    assert all(
        statement.lstrip().upper().startswith(("SELECT", "SAVEPOINT", "RELEASE")) for statement in statements
    )


def test_the_clinics_own_system_may_prepare_for_its_physician(session, clinic, shabad):
    ready = queries.prepare(
        session,
        request=desk.order(shabad),
        shabad=shabad,
        patient_key=desk.PATIENT_KEY,
        by=clinic.system(),
    )
    assert ready.content.practitioner == clinic.physician.council


def test_findings_are_told_and_do_not_stop_preparing(session, clinic):
    untold = actions.register_patient(session, identity=desk.person(), by=clinic.by())
    twice = [desk.item(), desk.item(quantity="20")]
    ready = desk.prepare(session, clinic, desk.shabad(clinic, untold), *twice)
    assert pressing(ready) == ["RX-NOT-ASKED", "RX-DUPLICATE:1,2", "RX-QUANTITY:2"]


def test_a_class_allergy_is_seen_through_the_codings(session, clinic):
    for allergies, wanted in ((["penicillins"], "stop"), (["amoxicillin"], "stop"), (["ibuprofen"], None)):
        allergic = desk.patient(session, clinic, allergies=allergies)
        ready = desk.prepare(session, clinic, desk.shabad(clinic, allergic))
        assert [f.severity for f in ready.findings if f.rule == "RX-ALLERGY"] == ([wanted] if wanted else [])


def test_a_relative_of_what_the_patient_is_allergic_to_is_asked_about(session, clinic):
    allergic = desk.patient(session, clinic, allergies=["diclofenac"])
    ready = desk.prepare(session, clinic, desk.shabad(clinic, allergic), desk.PAIN)
    assert pressing(ready) == ["RX-ALLERGY:1"]
    assert [f.severity for f in ready.findings if f.rule == "RX-ALLERGY"] == ["ask"]


def test_reasons_are_signed_with_the_findings_they_answer(session, clinic, shabad):
    answers = [{"finding": "RX-DUPLICATE:1,2", "reason": "guideline"}]
    ready = desk.prepare(session, clinic, shabad, desk.item(), desk.item(), overrides=answers)
    assert ready.content.overrides == (("RX-DUPLICATE:1,2", "guideline"),)
    assert pressing(ready) == ["RX-DUPLICATE:1,2"]


def test_the_newest_certificate_in_force_is_the_one_to_sign_with(session, clinic, shabad):
    newer = factories.enrol(session, clinic.physician, at=AT + timedelta(hours=1))
    assert desk.prepare(session, clinic, shabad).header["kid"] == clinic.key.kid
    assert desk.prepare(session, clinic, shabad, at=AT + timedelta(hours=2)).header["kid"] == newer.kid


@pytest.mark.parametrize(
    ("field", "code", "system"),
    [
        ("frequency", "q7h", "frequency"),
        ("route", "telepathy", "route"),
        ("timing", "tomorrow", "timing"),
        ("as_needed", "boredom", "as-needed"),
    ],
)
def test_a_code_that_its_list_does_not_hold_is_refused_at_its_place(refused, field, code, system):
    no = refused(CodeUnknown, desk.item(), desk.item(**{field: code}))
    assert no.pointer == f"/items/1/{field}"
    assert no.facts == {"system": f"urn:noskheh:{system}", "value": code}


def test_unknown_medicines_diagnoses_and_reasons_are_refused_at_their_places(refused):
    assert refused(MedicineUnknown, desk.item(), desk.item(medicine="1")).pointer == "/items/1/medicine"
    twice = [{"code": "J02.9"}, {"code": "ZZZ"}]
    assert refused(CodeUnknown, diagnoses=twice).pointer == "/diagnoses/1/code"
    answer = {"finding": "RX-DUPLICATE:1,2", "reason": "because"}
    assert refused(CodeUnknown, desk.item(), desk.item(), overrides=[answer]).pointer == "/overrides/0/reason"


def test_what_a_newer_release_has_dropped_is_not_prescribed_any_more(session, refused):
    knowing.changed(session, "UPDATE concept SET release = 'demo-1404-01' WHERE code = 'q8h'", FREQUENCY)
    assert refused(CodeUnknown).facts["value"] == "q8h"
    knowing.changed(session, "UPDATE medicine SET release = 'demo-1404-01' WHERE generic = '90010'", GENERIC)
    assert refused(MedicineUnknown).facts["generic"] == "90010"


def test_a_reason_for_a_finding_that_is_not_there_is_refused(refused):
    stray = {"finding": "RX-DUPLICATE:1,2", "reason": "guideline"}
    assert refused(OverrideNotAsked, overrides=[stray]).pointer == "/overrides/0/finding"
    no = refused(OverrideTwice, desk.item(), desk.item(), overrides=[stray, stray])
    assert no.pointer == "/overrides/1/finding"


def test_the_shabad_has_to_be_the_actors_and_usable(session, clinic, elsewhere, shabad):
    def turned_away(problem: type[Problem], facts, by, request=None):
        with pytest.raises(problem):
            queries.prepare(
                session,
                request=request or desk.order(facts),
                shabad=facts,
                patient_key=desk.PATIENT_KEY,
                by=by,
            )

    colleague = factories.physician(session, clinic.centre)
    stranger = factories.physician(session)
    turned_away(OtherCentre, shabad, elsewhere.by())
    turned_away(OtherPractitioner, shabad, factories.working(colleague, clinic.centre))
    turned_away(OtherShabad, shabad, clinic.by(), desk.order(replace(shabad, shabad="1057Y3KP0M4A")))
    turned_away(ShabadExpired, replace(shabad, valid_until=AT), clinic.by())
    turned_away(NotHere, replace(shabad, practitioner=stranger.council), clinic.system())
    turned_away(NoCertificate, replace(shabad, practitioner=colleague.council), clinic.system())
    for state in ("eliminated", "rejected", "used", "reserved", "expired"):
        turned_away(ShabadNotUsable, replace(shabad, state=state), clinic.by())


def test_a_suspended_physician_and_one_with_a_revoked_key_cannot_prepare(session, clinic, shabad):
    by = factories.council_officer()
    set_licence(session, council=clinic.physician.council, state=LicenceState.SUSPENDED, by=by)
    with pytest.raises(PractitionerSuspended):
        desk.prepare(session, clinic, shabad)
    set_licence(session, council=clinic.physician.council, state=LicenceState.ACTIVE, by=by)
    revoke_certificate(session, kid=clinic.key.kid, reason="key-lost", invalid_from=None, by=by)
    with pytest.raises(NoCertificate):
        desk.prepare(session, clinic, shabad)


def test_what_fits_on_no_slip_is_refused_before_signing(session, clinic, shabad):
    letters = Random(1405)
    long = [
        desk.item(instruction="".join(letters.choices("ابپتثجچحخدذرزسشصطعغفقکگلمنوهی", k=118)))
        for _ in range(20)
    ]
    with pytest.raises(TooLongForSlip) as no:
        desk.prepare(session, clinic, shabad, *long)
    assert no.value.pointer == "/items"


def test_a_correction_takes_the_next_number_and_names_what_it_replaces(session, clinic, view):
    facts = replace(
        desk.shabad(clinic, desk.patient(session, clinic)), shabad=view.number.shabad, patient=view.patient
    )
    tomorrow = AT + timedelta(days=1)  # the SHABAD's own time has passed; it is bound to the first one by now
    ready = desk.prepare(session, clinic, facts, replaces=1, at=tomorrow)
    assert (ready.content.n, ready.content.replaces) == (2, 1)
    with pytest.raises(CannotReplace):
        desk.prepare(session, clinic, facts, replaces=2, at=tomorrow)


def test_a_correction_can_be_prepared_as_long_as_the_first_can_be_had_and_no_longer(session, clinic, view):
    facts = replace(
        desk.shabad(clinic, desk.patient(session, clinic)), shabad=view.number.shabad, patient=view.patient
    )
    last = view.redeemable_until - timedelta(seconds=1)
    assert desk.prepare(session, clinic, facts, replaces=1, at=last).content.replaces == 1
    with pytest.raises(PrescriptionExpired) as no:
        desk.prepare(session, clinic, facts, replaces=1, at=view.redeemable_until)
    assert no.value.pointer == "/replaces"


def test_facts_recorded_since_are_what_the_rules_read(session, clinic, patient, shabad):
    assert pressing(desk.prepare(session, clinic, shabad)) == []
    allergic = FactsInput.model_validate(
        {"allergies": {"state": "list", "items": ["amoxicillin"]}, "as_of": "2026-12-01"}
    )
    actions.record_facts(session, patient=patient.id, facts=allergic, by=clinic.by())
    assert pressing(desk.prepare(session, clinic, shabad)) == ["RX-ALLERGY:1"]
