"""The authenticator app of one's account: its secret shown once to be scanned, confirmed by a code, taken away."""

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from app import accounts, one_time, qr
from app.accounts import Proof
from app.db import WriteSession, reading
from app.errors import STATUS
from app.forms import Form, Sent, read
from app.idempotency import Once
from app.pages.account.own import Own, Proven, account_page, renewed
from app.refusals import NothingPending
from app.service import Service, TheService
from app.web import page, see_other
from codings.base import Actor, Problem

router = APIRouter(prefix="/account/one-time")


class CodeInput(BaseModel):
    """Six digits from the app."""

    code: str = Field(max_length=20)


@router.post("")
def begin(by: Proven, once: Once, service: TheService) -> Response:
    """Draw a secret for a new app."""

    def write(session: WriteSession) -> str:
        one_time.begin(session, service=service, by=by)
        return "/account/one-time"

    return once.page(write)


@router.get("")
def show(request: Request, by: Proven, service: TheService) -> Response:
    """The secret to scan or type, until it is confirmed."""
    return _page(request, service, Form({}), by=by)


@router.get("/confirm")
@router.get("/remove")
def back(_by: Own) -> Response:
    return see_other("/account")


@router.post("/confirm")
def confirm(request: Request, by: Proven, once: Once, sent: Sent, service: TheService) -> Response:
    """The app shows the right code: it counts from now on."""
    form = read(sent, CodeInput)
    if form.value is None:
        return _page(request, service, form, by=by, status=422)
    code = form.value.code

    def write(session: WriteSession) -> str:
        one_time.confirm(session, service=service, code=code, by=by)
        return "/account#codes"

    try:
        answer = once.page(write)
    except Problem as no:
        form.blame(no)
        return _page(request, service, form, by=by, problem=no, status=STATUS[no.kind])
    return renewed(request, service, answer, Proof(accounts.name_of(by), "totp", by.at))


@router.post("/remove")
def remove(request: Request, by: Proven, once: Once, service: TheService) -> Response:
    def write(session: WriteSession) -> str:
        one_time.remove(session, service=service, by=by)
        return "/account#codes"

    try:
        return once.page(write)
    except Problem as no:
        return account_page(request, service, Form({}), by=by, problem=no, status=STATUS[no.kind])


def _page(
    request: Request,
    service: Service,
    form: Form[CodeInput],
    *,
    by: Actor,
    problem: Problem | None = None,
    status: int = 200,
) -> Response:
    form.typed = {}
    try:
        with reading(service) as session:
            uri, secret = one_time.pending(session, service=service, by=by)
    except NothingPending:
        return see_other("/account#codes")
    return page(
        request,
        "account/one_time.html",
        form=form,
        code=qr.svg.__wrapped__(uri, 1.0),  # not through its cache: a secret is not kept in memory
        secret=" ".join(secret[i : i + 4] for i in range(0, len(secret), 4)),
        problem=problem,
        status=status,
    )
