"""Patients: who they are, where they are seen, and what they were asked."""

import uuid
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select

import codings.queries as codings
from codings.base import Actor, new_id
from codings.outcomes import CodeUnknown
from codings.systems import INGREDIENT
from codings.text import tehran_day
from prescriber.inputs import FactsInput
from prescriber.outcomes import FactsFromFuture, PatientNotFound
from prescriber.queries.patients import find_patient
from prescriber.states import Sex
from prescriber.tables import Patient, PatientCentre, PatientFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientIdentity:
    """Who a register, or the person at the desk, says this is. `verified` when a register said so."""

    national_id: str | None = None
    fida: str | None = None
    name: str
    birth_date: date
    sex: Sex | str
    mobile: str | None = None
    verified: bool = False


def register_patient(session: Session, *, identity: PatientIdentity, by: Actor) -> Patient:
    """The patient with this identifier, added when there is none; seen at the actor's centre from now on.

    What a register says replaces what was known; what was only declared replaces nothing. Two desks that
    register the same person at once get the same patient. Without an identifier each call is a new person.
    """
    patient = _added(session, identity, by) or find_patient(
        session, national_id=identity.national_id, fida=identity.fida
    )
    if patient is None:
        raise PatientNotFound  # a race with a database that forgets; nothing ever deletes a patient
    _learn(session, patient, identity)
    if by.centre is not None:
        seen = insert(PatientCentre).values(patient=patient.id, centre=by.centre, since=by.at)
        session.execute(seen.on_conflict_do_nothing())
    return patient


def _added(session: Session, identity: PatientIdentity, by: Actor) -> Patient | None:
    """The new row, or None when somebody has this identifier. A unique index decides, not a look."""
    new = (
        insert(Patient)
        .values(
            id=new_id(),
            national_id=identity.national_id,
            fida=identity.fida,
            name=identity.name,
            birth_date=identity.birth_date,
            sex=Sex(identity.sex),
            mobile=identity.mobile,
            verified=identity.verified,
            created_at=by.at,
            created_by=by.id,
        )
        .on_conflict_do_nothing()
        .returning(Patient)
    )
    return session.scalars(new).one_or_none()


def _learn(session: Session, patient: Patient, identity: PatientIdentity) -> None:
    """Take over what is newer: a telephone always, the rest when a register says it."""
    said: dict[str, object] = {}
    if identity.verified:
        said = {
            "name": identity.name,
            "birth_date": identity.birth_date,
            "sex": Sex(identity.sex),
            "verified": True,
        }
    if identity.mobile is not None:
        said["mobile"] = identity.mobile
    changed = {name: value for name, value in said.items() if getattr(patient, name) != value}
    if changed:
        session.execute(update(Patient).where(col(Patient.id) == patient.id).values(changed))
        session.refresh(patient)


def record_facts(session: Session, *, patient: uuid.UUID, facts: FactsInput, by: Actor) -> PatientFacts:
    """What the patient answered. Added, never changed: the newest answer holds.

    The caller has seen that the patient is the actor's (`queries.patient`). Raises PatientNotFound,
    FactsFromFuture, and CodeUnknown for an allergy the codings do not have.
    """
    if session.exec(select(func.count()).select_from(Patient).where(Patient.id == patient)).one() == 0:
        raise PatientNotFound
    if facts.as_of > tehran_day(by.at):
        raise FactsFromFuture(pointer="/as_of")
    known = codings.concepts(session, INGREDIENT, facts.allergies.items)
    for index, code in enumerate(facts.allergies.items):
        if code not in known:
            raise CodeUnknown(pointer=f"/allergies/items/{index}", system=INGREDIENT, value=code)
    row = PatientFacts(
        patient=patient,
        allergy_state=facts.allergies.state,
        allergies=sorted(set(facts.allergies.items)),
        weight_kg=facts.weight_kg,
        pregnant=facts.pregnant,
        as_of=facts.as_of,
        recorded_by=by.id,
        recorded_at=by.at,
    )
    session.add(row)
    session.flush()
    return row
