"""People's accounts: found, made, closed and given new passwords, each with the one role it has and where it works."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field, StringConstraints
from sqlmodel import Session
from starlette.responses import Response

import codings.queries as codings
import insurer.queries.coverage as coverage_queries
from app import accounts
from app.access import Person
from app.csv_export import Column, csv_of
from app.db import WriteSession, reading
from app.errors import STATUS
from app.forms import Form, Sent, read
from app.idempotency import Once, OneAction
from app.listing import NOTHING, Asked, Listed, Sorting, ask, page_of
from app.pages import labels
from app.pages.admin import lists
from app.pages.filters import Sought
from app.pages.labels import Choices
from app.refusals import AccountUnknown
from app.service import Service, TheService
from app.tables import AccountState
from app.web import language_of_page, page, see_other
from codings.base import Actor, Problem, Role, Words
from codings.identifiers import CouncilNumber, InsurerCode, Siam
from codings.outcomes import CentreUnknown, PractitionerUnknown
from prescriber.inputs import Line

router = APIRouter(prefix="/admin")

Administrator = Annotated[Actor, Person(Role.ADMINISTRATOR)]
# Who makes accounts, gives roles or passwords could work as somebody else: they prove anew who they are.
Fresh = Annotated[Actor, Person(Role.ADMINISTRATOR, fresh=True)]
ROLE_FIELDS = ("role", "centre", "insurer", "practitioner")
ROLES = tuple(role for role in Role if role not in {Role.MACHINE, Role.SERVICE, Role.PATIENT})


SORTING = Sorting(columns=lists.ACCOUNTS_BY, key=lists.ACCOUNTS_KEY, first="username")
COLUMNS = [
    Column(Words("نام کاربری", "User name"), lambda row: row.username),
    Column(Words("نام", "Name"), lambda row: row.name),
    Column(Words("نقش", "Role"), lambda row: row.role.value),
    Column(Words("مرکز", "Centre"), lambda row: row.centre),
    Column(Words("بیمه‌گر", "Insurer"), lambda row: row.insurer),
    Column(Words("شمارهٔ نظام", "Council number"), lambda row: row.practitioner),
    Column(Words("وضعیت", "State"), lambda row: row.state.value),
    Column(Words("ساخته‌شده در", "Made"), lambda row: row.created_at, day=True),
    Column(Words("سازنده", "Made by"), lambda row: row.created_by),
]


class OwnAccount(Problem):
    code = "account.own"
    words = Words(
        fa="حساب خودتان را نمی‌توانید ببندید.",
        en="You cannot close your own account.",
    )
    fix = Words(fa="از مدیر دیگری بخواهید این کار را انجام دهد.", en="Ask another administrator to do it.")


class RoleInput(BaseModel):
    """A role; which of centre, insurer and practitioner it needs follows from it."""

    role: Role
    centre: Siam | None = None
    insurer: InsurerCode | None = None
    practitioner: CouncilNumber | None = None


class AccountInput(RoleInput):
    """A new account in its role."""

    username: Annotated[Line, StringConstraints(min_length=1, max_length=64)]
    name: Annotated[Line, StringConstraints(min_length=1, max_length=120)]
    password: str = Field(max_length=500)


class AccountFilter(BaseModel):
    """Which of the accounts. Its names are not those of the form for a new one."""

    sought: Sought | None = None
    of_role: Role | None = None
    of_state: AccountState | None = None


class PasswordInput(BaseModel):
    """The password that opens an account from now on."""

    password: str = Field(max_length=500)


@router.get("")
def people(request: Request, by: Administrator, service: TheService) -> Response:
    """Every account, and the form for one more."""
    return _page(request, service, Form({}), by=by)


@router.get(".csv")
def export(request: Request, by: Administrator, service: TheService) -> Response:
    """The same accounts as a file."""
    asked = ask(request, SORTING, AccountFilter, path="/admin")
    listed = _listed(asked)
    if listed is None:
        return see_other(asked.beginning)
    return csv_of(service, listed, asked, COLUMNS, name="accounts", language=language_of_page(request), by=by)


@router.get("/accounts")
def back_to_all(_by: Administrator) -> Response:
    return see_other("/admin")


@router.get("/accounts/{username}")
def one(username: str, request: Request, by: Administrator, service: TheService) -> Response:
    """One account: what it is, a new password for it, and its end."""
    return account_page(request, service, username, Form({}), by=by)


@router.get("/accounts/{username}/disable")
@router.get("/accounts/{username}/password")
def back(username: str, _by: Administrator) -> Response:
    return see_other(f"/admin/accounts/{username}")


@router.post("/accounts")
def add(request: Request, by: Fresh, once: Once, sent: Sent, service: TheService) -> Response:
    """Make an account. The password is told to its owner by hand, and changed by them."""
    form = read(sent, AccountInput)
    form.typed = {name: value for name, value in form.typed.items() if name != "password"}
    if form.value is None:
        return _page(request, service, form, by=by, status=422)
    told = form.value

    def write(session: WriteSession) -> str:
        require_known(session, told)
        made = accounts.account_add(session, service=service, **told.model_dump(), by=by)
        return f"/admin#account-{made.username}"

    return _written(request, service, once, write, form, by=by)


@router.post("/accounts/{username}/disable")
def disable(request: Request, username: str, by: Fresh, once: Once, service: TheService) -> Response:
    """Close an account at once, with every session of it."""

    def write(session: WriteSession) -> str:
        if by.id == f"account:{username}":
            raise OwnAccount
        accounts.disable(session, username=username, by=by)
        return f"/admin#account-{username}"

    return changed(request, service, once, write, username, Form({}), by=by)


@router.post("/accounts/{username}/password")
def new_password(
    request: Request, username: str, by: Fresh, once: Once, sent: Sent, service: TheService
) -> Response:
    """A new password, told to its owner by hand; every session that was open ends."""
    form = read(sent, PasswordInput)
    form.typed = {}
    if form.value is None:
        return account_page(request, service, username, form, by=by, status=422)
    password = form.value.password

    def write(session: WriteSession) -> str:
        accounts.set_password(session, service=service, username=username, password=password, by=by)
        return f"/admin/accounts/{username}"

    return changed(request, service, once, write, username, form, by=by)


def require_known(session: Session, told: RoleInput) -> None:
    """Raises CentreUnknown, PractitionerUnknown, InsurerUnknown for who is in no register."""
    if told.centre and codings.centre(session, told.centre) is None:
        raise CentreUnknown(pointer="/centre", siam=told.centre)
    if told.practitioner and codings.practitioner(session, told.practitioner) is None:
        raise PractitionerUnknown(pointer="/practitioner", council=told.practitioner)
    if told.insurer:
        coverage_queries.known_insurers(session, codes={told.insurer})


def changed(
    request: Request,
    service: Service,
    once: OneAction,
    write: Callable[[WriteSession], str],
    username: str,
    form: Form[Any],
    *,
    by: Actor,
) -> Response:
    """Do it once; what was refused is said on the account's page."""
    try:
        return once.page(write)
    except AccountUnknown:
        raise
    except Problem as no:
        form.blame(no)
        return account_page(request, service, username, form, by=by, problem=no, status=STATUS[no.kind])


def _written(
    request: Request,
    service: Service,
    once: OneAction,
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


def _listed(asked: Asked[AccountFilter]) -> Listed | None:
    wanted = asked.value
    if wanted is None:
        return None
    return lists.accounts_listed(sought=wanted.sought, role=wanted.of_role, state=wanted.of_state)


def _page(
    request: Request,
    service: Service,
    form: Form[AccountInput],
    *,
    by: Actor,
    problem: Problem | None = None,
    status: int = 200,
) -> Response:
    asked = ask(request, SORTING, AccountFilter, path="/admin")
    listed = _listed(asked)
    with reading(service) as session:
        shown = NOTHING if listed is None else page_of(session, listed, asked)
        insurers = insurer_choices(session, english=language_of_page(request) == "en")
    return page(
        request,
        "admin/accounts.html",
        block="list",
        form=form,
        asked=asked,
        shown=shown,
        roles=[role.value for role in ROLES],
        insurers=insurers,
        by=by,
        problem=problem,
        status=status if status != 200 else asked.status,
    )


def account_page(
    request: Request,
    service: Service,
    username: str,
    form: Form[Any],
    *,
    by: Actor,
    problem: Problem | None = None,
    status: int = 200,
) -> Response:
    """One account as it is now, and what was refused of a change."""
    with reading(service) as session:
        found = accounts.account(session, username=username)
        if found is None:
            raise AccountUnknown
        if not form.typed:
            form.typed = found.model_dump(mode="json", include=set(ROLE_FIELDS), exclude_none=True)
        choices = insurer_choices(session, english=language_of_page(request) == "en")
        centres = labels.centre_names(session, {found.centre} if found.centre else set())
        ways = accounts.ways_by_account(session, username=found.username).get(found.username, ())
    return page(
        request,
        "admin/account.html",
        status=status,
        account=found,
        choices=choices,
        roles=[role.value for role in ROLES],
        own=by.id == f"account:{found.username}",
        insurers=dict(choices),
        centres=centres,
        ways=ways,
        form=form,
        problem=problem,
        by=by,
    )


def insurer_choices(session: Session, *, english: bool) -> Choices:
    """The insurers as a select offers them."""
    return [(row.code, row.name_en if english else row.name_fa) for row in coverage_queries.insurers(session)]
