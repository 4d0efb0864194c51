"""The visit: who is the patient, what covers them, and the SHABAD for this encounter."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import Session

import codings.queries as codings
import insurer.queries.coverage as coverage_queries
import pharmacy.queries as pharmacy_queries
import prescriber.queries as prescriber_queries
from app import audit
from app.db import reading
from app.flows.problems import NotYourCentre, PatientUnknown
from app.service import Service
from codings.base import Actor
from codings.identifiers import CouncilNumber, Siam
from codings.systems import ELIMINATION_REASON
from codings.text import tehran_day
from insurer.actions import coverage as coverage_actions
from insurer.actions import shabads as shabad_actions
from insurer.queries.coverage import CoverageFact
from insurer.tables.coverage import Inquiry, Shabad
from prescriber import actions as prescriber_actions
from prescriber.actions import PatientIdentity
from prescriber.inputs import PatientInput
from prescriber.tables import Patient, PatientFacts


class VisitInput(BaseModel):
    """Who is seen, by whom, where; the same for the page and POST /eligibility."""

    model_config = ConfigDict(extra="forbid")

    patient: PatientInput
    practitioner: CouncilNumber = Field(examples=["900101"])
    centre: Siam = Field(examples=["9900000001"])


@dataclass(frozen=True, slots=True)
class Found:
    """What the eligibility service said, before anything is written."""

    identity: PatientIdentity
    coverages: Sequence[CoverageFact]
    source: str


@dataclass(frozen=True, slots=True)
class Visit:
    inquiry: Inquiry
    patient: Patient
    facts: PatientFacts | None
    coverages: Sequence[CoverageFact]


def look_up(service: Service, *, visit: VisitInput, by: Actor) -> Found:
    """Ask what covers this person today; nothing is written yet."""
    with reading(service) as session:
        _sees_patients_here(session, practitioner=visit.practitioner, centre=visit.centre, by=by)
    return look_up_patient(service, patient=visit.patient, by=by)


def look_up_patient(service: Service, *, patient: PatientInput, by: Actor) -> Found:
    """Who this person is and what covers them, without a session while the gateway is asked.

    Raises PatientUnknown when neither the insurers nor this service know the person and nothing is declared.
    """
    if patient.national_id is None and patient.fida is None:
        return Found(_identity(patient, None, ()), (), "declared")  # nothing to ask anybody with
    with reading(service) as session:
        known = prescriber_queries.find_patient(session, national_id=patient.national_id, fida=patient.fida)
    coverages = service.gateways.eligibility.inquire(
        national_id=patient.national_id, fida=patient.fida, on=tehran_day(by.at), now=by.at
    )
    source = "online" if coverages or known is not None else "declared"
    return Found(_identity(patient, known, coverages), coverages, source)


def open_visit(session: Session, *, visit: VisitInput, found: Found, by: Actor) -> Visit:
    """Keep the answer as an inquiry, which a SHABAD can be issued on for the next hour."""
    patient = prescriber_actions.register_patient(session, identity=found.identity, by=by)
    inquiry = coverage_actions.record_inquiry(
        session,
        patient=patient.id,
        national_id=patient.national_id,
        fida=patient.fida,
        practitioner=visit.practitioner,
        centre=visit.centre,
        coverages=found.coverages,
        source=found.source,
        by=by,
    )
    audit.did(session, by=by, verb="eligibility.ask", subject=str(inquiry.id), patient=str(patient.id))
    facts = prescriber_queries.facts(session, patient=patient.id)
    return Visit(inquiry, patient, facts, found.coverages)


def issue_shabad(session: Session, *, inquiry: UUID, coverage: UUID | None, by: Actor) -> Shabad:
    shabad = shabad_actions.issue_shabad(session, inquiry=inquiry, coverage=coverage, by=by)
    audit.did(session, by=by, verb="shabad.issue", subject=shabad.shabad, patient=str(shabad.patient))
    return shabad


def eliminate_shabad(session: Session, *, shabad: str, reason: str, by: Actor) -> None:
    """Give a SHABAD up before it was used; refused while anything on it can be dispensed, or was and did not come back.

    A dispense that is taken back later makes its prescription live again, with a claim or, on self-pay, without one.
    """
    facts = coverage_queries.shabad(session, shabad=shabad, by=by)
    codings.require_code(session, ELIMINATION_REASON, reason, pointer="/reason")
    shabad_actions.lock_shabad(
        session, shabad=facts.shabad
    )  # who signs on it meanwhile waits, or is seen here
    live = prescriber_queries.any_live(session, shabad=facts.shabad) or pharmacy_queries.any_standing(
        session, shabad=facts.shabad
    )
    shabad_actions.eliminate_shabad(session, shabad=facts.shabad, reason=reason, live=live, by=by)
    audit.did(session, by=by, verb="shabad.eliminate", subject=facts.shabad)


def _sees_patients_here(session: Session, *, practitioner: str, centre: str, by: Actor) -> None:
    if centre != by.centre or (by.practitioner is not None and practitioner != by.practitioner):
        raise NotYourCentre(pointer="/centre")
    codings.practises(session, council=practitioner, siam=centre, at=by.at)


def _identity(
    asked: PatientInput, known: Patient | None, coverages: Sequence[CoverageFact]
) -> PatientIdentity:
    """Registers first, then what is already here, then what was declared at the desk (marked unverified)."""
    keys = {"national_id": asked.national_id, "fida": asked.fida, "mobile": asked.mobile}
    if coverages:
        said = coverages[0]
        return PatientIdentity(
            **keys, name=said.name, birth_date=said.birth_date, sex=said.sex, verified=True
        )
    if known is not None:
        return PatientIdentity(
            **keys, name=known.name, birth_date=known.birth_date, sex=known.sex, verified=known.verified
        )
    if asked.declared is not None:
        told = asked.declared
        return PatientIdentity(
            **keys, name=told.name, birth_date=told.birth_date, sex=told.sex, verified=False
        )
    raise PatientUnknown(pointer="/patient")
