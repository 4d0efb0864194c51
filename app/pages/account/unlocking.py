"""The lock: a session that rested is closed to the eye until its own person opens it; nothing typed is lost."""

from typing import Annotated

from fastapi import APIRouter, Request
from starlette.datastructures import FormData
from starlette.responses import Response

from app import accounts, passkeys
from app.access import Anyone, Person, held_by
from app.accounts import Held, Standing, Way
from app.db import reading
from app.errors import STATUS, answer, wants_json
from app.forms import Form, Sent, read
from app.pages.account.entering import sign_in_page
from app.pages.account.ways import (
    ProofInput,
    onward,
    proved,
    sent_along,
    session_of,
    set_session,
    told_json,
)
from app.refusals import MethodNotYours, NotSignedIn
from app.service import Service, TheService
from app.web import page, see_other
from codings.base import Actor, Problem

router = APIRouter()

Public = Annotated[Actor, Anyone()]
Own = Annotated[Actor, Person()]


@router.post("/account/stay")
def stay(by: Own, sent: Sent) -> Response:
    """Somebody is still there: coming in was all there was to do. A page of someone else's is told that it ended."""
    if _of_another(sent, by):
        raise NotSignedIn
    return Response(status_code=204)


def _of_another(sent: FormData, by: Actor) -> bool:
    """Whether a page says it is of somebody else than whose session this browser now has."""
    return str(sent.get("who") or by.id) != by.id


@router.post("/account/lock")
def lock(request: Request, _by: Public, service: TheService) -> Response:
    """Lock the session now, and say how it is opened again."""
    held = _held(request, service)
    if held.standing is Standing.OPEN:
        accounts.lock(service, held=held)
    if wants_json(request):
        return told_json({"name": held.actor.name, "ways": ways_to_open(service, held, locked=True)})
    return see_other("/account/unlock")


@router.get("/account/unlock")
def unlock_form(request: Request, by: Public, service: TheService, next: str = "/") -> Response:  # noqa: ARG001
    """Prove that it is you: to open a locked session, or before something weighty."""
    held = held_by(request, service)
    if held is None or held.standing is Standing.ENDED:
        return see_other("/sign-in")
    if held.standing is Standing.OPEN and held.fresh:
        return onward(request, next, accounts.landing(held.actor.role))
    return unlock_page(request, service, held, Form({"next": next}))


@router.post("/account/unlock/options")
def options(request: Request, _by: Public, service: TheService) -> Response:
    """A challenge for the passkeys of the person whose session this is."""
    held = _held(request, service)
    username = accounts.name_of(held.actor)
    return told_json(passkeys.request(service, kind="prove", username=username, session_sha256=held.sha256))


@router.post("/account/unlock")
def unlock(request: Request, _by: Public, sent: Sent, service: TheService) -> Response:
    """The same person proved it: the session goes on under a new id, and so does what was typed."""
    form = read(sent, ProofInput)
    held = held_by(request, service)
    if held is None or held.standing is Standing.ENDED or _of_another(sent, held.actor):
        if wants_json(request):
            return answer(NotSignedIn(), request)
        return sign_in_page(request, Form(form.typed), problem=NotSignedIn(), status=401)
    told = form.value
    if told is None:
        return unlock_page(request, service, held, form, status=422)
    try:
        secret = _opened(request, service, held, told)
    except Problem as no:
        if wants_json(request):
            return answer(no, request)
        form.blame(no)
        return unlock_page(request, service, held, form, problem=no, status=STATUS[no.kind])
    request.state.actor = held.actor
    request.state.idle_seconds = int(accounts.idle(held.actor.role).total_seconds())
    username = accounts.name_of(held.actor)
    unsent = sent_along(request, service, username=username, kept=told.carry)
    if wants_json(request):
        unsent = told_json({"idle": request.state.idle_seconds})
    return set_session(
        unsent or onward(request, told.next, accounts.landing(held.actor.role)), service, secret
    )


def unlock_page(
    request: Request,
    service: Service,
    held: Held,
    form: Form[ProofInput],
    *,
    problem: Problem | None = None,
    left: str | None = None,
    status: int = 200,
) -> Response:
    """Who is asked to prove it, and how; nothing of what the session was open on."""
    locked = held.standing is Standing.LOCKED
    return page(
        request,
        "account/unlock.html",
        form=form,
        name=held.actor.name,
        ways=ways_to_open(service, held, locked=locked),
        locked=locked,
        problem=problem,
        left=left,
        status=status,
    )


def ways_to_open(service: Service, held: Held, *, locked: bool) -> tuple[Way, ...]:
    """Any way opens a lock; before something weighty the password is not enough for whoever has better."""
    with reading(service) as session:
        strong = accounts.ways(session, accounts.name_of(held.actor))
    return strong if strong and not locked else (*strong, "password")


def _opened(request: Request, service: Service, held: Held, told: ProofInput) -> str:
    allowed = ways_to_open(service, held, locked=held.standing is Standing.LOCKED)
    if told.method not in allowed:
        raise MethodNotYours
    proof = proved(
        service, told, username=accounts.name_of(held.actor), kind="prove", session_sha256=held.sha256
    )
    # A password opens what was open before, and no more, for whoever has a stronger way.
    weighty = told.method != "password" or allowed == ("password",)
    return accounts.renew(service, secret=session_of(request, service), proof=proof, weighty=weighty)


def _held(request: Request, service: Service) -> Held:
    held = held_by(request, service)
    if held is None or held.standing is Standing.ENDED:
        raise NotSignedIn
    return held
