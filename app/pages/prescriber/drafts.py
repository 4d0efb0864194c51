"""A draft: written as typed, saved with every press of a button, checked and priced beside the form.

The buttons are one form, so that nothing typed is lost whichever is pressed. A tab that was overtaken by another
gets 412 and sees both: its own text in the form, the saved one beside it.
"""

from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field
from starlette.datastructures import FormData
from starlette.responses import Response

import codings.queries as codings
import prescriber.queries as prescriber_queries
from app import audit
from app.access import Person
from app.db import WriteSession, reading
from app.errors import STATUS
from app.flows import visit as visit_flow
from app.forms import Form, Sent, read
from app.idempotency import Once
from app.pages.prescriber import order
from app.pages.prescriber.look import Look, look
from app.refusals import Malformed
from app.service import Service, TheService
from app.web import page, see_other
from codings.base import Actor, Problem, Role
from codings.queries import Found
from codings.systems import FREQUENCY, GENERIC, ICD10
from codings.tables import Medicine
from prescriber import actions as prescriber_actions
from prescriber.outcomes import DraftStale
from prescriber.states import DraftState, Number
from prescriber.tables import Draft

router = APIRouter(prefix="/drafts")

Physician = Annotated[Actor, Person(Role.PHYSICIAN)]
MOST_FOUND = 12
MOST_TYPED = 100


class Press(BaseModel):
    """What a press of a button of the form sends beside the draft itself."""

    version: int = Field(ge=1)
    patient: UUID
    do: str = Field(default="save", max_length=80)
    q: str = Field(default="", max_length=MOST_TYPED)
    dq: str = Field(default="", max_length=MOST_TYPED)


class DiscardInput(BaseModel):
    """Whether the SHABAD is given up too, and why."""

    eliminate: str = Field(default="", max_length=60)


@router.get("/{draft}")
def edit(
    request: Request,
    draft: UUID,
    by: Physician,
    service: TheService,
    q: str = "",
    dq: str = "",
    check: bool = False,
) -> Response:
    """The form, what can be found for the search boxes, the findings and the cost."""
    with reading(service) as session:
        found = prescriber_queries.draft(session, draft=draft, by=by)
    if found.state is not DraftState.OPEN:
        return see_other(_after(found))
    audit.saw(service, by=by, verb="draft.read", subject=str(draft), patient=str(found.patient))
    return _page(
        request, service, found, found.typed, by=by, q=q[:MOST_TYPED], dq=dq[:MOST_TYPED], check=check
    )


@router.post("/{draft}")
def save(
    request: Request, draft: UUID, by: Physician, once: Once, sent: Sent, service: TheService
) -> Response:
    """Keep everything as it was typed, then do what the button says."""
    press = read(FormData([(n, v) for n, v in sent.multi_items() if n in Press.model_fields]), Press)
    with reading(service) as session:
        found = prescriber_queries.draft(session, draft=draft, by=by)
        typed = order.kept(sent.multi_items(), replaces=found.typed.get("replaces"))
        asked = press.value
        if asked is not None:
            typed = _pressed(session, typed, asked.do)
    if asked is None:
        return _page(request, service, found, typed, by=by, problem=Malformed(), status=400)
    pressed = asked

    def write(session: WriteSession) -> str:
        prescriber_actions.save_draft(
            session,
            draft=draft,
            patient=pressed.patient,
            shabad=found.shabad,
            typed=typed,
            version=pressed.version,
            by=by,
        )
        return _next(draft, pressed, typed)

    try:
        return once.page(write)
    except Problem as no:
        return _refused(request, service, draft, typed, no, by=by)


def _refused(
    request: Request, service: Service, draft: UUID, typed: dict[str, str], no: Problem, *, by: Actor
) -> Response:
    """The form as it was typed; beside it, where another window was faster, what is saved."""
    with reading(service) as session:
        now = prescriber_queries.draft(session, draft=draft, by=by)
    if now.state is not DraftState.OPEN:
        raise no
    saved = dict(now.typed) if isinstance(no, DraftStale) else None
    return _page(request, service, now, typed, by=by, problem=no, saved=saved, status=STATUS[no.kind])


def _pressed(session: Any, typed: dict[str, str], do: str) -> dict[str, str]:
    """The draft after a button: `add:<medicine>`, `remove:<item>`, `diagnose:<code>`, `undiagnose:<place>`."""
    verb, _, what = do.partition(":")
    place = int(what) if what.isascii() and what.isdigit() and len(what) < 4 else None
    if verb == "add" and (medicine := codings.medicines(session, {what}).get(what)) is not None:
        typed = order.with_medicine(typed, medicine)
    elif verb == "diagnose" and codings.concepts(session, ICD10, {what}):
        typed = order.with_diagnosis(typed, what)
    elif verb == "remove" and place is not None:
        typed = order.without(typed, "items", place)
    elif verb == "undiagnose" and place is not None:
        typed = order.without(typed, "diagnoses", place)
    frequencies = {row.code: row for row in codings.concept_list(session, FREQUENCY)}
    return order.with_quantities(typed, frequencies)


def _next(draft: UUID, asked: Press, typed: dict[str, str]) -> str:
    """Where the browser goes: the search's results, the item that was added, the review, or the form again."""
    here = f"/prescriber/drafts/{draft}"
    verb = asked.do.partition(":")[0]
    if verb == "review":
        return f"{here}/review"
    if verb == "facts":
        return f"{here}/facts"
    if verb in {"save", "find"} and asked.q.strip():
        return f"{here}?{_query('q', asked.q)}#find-medicine"
    if verb in {"save", "diagnosis"} and asked.dq.strip():
        return f"{here}?{_query('dq', asked.dq)}#diagnoses"
    if verb == "add":
        last = max(int(name.split(".")[1]) for name in typed if name.startswith("items."))
        return f"{here}#item-{last + 1}"
    return f"{here}#{'diagnoses' if 'diagnose' in verb else 'order'}"


def _query(name: str, text: str) -> str:
    return urlencode({name: text.strip()})


def _after(draft: Draft) -> str:
    """Where a draft that is no longer open leads."""
    if draft.state is DraftState.SIGNED and draft.shabad and draft.signed_n:
        return f"/prescriber/prescriptions/{Number(draft.shabad, draft.signed_n)}"
    return "/prescriber"


@router.get("/{draft}/discard")
def discard_form(draft: UUID, _by: Physician) -> Response:
    return see_other(f"/prescriber/drafts/{draft}#discard")


@router.post("/{draft}/discard")
def discard(
    request: Request, draft: UUID, by: Physician, once: Once, sent: Sent, service: TheService
) -> Response:
    """Put the draft aside; with a reason, the SHABAD is given up as well."""
    form = read(sent, DiscardInput)
    with reading(service) as session:
        found = prescriber_queries.draft(session, draft=draft, by=by)
    reason = form.value.eliminate if form.value else ""

    def write(session: WriteSession) -> str:
        prescriber_actions.discard_draft(session, draft=draft, by=by)
        audit.did(session, by=by, verb="draft.discard", subject=str(draft), patient=str(found.patient))
        if reason and found.shabad:
            visit_flow.eliminate_shabad(session, shabad=found.shabad, reason=reason, by=by)
        return "/prescriber"

    try:
        return once.page(write)
    except Problem as no:
        if found.state is not DraftState.OPEN:
            raise
        return _page(request, service, found, found.typed, by=by, problem=no, status=STATUS[no.kind])


def found_medicines(session: Any, q: str) -> tuple[list[Found], dict[str, Medicine]]:
    """What a text may mean, in the order of the search, and the medicines themselves."""
    found = codings.search(session, GENERIC, q[:MOST_TYPED], MOST_FOUND) if q.strip() else []
    return found, codings.medicines(session, {row.code for row in found})


def _page(
    request: Request,
    service: Service,
    draft: Draft,
    typed: Any,
    *,
    by: Actor,
    q: str = "",
    dq: str = "",
    check: bool = False,
    problem: Problem | None = None,
    saved: dict[str, str] | None = None,
    status: int = 200,
) -> Response:
    with reading(service) as session:
        seen: Look = look(request, session, service, draft=draft, typed=typed, by=by)
        medicines, described = found_medicines(session, q)
        diagnoses = codings.search(session, ICD10, dq, MOST_FOUND) if dq.strip() else []
    form: Form[Any] = Form(typed, errors=dict(seen.errors))
    if check:
        form.errors |= seen.missing
    return page(
        request,
        "prescriber/draft.html",
        draft=draft,
        form=form,
        seen=seen,
        q=q,
        dq=dq,
        medicines=medicines,
        described=described,
        diagnoses=diagnoses,
        saved=saved,
        problem=problem or seen.problem,
        status=status,
    )
