"""What the patient answered: allergies, weight, pregnancy. Asked during the visit, or again from a draft."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict
from starlette.datastructures import FormData
from starlette.responses import Response

import insurer.queries.coverage as coverage_queries
import prescriber.queries as prescriber_queries
from app import audit
from app.access import Person
from app.db import WriteSession, reading
from app.errors import STATUS
from app.forms import Form, Sent, read
from app.idempotency import Once
from app.pages.prescriber.banner import banner
from app.pages.prescriber.lists import lists
from app.service import Service, TheService
from app.web import language_of_page, page, see_other
from codings.base import Actor, Problem, Role, Words
from codings.systems import amount_text
from codings.text import tehran_day
from prescriber import actions as prescriber_actions
from prescriber.inputs import FactsInput
from prescriber.outcomes import DraftClosed
from prescriber.states import DraftState
from prescriber.tables import PatientFacts

router = APIRouter()

Physician = Annotated[Actor, Person(Role.PHYSICIAN)]
KEEP = "keep"
NOT_ASKED = "not_asked"
LIST = "list"
STATE = "facts.allergies.state"
ITEMS = "facts.allergies.items."
TOGETHER = Words(
    "وزن و بارداری همراه با پاسخ دربارهٔ حساسیت ثبت می‌شود؛ دربارهٔ حساسیت هم بپرسید و پاسخ را انتخاب کنید.",
    "Weight and pregnancy are kept with an answer about allergies: ask about these too and choose the answer.",
)
ANSWER = Words(
    "پاسخ بیمار را انتخاب کنید.",
    "Choose what the patient answered.",
)


class Answers(BaseModel):
    """The part of a form that is about the patient's answers; none when nothing new was asked."""

    model_config = ConfigDict(extra="ignore")

    facts: FactsInput | None = None


def read_answers(sent: FormData, known: PatientFacts | None, *, today: date) -> Form[Answers]:
    """The answers of a form. "Keep" and "not asked" record nothing, so nothing else may be changed with them."""
    typed = _typed(sent)
    state = typed.get(STATE, "")
    if state in {"", KEEP, NOT_ASKED}:
        form = Form(typed, Answers())
        if _more(typed) != _more(typed_of(known)):
            form.errors[STATE] = TOGETHER
            form.value = None
        return form
    ticked = {name: value for name, value in typed.items() if name.startswith(ITEMS)}
    asked = {name: value for name, value in typed.items() if name.startswith("facts.") and name not in ticked}
    # Ticks that only repeat what was recorded are no answer of today's to "none known".
    if state == LIST or set(ticked.values()) != set(known.allergies if known else ()):
        asked |= ticked
    form = read(FormData({**asked, "facts.as_of": today.isoformat()}), Answers)
    form.typed = typed
    form.errors = {_shown_at(name): words for name, words in form.errors.items()}
    return form


def _shown_at(name: str) -> str:
    """Whatever is wrong with the list or its state is said at the question itself."""
    return STATE if name.startswith("facts.allergies") else name


def _typed(sent: FormData) -> dict[str, str]:
    return {n: v for n, v in sent.multi_items() if isinstance(v, str) and n != "key"}


def _more(typed: Any) -> tuple[str, str]:
    return typed.get("facts.weight_kg", "").strip(), typed.get("facts.pregnant", "")


def typed_of(known: PatientFacts | None) -> dict[str, str]:
    """The form as it opens: what is recorded, or the plain statement that nobody asked."""
    if known is None:
        return {STATE: NOT_ASKED}
    typed = {STATE: KEEP if known.allergy_state.value != NOT_ASKED else NOT_ASKED}
    if known.weight_kg is not None:
        typed["facts.weight_kg"] = amount_text(known.weight_kg)
    if known.pregnant is not None:
        typed["facts.pregnant"] = "true" if known.pregnant else "false"
    return typed | {f"{ITEMS}{i}": code for i, code in enumerate(known.allergies)}


def record(session: WriteSession, *, patient: UUID, answers: Answers, by: Actor) -> None:
    """Write down what was answered, if anything was."""
    if answers.facts is not None:
        kept = prescriber_actions.record_facts(session, patient=patient, facts=answers.facts, by=by)
        audit.did(session, by=by, verb="facts.record", subject=str(kept.id), patient=str(patient))


@router.get("/drafts/{draft}/facts")
def facts_form(request: Request, draft: UUID, by: Physician, service: TheService) -> Response:
    """Ask the patient again while the draft waits."""
    return _page(request, service, draft, None, by=by)


@router.post("/drafts/{draft}/facts")
def save_facts(
    request: Request, draft: UUID, by: Physician, once: Once, sent: Sent, service: TheService
) -> Response:
    with reading(service) as session:
        found = prescriber_queries.draft(session, draft=draft, by=by)
        known = prescriber_queries.facts(session, patient=found.patient)
    form = read_answers(sent, known, today=tehran_day(by.at))
    if form.value is not None and form.value.facts is None and known is None:
        form.errors[STATE] = ANSWER
        form.value = None
    if form.value is None:
        return _page(request, service, draft, form, by=by, status=422)
    answers = form.value

    def write(session: WriteSession) -> str:
        if prescriber_queries.draft(session, draft=draft, lock=True, by=by).state is not DraftState.OPEN:
            raise DraftClosed
        record(session, patient=found.patient, answers=answers, by=by)
        return f"/prescriber/drafts/{draft}"

    try:
        return once.page(write)
    except Problem as no:
        form.blame(no)
        return _page(request, service, draft, form, by=by, problem=no, status=STATUS[no.kind])


def _page(
    request: Request,
    service: Service,
    draft: UUID,
    form: Form[Answers] | None,
    *,
    by: Actor,
    problem: Problem | None = None,
    status: int = 200,
) -> Response:
    with reading(service) as session:
        found = prescriber_queries.draft(session, draft=draft, by=by)
        if found.state is not DraftState.OPEN and problem is None:
            return see_other(f"/prescriber/drafts/{draft}")  # where it leads
        insurer = (
            coverage_queries.shabad(session, shabad=found.shabad, by=by).insurer if found.shabad else None
        )
        who = banner(session, patient=found.patient, insurer=insurer, by=by)
        names = lists(session, ["ingredient"], language=language_of_page(request))
    audit.saw(service, by=by, verb="facts.read", subject=str(draft), patient=str(who.patient))
    shown = form or Form(typed_of(who.facts))
    return page(
        request,
        "prescriber/facts.html",
        banner=who,
        lists=names,
        draft=found,
        form=shown,
        problem=problem,
        status=status,
    )
