"""Signing in the browser: what the physician's own key signed comes in, and becomes prescriptions, all or none."""

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

import prescriber.queries as prescriber_queries
from app import audit, signing_sessions
from app.access import Person
from app.db import WriteSession, reading
from app.errors import STATUS
from app.flows import prescribing as flow
from app.flows.prescribing import number_of
from app.forms import Sent, read
from app.idempotency import Once
from app.pages.prescriber import identity
from app.pages.prescriber.banner import banner
from app.pages.prescriber.look import look
from app.pages.prescriber.review import MOST_AT_ONCE, review_page
from app.refusals import Malformed
from app.service import Service, TheService
from app.web import page, see_other
from codings import jws
from codings.base import Actor, Problem, Role
from prescriber import signing
from prescriber.outcomes import DraftClosed, DraftOfAnother, DraftStale, SignatureRefused
from prescriber.states import DraftState

router = APIRouter()

Physician = Annotated[Actor, Person(Role.PHYSICIAN)]
Numbers = Annotated[list[str], Query(alias="number", min_length=1, max_length=MOST_AT_ONCE)]


class SignedDraft(BaseModel):
    """One draft as it was reviewed, and the JWS that the browser made of its bytes."""

    id: UUID
    version: int = Field(ge=1)
    jws: str = Field(min_length=1, max_length=8192)


class SignInput(BaseModel):
    """Everything signed in one go, of one patient."""

    drafts: tuple[SignedDraft, ...] = Field(min_length=1, max_length=MOST_AT_ONCE)


@router.get("/sign")
def no_sign(_by: Physician) -> Response:
    return see_other("/prescriber")


@router.post("/sign")
def sign(request: Request, by: Physician, once: Once, sent: Sent, service: TheService) -> Response:
    """Register what was signed. The person must have proved anew who they are, minutes ago at the most."""
    form = read(sent, SignInput)
    if form.value is None:
        raise Malformed
    told = form.value.drafts

    def write(session: WriteSession) -> str:
        proven = signing_sessions.require(session, session_sha256=request.state.session_sha256, by=by)
        patient = _require_as_reviewed(session, told, by=by)
        identity.require_open(session, request.state.session_sha256, patient=patient, by=by)
        approval = {"signing_session": str(proven.id), **proven.evidence}
        numbers = []
        for one in told:
            _require_same(request, session, service, one, by=by)
            view, _ = flow.sign(session, service, token=one.jws, draft=one.id, approval=approval, by=by)
            numbers.append(str(view.number))
        return _after(numbers)

    try:
        return once.page(write)
    except Problem as no:
        drafts = " ".join(str(one.id) for one in told)[:120]
        audit.saw(service, by=by, verb="prescription.sign", subject=drafts, outcome=no.code)
        return review_page(
            request, service, [one.id for one in told], by=by, problem=no, status=STATUS[no.kind]
        )


def _require_as_reviewed(session: WriteSession, told: Sequence[SignedDraft], *, by: Actor) -> UUID:
    """Each draft is still what was on the screen, and all are one patient's: this one's."""
    patients = set()
    for one in told:
        found = prescriber_queries.draft(session, draft=one.id, lock=True, by=by)
        if found.state is not DraftState.OPEN:
            raise DraftClosed
        if found.version != one.version:
            raise DraftStale(version=found.version)
        patients.add(found.patient)
    if len(patients) > 1:
        raise DraftOfAnother
    return patients.pop()


def _require_same(
    request: Request, session: WriteSession, service: Service, one: SignedDraft, *, by: Actor
) -> None:
    """What was signed is what the draft says, but for the moment; a draft of the same visit has other bytes."""
    found = prescriber_queries.draft(session, draft=one.id, by=by)
    prepared = look(request, session, service, draft=found, typed=found.typed, by=by).prepared
    try:
        content = signing.read(jws.peek(one.jws)[1])
    except (jws.InvalidJws, signing.InvalidContent) as no:
        raise SignatureRefused(pointer="/jws", why=str(no)) from no
    moment = {"issued_at": content.issued_at}
    if prepared is None or prepared.content.model_copy(update=moment) != content:
        raise DraftStale(version=found.version)


def _after(numbers: Sequence[str]) -> str:
    """One slip is shown at once; of several, the list."""
    if len(numbers) == 1:
        return f"/prescriber/prescriptions/{numbers[0]}/slip"
    return "/prescriber/signed?" + "&".join(f"number={number}" for number in numbers)


@router.get("/signed")
def signed(request: Request, by: Physician, service: TheService, numbers: Numbers) -> Response:
    """What was signed together, each with its slip."""
    with reading(service) as session:
        views = [
            prescriber_queries.prescription(session, number=number_of(number), by=by) for number in numbers
        ]
        if len({view.patient for view in views}) > 1:
            raise DraftOfAnother
        context: dict[str, Any] = {"views": views, "banner": banner(session, patient=views[0].patient, by=by)}
    for view in views:
        audit.saw(
            service, by=by, verb="prescription.read", subject=str(view.number), patient=str(view.patient)
        )
    return page(request, "prescriber/signed.html", **context)
