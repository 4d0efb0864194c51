"""The pages of paper: refused in words outside an emergency, typed within one, and then a number like any other."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request
from starlette.datastructures import FormData
from starlette.responses import Response

import codings.queries as codings
import prescriber.queries as prescriber_queries
from app import audit, errors
from app.access import Person
from app.db import Reading, reading
from app.flows import paper as flow
from app.flows import visit as visit_flow
from app.flows.prescribing import number_of
from app.forms import Form, file_of
from app.idempotency import Once
from app.pages import labels
from app.pages.moments import last_day
from app.pages.paper.inputs import (
    CANDIDATES,
    DIAGNOSES,
    OPEN_ROWS,
    ROWS,
    Transcript,
    label,
    read_paper,
)
from app.service import Service, TheService
from app.web import language_of_page, page
from codings.base import Actor, Problem, Role, Words
from codings.systems import FREQUENCY, GENERIC, ICD10, PROVINCE, ROUTE, TIMING, UNIT
from codings.text import tehran_day
from prescriber import actions as prescriber_actions
from prescriber.outcomes import PrescriptionNotFound
from prescriber.states import Sex, Source

router = APIRouter(prefix="/paper", include_in_schema=False)
Desk = Annotated[Actor, Person(Role.PHYSICIAN, Role.PHARMACIST)]

NO_PICTURE = Words(
    "تصویر برگه را انتخاب کنید (JPEG یا PNG). نسخهٔ کاغذی بدون تصویر پذیرفته نمی‌شود.",
    "Choose the picture of the paper (JPEG or PNG). Paper is not accepted without its picture.",
)


async def _form(request: Request) -> AsyncIterator[FormData]:
    """The form with its picture, whose temporary file is gone when the answer is, also when there was nothing to do."""
    form = await request.form()
    try:
        yield form
    finally:
        await form.close()


Photographed = Annotated[FormData, Depends(_form)]
SEARCHED = {"medicines": GENERIC, "diagnoses": ICD10}


@router.get("")
def form(request: Request, by: Desk, service: TheService) -> Response:
    """The form, when an emergency is in force in this centre's province; otherwise why there is none."""
    return _draw(request, service, by, Transcript(Form({})), asked=False)


@router.get("/search/{what}")
def search(what: str, request: Request, _by: Desk, session: Reading) -> Response:
    """Options for a field that is being typed in: the field's own value is what is looked for."""
    text = next(iter(request.query_params.values()), "")[:100]
    found = codings.search(session, SEARCHED[what], text, CANDIDATES) if what in SEARCHED else []
    return page(request, "paper/options.html", found=found, label=label)


@router.post("")
def transcribe(request: Request, by: Desk, service: TheService, sent: Photographed, once: Once) -> Response:
    """Type a paper prescription onto a reserved SHABAD, with its picture."""
    with reading(service) as session:
        transcript = read_paper(session, sent)
    typed, picture = transcript.form, file_of(sent, "image")
    if picture is None:
        typed.errors["image"] = NO_PICTURE
    paper = typed.value
    if paper is None or picture is None or typed.errors:
        return _draw(request, service, by, transcript, status=422)
    content = picture.file.read()

    def write(session: Any) -> str:
        image = prescriber_actions.store_image(
            session, content=content, media_type=picture.content_type or "", by=by
        )
        audit.did(session, by=by, verb="image.store", subject=str(image.id))
        whole = paper.model_copy(update={"image": image.id})
        done = flow.transcribe(session, service, paper=whole, found=found, by=by)
        return f"/paper/{done.view.number}"

    try:
        found = visit_flow.look_up_patient(service, patient=paper.patient, by=by)
        return once.page(write)
    except Problem as no:
        typed.blame(no)
        status = errors.view(no, request).status
        return _draw(request, service, by, transcript, problem=no, status=status)


@router.get("/{number}")
def transcribed(
    number: Annotated[str, Path(max_length=24)], request: Request, by: Desk, service: TheService
) -> Response:
    """A paper prescription that this centre transcribed: its number, and how it is dispensed."""
    with reading(service) as session:
        view = prescriber_queries.prescription(session, number=number_of(number), by=by)
        if view.source is not Source.PAPER:
            raise PrescriptionNotFound
        directions = labels.directions(session, view)
        insurer = labels.insurer_names(session).get(view.insurer)
    audit.saw(service, by=by, verb="prescription.read", subject=str(view.number), patient=str(view.patient))
    return page(
        request,
        "paper/transcribed.html",
        by=by,
        view=view,
        directions=directions,
        last_day=last_day,
        insurer=insurer,
        age=labels.age(view.birth_date, tehran_day(by.at)),
    )


def _draw(
    request: Request,
    service: Service,
    by: Actor,
    transcript: Transcript,
    *,
    asked: bool = True,
    problem: Problem | None = None,
    status: int = 200,
) -> Response:
    """The form as it was typed. Without one in force it is drawn only for somebody who has already typed."""
    language = language_of_page(request)
    with reading(service) as session:
        centre = codings.centre(session, by.centre or "")
        province = centre.province if centre else ""
        in_force = codings.in_force(session, by.at, province)
        lists = {
            name: labels.choices(session, system, language)
            for name, system in (
                ("unit", UNIT),
                ("frequency", FREQUENCY),
                ("route", ROUTE),
                ("timing", TIMING),
                ("as_needed", labels.AS_NEEDED),
            )
        }
        name = dict(labels.choices(session, PROVINCE, language)).get(province, province)
    return page(
        request,
        "paper/form.html" if in_force or asked else "paper/none.html",
        status=status,
        by=by,
        province=name,
        in_force=in_force,
        lists=lists,
        form=transcript.form,
        candidates=transcript.candidates,
        chosen=transcript.chosen,
        sexes=[sex.value for sex in Sex],
        rows=ROWS,
        open_rows=OPEN_ROWS,
        diagnoses=DIAGNOSES,
        problem=problem,
    )
