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
from app.csv_export import Column, csv_of
from app.db import WriteSession, reading
from app.errors import STATUS
from app.forms import Form, Sent, read
from app.idempotency import Once, OneAction
from app.listing import NOTHING, Asked, Listed, Sorting, ask, page_of
from app.pages import labels
from app.pages.admin import lists
from app.pages.admin.accounts import insurer_choices
from app.pages.filters import Sought
from app.refusals import ClientRefused, ClientUnknown
from app.service import Service, TheService
from app.tables import ClientState
from app.web import language_of_page, page, see_other
from codings.base import Actor, Problem, Role, Words
from codings.identifiers import InsurerCode, Siam
from codings.outcomes import CentreUnknown
from prescriber.inputs import Line

router = APIRouter(prefix="/admin/clients")

Administrator = Annotated[Actor, Person(Role.ADMINISTRATOR)]
# Keys of machines open as much as people do: an open page alone neither makes nor ends them.
Fresh = Annotated[Actor, Person(Role.ADMINISTRATOR, fresh=True)]
Jwks = Annotated[str, Field(max_length=clients.MAX_JWKS_BYTES)]


SORTING = Sorting(columns=lists.MACHINES_BY, key=lists.MACHINES_KEY, first="id")
COLUMNS = [
    Column(Words("شناسه", "Id"), lambda row: row.id),
    Column(Words("نام", "Name"), lambda row: row.name),
    Column(Words("به عنوان", "May act as"), lambda row: " ".join(row.scopes)),
    Column(Words("مرکز", "Centre"), lambda row: row.centre),
    Column(Words("بیمه‌گر", "Insurer"), lambda row: row.insurer),
    Column(Words("وضعیت", "State"), lambda row: row.state.value),
    Column(Words("ساخته‌شده در", "Made"), lambda row: row.created_at, day=True),
    Column(Words("سازنده", "Made by"), lambda row: row.created_by),
]


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


class MachineFilter(BaseModel):
    """Which of the machines. Its names are not those of the form for a new one."""

    sought: Sought | None = None
    acts_as: Sought | None = None
    of_state: ClientState | None = None


@router.get("")
def machines(request: Request, _by: Administrator, service: TheService) -> Response:
    """Every machine, and the form for one more."""
    return _page(request, service, Form({}))


@router.get(".csv")
def export(request: Request, by: Administrator, service: TheService) -> Response:
    """The same machines as a file."""
    asked = ask(request, SORTING, MachineFilter, path="/admin/clients")
    listed = _listed(asked)
    if listed is None:
        return see_other(asked.beginning)
    return csv_of(service, listed, asked, COLUMNS, name="machines", language=language_of_page(request), by=by)


@router.get("/{id}")
def machine(id: str, request: Request, _by: Administrator, service: TheService) -> Response:
    """One machine, with every key it ever had."""
    return _one(request, service, id, Form({}))


@router.get("/{id}/{what}")
def back(id: str, what: str, _by: Administrator) -> Response:  # noqa: ARG001
    return see_other(f"/admin/clients/{id}")


@router.post("")
def add(request: Request, by: Fresh, once: Once, sent: Sent, service: TheService) -> Response:
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
def rotate(request: Request, id: str, by: Fresh, once: Once, sent: Sent, service: TheService) -> Response:
    """Replace a machine's keys: those that are not pasted again stop working now."""
    form = read(sent, KeysInput)
    if form.value is None:
        return _one(request, service, id, form, status=422)
    pasted = form.value.jwks

    def write(session: WriteSession) -> str:
        clients.rotate(session, id=id, jwks=_jwks(pasted), by=by)
        return f"/admin/clients/{id}"

    try:
        return once.page(write)
    except ClientUnknown:
        raise
    except Problem as no:
        form.blame(no)
        return _one(request, service, id, form, problem=no, status=STATUS[no.kind])


@router.post("/{id}/disable")
def disable(id: str, by: Fresh, once: Once) -> Response:
    """Close a machine's access at once, its living tokens too."""

    def write(session: WriteSession) -> str:
        clients.disable(session, id=id, by=by)
        return f"/admin/clients#client-{id}"

    return once.page(write)


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


def _written(request: Request, service: Service, once: OneAction, write: Any, form: Form[Any]) -> Response:
    try:
        return once.page(write)
    except Problem as no:
        form.blame(no)
        return _page(request, service, form, problem=no, status=STATUS[no.kind])


def _listed(asked: Asked[MachineFilter]) -> Listed | None:
    wanted = asked.value
    if wanted is None:
        return None
    return lists.machines_listed(sought=wanted.sought, scope=wanted.acts_as, state=wanted.of_state)


def _page(
    request: Request,
    service: Service,
    form: Form[Any],
    *,
    problem: Problem | None = None,
    status: int = 200,
) -> Response:
    asked = ask(request, SORTING, MachineFilter, path="/admin/clients")
    listed = _listed(asked)
    with reading(service) as session:
        shown = NOTHING if listed is None else page_of(session, listed, asked)
        insurers = insurer_choices(session, english=language_of_page(request) == "en")
        centres = labels.centre_names(session, {row.centre for row in shown.rows if row.centre})
    return page(
        request,
        "admin/clients.html",
        block="list",
        form=form,
        asked=asked,
        shown=shown,
        scopes=sorted(SCOPES),
        insurers=insurers,
        insurer_names=dict(insurers),
        centres=centres,
        problem=problem,
        status=status if status != 200 else asked.status,
    )


def _one(
    request: Request,
    service: Service,
    id: str,
    form: Form[Any],
    *,
    problem: Problem | None = None,
    status: int = 200,
) -> Response:
    with reading(service) as session:
        found = clients.client(session, id=id)
        if found is None:
            raise ClientUnknown
        keys = lists.keys_ever(session, id)
        insurers = dict(insurer_choices(session, english=language_of_page(request) == "en"))
        centres = labels.centre_names(session, {found.centre} if found.centre else set())
    return page(
        request,
        "admin/client.html",
        status=status,
        machine=found,
        keys=keys,
        insurers=insurers,
        centres=centres,
        form=form,
        problem=problem,
    )
