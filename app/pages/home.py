"""The pages of everyone: the first page, signing in and out, the language, the service's state, a slip's small code."""

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, Field
from starlette.datastructures import URL
from starlette.responses import HTMLResponse, Response
from starlette.routing import Match

import codings.queries as codings
from app import accounts
from app.access import Anyone
from app.db import Reading
from app.errors import STATUS
from app.forms import Form, Sent, read
from app.language import MACHINE_PATHS
from app.service import TheService
from app.web import ANYONE, LANGUAGE_COOKIE, language_of_page, page, see_other
from codings.base import Actor, Problem
from codings.systems import DECLARATION_CAUSE, PROVINCE

router = APIRouter(include_in_schema=False)

Public = Annotated[Actor, Anyone()]
A_YEAR = 365 * 24 * 3600


class SignInInput(BaseModel):
    """A name, a password, and where to go then."""

    username: str = Field(max_length=64)
    password: str = Field(max_length=500)
    next: str = Field(default="/", max_length=500)


@router.get("/")
def first(request: Request, by: Public) -> Response:
    """What this is; whoever is signed in goes to their own first page."""
    landing = accounts.landing(by.role)
    if by.id != ANYONE and landing != "/" and getable(request, landing) == landing:
        return see_other(landing)
    return page(request, "home/first.html")


@router.get("/sign-in")
def sign_in_form(request: Request, by: Public, next: str = "/") -> Response:
    if by.id != ANYONE:
        return see_other(getable(request, next))
    return _sign_in_page(request, Form({"next": next}))


@router.post("/sign-in")
def sign_in(request: Request, _by: Public, sent: Sent, service: TheService) -> Response:
    """Open a session and go where the person was going."""
    form = read(sent, SignInInput)
    if form.value is None:
        return _sign_in_page(request, form, status=422)
    cookie = accounts.cookie_name(service.settings)
    try:
        opened = accounts.sign_in(
            service,
            username=form.value.username,
            password=form.value.password,
            replaces=request.cookies.get(cookie),
            agent=request.headers.get("user-agent", ""),
        )
    except Problem as no:
        return _sign_in_page(request, form, problem=no, status=STATUS[no.kind])
    wanted = getable(request, form.value.next)
    answer = see_other(opened.landing if wanted == "/" else wanted)
    secure = service.settings.secure
    answer.set_cookie(cookie, opened.secret, path="/", secure=secure, httponly=True, samesite="lax")
    return answer


def _sign_in_page(
    request: Request, form: Form[SignInInput], *, problem: Problem | None = None, status: int = 200
) -> HTMLResponse:
    return page(request, "home/sign_in.html", form=form, problem=problem, status=status)


@router.post("/sign-out")
def sign_out(request: Request, by: Public, service: TheService) -> Response:
    """End the session here and on the server; asking twice is no error."""
    cookie = accounts.cookie_name(service.settings)
    secret = request.cookies.get(cookie)
    if secret is not None and by.id != ANYONE:
        accounts.sign_out(service, secret=secret, by=by)
    answer = see_other("/")
    answer.delete_cookie(cookie, path="/", secure=service.settings.secure, httponly=True, samesite="lax")
    return answer


@router.post("/language")
def choose_language(request: Request, _by: Public, sent: Sent, service: TheService) -> Response:
    """Keep the reader's language for a year and go back to where they were."""
    chosen = "en" if sent.get("language") == "en" else "fa"
    answer = see_other(getable(request, str(sent.get("back", "/"))))
    secure = service.settings.secure
    answer.set_cookie(
        LANGUAGE_COOKIE, chosen, max_age=A_YEAR, path="/", secure=secure, httponly=True, samesite="lax"
    )
    return answer


@router.get("/status")
def status(request: Request, by: Public, service: TheService, session: Reading) -> Response:
    """How each partner is, and which emergencies are in force."""
    english = language_of_page(request) == "en"

    def names(system: str) -> dict[str, str]:
        return {c.code: c.en if english else c.fa for c in codings.concept_list(session, system)}

    return page(
        request,
        "home/status.html",
        now=by.at,
        partners=[partner.state(by.at) for partner in service.gateways.partners],
        declarations=codings.in_force(session, by.at),
        provinces=names(PROVINCE),
        causes=names(DECLARATION_CAUSE),
    )


@router.get("/q/{number}")
def pointer(request: Request, _by: Public, number: Annotated[str, Path(max_length=40)]) -> Response:  # noqa: ARG001
    """Where a slip's small code leads in a browser: what it is for. The number is not looked up, so nothing leaks."""
    return page(request, "home/pointer.html")


def getable(request: Request, wanted: str) -> str:
    """A page of ours to go to: the path that was asked for, or the nearest one above it that can be opened.

    Anything that leads elsewhere, hides a character or is a machine's path becomes the first page.
    """
    path, query = _local(wanted)
    while path != "/":
        if _opens(request, path):
            return f"{path}?{query}" if query else path
        path, query = path.rpartition("/")[0] or "/", ""
    return "/"


def _local(wanted: str) -> tuple[str, str]:
    plain = wanted.isascii() and wanted.isprintable() and "\\" not in wanted
    if not plain or not wanted.startswith("/") or wanted.startswith("//"):
        return "/", ""
    parts = urlsplit(wanted)
    if parts.scheme or parts.netloc or parts.path.startswith((*MACHINE_PATHS, "/static/")):
        return "/", ""
    return parts.path.rstrip("/") or "/", parts.query


def _opens(request: Request, path: str) -> bool:
    scope = {"type": "http", "method": "GET", "path": URL(path).path, "root_path": "", "headers": []}
    return any(route.matches(scope)[0] is Match.FULL for route in request.app.routes)
