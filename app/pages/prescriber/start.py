"""The physician's first page: open a visit, go on with a draft, see what became of what was signed."""

import base64
import binascii
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Request
from starlette.datastructures import FormData
from starlette.responses import Response

import codings.queries as codings
import pharmacy.queries as pharmacy_queries
import prescriber.queries as prescriber_queries
from app import audit
from app.access import Person
from app.db import ReadSession, reading
from app.errors import STATUS
from app.flows import visit as flow
from app.flows.visit import VisitInput
from app.forms import Form, Sent, read
from app.idempotency import Once
from app.pages.labels import centre_names
from app.pages.moments import last_day
from app.pages.prescriber.lists import lists
from app.service import Service, TheService
from app.web import language_of_page, page, see_other
from codings.base import Actor, Problem, Role, Words
from codings.identifiers import split_prescription_number
from codings.text import ascii_digits, parse_jalali
from pharmacy.tables import Acceptance
from prescriber.queries import PrescriptionBrief
from prescriber.states import LIVE, Number

router = APIRouter()

Physician = Annotated[Actor, Person(Role.PHYSICIAN)]
SHOWN = 20
_ISO = re.compile(r"(19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}")


@router.get("")
def start(request: Request, by: Physician, service: TheService, after: str = "") -> Response:
    """Everything a physician begins with."""
    return _page(request, service, Form({}), after=after, by=by)


@router.get("/visits")
def no_visit(_by: Physician) -> Response:
    return see_other("/prescriber")


@router.post("/visits")
def open_visit(request: Request, by: Physician, once: Once, sent: Sent, service: TheService) -> Response:
    """Ask who this is and what covers them; the answer has a page of its own."""
    form = read(_with_iso_day(sent), VisitInput, practitioner=by.practitioner, centre=by.centre)
    form.typed = {**form.typed, _BORN: str(sent.get(_BORN, ""))}
    if form.value is None:
        return _page(request, service, form, by=by, status=422)
    visit = form.value
    try:
        found = flow.look_up(service, visit=visit, by=by)
        return once.page(
            lambda session: (
                f"/prescriber/visits/{flow.open_visit(session, visit=visit, found=found, by=by).inquiry.id}"
            )
        )
    except Problem as no:
        form.blame(no)
        return _page(request, service, form, by=by, problem=no, status=STATUS[no.kind])


_BORN = "patient.declared.birth_date"


def _with_iso_day(sent: FormData) -> FormData:
    """The form with its birth date as the input model reads it, from a Jalali or an ISO day in any digits."""
    typed = str(sent.get(_BORN, "")).strip()
    kept = [(name, value) for name, value in sent.multi_items() if name != _BORN]
    return FormData([*kept, (_BORN, iso_day(typed))])


def iso_day(typed: str) -> str:
    """A day as ISO, when it is one of either calendar; otherwise what was typed, for the model to refuse."""
    plain = ascii_digits(typed)
    if _ISO.fullmatch(plain):
        return plain
    try:
        return parse_jalali(typed).isoformat()
    except ValueError:
        return plain


def _page(
    request: Request,
    service: Service,
    form: Form[VisitInput],
    *,
    by: Actor,
    after: str = "",
    problem: Problem | None = None,
    status: int = 200,
) -> Response:
    with reading(service) as session:
        recent = prescriber_queries.by_practitioner(session, by=by, limit=SHOWN + 1, before=_cursor(after))
        centre = codings.centre(session, by.centre or "")
        context: dict[str, Any] = {
            "drafts": (drafts := _drafts(session, by)),
            "recent": recent[:SHOWN],
            "held": (held := _held(session, recent[:SHOWN], by)),
            "centres": centre_names(session, {row.pharmacy for row in held.values()}) if held else {},
            "older": _mark(recent[SHOWN - 1].cursor) if len(recent) > SHOWN else None,
            "later": bool(after),
            "centre": Words(centre.name_fa, centre.name_en) if centre else None,
            "lists": lists(session, ["sex"], language=language_of_page(request)),
            "now": by.at,
            "last_day": last_day,
        }
    request.state.unsigned = len(drafts)
    audit.saw(service, by=by, verb="prescription.list", subject=by.practitioner or by.id)
    return page(request, "prescriber/start.html", form=form, problem=problem, status=status, **context)


def _drafts(session: ReadSession, by: Actor) -> list[dict[str, Any]]:
    return [
        {
            "draft": draft,
            "patient": prescriber_queries.patient(session, patient=draft.patient, by=by).name,
            "items": len({name.split(".")[1] for name in draft.typed if name.startswith("items.")}),
        }
        for draft in prescriber_queries.drafts(session, by=by)
    ]


def _held(session: ReadSession, recent: Sequence[PrescriptionBrief], by: Actor) -> dict[Number, Acceptance]:
    """Which of them a pharmacy has in its hands now."""
    waiting = [row.number for row in recent if row.status in LIVE or row.status == "cancel_requested"]
    return pharmacy_queries.held_among(session, numbers=waiting, at=by.at)


def _mark(cursor: tuple[datetime, str, int]) -> str:
    """A place in the list as it stands in an address."""
    at, shabad, n = cursor
    return base64.urlsafe_b64encode(f"{at.isoformat()} {shabad}-{n}".encode()).decode().rstrip("=")


def _cursor(mark: str) -> tuple[datetime, str, int] | None:
    """The place a mark means; the beginning for anything that is no mark."""
    try:
        at, _, number = base64.urlsafe_b64decode(mark + "=" * (-len(mark) % 4)).decode().partition(" ")
        shabad, n = split_prescription_number(number)
        place = datetime.fromisoformat(at)
    except (ValueError, binascii.Error):
        return None
    return (place, shabad, n or 1) if place.tzinfo is not None else None
