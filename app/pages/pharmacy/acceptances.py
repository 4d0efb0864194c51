"""An accepted prescription: its page, the scans of packs for it, and letting it go."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, ConfigDict
from starlette.responses import Response

import pharmacy.queries as pharmacy_queries
import prescriber.queries as prescriber_queries
from app import errors
from app.access import Person
from app.db import reading
from app.flows import counter as flow
from app.forms import Sent, read
from app.idempotency import Once
from app.pages.pharmacy.desk import draw
from app.pages.pharmacy.packs import item_for_scan
from app.service import TheService
from codings.base import Actor, Problem, Role
from pharmacy.inputs import Barcode, PackCheckInput
from prescriber.states import Number

router = APIRouter(prefix="/pharmacy/acceptances/{acceptance}", include_in_schema=False)
Pharmacist = Annotated[Actor, Person(Role.PHARMACIST)]
Uid = Annotated[str, Query(max_length=20)]
PackUid = Annotated[str, Path(max_length=20)]


class Scan(BaseModel):
    """What the scanner read from a pack."""

    model_config = ConfigDict(extra="forbid")

    barcode: Barcode


@router.get("")
def show(
    acceptance: UUID, request: Request, by: Pharmacist, service: TheService, looked: Uid = ""
) -> Response:
    """The prescription and the packs on the counter; `looked` is the pack that was scanned last."""
    return draw(request, service, by, acceptance, looked=looked)


@router.post("/packs")
def scan(
    acceptance: UUID, request: Request, by: Pharmacist, service: TheService, once: Once, sent: Sent
) -> Response:
    """Look at one pack: what it is, whether it is genuine, and whether it belongs to this prescription."""
    form = read(sent, Scan)
    if form.value is None:
        return draw(request, service, by, acceptance, scan=form, status=422)
    barcode = form.value.barcode
    try:
        with reading(service) as session:
            held = pharmacy_queries.acceptance(session, acceptance=acceptance, by=by)
            view = prescriber_queries.prescription_unscoped(
                session, number=Number(held.shabad, held.n), at=by.at
            )
            item = item_for_scan(session, barcode=barcode, items=view.items)
        generic = item.medicine if item else None
        pack, _ = flow.look_at_pack(service, barcode=barcode, generic=generic, pointer="/barcode", by=by)
        asked = PackCheckInput(barcode=barcode, item=item.item if item else None, acceptance=acceptance)

        def keep(session: Any) -> str:
            flow.check_pack(session, asked=asked, pack=pack, by=by)
            return f"/pharmacy/acceptances/{acceptance}?looked={pack.code.uid}#packs"

        return once.page(keep)
    except Problem as no:
        form.blame(no)
        status = errors.view(no, request).status
        return draw(request, service, by, acceptance, scan=form, problem=no, at_scan=True, status=status)


@router.post("/release")
def release(acceptance: UUID, request: Request, by: Pharmacist, service: TheService, once: Once) -> Response:
    """Give the prescription and its packs free for somebody else."""

    def let_go(session: Any) -> str:
        flow.release(session, acceptance=acceptance, by=by)
        return "/pharmacy"

    try:
        return once.page(let_go)
    except Problem as no:
        return draw(request, service, by, acceptance, problem=no, status=errors.view(no, request).status)


@router.post("/packs/{uid}/release")
def put_back(
    acceptance: UUID, uid: PackUid, request: Request, by: Pharmacist, service: TheService, once: Once
) -> Response:
    """Take one pack off the counter that was scanned by mistake; the page comes back without it."""

    def back(session: Any) -> str:
        flow.put_back(session, acceptance=acceptance, uid=uid, by=by)
        return f"/pharmacy/acceptances/{acceptance}#packs"

    try:
        return once.page(back)
    except Problem as no:
        return draw(request, service, by, acceptance, problem=no, status=errors.view(no, request).status)
