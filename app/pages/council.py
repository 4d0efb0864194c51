"""The Medical Council's pages: requests for certificates, decided by two officers, and keys believed no more."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

import codings.queries as codings
from app import audit, ca
from app.access import Person
from app.db import WriteSession, reading
from app.errors import STATUS
from app.forms import Form, Sent, read
from app.idempotency import Once
from app.pages.labels import choices
from app.service import Service, TheService
from app.web import language_of_page, page, see_other
from codings import certificates
from codings.base import Actor, Problem, Role
from codings.identifiers import CouncilNumber
from codings.outcomes import CertificateUnknown
from codings.states import RequestState
from codings.systems import REVOCATION_REASON
from codings.tables import CertificateRequest
from prescriber.inputs import Line

router = APIRouter(prefix="/council", include_in_schema=False)

Officer = Annotated[Actor, Person(Role.COUNCIL_OFFICER)]


class RefuseInput(BaseModel):
    """Why the holder does not get a certificate, in words they will be told."""

    why: Annotated[Line, Field(min_length=3, max_length=200)]


class RevokeInput(BaseModel):
    """Why a key is believed no more."""

    holder: CouncilNumber
    reason: str = Field(min_length=1, max_length=40)


@router.get("")
def desk(request: Request, by: Officer, service: TheService, holder: str = "") -> Response:
    """What waits for an officer, and the certificates of one holder."""
    return _page(request, service, Form({"holder": holder}), by=by)


@router.get("/requests/{asked}/{what}")
@router.get("/certificates/{asked}/{what}")
def back(asked: str, what: str, _by: Officer) -> Response:  # noqa: ARG001
    return see_other("/council")


@router.post("/requests/{asked}/enter")
def enter(request: Request, asked: UUID, by: Officer, once: Once, service: TheService) -> Response:
    """The first officer: identity and council number were seen to be right."""

    def write(session: WriteSession) -> str:
        certificates.enter_request(session, request=asked, by=by)
        audit.did(session, by=by, verb="certificate.enter", subject=str(asked))
        return "/council"

    return _decided(request, service, once, write, by=by)


@router.post("/requests/{asked}/approve")
def approve(request: Request, asked: UUID, by: Officer, once: Once, service: TheService) -> Response:
    """Another officer: the health CA certifies the key, and it can sign from now on."""

    def write(session: WriteSession) -> str:
        found = codings.certificate_request(session, asked)
        if found is None:
            raise CertificateUnknown
        issued = ca.issue(
            service.keys, csr_pem=found.csr, holder=found.holder, holder_kind=found.holder_kind, now=by.at
        )
        certificates.approve_request(session, request=asked, issued=issued, by=by)
        audit.did(session, by=by, verb="certificate.approve", subject=str(asked))
        return f"/council?holder={found.holder}"

    return _decided(request, service, once, write, by=by)


@router.post("/requests/{asked}/refuse")
def refuse(
    request: Request, asked: UUID, by: Officer, once: Once, sent: Sent, service: TheService
) -> Response:
    """Either officer, at either step, with a reason. This key cannot be certified any more."""
    form = read(sent, RefuseInput)
    if form.value is None:
        return _page(request, service, form, by=by, about=str(asked), status=422)
    why = form.value.why

    def write(session: WriteSession) -> str:
        certificates.refuse_request(session, request=asked, why=why, by=by)
        audit.did(session, by=by, verb="certificate.refuse", subject=str(asked))
        return "/council"

    return _decided(request, service, once, write, by=by)


@router.post("/certificates/{kid}/revoke")
def revoke(request: Request, kid: str, by: Officer, once: Once, sent: Sent, service: TheService) -> Response:
    """Nothing this key signs from now on is believed."""
    form = read(sent, RevokeInput)
    if form.value is None:
        return _page(request, service, form, by=by, about=kid, status=422)
    told = form.value

    def write(session: WriteSession) -> str:
        certificates.revoke_certificate(session, kid=kid, reason=told.reason, by=by)
        audit.did(session, by=by, verb="certificate.revoke", subject=kid)
        return f"/council?holder={told.holder}"

    try:
        return once.page(write)
    except Problem as no:
        form.blame(no)
        return _page(request, service, form, by=by, problem=no, about=kid, status=STATUS[no.kind])


def _decided(request: Request, service: Service, once: Once, write: Any, *, by: Actor) -> Response:
    try:
        return once.page(write)
    except Problem as no:
        return _page(request, service, Form({}), by=by, problem=no, status=STATUS[no.kind])


def _page(
    request: Request,
    service: Service,
    form: Form[Any],
    *,
    by: Actor,
    problem: Problem | None = None,
    about: str = "",
    status: int = 200,
) -> Response:
    holder = form.typed.get("holder", "").strip()
    with reading(service) as session:
        waiting = codings.requests_waiting(session)
        held = codings.certificates_of(session, holder) if holder else []
        holders = {row.holder for row in waiting} | {row.holder for row in held}
        people = codings.practitioners(session, holders)
        reasons = choices(session, REVOCATION_REASON, language_of_page(request))
    return page(
        request,
        "council/desk.html",
        form=form,
        waiting=[(row, _may_approve(row, by)) for row in waiting],
        held=held,
        holder=holder,
        people=people,
        reasons=reasons,
        about=about,
        now=by.at,
        problem=problem,
        status=status,
    )


def _may_approve(row: CertificateRequest, by: Actor) -> bool:
    """Whether the button is offered; the verb decides again."""
    entered = row.state is RequestState.ENTERED
    return entered and by.id not in {row.entered_by, row.requested_by, row.holder}
