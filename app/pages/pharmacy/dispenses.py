"""What was handed over: the receipt with its cost and claims, and taking it back."""

from typing import Annotated, Any

from fastapi import APIRouter, Request
from starlette.responses import Response

import codings.queries as codings
import pharmacy.queries as pharmacy_queries
import prescriber.queries as prescriber_queries
from app import audit, errors
from app.access import Person
from app.db import reading
from app.flows import counter as flow
from app.forms import Form, Sent, read
from app.idempotency import Once
from app.pages import labels
from app.service import Service, TheService
from app.web import language_of_page, page
from codings.base import Actor, Problem, Role, Words
from codings.systems import NOT_DISPENSED_REASON, OVERRIDE_REASON, RETURN_REASON, SUBSTITUTION_REASON, UNIT
from codings.text import tehran_day
from insurer.states import CLAIM_WORDS
from insurer.tables.claims import CostStatement
from pharmacy.actions.returns import RETURNABLE_FOR
from pharmacy.inputs import ReturnInput
from pharmacy.outcomes import DispenseUnknown
from pharmacy.states import PACK_USE_WORDS, VERDICT_WORDS, can

router = APIRouter(prefix="/pharmacy/dispenses/{dispense}", include_in_schema=False)
Pharmacist = Annotated[Actor, Person(Role.PHARMACIST)]


@router.get("")
def show(dispense: str, request: Request, by: Pharmacist, service: TheService) -> Response:
    """The receipt: lines, packs, who pays what, and how far the claims have come."""
    return _draw(request, service, by, dispense)


@router.get("/receipt")
def receipt(dispense: str, by: Pharmacist, service: TheService) -> Response:
    """The receipt as the service signed it, to be kept by the pharmacy."""
    number = flow.dispense_number(dispense)
    with reading(service) as session:
        signed = pharmacy_queries.dispense(session, number=number, by=by).receipt
        whose = audit.whose(session, shabad=number.shabad)
    if signed is None:
        raise DispenseUnknown
    audit.saw(service, by=by, verb="dispense.receipt", subject=str(number), patient=whose)
    name = f'attachment; filename="{number}.jws"'
    return Response(signed, media_type="application/jose", headers={"Content-Disposition": name})


@router.post("/return")
def take_back(
    dispense: str, request: Request, by: Pharmacist, service: TheService, once: Once, sent: Sent
) -> Response:
    """Take everything back: quantities, packs and claims unwind together."""
    form = read(sent, ReturnInput)
    if form.value is None:
        return _draw(request, service, by, dispense, form=form, status=422)
    reason = form.value.reason

    def unwind(session: Any) -> str:
        view = flow.take_back(session, number=flow.dispense_number(dispense), reason=reason, by=by)
        return f"/pharmacy/dispenses/{view.number}"

    try:
        return once.page(unwind)
    except DispenseUnknown:
        raise
    except Problem as no:
        form.blame(no)
        status = errors.view(no, request).status
        return _draw(request, service, by, dispense, form=form, problem=no, status=status)


def _draw(
    request: Request,
    service: Service,
    by: Actor,
    dispense: str,
    *,
    form: Form[Any] | None = None,
    problem: Problem | None = None,
    status: int = 200,
) -> Response:
    number = flow.dispense_number(dispense)
    language = language_of_page(request)
    with reading(service) as session:
        view = pharmacy_queries.dispense(session, number=number, by=by)
        prescription = prescriber_queries.prescription_unscoped(session, number=number.prescription, at=by.at)
        statement = session.get(CostStatement, (number.shabad, view.statement)) if view.statement else None
        claims = flow.claims_of(session, number=number, by=by)
        person = codings.practitioner(session, view.pharmacist)
        reasons = labels.choices(session, RETURN_REASON, language)
        said = (
            labels.labels(session, NOT_DISPENSED_REASON, (reason for _, reason in view.not_dispensed))
            | labels.labels(session, OVERRIDE_REASON, (reason for _, reason in view.overrides))
            | labels.labels(session, SUBSTITUTION_REASON, (line.substitution_reason for line in view.lines))
            | labels.labels(session, RETURN_REASON, (view.return_reason,))
        )
        units = labels.labels(session, UNIT, (item.unit for item in prescription.items))
        insurers = labels.insurer_names(session)
    audit.saw(service, by=by, verb="dispense.read", subject=str(number), patient=str(prescription.patient))
    until = view.dispensed_at + RETURNABLE_FOR
    return page(
        request,
        "pharmacy/dispense.html",
        status=status,
        by=by,
        view=view,
        prescription=prescription,
        items={item.item: item for item in prescription.items},
        age=labels.age(prescription.birth_date, tehran_day(by.at)),
        statement=statement,
        claims=claims,
        claim_words=CLAIM_WORDS,
        use_words=PACK_USE_WORDS,
        verdict_words=VERDICT_WORDS,
        pharmacist=Words(person.name_fa, person.name_en) if person else None,
        insurers=insurers,
        units=units,
        said=said,
        reasons=reasons,
        returnable=can(view.state, "return") and by.at <= until,
        returnable_until=until,
        form=form,
        problem=problem,
    )
