"""Requests for certificates: what waits for an officer, each of the two steps, and all that was ever asked."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

import codings.queries as codings
from app import audit, ca
from app.csv_export import Column, csv_of
from app.db import Reading, WriteSession, reading
from app.errors import STATUS
from app.forms import Form, Sent, read
from app.idempotency import Once, OneAction
from app.listing import NOTHING, Asked, Listed, Sorting, ask, page_of
from app.pages.council.people import KINDS, REQUEST_STATES, Deciding, Officer
from app.pages.filters import Sought
from app.service import Service, TheService
from app.web import language_of_page, page, see_other
from codings import certificates
from codings.base import Actor, Problem, Words
from codings.outcomes import CertificateUnknown
from codings.queries import lists
from codings.states import RequestState
from codings.tables import CertificateRequest
from prescriber.inputs import Line

router = APIRouter()

SORTING = Sorting(columns=lists.REQUESTS_BY, key=lists.REQUESTS_KEY, first="-asked")
COLUMNS = [
    Column(Words("درخواست", "Request"), lambda row: str(row.id)),
    Column(Words("شمارهٔ نظام", "Council number"), lambda row: row.holder),
    Column(Words("نوع", "Kind"), lambda row: KINDS[row.holder_kind]),
    Column(Words("وضعیت", "State"), lambda row: REQUEST_STATES[row.state]),
    Column(Words("اثر انگشت کلید", "Fingerprint of the key"), lambda row: row.key_sha256),
    Column(Words("درخواست‌کننده", "Asked by"), lambda row: row.requested_by),
    Column(Words("درخواست در", "Asked at"), lambda row: row.requested_at, day=True),
    Column(Words("ثبت‌کننده", "Entered by"), lambda row: row.entered_by),
    Column(Words("ثبت در", "Entered at"), lambda row: row.entered_at, day=True),
    Column(Words("تصمیم‌گیرنده", "Decided by"), lambda row: row.decided_by),
    Column(Words("تصمیم در", "Decided at"), lambda row: row.decided_at, day=True),
    Column(Words("شناسهٔ گواهی", "Certificate"), lambda row: row.kid),
]


class RequestFilter(BaseModel):
    """Which of the requests."""

    model_config = ConfigDict(extra="ignore")

    holder: Sought | None = None
    state: RequestState | None = None


class RefuseInput(BaseModel):
    """Why the holder does not get a certificate, in words they will be told."""

    why: Annotated[Line, Field(min_length=3, max_length=200)]


@router.get("")
def desk(
    request: Request, by: Officer, service: TheService, issued: Annotated[str, Query(max_length=40)] = ""
) -> Response:
    """What waits for an officer."""
    return _page(request, service, Form({}), by=by, issued=issued)


@router.get("/requests")
def asked_for(request: Request, by: Officer, session: Reading) -> Response:
    """Every request there ever was, with who decided it."""
    asked = ask(request, SORTING, RequestFilter)
    listed = _listed(asked)
    shown = NOTHING if listed is None else page_of(session, listed, asked)
    english = language_of_page(request) == "en"
    return page(
        request,
        "council/requests.html",
        block="list",
        status=asked.status,
        by=by,
        asked=asked,
        shown=shown,
        people=codings.practitioners(session, {row.holder for row in shown.rows}),
        states=[(state.value, words.en if english else words.fa) for state, words in REQUEST_STATES.items()],
        state_words=REQUEST_STATES,
        kind_words=KINDS,
    )


@router.get("/requests.csv")
def export(request: Request, by: Officer, service: TheService) -> Response:
    """The same requests as a file."""
    asked = ask(request, SORTING, RequestFilter)
    listed = _listed(asked)
    if listed is None:
        return see_other(asked.beginning)
    return csv_of(service, listed, asked, COLUMNS, name="requests", language=language_of_page(request), by=by)


@router.get("/requests/{asked}/{what}")
def back(asked: str, what: str, _by: Officer) -> Response:  # noqa: ARG001
    return see_other("/council")


@router.post("/requests/{asked}/enter")
def enter(request: Request, asked: UUID, by: Deciding, once: Once, service: TheService) -> Response:
    """The first officer: identity and council number were seen to be right."""

    def write(session: WriteSession) -> str:
        certificates.enter_request(session, request=asked, by=by)
        audit.did(session, by=by, verb="certificate.enter", subject=str(asked))
        return "/council"

    return _decided(request, service, once, write, by=by)


@router.post("/requests/{asked}/approve")
def approve(request: Request, asked: UUID, by: Deciding, once: Once, service: TheService) -> Response:
    """Another officer: the health CA certifies the key, and it can sign from now on."""

    def write(session: WriteSession) -> str:
        found = codings.certificate_request(session, asked)
        if found is None:
            raise CertificateUnknown
        issued = ca.issue(
            service.keys, csr_pem=found.csr, holder=found.holder, holder_kind=found.holder_kind, now=by.at
        )
        made = certificates.approve_request(session, request=asked, issued=issued, by=by)
        audit.did(session, by=by, verb="certificate.approve", subject=str(asked))
        return f"/council?issued={made.kid}"

    return _decided(request, service, once, write, by=by)


@router.post("/requests/{asked}/refuse")
def refuse(
    request: Request, asked: UUID, by: Deciding, once: Once, sent: Sent, service: TheService
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


def _listed(asked: Asked[RequestFilter]) -> Listed | None:
    wanted = asked.value
    return None if wanted is None else lists.requests_listed(**wanted.model_dump())


def _decided(request: Request, service: Service, once: OneAction, write: Any, *, by: Actor) -> Response:
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
    issued: str = "",
    status: int = 200,
) -> Response:
    with reading(service) as session:
        waiting = codings.requests_waiting(session)
        made = codings.certificate(session, issued) if issued else None
        holders = {row.holder for row in waiting} | ({made.holder} if made else set())
        people = codings.practitioners(session, holders)
    return page(
        request,
        "council/desk.html",
        form=form,
        waiting=[(row, _may_approve(row, by)) for row in waiting],
        people=people,
        issued=made,
        about=about,
        by=by,
        kind_words=KINDS,
        problem=problem,
        status=status,
    )


def _may_approve(row: CertificateRequest, by: Actor) -> bool:
    """Whether the button is offered; the verb decides again."""
    entered = row.state is RequestState.ENTERED
    return entered and by.id not in {row.entered_by, row.requested_by, row.holder}
