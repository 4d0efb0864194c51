"""Machines: which systems may ask for tokens, with which public keys. Only public keys ever come here."""

import json
from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field, StringConstraints
from starlette.responses import Response

import codings.queries as codings
import insurer.queries.coverage as coverage_queries
from app import clients
from app.access import SCOPES, Person
from app.db import WriteSession, reading
from app.errors import STATUS
from app.forms import Form, Sent, read
from app.idempotency import Once
from app.pages.admin.accounts import insurer_choices
from app.refusals import ClientRefused, ClientUnknown
from app.service import Service, TheService
from app.web import language_of_page, page, see_other
from codings.base import Actor, Problem, Role
from codings.identifiers import InsurerCode, Siam
from codings.outcomes import CentreUnknown
from prescriber.inputs import Line

router = APIRouter(prefix="/clients")

Administrator = Annotated[Actor, Person(Role.ADMINISTRATOR)]
Jwks = Annotated[str, Field(max_length=clients.MAX_JWKS_BYTES)]


class ClientInput(BaseModel):
    """A new machine, with its public keys as pasted."""

    id: Annotated[Line, StringConstraints(min_length=1, max_length=64)]
    name: Annotated[Line, StringConstraints(min_length=1, max_length=120)]
    scope: Annotated[Line, StringConstraints(min_length=1, max_length=20)]
    centre: Siam | None = None
    insurer: InsurerCode | None = None
    jwks: Jwks


class KeysInput(BaseModel):
    """The keys that hold from now on."""

    jwks: Jwks


@router.get("")
def machines(request: Request, _by: Administrator, service: TheService) -> Response:
    """Every machine, and the form for one more."""
    return _page(request, service, Form({}))


@router.get("/{id}/{what}")
def back(id: str, what: str, _by: Administrator) -> Response:  # noqa: ARG001
    return see_other("/admin/clients")


@router.post("")
def add(request: Request, by: Administrator, once: Once, sent: Sent, service: TheService) -> Response:
    """Register a machine of one centre, one insurer or one office."""
    form = read(sent, ClientInput)
    if form.value is None:
        return _page(request, service, form, status=422)
    told = form.value

    def write(session: WriteSession) -> str:
        if told.centre and codings.centre(session, told.centre) is None:
            raise CentreUnknown(pointer="/centre", siam=told.centre)
        if told.insurer:
            coverage_queries.known_insurers(session, codes={told.insurer})
        clients.client_add(
            session,
            id=told.id,
            name=told.name,
            scopes=[told.scope],
            jwks=_jwks(told.jwks),
            centre=told.centre,
            insurer=told.insurer,
            by=by,
        )
        return f"/admin/clients#client-{told.id}"

    return _written(request, service, once, write, form)


@router.post("/{id}/keys")
def rotate(
    request: Request, id: str, by: Administrator, once: Once, sent: Sent, service: TheService
) -> Response:
    """Replace a machine's keys: those that are not pasted again stop working now."""
    form = read(sent, KeysInput)
    if form.value is None:
        return _page(request, service, form, about=id, status=422)
    pasted = form.value.jwks

    def write(session: WriteSession) -> str:
        clients.rotate(session, id=id, jwks=_jwks(pasted), by=by)
        return f"/admin/clients#client-{id}"

    return _written(request, service, once, write, form, about=id)


@router.post("/{id}/disable")
def disable(request: Request, id: str, by: Administrator, once: Once, service: TheService) -> Response:
    """Close a machine's access at once, its living tokens too."""

    def write(session: WriteSession) -> str:
        clients.disable(session, id=id, by=by)
        return f"/admin/clients#client-{id}"

    return _written(request, service, once, write, Form({}), about=id)


def _jwks(pasted: str) -> Any:
    """The key set that was pasted. Raises ClientRefused for anything that is none."""
    try:
        told = json.loads(pasted)
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict):
        raise ClientRefused(
            pointer="/jwks",
            why="what was pasted is not a JSON key set",
            why_fa="آنچه چسبانده شد مجموعهٔ کلید JSON نیست.",
        )
    return told


def _written(
    request: Request, service: Service, once: Once, write: Any, form: Form[Any], *, about: str = ""
) -> Response:
    try:
        return once.page(write)
    except ClientUnknown:
        raise
    except Problem as no:
        form.blame(no)
        return _page(request, service, form, about=about, problem=no, status=STATUS[no.kind])


def _page(
    request: Request,
    service: Service,
    form: Form[Any],
    *,
    about: str = "",
    problem: Problem | None = None,
    status: int = 200,
) -> Response:
    with reading(service) as session:
        rows = [(row, len(clients.keys_of(session, id=row.id))) for row in clients.clients(session)]
        insurers = insurer_choices(session, english=language_of_page(request) == "en")
    return page(
        request,
        "admin/clients.html",
        form=form,
        rows=rows,
        scopes=sorted(SCOPES),
        insurers=insurers,
        about=about,
        problem=problem,
        status=status,
    )
