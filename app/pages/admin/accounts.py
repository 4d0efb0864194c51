"""People's accounts: made and closed here, each with the one role it has and where that role works."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field, StringConstraints
from sqlmodel import Session
from starlette.responses import Response

import codings.queries as codings
import insurer.queries.coverage as coverage_queries
from app import accounts
from app.access import Person
from app.db import WriteSession, reading
from app.errors import STATUS
from app.forms import Form, Sent, read
from app.idempotency import Once
from app.pages.labels import Choices
from app.service import Service, TheService
from app.web import language_of_page, page, see_other
from codings.base import Actor, Problem, Role, Words
from codings.identifiers import CouncilNumber, InsurerCode, Siam
from codings.outcomes import CentreUnknown, PractitionerUnknown
from prescriber.inputs import Line

router = APIRouter()

Administrator = Annotated[Actor, Person(Role.ADMINISTRATOR)]
ROLES = tuple(role for role in Role if role not in {Role.MACHINE, Role.SERVICE, Role.PATIENT})


class OwnAccount(Problem):
    code = "account.own"
    words = Words(
        fa="حساب خودتان را نمی‌توانید ببندید.",
        en="You cannot close your own account.",
    )
    fix = Words(fa="از مدیر دیگری بخواهید این کار را انجام دهد.", en="Ask another administrator to do it.")


class AccountInput(BaseModel):
    """A new account; which of centre, insurer and practitioner it needs follows from the role."""

    username: Annotated[Line, StringConstraints(min_length=1, max_length=64)]
    name: Annotated[Line, StringConstraints(min_length=1, max_length=120)]
    role: Role
    password: str = Field(max_length=500)
    centre: Siam | None = None
    insurer: InsurerCode | None = None
    practitioner: CouncilNumber | None = None


@router.get("")
def people(request: Request, by: Administrator, service: TheService) -> Response:
    """Every account, and the form for one more."""
    return _page(request, service, Form({}), by=by)


@router.get("/accounts")
@router.get("/accounts/{username}/disable")
def back(_by: Administrator) -> Response:
    return see_other("/admin")


@router.post("/accounts")
def add(request: Request, by: Administrator, once: Once, sent: Sent, service: TheService) -> Response:
    """Make an account. The password is told to its owner by hand, and changed by them."""
    form = read(sent, AccountInput)
    form.typed = {name: value for name, value in form.typed.items() if name != "password"}
    if form.value is None:
        return _page(request, service, form, by=by, status=422)
    told = form.value

    def write(session: WriteSession) -> str:
        if told.centre and codings.centre(session, told.centre) is None:
            raise CentreUnknown(pointer="/centre", siam=told.centre)
        if told.practitioner and codings.practitioner(session, told.practitioner) is None:
            raise PractitionerUnknown(pointer="/practitioner", council=told.practitioner)
        if told.insurer:
            coverage_queries.known_insurers(session, codes={told.insurer})
        made = accounts.account_add(session, service=service, **told.model_dump(), by=by)
        return f"/admin#account-{made.username}"

    return _written(request, service, once, write, form, by=by)


@router.post("/accounts/{username}/disable")
def disable(request: Request, username: str, by: Administrator, once: Once, service: TheService) -> Response:
    """Close an account at once, with every session of it."""

    def write(session: WriteSession) -> str:
        if by.id == f"account:{username}":
            raise OwnAccount
        accounts.disable(session, username=username, by=by)
        return f"/admin#account-{username}"

    return _written(request, service, once, write, Form({}), by=by)


def _written(
    request: Request,
    service: Service,
    once: Once,
    write: Callable[[WriteSession], str],
    form: Form[AccountInput],
    *,
    by: Actor,
) -> Response:
    try:
        return once.page(write)
    except Problem as no:
        form.blame(no)
        return _page(request, service, form, by=by, problem=no, status=STATUS[no.kind])


def _page(
    request: Request,
    service: Service,
    form: Form[AccountInput],
    *,
    by: Actor,
    problem: Problem | None = None,
    status: int = 200,
) -> Response:
    with reading(service) as session:
        rows = accounts.accounts(session)
        insurers = insurer_choices(session, english=language_of_page(request) == "en")
    return page(
        request,
        "admin/accounts.html",
        form=form,
        rows=rows,
        roles=[role.value for role in ROLES],
        insurers=insurers,
        own=by.id.removeprefix("account:"),
        problem=problem,
        status=status,
    )


def insurer_choices(session: Session, *, english: bool) -> Choices:
    """The insurers as a select offers them."""
    return [(row.code, row.name_en if english else row.name_fa) for row in coverage_queries.insurers(session)]
