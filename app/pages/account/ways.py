"""What the pages of an account share: the forms of a proof, the cookie of a session, and where to go after one."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Request
from pydantic import BaseModel, Field
from pydantic_core import to_json
from starlette.responses import Response

from app import accounts, carried, ceremonies, one_time, passkeys, turned_ids
from app.accounts import Proof
from app.pages.home import getable
from app.refusals import CeremonyOver, PasskeyRefused, PasswordRefused, SignInRefused
from app.service import Service
from app.web import LONGEST_ADDRESS, page, see_other

Next = Annotated[str, Field(max_length=LONGEST_ADDRESS)]
Kept = Annotated[str, Field(max_length=carried.LONGEST)]


class ProofInput(BaseModel):
    """One proof of who somebody is: what goes with its method, and where to go then."""

    method: Literal["passkey", "totp", "password"]
    password: str = Field(default="", max_length=500)
    code: str = Field(default="", max_length=20)
    ceremony: UUID | None = None
    credential: str = Field(default="", max_length=passkeys.LONGEST)
    next: Next = "/"
    carry: Kept = ""


def proved(
    service: Service,
    told: ProofInput,
    *,
    username: str,
    kind: ceremonies.Kind,
    session_sha256: str | None = None,
) -> Proof:
    """Check one proof of `username`.

    Raises PasswordRefused, SignInLocked, CodeRefused, CeremonyOver, PasskeyRefused, PasskeyCopied.
    """
    if told.method == "password":
        try:
            return accounts.prove_password(service, username=username, password=told.password)
        except SignInRefused:
            raise PasswordRefused(pointer="/password") from None
    if told.method == "totp":
        return one_time.prove(service, username=username, code=told.code)
    if told.ceremony is None:
        raise CeremonyOver
    if not told.credential:
        raise PasskeyRefused
    return passkeys.prove(
        service,
        kind=kind,
        ceremony=told.ceremony,
        credential=told.credential,
        username=username,
        session_sha256=session_sha256,
    )


def set_session(answer: Response, service: Service, secret: str) -> Response:
    """Give the browser its session's id, out of reach of scripts."""
    turned_ids.give(answer, service.settings, secret)
    return answer


def set_device(answer: Response, service: Service, device: str) -> None:
    """Let the browser be known again: its sessions open in no other."""
    answer.set_cookie(
        accounts.device_cookie(service.settings),
        device,
        max_age=accounts.DEVICE_DAYS * 24 * 3600,
        path="/",
        secure=service.settings.secure,
        httponly=True,
        samesite="lax",
    )


def session_of(request: Request, service: Service) -> str:
    """The secret of the session this request came with."""
    return request.cookies.get(accounts.cookie_name(service.settings), "")


def sent_along(request: Request, service: Service, *, username: str, kept: str) -> Response | None:
    """The page that sends what this person had typed; none when nothing of theirs was kept."""
    found = carried.take(service, username=username, kept=kept) if kept else None
    if found is None:
        return None
    return page(request, "account/carried.html", carried=found, back=getable(request, found.path))


def told_json(answer: Any, status: int = 200) -> Response:
    """An answer for a script."""
    return Response(to_json(answer), status, media_type="application/json")


def onward(request: Request, wanted: str, landing: str) -> Response:
    """Where the person was going, else their first page."""
    to = getable(request, wanted)
    return see_other(landing if to == "/" else to)
