"""The physician's signing key: the certificates they hold, and asking for one for a key made on their own device."""

from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

import codings.queries as codings
from app import audit
from app.access import Person
from app.db import WriteSession, reading
from app.errors import STATUS
from app.forms import Form, Sent, read
from app.idempotency import Once
from app.service import Service, TheService
from app.web import page
from codings import certificates
from codings.base import Actor, Problem, Role
from codings.states import HolderKind

router = APIRouter()

Physician = Annotated[Actor, Person(Role.PHYSICIAN)]


class KeyInput(BaseModel):
    """The request that the key itself signed (PKCS #10, PEM)."""

    csr: str = Field(max_length=4096)


@router.get("/key")
def key(request: Request, by: Physician, service: TheService) -> Response:
    """What the register holds of this physician's keys."""
    return _page(request, service, Form({}), by=by)


@router.post("/key")
def ask(request: Request, by: Physician, once: Once, sent: Sent, service: TheService) -> Response:
    """Ask for a certificate; two officers of the Medical Council decide."""
    form = read(sent, KeyInput)
    if form.value is None:
        return _page(request, service, form, by=by, status=422)
    csr = form.value.csr.replace("\r\n", "\n").strip() + "\n"

    def write(session: WriteSession) -> str:
        asked = certificates.request_certificate(
            session, holder=by.practitioner or "", holder_kind=HolderKind.PHYSICIAN, csr=csr, by=by
        )
        audit.did(session, by=by, verb="certificate.request", subject=str(asked.id))
        return "/prescriber/key"

    try:
        return once.page(write)
    except Problem as no:
        form.blame(no)
        return _page(request, service, form, by=by, problem=no, status=STATUS[no.kind])


def _page(
    request: Request,
    service: Service,
    form: Form[KeyInput],
    *,
    by: Actor,
    problem: Problem | None = None,
    status: int = 200,
) -> Response:
    mine = by.practitioner or ""
    with reading(service) as session:
        context: dict[str, Any] = {
            "certificates": codings.certificates_of(session, mine),
            "waiting": [asked for asked in codings.requests_waiting(session) if asked.holder == mine],
        }
    return page(
        request, "prescriber/key.html", form=form, now=by.at, problem=problem, status=status, **context
    )
