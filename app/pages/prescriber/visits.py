"""A visit: who the patient is, what covers them, what they answered; from here the SHABAD and the draft come."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

import insurer.queries.coverage as coverage_queries
import prescriber.queries as prescriber_queries
from app import audit
from app.access import Person
from app.db import WriteSession, reading
from app.errors import STATUS
from app.flows import visit as flow
from app.forms import Form, Sent
from app.idempotency import Once
from app.pages.prescriber import identity
from app.pages.prescriber.banner import banner
from app.pages.prescriber.facts import Answers, read_answers, record, typed_of
from app.pages.prescriber.lists import lists
from app.service import Service, TheService
from app.web import language_of_page, page
from codings.base import Actor, Problem, Role, Words
from codings.text import tehran_day
from insurer.queries.coverage import CoverageFact
from insurer.states import ClaimKind
from prescriber import actions as prescriber_actions

router = APIRouter()

Physician = Annotated[Actor, Person(Role.PHYSICIAN)]
SELF_PAY = "self-pay"
CHOOSE_COVER = Words(
    "یکی از بیمه‌های معتبر یا «آزاد» را انتخاب کنید.",
    "Choose one of the covers in force, or self-pay.",
)


@router.get("/visits/{inquiry}")
def visit(request: Request, inquiry: UUID, by: Physician, service: TheService) -> Response:
    """What the eligibility service answered, and the questions that come before prescribing."""
    return _page(request, service, inquiry, None, by=by)


@router.post("/visits/{inquiry}")
def go_on(
    request: Request, inquiry: UUID, by: Physician, once: Once, sent: Sent, service: TheService
) -> Response:
    """Keep the answers; then, unless only they were to be saved, issue the SHABAD and begin the draft."""
    with reading(service) as session:
        asked = coverage_queries.inquiry(session, inquiry=inquiry, by=by)
        known = prescriber_queries.facts(session, patient=asked.patient)
    form = read_answers(sent, known, today=tehran_day(by.at))
    only_answers = sent.get("do") == "answers"
    cover = _cover(form, needed=not only_answers)
    if form.value is None or form.errors:
        return _page(request, service, inquiry, form, by=by, status=422)
    answers = form.value

    def write(session: WriteSession) -> str:
        record(session, patient=asked.patient, answers=answers, by=by)
        if only_answers:
            return f"/prescriber/visits/{inquiry}"
        shabad = flow.issue_shabad(session, inquiry=inquiry, coverage=cover, by=by)
        draft = prescriber_actions.save_draft(
            session, patient=asked.patient, shabad=shabad.shabad, typed={}, by=by
        )
        identity.open_here(session, request.state.session_sha256, patient=asked.patient, by=by)
        return f"/prescriber/drafts/{draft.id}"

    try:
        return once.page(write)
    except Problem as no:
        form.blame(no)
        return _page(request, service, inquiry, form, by=by, problem=no, status=STATUS[no.kind])


def _cover(form: Form[Answers], *, needed: bool) -> UUID | None:
    """The basic cover that was chosen; None for self-pay. What is neither is said at the choice."""
    chosen = form.typed.get("coverage", "")
    if chosen == SELF_PAY:
        return None
    try:
        return UUID(chosen)
    except ValueError:
        if needed:
            form.errors["coverage"] = CHOOSE_COVER
        return None


def _page(
    request: Request,
    service: Service,
    inquiry: UUID,
    form: Form[Answers] | None,
    *,
    by: Actor,
    problem: Problem | None = None,
    status: int = 200,
) -> Response:
    with reading(service) as session:
        asked = coverage_queries.inquiry(session, inquiry=inquiry, by=by)
        covers = [CoverageFact.from_json(told) for told in asked.result]
        payers = coverage_queries.known_insurers(session, codes={cover.insurer for cover in covers})
        who = banner(session, patient=asked.patient, by=by)
        names = lists(session, ["ingredient"], language=language_of_page(request))
    audit.saw(service, by=by, verb="visit.read", subject=str(inquiry), patient=str(asked.patient))
    first = next((c for c in covers if c.in_force and c.kind is ClaimKind.BASIC), None)
    opening = typed_of(who.facts) | {"coverage": str(first.coverage) if first else SELF_PAY}
    context: dict[str, Any] = {
        "banner": who,
        "inquiry": asked,
        "over": asked.expires_at <= by.at,
        "covers": covers,
        "payers": payers,
        "lists": names,
        "form": form or Form(opening),
    }
    return page(request, "prescriber/visit.html", problem=problem, status=status, **context)
