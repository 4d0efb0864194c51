"""The pages of everyone: the first page, the language, the service's state."""

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Request
from starlette.datastructures import URL
from starlette.responses import Response
from starlette.routing import Match

import codings.queries as codings
from app import accounts
from app.access import Anyone
from app.compared import last_compared
from app.db import Reading
from app.forms import Sent
from app.language import MACHINE_PATHS
from app.service import TheService
from app.web import ANYONE, LANGUAGE_COOKIE, language_of_page, page, see_other
from codings.base import Actor
from codings.systems import DECLARATION_CAUSE, PROVINCE

router = APIRouter(include_in_schema=False)

Public = Annotated[Actor, Anyone()]
A_YEAR = 365 * 24 * 3600


@router.get("/")
def first(request: Request, by: Public) -> Response:
    """What this is; whoever is signed in goes to their own first page."""
    landing = accounts.landing(by.role)
    if by.id != ANYONE and landing != "/" and getable(request, landing) == landing:
        return see_other(landing)
    return page(request, "home/first.html")


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
    """How each partner is, whether dispenses and claims fit, and which emergencies are in force."""
    english = language_of_page(request) == "en"

    def names(system: str) -> dict[str, str]:
        return {c.code: c.en if english else c.fa for c in codings.concept_list(session, system)}

    return page(
        request,
        "home/status.html",
        now=by.at,
        partners=[partner.state(by.at) for partner in service.gateways.partners],
        declarations=codings.in_force(session, by.at),
        compared=last_compared(session, at=by.at),
        provinces=names(PROVINCE),
        causes=names(DECLARATION_CAUSE),
    )


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
