"""Several drafts: going over from one to another, a second one for the same visit, and saying who the patient is."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

import codings.queries as codings
import insurer.queries.coverage as coverage_queries
import prescriber.queries as prescriber_queries
from app import audit
from app.access import Person
from app.db import WriteSession, reading
from app.errors import STATUS
from app.forms import Form, Sent, read
from app.idempotency import Once
from app.pages.prescriber import changes, identity
from app.pages.prescriber.banner import Banner, banner
from app.service import Service, TheService
from app.web import page, see_other
from codings.base import Actor, Problem, Role
from prescriber import actions as prescriber_actions
from prescriber.outcomes import DraftClosed
from prescriber.states import DraftState
from prescriber.tables import Draft

router = APIRouter(prefix="/drafts")

Physician = Annotated[Actor, Person(Role.PHYSICIAN)]


class WhoInput(BaseModel):
    """Who the patient is, as the physician says it."""

    initials: str = Field(default="", max_length=40)
    year: str = Field(default="", max_length=10)


@router.get("/{draft}/open")
@router.get("/{draft}/another")
def back(draft: UUID, _by: Physician) -> Response:
    return see_other(f"/prescriber/drafts/{draft}")


@router.post("/{draft}/open")
def open_draft(request: Request, draft: UUID, by: Physician, once: Once) -> Response:
    """Work on this patient from now on; windows with another one become read-only."""

    def write(session: WriteSession) -> str:
        found = prescriber_queries.draft(session, draft=draft, by=by)
        identity.open_here(session, request.state.session_sha256, patient=found.patient, by=by)
        return f"/prescriber/drafts/{draft}"

    return once.page(write)


@router.post("/{draft}/another")
def another(request: Request, draft: UUID, by: Physician, once: Once) -> Response:
    """One more draft for the same visit, with the same diagnoses; each is signed on its own."""

    def write(session: WriteSession) -> str:
        found = prescriber_queries.draft(session, draft=draft, by=by)
        if found.state is not DraftState.OPEN:
            raise DraftClosed
        identity.require_open(session, request.state.session_sha256, patient=found.patient, by=by)
        same = {name: value for name, value in found.typed.items() if name.startswith("diagnoses.")}
        begun = prescriber_actions.save_draft(
            session, patient=found.patient, shabad=found.shabad, typed=same, by=by
        )
        return f"/prescriber/drafts/{begun.id}"

    return once.page(write)


@router.get("/{draft}/identity")
def who_form(request: Request, draft: UUID, by: Physician, service: TheService) -> Response:
    """Ask who the patient is, where a mistake is likely."""
    return _page(request, service, draft, Form({}), by=by)


@router.post("/{draft}/identity")
def who(
    request: Request, draft: UUID, by: Physician, once: Once, sent: Sent, service: TheService
) -> Response:
    """Compare the answer with the band on top; what is right is kept with the draft, and the review follows."""
    form = read(sent, WhoInput)
    with reading(service) as session:
        found = prescriber_queries.draft(session, draft=draft, by=by)
        patient = banner(session, patient=found.patient, by=by)
        high_risk = _high_risk(session, found)
    if form.value is not None:
        form.errors |= identity.is_patient(patient, initials=form.value.initials, year=form.value.year)
    if form.value is None or form.errors:
        return _page(request, service, draft, form, by=by, status=422)

    def write(session: WriteSession) -> str:
        identity.require_open(session, request.state.session_sha256, patient=found.patient, by=by)
        kept = {**found.typed, "identity": identity.confirmation(high_risk=high_risk, at=by.at)}
        prescriber_actions.save_draft(
            session,
            draft=draft,
            patient=found.patient,
            shabad=found.shabad,
            typed=kept,
            version=found.version,
            by=by,
        )
        audit.did(session, by=by, verb="draft.identify", subject=str(draft), patient=str(found.patient))
        return f"/prescriber/drafts/{draft}/review"

    try:
        return once.page(write)
    except Problem as no:
        return _page(request, service, draft, form, by=by, problem=no, status=STATUS[no.kind])


def _page(
    request: Request,
    service: Service,
    draft: UUID,
    form: Form[WhoInput],
    *,
    by: Actor,
    problem: Problem | None = None,
    status: int = 200,
) -> Response:
    with reading(service) as session:
        found = prescriber_queries.draft(session, draft=draft, by=by)
        if found.state is not DraftState.OPEN:
            return see_other(f"/prescriber/drafts/{draft}")
        patient: Banner = banner(session, patient=found.patient, insurer=_insurer(session, found, by), by=by)
        why = identity.risks(
            session, draft=found, banner=patient, high_risk=_high_risk(session, found), by=by
        )
        request.state.unsigned = len(prescriber_queries.drafts(session, by=by))
    audit.saw(service, by=by, verb="draft.read", subject=str(draft), patient=str(found.patient))
    return page(
        request,
        "prescriber/identity.html",
        draft=found,
        banner=patient,
        why=why,
        form=form,
        problem=problem,
        status=status,
    )


def _insurer(session: Any, draft: Draft, by: Actor) -> str | None:
    return coverage_queries.shabad(session, shabad=draft.shabad, by=by).insurer if draft.shabad else None


def _high_risk(session: Any, draft: Draft) -> list[str]:
    codes = {item.get("medicine", "") for item in changes.fields_of(draft.typed, "items")}
    return [code for code, medicine in codings.medicines(session, codes).items() if medicine.high_risk]
