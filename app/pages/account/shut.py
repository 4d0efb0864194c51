"""Doors found shut: what is answered when a session is locked or has ended, or a page wants a fresh proof.

A page leads to the door and back. A form that was sent is kept for its person in the answer itself. A script, and htmx
for a part of a page, are answered like by any refusal: the page that asked is still there, with what is typed in it.
"""

from urllib.parse import quote

import anyio.to_thread
from fastapi import FastAPI, Request
from starlette.responses import Response

from app import accounts, carried
from app.access import held_by
from app.accounts import Standing
from app.errors import answer, wants_json
from app.forms import Form
from app.pages.account.entering import sign_in_page
from app.pages.account.unlocking import unlock_page
from app.pages.home import getable
from app.refusals import NotSignedIn, ProveAgain, SecondFactorMissing, SessionLocked
from app.service import Service
from app.web import address_of, see_other
from codings.base import Problem


def install(app: FastAPI) -> None:
    """Teach the application what to answer at a shut door."""

    async def on_shut(request: Request, error: Exception) -> Response:
        assert isinstance(error, Problem)  # noqa: S101  said by the registration below
        typed = await carried.typed_of(request)
        return await anyio.to_thread.run_sync(shut, request, error, typed)

    for problem in (NotSignedIn, SessionLocked, ProveAgain, SecondFactorMissing):
        app.add_exception_handler(problem, on_shut)


def shut(request: Request, problem: Problem, typed: carried.Typed | None) -> Response:
    """The answer at a shut door, with what was typed kept in it."""
    if wants_json(request) or request.headers.get("HX-Request") == "true":
        return answer(problem, request)
    if isinstance(problem, SecondFactorMissing):
        return see_other("/account/first")
    door = "/sign-in" if isinstance(problem, NotSignedIn) else "/account/unlock"
    if request.method != "POST":
        return see_other(f"{door}?next={quote(address_of(request))}")
    service: Service = request.app.state.service
    return _kept(request, service, problem, typed)


def _kept(request: Request, service: Service, problem: Problem, typed: carried.Typed | None) -> Response:
    held = held_by(request, service)
    carry = None
    if held is not None:
        carry = carried.keep(
            service, username=accounts.name_of(held.actor), path=_address(request), typed=typed
        )
    left = None
    if typed is not None and typed.written:
        left = "kept" if carry else "lost"
    words = {"next": getable(request, address_of(request)), "carry": carry or ""}
    if held is None or held.standing is Standing.ENDED:
        return sign_in_page(request, Form(words), problem=problem, left=left, status=401)
    return unlock_page(request, service, held, Form(words), problem=problem, left=left, status=401)


def _address(request: Request) -> str:
    query = request.url.query
    return f"{request.url.path}?{query}" if query else request.url.path
