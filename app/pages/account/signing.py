"""The step up before signing: proving anew who one is opens five minutes in which prescriptions may be signed."""

from typing import Annotated

from fastapi import APIRouter, Request
from starlette.responses import Response

from app import accounts, passkeys, signing_sessions
from app.access import Person
from app.db import reading
from app.errors import wants_json
from app.forms import Sent, read
from app.pages.account.ways import ProofInput, proved, session_of, set_session, told_json
from app.pages.home import getable
from app.refusals import Malformed, MethodNotYours
from app.service import TheService
from app.web import see_other
from codings.base import Actor, Role

router = APIRouter(prefix="/account/signing-session")

Physician = Annotated[Actor, Person(Role.PHYSICIAN)]


@router.post("/options")
def options(request: Request, by: Physician, service: TheService) -> Response:
    """A challenge for the passkeys of whoever wants to sign."""
    session_sha256: str = request.state.session_sha256
    name = accounts.name_of(by)
    return told_json(passkeys.request(service, kind="sign", username=name, session_sha256=session_sha256))


@router.post("")
def open_session(request: Request, by: Physician, sent: Sent, service: TheService) -> Response:
    """Prove anew who one is; the browser's session gets a new id with it."""
    told = read(sent, ProofInput).value
    if told is None:
        raise Malformed
    with reading(service) as session:
        if told.method not in signing_sessions.methods(session, service=service, by=by):
            raise MethodNotYours(pointer="/method")
    proof = proved(
        service,
        told,
        username=accounts.name_of(by),
        kind="sign",
        session_sha256=request.state.session_sha256,
    )
    opened = signing_sessions.open_session(
        service, session_secret=session_of(request, service), proof=proof, by=by
    )
    if wants_json(request):
        ends = {"ends_at": opened.signing.ends_at.isoformat(), "method": opened.signing.method}
        return set_session(told_json(ends), service, opened.secret)
    return set_session(see_other(getable(request, told.next)), service, opened.secret)


@router.post("/end")
def end(request: Request, by: Physician, sent: Sent, service: TheService) -> Response:
    """Give the minutes back; asking twice is no error."""
    signing_sessions.end(service, by=by)
    if wants_json(request):
        return told_json({})
    return see_other(getable(request, str(sent.get("next", "/"))))
