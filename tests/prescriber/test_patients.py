"""Who a patient is, where they are known, and what they were asked."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier

import pytest
from sqlmodel import Session, select

from codings.outcomes import CodeUnknown
from prescriber import actions, queries
from prescriber.inputs import FactsInput
from prescriber.outcomes import FactsFromFuture, PatientNotFound
from prescriber.states import AllergyState
from prescriber.tables import Patient, PatientFacts
from tests import factories
from tests.factories import AT
from tests.prescriber import desk


def facts(**changes):
    told = {"allergies": {"state": "none_known"}, "as_of": "2026-12-01"}
    return FactsInput.model_validate(told | changes)


def test_the_same_identifier_is_the_same_patient_at_every_clinic(session, clinic, elsewhere):
    who = desk.person()
    first = actions.register_patient(session, identity=who, by=clinic.by())
    again = actions.register_patient(session, identity=who, by=elsewhere.by())
    assert first.id == again.id
    assert queries.find_patient(session, national_id=who.national_id).id == first.id
    assert queries.find_patient(session, national_id=desk.a_national_id()) is None
    assert queries.find_patient(session) is None


def test_a_register_corrects_what_was_declared_and_not_the_other_way_round(session, clinic):
    who = desk.person(verified=False, name="نام اظهارشده", mobile=None)
    actions.register_patient(session, identity=who, by=clinic.by())
    said = desk.person(national_id=who.national_id, name="نام در پایگاه", birth_date=date(1981, 1, 1))
    known = actions.register_patient(session, identity=said, by=clinic.by())
    assert (known.name, known.birth_date, known.verified) == ("نام در پایگاه", date(1981, 1, 1), True)
    known = actions.register_patient(session, identity=who, by=clinic.by())
    assert (known.name, known.verified, known.mobile) == ("نام در پایگاه", True, said.mobile)


def test_a_new_telephone_number_is_always_learnt(session, clinic):
    who = desk.person(verified=False)
    actions.register_patient(session, identity=who, by=clinic.by())
    moved = desk.person(national_id=who.national_id, verified=False, mobile="09700000099")
    assert actions.register_patient(session, identity=moved, by=clinic.by()).mobile == "09700000099"


def test_people_without_an_identifier_are_never_taken_for_one_another(session, clinic):
    nobody = desk.person(national_id=None, verified=False)
    first, second = (actions.register_patient(session, identity=nobody, by=clinic.by()) for _ in range(2))
    assert first.id != second.id


def test_a_clinic_sees_the_patients_it_has_seen_and_no_others(session, clinic, elsewhere):
    known = desk.patient(session, clinic)
    assert queries.patient(session, patient=known.id, by=clinic.by()).id == known.id
    assert queries.patient(session, patient=known.id, by=factories.actor()).id == known.id
    for stranger in (elsewhere.by(), elsewhere.system(), factories.regulator()):
        with pytest.raises(PatientNotFound):
            queries.patient(session, patient=known.id, by=stranger)


def test_the_newest_answer_holds_and_the_older_ones_are_kept(session, clinic):
    known = actions.register_patient(session, identity=desk.person(), by=clinic.by())
    assert queries.facts(session, patient=known.id) is None
    allergic = {"allergies": {"state": "list", "items": ["penicillins", "ibuprofen", "penicillins"]}}
    actions.record_facts(session, patient=known.id, facts=facts(**allergic), by=clinic.by())
    asked_later = clinic.by(AT + timedelta(hours=1))
    kept = actions.record_facts(session, patient=known.id, facts=facts(weight_kg="62.5"), by=asked_later)
    now = queries.facts(session, patient=known.id)
    assert now.id == kept.id
    assert (now.allergy_state, now.recorded_by, now.recorded_at) == (
        AllergyState.NONE_KNOWN,
        f"account:{clinic.physician.council}",
        AT + timedelta(hours=1),
    )
    rows = session.exec(select(PatientFacts).where(PatientFacts.patient == known.id)).all()
    assert sorted(row.allergies for row in rows) == [[], ["ibuprofen", "penicillins"]]


def test_an_allergy_that_no_list_has_is_refused_at_its_place(session, clinic):
    known = desk.patient(session, clinic)
    wrong = facts(allergies={"state": "list", "items": ["penicillins", "moonlight"]})
    with pytest.raises(CodeUnknown) as no:
        actions.record_facts(session, patient=known.id, facts=wrong, by=clinic.by())
    assert no.value.pointer == "/allergies/items/1"


def test_an_answer_from_the_future_and_an_unknown_patient_are_refused(session, clinic):
    known = desk.patient(session, clinic)
    with pytest.raises(FactsFromFuture):
        actions.record_facts(session, patient=known.id, facts=facts(as_of="2026-12-02"), by=clinic.by())
    with pytest.raises(PatientNotFound):
        actions.record_facts(session, patient=uuid.UUID(int=1), facts=facts(), by=clinic.by())


def test_eight_desks_that_register_one_person_at_once_get_one_patient(database):
    who, gate = desk.person(), Barrier(8)
    with Session(database) as session:
        clinic = desk.open_clinic(session)
        by = clinic.by()
        session.commit()

    def register(_):
        with Session(database) as session:
            gate.wait()
            known = actions.register_patient(session, identity=who, by=by)
            found = known.id
            session.commit()
            return found

    with ThreadPoolExecutor(8) as desks:
        found = set(desks.map(register, range(8)))
    with Session(database) as session:
        assert len(session.exec(select(Patient)).all()) == len(found) == 1
