"""The door: signing in by password and a second proof, or by passkey alone, and signing out."""

import hmac
import secrets
from dataclasses import replace
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field
from starlette.responses import Response
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

from app import accounts, ceremonies, passkeys
from app.access import Anyone, browser_of, held_by
from app.accounts import Proof, Way
from app.db import reading
from app.errors import STATUS
from app.forms import Form, Sent, read
from app.pages.account.ways import (
    Kept,
    Next,
    ProofInput,
    onward,
    proved,
    sent_along,
    session_of,
    set_device,
    set_session,
    told_json,
)
from app.pages.home import getable
from app.refusals import CeremonyOver, MethodNotYours
from app.service import Service, TheService
from app.tables import Ceremony
from app.web import ANYONE, page, see_other
from codings.base import Actor, Problem

router = APIRouter()

Public = Annotated[Actor, Anyone()]


class SignInInput(BaseModel):
    """A name, a password, and where to go then."""

    username: str = Field(max_length=64)
    password: str = Field(max_length=500)
    next: Next = "/"
    carry: Kept = ""


class PasskeyInput(BaseModel):
    """A passkey's answer; whose it is, the passkey says."""

    ceremony: UUID
    credential: str = Field(max_length=passkeys.LONGEST)
    next: Next = "/"
    carry: Kept = ""


class SecondInput(ProofInput):
    """The second proof, and the note of the first one."""

    pending: str = Field(max_length=120)


@router.get("/sign-in")
def sign_in_form(request: Request, by: Public, next: str = "/") -> Response:
    if by.id != ANYONE:
        return see_other(getable(request, next))
    return sign_in_page(request, Form({"next": next}))


@router.post("/sign-in")
def sign_in(request: Request, _by: Public, sent: Sent, service: TheService) -> Response:
    """The password; whoever has a stronger way is asked for that too before anything opens."""
    form = read(sent, SignInInput)
    if form.value is None:
        return sign_in_page(request, form, status=422)
    told = form.value
    try:
        proof = accounts.prove_password(service, username=told.username, password=told.password)
        strong = _ways(service, proof.username)
        if strong:
            return _second_page(request, service, proof.username, strong, Form(form.typed))
        return _enter(request, service, proof, next=told.next, carry=told.carry)
    except Problem as no:
        return sign_in_page(request, form, problem=no, status=STATUS[no.kind])


@router.post("/sign-in/second/options")
def second_options(_by: Public, sent: Sent, service: TheService) -> Response:
    """A challenge for the passkeys of whoever has just given their password."""
    first = _pending(service, str(sent.get("pending", "")))
    return told_json(passkeys.request(service, kind="second-key", username=first.username))


@router.post("/sign-in/second")
def second(request: Request, _by: Public, sent: Sent, service: TheService) -> Response:
    """The second proof opens the session."""
    form = read(sent, SecondInput)
    try:
        first = _pending(service, form.typed.get("pending", ""))
    except CeremonyOver as no:
        return sign_in_page(request, Form(form.typed), problem=no, status=STATUS[no.kind])
    username = first.username or ""
    strong, told = _ways(service, username), form.value
    if told is None:
        return _second_page(request, service, username, strong, form, pending=first, status=422)
    try:
        if told.method not in strong:
            raise MethodNotYours
        proof = proved(service, told, username=username, kind="second-key")
        ceremonies.take(service, id=first.id, kind="second", username=username)
        return _enter(request, service, proof, next=told.next, carry=told.carry)
    except Problem as no:
        form.blame(no)
        status = STATUS[no.kind]
        return _second_page(
            request, service, username, strong, form, pending=first, problem=no, status=status
        )


@router.post("/sign-in/passkey/options")
def passkey_options(_by: Public, service: TheService) -> Response:
    """A challenge for whichever passkey of this host the person chooses."""
    return told_json(passkeys.request(service, kind="sign-in"))


@router.post("/sign-in/passkey")
def sign_in_by_passkey(request: Request, _by: Public, sent: Sent, service: TheService) -> Response:
    """A passkey alone: it stands for the device and for what opened it."""
    form = read(sent, PasskeyInput)
    try:
        if form.value is None:
            raise CeremonyOver
        told = form.value
        proof = passkeys.prove(service, kind="sign-in", ceremony=told.ceremony, credential=told.credential)
        return _enter(request, service, proof, next=told.next, carry=told.carry)
    except Problem as no:
        return sign_in_page(request, Form(form.typed), problem=no, status=STATUS[no.kind])


@router.post("/sign-out")
def sign_out(request: Request, _by: Public, sent: Sent, service: TheService) -> Response:
    """End the session here and on the server, locked or not; asking twice is no error."""
    held = held_by(request, service)
    if held is not None:
        accounts.sign_out(service, secret=session_of(request, service), by=held.actor)
    answer = see_other(getable(request, str(sent.get("next", "/"))))
    cookie, secure = accounts.cookie_name(service.settings), service.settings.secure
    answer.delete_cookie(cookie, path="/", secure=secure, httponly=True, samesite="lax")
    return answer


def sign_in_page(
    request: Request,
    form: Form[SignInInput] | Form[PasskeyInput] | Form[SecondInput],
    *,
    problem: Problem | None = None,
    left: str | None = None,
    status: int = 200,
) -> Response:
    """The door; `left` says what became of a form that met it closed."""
    return page(request, "home/sign_in.html", form=form, problem=problem, left=left, status=status)


def _enter(request: Request, service: Service, proof: Proof, *, next: str, carry: str) -> Response:
    """Open the session and go on: to what was left unsent, to what is still to be set up, or to the page wanted."""
    browser = browser_of(request, service)
    browser = replace(browser, device=browser.device or secrets.token_urlsafe(32))
    opened = accounts.begin(
        service,
        proof=proof,
        replaces=session_of(request, service) or None,
        browser=browser,
    )
    request.state.actor = opened.actor
    request.state.idle_seconds = int(accounts.idle(opened.actor.role).total_seconds())
    strong = _ways(service, proof.username)
    if not strong and service.settings.second_factor_required:
        answer: Response = see_other("/account/first")
    elif (unsent := sent_along(request, service, username=proof.username, kept=carry)) is not None:
        answer = unsent
    elif (
        not strong and getable(request, next) == "/" and accounts.take_offer(service, username=proof.username)
    ):
        answer = see_other("/account/first")
    else:
        answer = onward(request, next, opened.landing)
    set_device(answer, service, browser.device)
    return set_session(answer, service, opened.secret)


def _second_page(
    request: Request,
    service: Service,
    username: str,
    strong: tuple[Way, ...],
    form: Form[SignInInput] | Form[SecondInput],
    *,
    pending: Ceremony | None = None,
    problem: Problem | None = None,
    status: int = 200,
) -> Response:
    """Ask for the second proof; the note of the first travels in the form and is good for five minutes."""
    first = pending or ceremonies.begin(service, kind="second", username=username)
    note = f"{first.id}.{bytes_to_base64url(first.challenge)}"
    return page(
        request, "account/second.html", form=form, ways=strong, pending=note, problem=problem, status=status
    )


def _pending(service: Service, note: str) -> Ceremony:
    """The first proof that a note stands for. Raises CeremonyOver."""
    name, _, secret = note.partition(".")
    try:
        found = ceremonies.waiting(service, id=UUID(name), kind="second")
        right = hmac.compare_digest(base64url_to_bytes(secret), found.challenge)
    except ValueError:
        raise CeremonyOver from None
    if not right:
        raise CeremonyOver
    return found


def _ways(service: Service, username: str) -> tuple[Way, ...]:
    with reading(service) as session:
        return accounts.ways(session, username)
