"""Prepare, register, read and cancel prescriptions."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import to_json
from starlette.responses import Response

import pharmacy.queries as pharmacy_queries
import prescriber.queries as prescriber_queries
from app import audit
from app.access import Machine
from app.api.costs import CostOut, estimate_out
from app.api.visits import ReasonIn
from app.db import GivesBack, reading, writing
from app.flows import prescribing as flow
from app.flows.prescribing import number_of
from app.idempotency import Once, OnceHere
from app.service import Service, TheService
from codings import jws
from codings.base import Actor
from codings.systems import amount_text
from prescriber import signing
from prescriber.inputs import PrepareInput
from prescriber.queries import PrescriptionView

router = APIRouter(route_class=GivesBack, prefix="/api/v1", tags=["clinic"])
Clinic = Annotated[Actor, Machine("prescriber")]
PathNumber = Annotated[
    str, Path(max_length=24, examples=["1053K7QX2M4R-1"], description="SHABAD or SHABAD-n")
]


class PreparedOut(BaseModel):
    """Sign the bytes `header.payload` with ES256 and send `header.payload.signature` to POST /prescriptions."""

    header: str
    payload: str
    findings: list[dict[str, Any]]
    cost: CostOut


class JwsIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    jws: str = Field(max_length=8192, description="compact JWS, ES256, by the prescriber's own key")


class ItemOut(BaseModel):
    item: int
    medicine: str
    name: str
    dose: dict[str, str]
    frequency: str
    timing: str | None
    route: str
    as_needed: str | None
    duration_days: int
    quantity: str
    remaining: str
    repeats: int
    substitution: bool
    instruction: str | None


class DispenseBrief(BaseModel):
    dispense: str
    status: str
    dispensed_at: datetime
    pharmacy: str


class PrescriptionOut(BaseModel):
    shabad: str
    n: int
    number: str
    status: str
    source: str
    replaces: int | None
    prescriber: dict[str, str | None]
    centre: dict[str, str | None]
    patient: dict[str, Any]
    insurer: str
    declaration: str | None
    issued_at: datetime
    redeemable_until: datetime
    payable_until: datetime
    diagnoses: list[dict[str, str]]
    items: list[ItemOut]
    overrides: list[dict[str, str]]
    dispenses: list[DispenseBrief]
    qr: list[str] = Field(description="the exact text, or two texts, that a scanner returns from the slip")
    pointer: str | None = Field(default=None, description="the small QR; only for the clinic that wrote it")
    jws: str
    history: list[dict[str, Any]]


@router.post("/prescriptions/prepare")
def prepare(request: PrepareInput, by: Clinic, service: TheService) -> PreparedOut:
    """The bytes to sign, with every finding and the cost. Stores nothing; ask as often as the draft changes."""
    with reading(service) as session:
        prepared, estimate = flow.prepare(session, service, request=request, by=by)
        whose = audit.whose(session, shabad=request.shabad)
    audit.saw(service, by=by, verb="prescription.prepare", subject=request.shabad, patient=whose)
    assert prepared.header is not None  # noqa: S101  a key was asked for
    return PreparedOut(
        header=jws.b64(jws.canonical(prepared.header)),
        payload=jws.b64(prepared.payload),
        findings=[f.as_json() for f in prepared.findings],
        cost=estimate_out(estimate),
    )


@router.post(
    "/prescriptions",
    status_code=201,
    response_model=PrescriptionOut,
    responses={200: {"model": PrescriptionOut, "description": "the same JWS again"}},
)
def register(body: JwsIn, by: Clinic, service: TheService, once: OnceHere) -> Response:
    """Register a signed prescription. Everything is checked again; overrides are read from the signed bytes."""

    def write(session: Any) -> tuple[int, BaseModel]:
        view, created = flow.sign(session, service, token=body.jws, by=by)
        return 201 if created else 200, prescription_out(session, service, view, own=True, new=created)

    return once.write(write)


@router.get("/prescriptions/{number}", response_model=PrescriptionOut)
def read(number: PathNumber, by: Clinic, service: TheService) -> Response:
    """A prescription of this clinic, as it stands. That it was seen is written in the transaction that reads it."""
    with writing(service) as session:
        view = prescriber_queries.prescription(session, number=number_of(number), by=by)
        seen, whose = str(view.number), str(view.patient)
        audit.did(session, by=by, verb="prescription.read", subject=seen, patient=whose, outcome="seen")
        out = prescription_out(session, service, view, own=True)
    return Response(to_json(out), media_type="application/json")


@router.post("/prescriptions/{number}/cancel", response_model=PrescriptionOut)
def cancel(number: PathNumber, body: ReasonIn, by: Clinic, service: TheService, once: Once) -> Response:
    """Cancel what was not dispensed. Too late is 409, with what was dispensed, where and when."""

    def write(session: Any) -> tuple[int, BaseModel]:
        view = flow.cancel(session, number=number_of(number), reason=body.reason, by=by)
        return 200, prescription_out(session, service, view, own=True)

    return once.write(write)


def prescription_out(
    session: Any, service: Service, view: PrescriptionView, *, own: bool, new: bool = False
) -> PrescriptionOut:
    """The prescription as its clinic (`own`) or a pharmacy that proved possession sees it.

    Of a `new` one, signed in this transaction, nothing can have been dispensed.
    """
    dispenses = [] if new else pharmacy_queries.dispenses_of(session, number=view.number)
    pointer = None
    if own:
        secret = signing.pointer_secret(service.keys.pointer, view.number)
        pointer = signing.pointer_url(service.settings.public_url, view.number, secret)
    return PrescriptionOut(
        shabad=view.number.shabad,
        n=view.number.n,
        number=str(view.number),
        status=view.status,
        source=view.source,
        replaces=view.replaces,
        prescriber={"council": view.practitioner, "name": view.practitioner_name},
        centre={"siam": view.centre, "name": view.centre_name},
        patient=view.patient_brief(),
        insurer=view.insurer,
        declaration=view.declaration,
        issued_at=view.issued_at,
        redeemable_until=view.redeemable_until,
        payable_until=view.payable_until,
        diagnoses=[{"system": d.system, "code": d.code} for d in view.diagnoses],
        items=[item_out(item) for item in view.items],
        overrides=[{"finding": f, "reason": r} for f, r in view.overrides],
        dispenses=[
            DispenseBrief(
                dispense=str(d.number), status=d.state, dispensed_at=d.dispensed_at, pharmacy=d.pharmacy
            )
            for d in dispenses
        ],
        qr=signing.qr_texts(view.jws),
        pointer=pointer,
        jws=view.jws,
        history=[
            {"from": h.from_state, "to": h.to_state, "at": h.at.isoformat(), "by": h.by, "why": h.why}
            for h in view.history
        ],
    )


def item_out(item: Any) -> ItemOut:
    return ItemOut(
        item=item.item,
        medicine=item.medicine,
        name=item.name,
        dose={"amount": amount_text(item.dose), "unit": item.unit},
        frequency=item.frequency,
        timing=item.timing,
        route=item.route,
        as_needed=item.as_needed,
        duration_days=item.duration_days,
        quantity=amount_text(item.quantity),
        remaining=amount_text(item.remaining),
        repeats=item.repeats,
        substitution=item.substitution,
        instruction=item.instruction,
    )
