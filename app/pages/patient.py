"""The patient's page behind a slip's small code: how the prescription stands, what remains, and who looked at it.

The secret stands behind the # of the address, which no server sees; a script sends it once, in a form, and takes it
out of the address. Without scripts the code beside it is typed.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from starlette.responses import JSONResponse, Response

import codings.queries as codings
import pharmacy.queries as pharmacy_queries
import prescriber.queries as prescriber_queries
from app import audit, seen
from app.access import Anyone
from app.audit_tree import checkpoints, proofs
from app.db import reading
from app.errors import STATUS
from app.flows import pointing
from app.forms import Sent
from app.pages.labels import centre_names, insurer_names
from app.pages.moments import last_day
from app.pages.prescriber.lists import ORDER, lists
from app.service import Service, TheService
from app.web import language_of_page, page
from codings.base import Actor, Problem
from codings.text import tehran_day
from prescriber.states import Number

router = APIRouter(include_in_schema=False)

Public = Annotated[Actor, Anyone()]
PathNumber = Annotated[str, Path(max_length=40)]


@router.get("/q/{number}")
def pointer(request: Request, _by: Public, number: PathNumber) -> Response:  # noqa: ARG001
    """Where the small code leads in a browser. The number is not looked up before its secret is known."""
    return page(request, "patient/pointer.html", problem=None)


@router.post("/q/{number}")
def show(request: Request, by: Public, number: PathNumber, sent: Sent, service: TheService) -> Response:
    """The prescription to whoever holds its slip."""
    address = request.client.host if request.client else ""
    try:
        named = pointing.show(
            service, number=number, code=str(sent.get("code", ""))[:80], address=address, by=by
        )
    except Problem as no:
        return page(request, "patient/pointer.html", status=STATUS[no.kind], problem=no)
    context = _own(request, service, named, by=by)
    patient = str(context["view"].patient)
    audit.saw(service, by=by, verb="prescription.own", subject=str(named), patient=patient, purpose="own")
    return page(request, "patient/prescription.html", **context)


@router.post("/q/{number}/proof")
def proof(request: Request, by: Public, number: PathNumber, sent: Sent, service: TheService) -> Response:
    """Who looked, as a file that anyone can check against the audit's checkpoints; by the page's ticket or the code."""
    address = request.client.host if request.client else ""
    given, code = str(sent.get("ticket", ""))[:100], str(sent.get("code", ""))[:80]
    try:
        if given:
            named = pointing.by_ticket(service, number=number, ticket=given, by=by)
        else:
            named = pointing.show(service, number=number, code=code, address=address, by=by)
    except Problem as no:
        return page(request, "patient/pointer.html", status=STATUS[no.kind], problem=no)
    with reading(service) as session:
        view = prescriber_queries.prescription_unscoped(session, number=named, at=by.at)
        patient = str(view.patient)
        told = proofs.inclusion(session, seen.entries(session, number=named, patient=patient))
    audit.saw(service, by=by, verb="audit.proof", subject=str(named), patient=patient, purpose="own")
    attached = {"Content-Disposition": f'attachment; filename="noskheh-audit-{named}.json"'}
    return JSONResponse({"prescription": str(named)} | told, headers=attached)


def _own(request: Request, service: Service, number: Number, *, by: Actor) -> dict[str, Any]:
    language = language_of_page(request)
    with reading(service) as session:
        view = prescriber_queries.prescription_unscoped(session, number=number, at=by.at)
        dispenses = pharmacy_queries.dispenses_of(session, number=number)
        looks = seen.looks(session, number=number, patient=str(view.patient))
        centres = {d.pharmacy for d in dispenses} | {look.centre for look in looks if look.centre}
        return {
            "view": view,
            "expired": view.expired(by.at),
            "today": tehran_day(by.at),
            "dispenses": dispenses,
            "looks": looks,
            "checkpoint": checkpoints.newest(session),
            "ticket": pointing.ticket(service, number=number, at=by.at),
            "centres": centre_names(session, centres),
            "insurers": insurer_names(session),
            "medicines": codings.medicines_as_signed(
                session, {item.medicine for item in view.items}, release=view.coding_release
            ),
            "lists": lists(session, [*ORDER, "sex"], language=language, at=view.issued_at),
            "last_day": last_day,
        }
