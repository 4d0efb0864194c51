"""The pharmacy's calls: accept, release, check a pack, price, dispense, return."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field
from starlette.responses import Response

import pharmacy.queries as pharmacy_queries
import prescriber.queries as prescriber_queries
from app import audit
from app.access import Machine
from app.api.costs import CostOut, statement_out
from app.api.prescriptions import PrescriptionOut, prescription_out
from app.db import GivesBack, Reading, reading
from app.flows import counter as flow
from app.flows import possession
from app.gateways import Unavailable
from app.idempotency import Once
from app.service import TheService
from codings.base import Actor
from codings.systems import amount_text
from insurer.tables.claims import Claim
from pharmacy.inputs import AcceptInput, DispenseInput, PackCheckInput, ReturnInput
from pharmacy.packs import CheckedPack
from pharmacy.queries import DispenseView, LineView
from pharmacy.states import DispenseNumber
from prescriber.states import Number

router = APIRouter(route_class=GivesBack, prefix="/api/v1", tags=["pharmacy"])
Pharmacy = Annotated[Actor, Machine("pharmacy")]
PathDispense = Annotated[str, Path(max_length=30, examples=["1053K7QX2M4R-1.1"])]


class AcceptanceOut(BaseModel):
    acceptance: UUID
    expires_at: datetime
    prescription: PrescriptionOut


class ProductOut(BaseModel):
    irc: str
    generic: str
    name: str
    pack_size: str
    price: int


class Degraded(BaseModel):
    partner: str
    since: datetime | None
    last_good: datetime | None


class PackOut(BaseModel):
    uid: str
    gtin: str
    lot: str
    expiry: date
    product: ProductOut | None
    remaining: str | None = Field(description="units of it not yet supplied, where the authority says so")
    verdict: str = Field(examples=["genuine"])
    level: int = Field(ge=0, le=5)
    message: dict[str, str]
    degraded: Degraded | None = None


class PriceOut(BaseModel):
    cost: CostOut
    findings: list[dict[str, Any]]


class ClaimBrief(BaseModel):
    claim: str
    insurer: str
    kind: str
    state: str
    amount: int


class DispenseOut(BaseModel):
    dispense: str
    status: str
    pharmacy: str
    pharmacist: str | None
    dispensed_at: datetime
    lines: list[dict[str, Any]]
    receipt: str = Field(description="JWS by the service over what was handed over; keep it 90 days")
    cost: CostOut | None = None
    claims: list[ClaimBrief]
    prescription: dict[str, Any]


@router.post("/prescriptions/accept", response_model=AcceptanceOut)
def accept(given: AcceptInput, by: Pharmacy, service: TheService, once: Once) -> Response:
    """Take a prescription for 30 minutes by its QR, its pointer, or SHABAD and national ID (five tries)."""
    number = possession.prove(service, given=given, by=by)

    def write(session: Any) -> tuple[int, BaseModel]:
        acceptance, view = flow.accept(session, service, number=number, by=by)
        return 200, AcceptanceOut(
            acceptance=acceptance.acceptance,
            expires_at=acceptance.expires_at,
            prescription=prescription_out(session, service, view, own=False),
        )

    return once.write(write)


@router.post("/acceptances/{acceptance}/release", status_code=204)
def release(acceptance: UUID, by: Pharmacy, once: Once) -> Response:
    """Give the prescription free for another pharmacy."""

    def write(session: Any) -> tuple[int, None]:
        flow.release(session, acceptance=acceptance, by=by)
        return 204, None

    return once.write(write)


@router.post(
    "/packs/check",
    response_model=PackOut,
    responses={202: {"model": PackOut, "description": "the authority did not answer"}},
)
def check(asked: PackCheckInput, by: Pharmacy, service: TheService, once: Once) -> Response:
    """Is this pack genuine, and is it the right one? With an acceptance it is also reserved for it."""
    generic = None
    if asked.acceptance is not None and asked.item is not None:
        with reading(service) as session:
            held = pharmacy_queries.acceptance(session, acceptance=asked.acceptance, by=by)
            number = Number(held.shabad, held.n)
            generic = prescriber_queries.generic_of(session, number=number, item=asked.item)
    pack, down = flow.look_at_pack(service, barcode=asked.barcode, generic=generic, pointer="/barcode", by=by)

    def write(session: Any) -> tuple[int, BaseModel]:
        flow.check_pack(session, asked=asked, pack=pack, by=by)
        return 202 if down else 200, pack_out(pack, down)

    return once.write(write)


@router.post("/dispenses/price", response_model=PriceOut)
def price(order: DispenseInput, by: Pharmacy, once: Once) -> Response:
    """What patient, basic and supplementary insurer would pay, with what would be refused later."""

    def write(session: Any) -> tuple[int, BaseModel]:
        statement, findings = flow.price(session, order=order, by=by)
        return 200, PriceOut(cost=statement_out(statement), findings=[f.as_json() for f in findings])

    return once.write(write)


@router.post("/dispenses", status_code=201, response_model=DispenseOut)
def dispense(order: DispenseInput, by: Pharmacy, service: TheService, once: Once) -> Response:
    """Hand over: all of it or nothing. Ask again with the same key after a lost answer."""
    packs = flow.look_at_order(service, order=order, by=by)

    def write(session: Any) -> tuple[int, BaseModel]:
        done = flow.dispense(session, service, order=order, packs=packs, by=by)
        view = done.prescription
        out = _told(done.dispense, done.claims, view.status)
        out.receipt = done.receipt
        out.cost = statement_out(done.statement)
        out.prescription = {
            "number": str(view.number),
            "status": view.status,
            "items": [{"item": i.item, "remaining": amount_text(i.remaining)} for i in view.items],
        }
        return 201, out

    return once.write(write)


@router.get("/dispenses/{dispense}")
def read(dispense: PathDispense, by: Pharmacy, service: TheService, session: Reading) -> DispenseOut:
    """A dispense of this pharmacy, with its claims as they stand."""
    view = pharmacy_queries.dispense(session, number=flow.dispense_number(dispense), by=by)
    whose = audit.whose(session, shabad=view.number.shabad)
    audit.saw(service, by=by, verb="dispense.read", subject=str(view.number), patient=whose)
    return dispense_out(session, view, by)


@router.post("/dispenses/{dispense}/return", response_model=DispenseOut)
def take_back(dispense: PathDispense, body: ReturnInput, by: Pharmacy, once: Once) -> Response:
    """A return within ten days of packs that never left the counter; claims unwind with it."""

    def write(session: Any) -> tuple[int, BaseModel]:
        number = flow.dispense_number(dispense)
        view = flow.take_back(session, number=number, reason=body.reason, by=by)
        return 200, dispense_out(session, view, by)

    return once.write(write)


def pack_out(pack: CheckedPack, down: Unavailable | None) -> PackOut:
    product = pack.product
    words = pack.judgement.words
    return PackOut(
        uid=pack.code.uid,
        gtin=pack.code.gtin,
        lot=pack.code.lot,
        expiry=pack.code.expiry,
        product=ProductOut(
            irc=product.irc,
            generic=product.generic,
            name=product.name_en,
            pack_size=amount_text(product.pack_size),
            price=product.price,
        )
        if product
        else None,
        remaining=amount_text(pack.answer.remaining)
        if pack.answer and pack.answer.remaining is not None
        else None,
        verdict=pack.judgement.verdict,
        level=pack.judgement.level,
        message={"fa": words.fa, "en": words.en},
        degraded=Degraded(partner=down.partner, since=down.since, last_good=down.last_good) if down else None,
    )


def dispense_out(session: Any, view: DispenseView, by: Actor) -> DispenseOut:
    number = view.number
    claims = flow.claims_of(session, number=number, by=by)
    return _told(view, claims, prescriber_queries.status_unscoped(session, number=number.prescription))


def _told(view: DispenseView, claims: Sequence[Claim], status: str) -> DispenseOut:
    number: DispenseNumber = view.number
    return DispenseOut(
        dispense=str(number),
        status=view.state,
        pharmacy=view.pharmacy,
        pharmacist=view.pharmacist,
        dispensed_at=view.dispensed_at,
        lines=[_line_out(line) for line in view.lines],
        receipt=view.receipt or "",
        claims=[
            ClaimBrief(claim=c.number, insurer=c.insurer, kind=c.kind, state=c.state, amount=c.amount)
            for c in claims
        ],
        prescription={"number": f"{number.shabad}-{number.n}", "status": status},
    )


def _line_out(line: LineView) -> dict[str, Any]:
    return {
        "line": line.line,
        "item": line.item,
        "generic": line.generic,
        "irc": line.irc,
        "product": {"fa": line.product_fa, "en": line.product_en},
        "quantity": amount_text(line.quantity),
        "gross": line.gross,
        "substitution_reason": line.substitution_reason,
        "packs": [
            {
                "uid": pack.uid,
                "lot": pack.lot,
                "expiry": pack.expiry.isoformat(),
                "count": amount_text(pack.count),
                "verdict": pack.verdict,
                "state": pack.state,
                "supplied_at": pack.supplied_at.isoformat() if pack.supplied_at else None,
            }
            for pack in line.packs
        ],
    }
