"""The slip: what the patient takes along on one A5 sheet, readable by a person and by a scanner."""

from typing import Annotated

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

import codings.queries as codings
import insurer.queries.coverage as coverage_queries
import prescriber.queries as prescriber_queries
from app import audit, qr
from app.access import Person
from app.db import reading
from app.flows.prescribing import number_of
from app.pages.moments import last_day
from app.pages.prescriber.banner import masked
from app.pages.prescriber.lists import ORDER, lists
from app.service import TheService
from app.web import language_of_page, page
from codings.base import Actor, Role, Words
from codings.systems import ICD10
from prescriber import signing
from prescriber.states import PrescriptionState

router = APIRouter()

MODULE_MM = 0.5  # what a scanner reads from plain paper
OVER = frozenset(
    {PrescriptionState.CANCELLED, PrescriptionState.REPLACED, PrescriptionState.CANCEL_REQUESTED}
)


@router.get("/prescriptions/{number}/slip")
def slip(
    request: Request,
    number: Annotated[str, Path(max_length=24)],
    by: Annotated[Actor, Person(Role.PHYSICIAN)],
    service: TheService,
) -> Response:
    """The sheet to print. Of what is cancelled, replaced or expired, no code is drawn any more."""
    named = number_of(number)
    with reading(service) as session:
        view = prescriber_queries.prescription(session, number=named, by=by)
        payer = coverage_queries.known_insurers(session, codes={view.insurer})[view.insurer]
        medicines = codings.medicines(session, {item.medicine for item in view.items})
        diagnoses = codings.concepts(session, ICD10, {d.code for d in view.diagnoses})
        names = lists(session, [*ORDER, "sex"], language=language_of_page(request))
    audit.saw(service, by=by, verb="slip.print", subject=str(named), patient=str(view.patient))
    valid = view.status not in OVER and not view.expired(by.at)
    secret = signing.pointer_secret(service.keys.pointer, named)
    pointer = signing.pointer_url(service.settings.public_url, named, secret)
    return page(
        request,
        "prescriber/slip.html",
        view=view,
        valid=valid,
        last_day=last_day,
        expired=view.expired(by.at),
        identifier=masked(view.national_id, view.fida),
        insurer=Words(payer.name_fa, payer.name_en),
        medicines=medicines,
        diagnosis_names=diagnoses,
        lists=names,
        codes=[qr.svg(text, MODULE_MM) for text in signing.qr_texts(view.jws)] if valid else [],
        pointer=qr.svg(pointer, MODULE_MM) if valid else None,
        host=service.settings.public_url,
    )
