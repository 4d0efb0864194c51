"""Patients, and what they were asked."""

import uuid
from typing import Final

from sqlmodel import Session, select

from codings import sql
from codings.base import Actor, Role
from prescriber.outcomes import PatientNotFound
from prescriber.tables import Patient, PatientCentre, PatientFacts

_WITH_NEWEST_FACTS: Final = """
    LEFT JOIN patient_facts ON patient_facts.id = (
        SELECT newest.id FROM patient_facts AS newest WHERE newest.patient = %(patient)s::uuid
        ORDER BY newest.id DESC LIMIT 1)
    WHERE patient.id = %(patient)s
"""


def find_patient(
    session: Session, *, national_id: str | None = None, fida: str | None = None
) -> Patient | None:
    """The patient with this identifier, for a clinic that has just asked for it at the desk."""
    if national_id is not None:
        return session.exec(select(Patient).where(Patient.national_id == national_id)).one_or_none()
    if fida is not None:
        return session.exec(select(Patient).where(Patient.fida == fida)).one_or_none()
    return None


def patient(session: Session, *, patient: uuid.UUID, by: Actor) -> Patient:
    """A patient who was seen at the actor's centre. Raises PatientNotFound for everybody else."""
    query = select(Patient).where(Patient.id == patient)
    if by.role is not Role.SERVICE:
        seen = select(PatientCentre).where(
            PatientCentre.patient == Patient.id, PatientCentre.centre == (by.centre or "")
        )
        query = query.where(seen.exists())
    found = session.exec(query).one_or_none()
    if found is None:
        raise PatientNotFound
    return found


def facts(session: Session, *, patient: uuid.UUID) -> PatientFacts | None:
    """What the patient was last asked; None when nobody ever asked."""
    newest = "WHERE patient = %(patient)s ORDER BY id DESC LIMIT 1"
    found = sql.rows(session, PatientFacts, newest, {"patient": patient})
    return found[0] if found else None


def asked_patient(session: Session, *, patient: uuid.UUID) -> tuple[Patient, PatientFacts | None]:
    """A patient, and what they were last asked. Raises PatientNotFound."""
    found = sql.joined(session, (Patient, PatientFacts), _WITH_NEWEST_FACTS, {"patient": patient})
    if not found:
        raise PatientNotFound
    return found[0][0], found[0][1]
