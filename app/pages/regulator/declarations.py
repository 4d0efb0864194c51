"""Declarations of an emergency: drafted by one officer, brought into force by another, ended by the clock."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from starlette.responses import Response

import codings.queries as codings
import prescriber.queries as prescriber_queries
from app import audit, errors
from app.access import Person
from app.db import reading
from app.flows import paper as flow
from app.forms import Form, Sent, read
from app.idempotency import Once
from app.pages import labels
from app.pages.moments import JalaliDay, TimeOfDay, instant
from app.service import Service, TheService
from app.web import language_of_page, page
from codings import declarations
from codings.base import Actor, Problem, Role, Words
from codings.states import DeclarationState, declaration_state
from codings.systems import DECLARATION_CAUSE, PROVINCE
from codings.tables import Declaration
from prescriber.inputs import Line
from prescriber.queries import PaperCount

router = APIRouter(prefix="/regulator")
Officer = Annotated[Actor, Person(Role.REGULATOR)]
# An emergency opens paper and reserves in whole provinces: its second officer proves just then who they are.
Deciding = Annotated[Actor, Person(Role.REGULATOR, fresh=True)]
Number = Annotated[str, Path(max_length=20)]

NO_PROVINCE = Words("دست‌کم یک استان را انتخاب کنید.", "Choose at least one province.")
ENDED_AT_MOST = 50  # declarations that are over, on the page


class DraftInput(BaseModel):
    """A declaration as it is typed; the provinces are ticked, each a field of its own."""

    model_config = ConfigDict(extra="forbid")

    province: dict[str, str] = Field(default_factory=dict)
    cause: Annotated[str, StringConstraints(max_length=60)]
    words: Annotated[Line, StringConstraints(min_length=1, max_length=200)]
    starts_on: JalaliDay
    starts_time: TimeOfDay
    ends_on: JalaliDay
    ends_time: TimeOfDay


class RefusalInput(BaseModel):
    """Why a draft is put aside."""

    model_config = ConfigDict(extra="forbid")

    why: Annotated[Line, StringConstraints(min_length=1, max_length=200)]


@dataclass(frozen=True, slots=True)
class Refused:
    """A refusal at one declaration of the list: what was typed there, and what was said."""

    number: str
    problem: Problem | None
    form: Form[Any] | None = None


@router.get("")
def show(request: Request, by: Officer, service: TheService) -> Response:
    """Declarations that wait for a second officer, those in force, those over; and the paper written under each."""
    return _draw(request, service, by)


@router.post("/declarations")
def draft(request: Request, by: Officer, service: TheService, once: Once, sent: Sent) -> Response:
    """Write a declaration down; another officer brings it into force."""
    form = read(sent, DraftInput)
    said = form.value
    if not any(name.startswith("province.") for name in form.typed):
        form.errors["provinces"] = NO_PROVINCE
    if said is None or form.errors:
        return _draw(request, service, by, form=form, status=422)

    def write(session: Any) -> str:
        drafted = declarations.draft_declaration(
            session,
            provinces=sorted(said.province),
            cause=said.cause,
            words=said.words,
            starts_at=instant(said.starts_on, said.starts_time),
            ends_at=instant(said.ends_on, said.ends_time),
            by=by,
        )
        audit.did(session, by=by, verb="declaration.draft", subject=drafted.number)
        return f"/regulator#{drafted.number}"

    try:
        return once.page(write)
    except Problem as no:
        form.blame(no)
        _to_the_fields(form)
        return _draw(request, service, by, form=form, problem=no, status=errors.view(no, request).status)


@router.post("/declarations/{number}/approve")
def approve(number: Number, request: Request, by: Deciding, service: TheService, once: Once) -> Response:
    """The second officer's word: sealed, and in force by the clock."""

    def seal(session: Any) -> str:
        return f"/regulator#{flow.approve_declaration(session, service, number=number, by=by).number}"

    try:
        return once.page(seal)
    except Problem as no:
        return _draw(
            request, service, by, refused=Refused(number, no), status=errors.view(no, request).status
        )


@router.post("/declarations/{number}/refuse")
def refuse(
    number: Number, request: Request, by: Officer, service: TheService, once: Once, sent: Sent
) -> Response:
    """Put a draft aside for good, with the reason."""
    form = read(sent, RefusalInput)
    said = form.value
    if said is None:
        return _draw(request, service, by, refused=Refused(number, None, form), status=422)

    def put_aside(session: Any) -> str:
        declarations.refuse_declaration(session, number=number, why=said.why, by=by)
        audit.did(session, by=by, verb="declaration.refuse", subject=number)
        return f"/regulator#{number}"

    try:
        return once.page(put_aside)
    except Problem as no:
        status = errors.view(no, request).status
        return _draw(request, service, by, refused=Refused(number, no, form), status=status)


def _to_the_fields(form: Form[DraftInput]) -> None:
    """The rooms speak of instants and a list; here they are days with times, and ticks."""
    for theirs, ours in (("starts_at", "starts_on"), ("ends_at", "ends_on")):
        if theirs in form.errors:
            form.errors.setdefault(ours, form.errors.pop(theirs))
    for name in [name for name in form.errors if name.startswith("provinces.")]:
        form.errors.setdefault("provinces", form.errors.pop(name))


def _draw(
    request: Request,
    service: Service,
    by: Actor,
    *,
    form: Form[Any] | None = None,
    problem: Problem | None = None,
    refused: Refused | None = None,
    status: int = 200,
) -> Response:
    language = language_of_page(request)
    with reading(service) as session:
        everything = codings.declarations(session)
        counts = prescriber_queries.paper_counts(session)
        provinces = labels.choices(session, PROVINCE, language)
        causes = labels.choices(session, DECLARATION_CAUSE, language)
    at = {state: _in(everything, state, by) for state in DeclarationState}
    return page(
        request,
        "regulator/declarations.html",
        status=status,
        by=by,
        drafted=at[DeclarationState.DRAFTED],
        in_force=at[DeclarationState.IN_FORCE],
        over=_newest([*at[DeclarationState.ENDED], *at[DeclarationState.REFUSED]]),
        by_declaration=_sums(counts),
        provinces=provinces,
        province_names=dict(provinces),
        causes=causes,
        cause_names=dict(causes),
        form=form,
        problem=problem,
        refused=refused,
    )


def _in(everything: Sequence[Declaration], state: DeclarationState, by: Actor) -> list[Declaration]:
    return [d for d in everything if declaration_state(d.state, d.ends_at, by.at) is state]


def _newest(over: Sequence[Declaration]) -> list[Declaration]:
    return sorted(over, key=lambda declaration: declaration.number, reverse=True)[:ENDED_AT_MOST]


def _sums(counts: Sequence[PaperCount]) -> Mapping[str, int]:
    """Paper prescriptions by the declaration they were transcribed under."""
    sums: Counter[str] = Counter()
    for count in counts:
        sums[count.declaration] += count.prescriptions
    return sums
