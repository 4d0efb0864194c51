"""The physician's signing keys: those the register knows, making one in this browser, and giving one up.

The key itself is made and kept by the browser (`static/keys.js`); only a request that it signed comes here. A browser
that lost its key is nothing special: another is made on this same page.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

import codings.queries as codings
from app import audit
from app.access import Person
from app.db import ReadSession, WriteSession, reading
from app.errors import STATUS
from app.flows import enrolment
from app.forms import Form, Sent, read
from app.idempotency import Once
from app.pages.labels import choices
from app.service import Service, TheService
from app.web import language_of_page, page, see_other
from codings import certificates
from codings.base import Actor, Problem, Role
from codings.states import CertificateState, RequestState
from codings.systems import REVOCATION_REASON
from codings.tables import Certificate, CertificateRequest
from prescriber.inputs import Line

router = APIRouter()

Physician = Annotated[Actor, Person(Role.PHYSICIAN)]
Proven = Annotated[Actor, Person(Role.PHYSICIAN, fresh=True)]  # an open screen alone makes and ends no key
Kid = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{11}$")]
RENEW_BEFORE: Final = timedelta(days=60)
_REVIEW: Final = re.compile(r"/prescriber/drafts/[0-9a-f-]{36}/review")

State = Literal["active", "renew", "expired", "revoked", "waiting", "entered", "refused"]


class KeyInput(BaseModel):
    """The request that the key itself signed (PKCS #10, PEM), and what its holder calls the device."""

    csr: str = Field(max_length=4096)
    device: Annotated[Line, Field(min_length=1, max_length=80)]
    next: str = Field(default="", max_length=100)


class GiveUpInput(BaseModel):
    """Why a key is believed no more."""

    reason: str = Field(min_length=1, max_length=40)


@dataclass(frozen=True, slots=True)
class KeyView:
    """One key as the register knows it: its request, its certificate if there is one, and what it is worth now."""

    asked: CertificateRequest
    certificate: Certificate | None
    state: State
    why: str | None = None  # the officer's words, where the council refused


@router.get("/key")
def key(request: Request, by: Physician, service: TheService, next: str = "") -> Response:
    """What the register holds of this physician's keys, and which of them is in this browser."""
    return _page(request, service, Form({"next": next}), by=by)


@router.post("/key")
def ask(request: Request, by: Proven, once: Once, sent: Sent, service: TheService) -> Response:
    """Ask for a certificate; two officers of the Medical Council decide."""
    form = read(sent, KeyInput)
    if form.value is None:
        return _page(request, service, form, by=by, status=422)
    told = form.value
    csr = told.csr.replace("\r\n", "\n").strip() + "\n"

    def write(session: WriteSession) -> str:
        enrolment.ask(session, service, csr=csr, device=told.device, by=by)
        return told.next if _REVIEW.fullmatch(told.next) else "/prescriber/key"

    try:
        return once.page(write)
    except Problem as no:
        form.blame(no)
        return _page(request, service, form, by=by, problem=no, status=STATUS[no.kind])


@router.get("/key/{kid}/revoke")
def no_revoke(kid: Kid, _by: Physician) -> Response:  # noqa: ARG001
    return see_other("/prescriber/key")


@router.post("/key/{kid}/revoke")
def give_up(request: Request, kid: Kid, by: Proven, once: Once, sent: Sent, service: TheService) -> Response:
    """Nothing that this key signs from now on is believed; what it signed before stands."""
    form = read(sent, GiveUpInput)
    if form.value is None:
        return _page(request, service, form, by=by, about=kid, status=422)
    reason = form.value.reason

    def write(session: WriteSession) -> str:
        certificates.revoke_certificate(session, kid=kid, reason=reason, by=by)
        audit.did(session, by=by, verb="certificate.revoke", subject=kid)
        return "/prescriber/key"

    try:
        return once.page(write)
    except Problem as no:
        form.blame(no)
        return _page(request, service, form, by=by, problem=no, about=kid, status=STATUS[no.kind])


def keys_of(session: ReadSession, *, by: Actor) -> Sequence[KeyView]:
    """Every key this physician ever asked a certificate for, the newest first."""
    mine = by.practitioner or ""
    certified = {row.kid: row for row in codings.certificates_of(session, mine)}
    views = []
    for asked in codings.requests_of(session, mine):
        found = certified.get(asked.kid or "")
        refused = asked.state is RequestState.REFUSED
        why = codings.request_history(session, asked.id)[-1].why if refused else None
        views.append(KeyView(asked, found, _state(asked, found, by.at), why))
    return views


def _state(asked: CertificateRequest, found: Certificate | None, at: datetime) -> State:
    if found is None:
        return {RequestState.REFUSED: "refused", RequestState.ENTERED: "entered"}.get(asked.state, "waiting")  # type: ignore[return-value]
    if found.state is CertificateState.REVOKED:
        return "revoked"
    if found.not_after <= at:
        return "expired"
    return "renew" if found.not_after - RENEW_BEFORE <= at else "active"


def _page(
    request: Request,
    service: Service,
    form: Form[KeyInput] | Form[GiveUpInput],
    *,
    by: Actor,
    problem: Problem | None = None,
    about: str = "",
    status: int = 200,
) -> Response:
    with reading(service) as session:
        keys = keys_of(session, by=by)
        reasons = choices(session, REVOCATION_REASON, language_of_page(request))
    return page(
        request,
        "prescriber/key.html",
        form=form,
        keys=keys,
        reasons=reasons,
        holder=by.practitioner,
        about=about,
        at_once=service.settings.approve_keys_at_once,
        problem=problem,
        status=status,
    )
