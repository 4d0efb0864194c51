"""What comes back from the insurers: the insured, decisions, money; and every claim as it stands."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body, Path, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

import insurer.queries.claims as claim_queries
import insurer.queries.payments as payment_queries
from app import audit
from app.access import Machine
from app.db import GivesBack, Reading
from app.flows import files
from app.idempotency import Once
from app.service import TheService
from codings.base import Actor
from codings.systems import Day
from insurer.actions import payments as payment_actions
from insurer.inputs import AppealInput, RemittanceInput
from insurer.queries.claims import ClaimView
from insurer.states import ClaimState, SubmissionKind
from insurer.tables.claims import Claim
from insurer.tables.payments import Submission

router = APIRouter(route_class=GivesBack, prefix="/api/v1", tags=["insurer"])
Insurer = Annotated[Actor, Machine("insurer")]
Pharmacy = Annotated[Actor, Machine("pharmacy")]
InsurerOrPharmacy = Annotated[Actor, Machine("insurer", "pharmacy")]
Ndjson = Annotated[bytes, Body(media_type="application/x-ndjson")]
PathClaim = Annotated[str, Path(max_length=40, examples=["1053K7QX2M4R-1.1-TAM"])]


class JobOut(BaseModel):
    """What became of a file of lines: counts, and only the lines that failed."""

    job: UUID
    kind: str
    state: str = Field(examples=["received", "done"])
    counts: dict[str, int] | None
    failures: list[dict[str, Any]] | None = Field(examples=[[{"line": 3, "code": "claim.unknown"}]])


class ClaimOut(BaseModel):
    """A claim in a list."""

    model_config = ConfigDict(from_attributes=True)

    number: str = Field(serialization_alias="claim")
    insurer: str
    kind: str
    state: str
    version: int
    pharmacy: str
    gross: int
    amount: int = Field(description="what this insurer is asked for, in Rial")
    approved: int | None
    paid: int
    service_day: date
    declaration: str | None
    created_at: datetime


class ClaimsOut(BaseModel):
    items: list[ClaimOut]
    next: str | None


class ClaimDetailOut(ClaimOut):
    waiting_for: list[str] = Field(description="the gates still closed: packs, shabad, ehr")
    held_for: str | None
    versions: list[dict[str, Any]]
    evidence: dict[str, Any] | None = Field(description="the claim line as the insurer received it")
    results: list[dict[str, Any]]
    deductions: list[dict[str, Any]]
    appeals: list[dict[str, Any]]
    payments: list[dict[str, Any]]
    history: list[dict[str, Any]]


class RemittanceOut(BaseModel):
    payment_no: str
    paid_on: date
    amount: int
    lines: int


@router.post("/results", status_code=202, response_model=JobOut)
def results(body: Ndjson, by: Insurer, once: Once) -> Response:
    """Decisions, one claim a line; a job reads them. A bad line is told with its number, the others count."""
    return once.write(
        lambda s: (202, job_out(files.receive(s, kind=SubmissionKind.RESULTS, body=body, by=by)))
    )


@router.get("/results/{job}")
def result_job(job: UUID, by: Insurer, service: TheService, session: Reading) -> JobOut:
    """What became of a file."""
    found = payment_queries.submission(session, job=job, by=by)
    audit.saw(service, by=by, verb="file.read", subject=str(job))
    return job_out(found)


@router.put("/coverages", status_code=202, response_model=JobOut)
def coverages(body: Ndjson, by: Insurer, once: Once) -> Response:
    """The insurer's insured, one a line; those it names are added or changed. Ask at /results/{job}."""
    kind = SubmissionKind.COVERAGES
    return once.write(lambda s: (202, job_out(files.receive(s, kind=kind, body=body, by=by))))


@router.post("/remittances", status_code=201, response_model=RemittanceOut)
def remittances(body: RemittanceInput, by: Insurer, once: Once) -> Response:
    """A payment over many claims: the lines add up to its amount, and none is above what is payable."""

    def write(session: Any) -> tuple[int, BaseModel]:
        kept, new = payment_actions.record_remittance(
            session, insurer=by.insurer or "", remittance=body, by=by
        )
        if new:
            audit.did(session, by=by, verb="remittance.record", subject=f"{by.insurer}:{body.payment_no}")
        told = RemittanceOut(
            payment_no=kept.payment_no, paid_on=kept.paid_on, amount=kept.amount, lines=len(body.lines)
        )
        return 201 if new else 200, told

    return once.write(write)


@router.get("/claims")
def claims(
    by: InsurerOrPharmacy,
    service: TheService,
    session: Reading,
    state: ClaimState | None = None,
    day_from: Annotated[Day | None, Query(alias="from")] = None,
    day_to: Annotated[Day | None, Query(alias="to")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> ClaimsOut:
    """Claims of this insurer, or of this pharmacy's dispenses; newest first, by service day."""
    page = claim_queries.claims(
        session, by=by, state=state, day_from=day_from, day_to=day_to, limit=limit, cursor=cursor
    )
    audit.saw(service, by=by, verb="claim.list", subject=by.insurer or by.centre or "")
    return ClaimsOut(items=[ClaimOut.model_validate(c) for c in page.items], next=page.next)


@router.get("/claims/{claim}")
def claim(claim: PathClaim, by: InsurerOrPharmacy, service: TheService, session: Reading) -> ClaimDetailOut:
    """One claim: its versions, evidence, decisions, deductions, appeals and payments."""
    found = claim_queries.claim(session, number=claim, by=by)
    whose = audit.whose(session, shabad=found.claim.shabad)
    audit.saw(service, by=by, verb="claim.read", subject=found.claim.number, patient=whose)
    return detail_out(found)


@router.post("/claims/{claim}/accept", response_model=ClaimOut)
def accept(claim: PathClaim, by: Pharmacy, once: Once) -> Response:
    """The pharmacy accepts a decision: what was approved becomes payable."""

    def write(session: Any) -> tuple[int, BaseModel]:
        changed = payment_actions.accept_result(session, number=claim, by=by)
        audit.did(session, by=by, verb="claim.accept", subject=claim)
        return 200, ClaimOut.model_validate(changed)

    return once.write(write)


@router.post("/claims/{claim}/appeal", response_model=ClaimOut)
def appeal(claim: PathClaim, body: AppealInput, by: Pharmacy, once: Once) -> Response:
    """The pharmacy objects to a decision, in its own words."""

    def write(session: Any) -> tuple[int, BaseModel]:
        changed = payment_actions.appeal_result(session, number=claim, reason=body.reason, by=by)
        audit.did(session, by=by, verb="claim.appeal", subject=claim)
        return 200, ClaimOut.model_validate(changed)

    return once.write(write)


def job_out(kept: Submission) -> JobOut:
    return JobOut(job=kept.id, kind=kept.kind, state=kept.state, counts=kept.counts, failures=kept.failures)


def detail_out(view: ClaimView) -> ClaimDetailOut:
    row: Claim = view.claim
    return ClaimDetailOut(
        **ClaimOut.model_validate(row).model_dump(),
        waiting_for=list(view.closed_gates),
        held_for=row.held_for,
        versions=[
            v.model_dump(mode="json", include={"version", "kind", "amount", "sha256"}) for v in view.versions
        ],
        evidence=view.evidence,
        results=[r.model_dump(mode="json", exclude={"submission", "by"}) for r in view.results],
        deductions=[d.model_dump(mode="json") for d in view.deductions],
        appeals=[a.model_dump(mode="json", exclude={"by"}) for a in view.appeals],
        payments=[p.model_dump(mode="json") for p in view.payments],
        history=[
            {"from": h.from_state, "to": h.to_state, "at": h.at.isoformat(), "by": h.by, "why": h.why}
            for h in view.history
        ],
    )
