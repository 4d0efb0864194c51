"""A draft: written as typed, saved with every change, checked and priced beside the form.

The buttons are one form, so that nothing typed is lost whichever is pressed. A script sends the same form while one
types (`X-Live`) and is answered with the same page at once, from which it takes what has changed. A tab that was
overtaken by another gets 412 and sees both: its own text in the form, the saved one beside it.
"""

from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field
from starlette.datastructures import FormData
from starlette.responses import Response

import codings.queries as codings
import prescriber.queries as prescriber_queries
from app import audit
from app.access import Person
from app.db import WriteSession, reading, writing
from app.errors import STATUS
from app.flows import visit as visit_flow
from app.forms import Form, Sent, read
from app.idempotency import Once
from app.pages.prescriber import changes, finding, identity, pressed, quick
from app.pages.prescriber.identity import PatientElsewhere
from app.pages.prescriber.look import Look, look
from app.refusals import Malformed
from app.service import Service, TheService
from app.web import page, see_other
from codings.base import Actor, Problem, Role
from codings.systems import ICD10
from prescriber import actions as prescriber_actions
from prescriber.outcomes import DraftStale
from prescriber.states import DraftState, Number
from prescriber.tables import Draft

router = APIRouter(prefix="/drafts")

Physician = Annotated[Actor, Person(Role.PHYSICIAN)]
LIVE = "x-live"
MOST_FOUND = 12
MOST_TYPED = finding.MOST_TYPED
EARLIER = 6


class Press(BaseModel):
    """What a press of a button of the form sends beside the draft itself."""

    version: int = Field(ge=1)
    patient: UUID
    do: str = Field(default="save", max_length=80)
    q: str = Field(default="", max_length=MOST_TYPED)
    dq: str = Field(default="", max_length=MOST_TYPED)
    quick: str = Field(default="", max_length=quick.MOST_TYPED)
    quick_reason: str = Field(default="", max_length=60)
    favourite_name: str = Field(default="", max_length=200)


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
    line: Annotated[str, Query(alias="quick")] = "",
    check: bool = False,
) -> Response:
    """The form, what can be found for the search boxes, the findings and the cost."""
    with reading(service) as session:
        found = prescriber_queries.draft(session, draft=draft, by=by)
        now, _ = identity.opened(session, request.state.session_sha256)
    if found.state is not DraftState.OPEN:
        return see_other(_after(found))
    if now is None:
        with writing(service) as session:
            identity.open_here(session, request.state.session_sha256, patient=found.patient, by=by)
    audit.saw(service, by=by, verb="draft.read", subject=str(draft), patient=str(found.patient))
    return _page(
        request,
        service,
        found,
        found.typed,
        by=by,
        q=q[:MOST_TYPED],
        dq=dq[:MOST_TYPED],
        line=line[: quick.MOST_TYPED],
        check=check,
    )


@router.post("/{draft}")
def save(
    request: Request, draft: UUID, by: Physician, once: Once, sent: Sent, service: TheService
) -> Response:
    """Keep everything as it was typed, then do what the button says."""
    press = read(FormData([(n, v) for n, v in sent.multi_items() if n in Press.model_fields]), Press)
    with reading(service) as session:
        found = prescriber_queries.draft(session, draft=draft, by=by)
    typed = changes.kept(sent.multi_items(), before=found.typed)
    if press.value is None:
        return _page(request, service, found, typed, by=by, problem=Malformed(), status=400)
    asked = press.value

    def write(session: WriteSession) -> str:
        sha256 = request.state.session_sha256
        if asked.do == "here" and asked.patient == found.patient:
            identity.open_here(session, sha256, patient=found.patient, by=by)
        if asked.patient == found.patient:
            identity.require_open(session, sha256, patient=found.patient, by=by)
        done = pressed.done(
            session,
            typed,
            asked.do,
            before=found.typed,
            draft=found,
            name=asked.favourite_name,
            line=asked.quick,
            reason=asked.quick_reason,
            by=by,
        )
        prescriber_actions.save_draft(
            session,
            draft=draft,
            patient=asked.patient,
            shabad=found.shabad,
            typed=done,
            version=asked.version,
            by=by,
        )
        return _next(draft, asked, done)

    try:
        answer = once.page(write)
    except Problem as no:
        return _refused(request, service, draft, typed, no, line=asked.quick, by=by)
    return _live(request, service, draft, asked, by=by) if LIVE in request.headers else answer


def _live(request: Request, service: Service, draft: UUID, asked: Press, *, by: Actor) -> Response:
    """The page as it is now, without the way round over an address."""
    with reading(service) as session:
        now = prescriber_queries.draft(session, draft=draft, by=by)
    dq, line = asked.dq if asked.do == "diagnosis" else "", asked.quick if asked.do == "quick" else ""
    return _page(request, service, now, now.typed, by=by, dq=dq, line=line)


def _refused(
    request: Request,
    service: Service,
    draft: UUID,
    typed: dict[str, str],
    no: Problem,
    *,
    line: str,
    by: Actor,
) -> Response:
    """The form as it was typed; beside it, where another window was faster, what is saved."""
    with reading(service) as session:
        now = prescriber_queries.draft(session, draft=draft, by=by)
    if now.state is not DraftState.OPEN:
        raise no
    saved = dict(now.typed) if isinstance(no, DraftStale) else None
    return _page(
        request, service, now, typed, by=by, line=line, problem=no, saved=saved, status=STATUS[no.kind]
    )


def _next(draft: UUID, asked: Press, typed: dict[str, str]) -> str:
    """Where the browser goes: the search's results, the item that was added, the review, or the form again."""
    here = f"/prescriber/drafts/{draft}"
    verb = asked.do.partition(":")[0]
    if verb in {"review", "facts"}:
        return f"{here}/{verb}"
    if verb in {"save", "find"} and asked.q.strip():
        return f"{here}?{_query('q', asked.q)}#find-medicine"
    if verb in {"save", "diagnosis"} and asked.dq.strip():
        return f"{here}?{_query('dq', asked.dq)}#diagnoses"
    if asked.do in {"save", "quick"} and asked.quick.strip():
        return f"{here}?{_query('quick', asked.quick)}#quick-box"
    if verb in {"add", "use", "repeat", "quick"} and (items := changes.fields_of(typed, "items")):
        return f"{here}#item-{len(items)}"
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


def _page(
    request: Request,
    service: Service,
    draft: Draft,
    typed: Any,
    *,
    by: Actor,
    q: str = "",
    dq: str = "",
    line: str = "",
    check: bool = False,
    problem: Problem | None = None,
    saved: dict[str, str] | None = None,
    status: int = 200,
) -> Response:
    with reading(service) as session:
        seen: Look = look(request, session, service, draft=draft, typed=typed, by=by)
        now, _ = identity.opened(session, request.state.session_sha256)
        earlier = prescriber_queries.by_practitioner(session, patient=draft.patient, by=by, limit=EARLIER)
        context: dict[str, Any] = {
            "offer": finding.offer(session, q),
            "diagnoses": codings.search(session, ICD10, dq, MOST_FOUND) if dq.strip() else [],
            "favourites": prescriber_queries.favourites(session, by=by),
            "earlier": earlier,
            "echo": quick.echo(session, line) if line.strip() else None,
        }
    if check and seen.risks and not (seen.missing or seen.errors):
        return see_other(f"/prescriber/drafts/{draft.id}/identity")
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
        line=line,
        items=changes.fields_of(typed, "items"),
        removed=changes.fields_of(typed, "removed"),
        removed_names=_names(service, changes.fields_of(typed, "removed")),
        elsewhere=now not in {None, draft.patient} or isinstance(problem, PatientElsewhere),
        saved=saved,
        problem=problem or seen.problem,
        status=status,
        **context,
    )


def _names(service: Service, removed: list[dict[str, str]]) -> dict[str, str]:
    """What the removed medicines are called."""
    with reading(service) as session:
        known = codings.medicines(session, {item.get("medicine", "") for item in removed})
    return {code: medicine.short for code, medicine in known.items()}
