"""My account: the passkeys, the password, the browsers I am signed in with, and the offer at the first sign-in."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field, StringConstraints
from starlette.responses import Response

from app import accounts, passkeys
from app.access import Person, held_by
from app.accounts import Proof
from app.db import WriteSession, reading
from app.errors import STATUS
from app.forms import Form, Sent, read
from app.idempotency import Once
from app.pages.account.ways import session_of, set_session, told_json
from app.service import Service, TheService
from app.tables import OneTimeSecret
from app.web import page, see_other
from codings.base import Actor, Problem
from prescriber.inputs import Line

router = APIRouter(prefix="/account")

Own = Annotated[Actor, Person()]
Proven = Annotated[Actor, Person(fresh=True)]


class PasskeyInput(BaseModel):
    """A new passkey, under the name its owner knows it by."""

    name: Annotated[Line, StringConstraints(min_length=1, max_length=80)]
    ceremony: UUID
    credential: str = Field(max_length=passkeys.LONGEST)


class RemoveInput(BaseModel):
    """Which passkey goes."""

    passkey: str = Field(max_length=1400)


class PasswordInput(BaseModel):
    """The password that is, and the one that shall be."""

    old: str = Field(max_length=500)
    new: str = Field(max_length=500)


class EndInput(BaseModel):
    """Which session ends; all others when none is named."""

    session: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")] | None = None


@router.get("")
def own(request: Request, by: Own, service: TheService) -> Response:
    """Everything that opens this account, and where it is open."""
    return account_page(request, service, Form({}), by=by)


@router.get("/first")
def first(request: Request, by: Own, service: TheService) -> Response:
    """The offer of a second way, made at the first sign-in and whenever one is required and missing."""
    with reading(service) as session:
        strong = accounts.ways(session, accounts.name_of(by))
    return page(
        request,
        "account/first.html",
        ways=strong,
        required=service.settings.second_factor_required,
        landing=accounts.landing(by.role),
    )


@router.get("/passkeys")
@router.get("/passkeys/remove")
@router.get("/password")
@router.get("/sessions/end")
def back(_by: Own) -> Response:
    return see_other("/account")


@router.post("/passkeys/options")
def passkey_options(request: Request, by: Proven, service: TheService) -> Response:
    """What the browser needs to make a passkey."""
    return told_json(passkeys.registration(service, session_sha256=request.state.session_sha256, by=by))


@router.post("/passkeys")
def add_passkey(request: Request, by: Proven, once: Once, sent: Sent, service: TheService) -> Response:
    """Keep a passkey; making it proved who this is, so the session gets a new id."""
    form = read(sent, PasskeyInput)
    if form.value is None:
        return account_page(request, service, form, by=by, status=422)
    told = form.value

    def write(session: WriteSession) -> str:
        passkeys.register(
            session,
            service=service,
            ceremony=told.ceremony,
            credential=told.credential,
            name=told.name,
            session_sha256=request.state.session_sha256,
            by=by,
        )
        return "/account#passkeys"

    try:
        answer = once.page(write)
    except Problem as no:
        form.blame(no)
        return account_page(request, service, form, by=by, problem=no, status=STATUS[no.kind])
    return renewed(request, service, answer, Proof(accounts.name_of(by), "passkey", by.at))


@router.post("/passkeys/remove")
def remove_passkey(request: Request, by: Proven, once: Once, sent: Sent, service: TheService) -> Response:
    form = read(sent, RemoveInput)

    def write(session: WriteSession) -> str:
        passkeys.remove(session, service=service, id=form.typed.get("passkey", ""), by=by)
        return "/account#passkeys"

    try:
        return once.page(write)
    except Problem as no:
        return account_page(request, service, form, by=by, problem=no, status=STATUS[no.kind])


@router.post("/password")
def change_password(request: Request, by: Own, once: Once, sent: Sent, service: TheService) -> Response:
    """A new password of one's own; the old one is asked, and other browsers are signed out."""
    form = read(sent, PasswordInput)
    if form.value is None:
        return account_page(request, service, form, by=by, status=422)
    told = form.value

    def write(session: WriteSession) -> str:
        keep = request.state.session_sha256
        accounts.change_password(
            session, service=service, old=told.old, new=told.new, keep_sha256=keep, by=by
        )
        return "/account?done=password#password"

    try:
        answer = once.page(write)
    except Problem as no:
        form.blame(no)
        return account_page(request, service, form, by=by, problem=no, status=STATUS[no.kind])
    return renewed(request, service, answer, Proof(accounts.name_of(by), "password", by.at), weighty=False)


@router.post("/sessions/end")
def end_sessions(request: Request, by: Own, once: Once, sent: Sent, service: TheService) -> Response:
    """Sign out another of one's browsers, or all of them."""
    form = read(sent, EndInput)
    if form.value is None:
        return account_page(request, service, form, by=by, status=422)
    only = form.value.session

    def write(session: WriteSession) -> str:
        accounts.end_others(session, keep_sha256=request.state.session_sha256, only=only, by=by)
        return "/account#sessions"

    return once.page(write)


def renewed(
    request: Request, service: Service, answer: Response, proof: Proof, *, weighty: bool = True
) -> Response:
    """The answer with the session's new id: what was just done proved who this is."""
    secret = accounts.renew(service, secret=session_of(request, service), proof=proof, weighty=weighty)
    return set_session(answer, service, secret)


def account_page(
    request: Request,
    service: Service,
    form: Form[PasskeyInput] | Form[RemoveInput] | Form[PasswordInput] | Form[EndInput],
    *,
    by: Actor,
    problem: Problem | None = None,
    status: int = 200,
) -> Response:
    """My account as it is now."""
    held = held_by(request, service)
    form.typed = {name: value for name, value in form.typed.items() if name == "name"}
    with reading(service) as session:
        codes = session.get(OneTimeSecret, accounts.name_of(by))
        return page(
            request,
            "account/own.html",
            form=form,
            passkeys=passkeys.passkeys_of(session, accounts.name_of(by)),
            codes=codes if codes is not None and codes.confirmed_at is not None else None,
            sessions=accounts.sessions_of(session, by=by),
            here=request.state.session_sha256,
            fresh=held is not None and held.fresh,
            required=service.settings.second_factor_required,
            done=request.query_params.get("done"),
            absolute=accounts.ABSOLUTE,
            browser_of=accounts.family,
            problem=problem,
            status=status,
        )
