"""The labels of what was handed over: one for each line, in the patient's language, to be stuck on the boxes."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

import codings.queries as codings
import pharmacy.queries as pharmacy_queries
import prescriber.queries as prescriber_queries
from app import audit
from app.access import Person
from app.db import reading
from app.flows import counter as flow
from app.language import Language
from app.pages import labels as names
from app.pages.prescriber.lists import ORDER, lists
from app.service import TheService
from app.web import drawn, page
from codings.base import Actor, Role, Words

router = APIRouter(prefix="/pharmacy/dispenses/{dispense}/labels", include_in_schema=False)
Pharmacist = Annotated[Actor, Person(Role.PHARMACIST)]


@router.get("")
def show(
    dispense: str,
    request: Request,
    by: Pharmacist,
    service: TheService,
    language: Annotated[Language | None, Query()] = None,
) -> Response:
    """The labels as they will be printed, Persian unless English is asked for, whatever the page speaks."""
    wanted: Language = language or "fa"
    number = flow.dispense_number(dispense)
    with reading(service) as session:
        view = pharmacy_queries.dispense(session, number=number, by=by)
        prescription = prescriber_queries.prescription_unscoped(session, number=number.prescription, at=by.at)
        words = lists(session, ORDER, language=wanted, at=prescription.issued_at)
        medicines = codings.medicines_as_signed(
            session, {item.medicine for item in prescription.items}, release=prescription.coding_release
        )
        centres = names.centre_names(session, {view.pharmacy})
        person = codings.practitioner(session, view.pharmacist)
    audit.saw(service, by=by, verb="dispense.labels", subject=str(number), patient=str(prescription.patient))
    sheet = drawn(
        "pharmacy/label_sheet.html",
        language=wanted,
        view=view,
        patient=prescription.patient_brief()["name"],
        items={item.item: item for item in prescription.items},
        lists=words,
        medicines=medicines,
        pharmacy=centres.get(view.pharmacy, Words(view.pharmacy, view.pharmacy)),
        pharmacist=Words(person.name_fa, person.name_en) if person else None,
    )
    return page(request, "pharmacy/labels.html", by=by, view=view, sheet=sheet, wanted=wanted)
