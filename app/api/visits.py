"""The clinic's first steps: eligibility, the patient's facts, and the SHABAD's life."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

import insurer.queries.coverage as coverage_queries
import prescriber.queries as prescriber_queries
from app import audit
from app.access import Machine
from app.db import GivesBack, Reading
from app.flows import visit as flow
from app.idempotency import Once
from app.service import TheService
from codings.base import Actor
from codings.identifiers import InsurerCode, Shabad
from insurer.actions import shabads as shabad_actions
from insurer.queries.coverage import CoverageFact
from prescriber import actions as prescriber_actions
from prescriber.inputs import FactsInput
from prescriber.tables import PatientFacts

router = APIRouter(route_class=GivesBack, prefix="/api/v1", tags=["clinic"])
Clinic = Annotated[Actor, Machine("prescriber")]
ClinicOrPharmacy = Annotated[Actor, Machine("prescriber", "pharmacy")]


class FactsOut(BaseModel):
    """Facts about a patient, with who wrote them down and when; `not_asked` stops signing."""

    allergies: dict[str, Any] = Field(examples=[{"state": "list", "items": ["penicillins"]}])
    weight_kg: str | None = None
    pregnant: bool | None = None
    as_of: date | None = None
    recorded_by: str | None = None
    recorded_at: datetime | None = None


class PatientOut(BaseModel):
    id: UUID
    name: str
    birth_date: date
    sex: str
    verified: bool
    facts: FactsOut


class CoverageOut(BaseModel):
    coverage: UUID
    insurer: str
    kind: str = Field(examples=["basic", "supplementary"])
    fund: str
    member_no: str
    valid_to: date | None
    in_force: bool
    reason: dict[str, str] | None = Field(description="why it is not in force, in both languages")


class EligibilityOut(BaseModel):
    inquiry: UUID
    expires_at: datetime
    patient: PatientOut
    coverages: list[CoverageOut]


class ShabadIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    inquiry: UUID
    coverage: UUID | None = Field(default=None, description="the basic cover to use; none is self-pay")


class ShabadOut(BaseModel):
    shabad: str = Field(examples=["1053K7QX2M4R"])
    state: str
    insurer: str
    valid_until: datetime


class ShabadStateOut(ShabadOut):
    prescription: str | None
    history: list[dict[str, Any]]


class ReserveIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    insurer: InsurerCode
    count: int = Field(ge=1, le=200)


class PoolOut(BaseModel):
    pool: UUID
    valid_until: datetime
    shabads: list[str]


class ReasonIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    reason: str = Field(max_length=60, examples=["entered-in-error"])


@router.post("/eligibility", response_model=EligibilityOut)
def eligibility(visit: flow.VisitInput, by: Clinic, service: TheService, once: Once) -> Response:
    """Every coverage of a person today. No cover at all is an empty list, not an error."""
    found = flow.look_up(service, visit=visit, by=by)

    def write(session: Any) -> tuple[int, BaseModel]:
        opened = flow.open_visit(session, visit=visit, found=found, by=by)
        patient = opened.patient
        return 200, EligibilityOut(
            inquiry=opened.inquiry.id,
            expires_at=opened.inquiry.expires_at,
            patient=PatientOut(
                id=patient.id,
                name=patient.name,
                birth_date=patient.birth_date,
                sex=patient.sex,
                verified=patient.verified,
                facts=facts_out(opened.facts),
            ),
            coverages=[coverage_out(c) for c in opened.coverages],
        )

    return once.write(write)


@router.put("/patients/{patient}/facts", response_model=FactsOut)
def put_facts(patient: UUID, facts: FactsInput, by: Clinic, once: Once) -> Response:
    """What the patient was asked. The newest answer holds; the older ones are kept."""

    def write(session: Any) -> tuple[int, BaseModel]:
        prescriber_queries.patient(session, patient=patient, by=by)
        kept = prescriber_actions.record_facts(session, patient=patient, facts=facts, by=by)
        audit.did(session, by=by, verb="facts.record", subject=str(kept.id), patient=str(patient))
        return 200, facts_out(kept)

    return once.write(write)


@router.post("/shabads", status_code=201, response_model=ShabadOut)
def issue(body: ShabadIn, by: Clinic, once: Once) -> Response:
    """A SHABAD for this encounter, on a fresh inquiry; every supplementary cover in force goes with it."""

    def write(session: Any) -> tuple[int, BaseModel]:
        made = flow.issue_shabad(session, inquiry=body.inquiry, coverage=body.coverage, by=by)
        return 201, ShabadOut(
            shabad=made.shabad, state=made.state, insurer=made.insurer, valid_until=made.valid_until
        )

    return once.write(write)


@router.post("/shabads/reserve", status_code=201, response_model=PoolOut)
def reserve(body: ReserveIn, by: ClinicOrPharmacy, once: Once) -> Response:
    """SHABADs held beforehand for the hour when the network is down."""

    def write(session: Any) -> tuple[int, BaseModel]:
        made = shabad_actions.reserve_shabads(session, insurer=body.insurer, count=body.count, by=by)
        audit.did(session, by=by, verb="shabad.reserve", subject=str(made.pool.id))
        shabads = [s.shabad for s in made.shabads]
        return 201, PoolOut(pool=made.pool.id, valid_until=made.pool.valid_until, shabads=shabads)

    return once.write(write)


@router.get("/shabads/{shabad}")
def read(shabad: Annotated[Shabad, Path()], by: ClinicOrPharmacy, session: Reading) -> ShabadStateOut:
    """The state of a SHABAD of this centre, and how it came to it."""
    found = coverage_queries.shabad(session, shabad=shabad, by=by)
    return _state_out(found)


@router.post("/shabads/{shabad}/eliminate", response_model=ShabadStateOut)
def eliminate(shabad: Annotated[Shabad, Path()], body: ReasonIn, by: Clinic, once: Once) -> Response:
    """Give a SHABAD up before it was used."""

    def write(session: Any) -> tuple[int, BaseModel]:
        flow.eliminate_shabad(session, shabad=shabad, reason=body.reason, by=by)
        return 200, _state_out(coverage_queries.shabad(session, shabad=shabad, by=by))

    return once.write(write)


def facts_out(facts: PatientFacts | None) -> FactsOut:
    if facts is None:
        return FactsOut(allergies={"state": "not_asked", "items": []})
    return FactsOut(
        allergies={"state": facts.allergy_state, "items": facts.allergies},
        weight_kg=str(facts.weight_kg) if facts.weight_kg is not None else None,
        pregnant=facts.pregnant,
        as_of=facts.as_of,
        recorded_by=facts.recorded_by,
        recorded_at=facts.recorded_at,
    )


def coverage_out(fact: CoverageFact) -> CoverageOut:
    return CoverageOut(
        coverage=fact.coverage,
        insurer=fact.insurer,
        kind=fact.kind,
        fund=fact.fund,
        member_no=fact.member_no,
        valid_to=fact.valid_to,
        in_force=fact.in_force,
        reason=fact.reason._asdict() if fact.reason else None,
    )


def _state_out(view: coverage_queries.ShabadView) -> ShabadStateOut:
    return ShabadStateOut(
        shabad=view.shabad,
        state=view.state,
        insurer=view.insurer,
        valid_until=view.valid_until,
        prescription=f"{view.shabad}-{view.bound_n}" if view.bound_n else None,
        history=[
            {"from": h.from_state, "to": h.to_state, "at": h.at.isoformat(), "by": h.by, "why": h.why}
            for h in view.history
        ],
    )
