"""The slip: what the patient takes along on one A5 sheet, readable by a person and by a scanner.

The preview stands at `/slip`; each time the sheet is given out it gets a number of its own, `/slip/1` the original.
"""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel
from starlette.responses import Response

import prescriber.queries as prescriber_queries
from app import audit, qr
from app.access import Person
from app.db import WriteSession, reading
from app.errors import STATUS
from app.flows.prescribing import number_of
from app.forms import Sent, read
from app.idempotency import Once
from app.language import Language
from app.pages.prescriber import slip_pdf
from app.pages.prescriber.sheet import Sheet, sheet
from app.refusals import Malformed
from app.service import TheService
from app.web import drawn, language_of_page, page
from codings.base import Actor, Problem, Role
from prescriber import actions as prescriber_actions

router = APIRouter(prefix="/prescriptions")

Physician = Annotated[Actor, Person(Role.PHYSICIAN)]
PathNumber = Annotated[str, Path(max_length=24)]
Nth = Annotated[int, Path(ge=1, le=9999)]


class SlipInput(BaseModel):
    """How the slip is wanted."""

    form: prescriber_actions.SlipForm
    language: prescriber_actions.SlipLanguage
    large: bool = False


@router.get("/{number}/slip")
def slip(
    request: Request,
    number: PathNumber,
    by: Physician,
    service: TheService,
    language: Annotated[Language | None, Query()] = None,
    large: Annotated[bool, Query()] = False,
) -> Response:
    """What will be printed, and how: this stands right after signing, one Enter away from paper."""
    return _preview(request, service, number, language or language_of_page(request), large=large, by=by)


@router.post("/{number}/slip")
def give(
    request: Request, number: PathNumber, by: Physician, once: Once, sent: Sent, service: TheService
) -> Response:
    """Give the slip out: written down as the original or the next copy, then shown to be printed."""
    named = number_of(number)
    asked = read(sent, SlipInput).value
    if asked is None:
        raise Malformed

    def write(session: WriteSession) -> str:
        view = prescriber_queries.prescription(session, number=named, by=by)
        nth = prescriber_actions.give_slip(
            session, number=named, form=asked.form, language=asked.language, large=asked.large, by=by
        )
        audit.did(session, by=by, verb="slip.give", subject=str(named), patient=str(view.patient))
        end = ".pdf" if asked.form == "pdf" else "?ask=print"
        return f"/prescriber/prescriptions/{named}/slip/{nth}{end}"

    try:
        return once.page(write)
    except Problem as no:
        status = STATUS[no.kind]
        return _preview(
            request, service, number, asked.language, large=asked.large, problem=no, status=status, by=by
        )


@router.get("/{number}/slip/{nth}.pdf")
def given_pdf(number: PathNumber, nth: Nth, by: Physician, service: TheService) -> Response:
    """One slip that was given out, as a file that prints the same everywhere."""
    shown = _given(service, number, nth, by=by)
    name = f"slip-{shown.view.number}-{nth}.pdf"
    headers = {"Content-Disposition": f'inline; filename="{name}"', "Cache-Control": "no-store"}
    return Response(slip_pdf.pdf(shown), media_type="application/pdf", headers=headers)


@router.get("/{number}/slip/{nth}")
def given(
    request: Request,
    number: PathNumber,
    nth: Nth,
    by: Physician,
    service: TheService,
    ask: Annotated[str, Query(max_length=10)] = "",
) -> Response:
    """One slip that was given out, to be printed; the browser asks by itself when it comes from the button."""
    shown = _given(service, number, nth, by=by)
    asked = ask == "print"
    return page(
        request, "prescriber/slip_given.html", ask=asked, nth=nth, view=shown.view, sheet=_drawn(shown)
    )


def _preview(
    request: Request,
    service: TheService,
    number: str,
    language: Language,
    *,
    large: bool,
    problem: Problem | None = None,
    status: int = 200,
    by: Actor,
) -> Response:
    named = number_of(number)
    with reading(service) as session:
        shown = sheet(session, service, number=named, language=language, large=large, by=by)
        before = prescriber_queries.slips(session, number=named, by=by)
    audit.saw(service, by=by, verb="slip.read", subject=str(named), patient=str(shown.view.patient))
    return page(
        request,
        "prescriber/slip.html",
        status=status,
        view=shown.view,
        over=shown.over,
        wanted=language,
        large=large,
        before=before,
        problem=problem,
        sheet=_drawn(shown),
    )


def _given(service: TheService, number: str, nth: int, *, by: Actor) -> Sheet:
    named = number_of(number)
    with reading(service) as session:
        copy = prescriber_queries.slip(session, number=named, nth=nth, by=by)
        language: Language = "en" if copy.language == "en" else "fa"
        shown = sheet(session, service, number=named, language=language, large=copy.large, copy=copy, by=by)
    audit.saw(service, by=by, verb="slip.print", subject=str(named), patient=str(shown.view.patient))
    return shown


def _drawn(shown: Sheet) -> str:
    return drawn(
        "prescriber/slip_sheet.html",
        language=shown.language,
        sheet=shown,
        codes=[qr.svg(text) for text in shown.codes],
        pointer=qr.svg(shown.pointer) if shown.pointer else None,
    )
