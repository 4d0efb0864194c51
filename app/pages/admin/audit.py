"""The audit, read by people only: who did or saw what, whose data, why. Reading it is written down as well."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Request
from starlette.responses import Response

from app import audit
from app.access import Person
from app.csv_export import Column, csv_of
from app.db import reading
from app.listing import NOTHING, Asked, Listed, Sorting, ask, page_of
from app.pages import plotted
from app.pages.admin import lists
from app.pages.filters import DayFilter, Sought
from app.service import TheService
from app.web import language_of_page, page, see_other
from codings.base import Actor, Role, Words
from codings.text import jalali, tehran_day

router = APIRouter(prefix="/admin/audit")
Administrator = Annotated[Actor, Person(Role.ADMINISTRATOR)]

SORTING = Sorting(columns=lists.AUDIT_BY, key=lists.AUDIT_KEY, first="-at")
# A verb stands in no index: alone it is looked for in these days back, and the page says so in its field.
VERB_DAYS = 30

COLUMNS = [
    Column(Words("زمان", "When"), lambda row: row.at, day=True),
    Column(Words("چه کسی", "Who"), lambda row: row.actor),
    Column(Words("نقش", "Role"), lambda row: row.role),
    Column(Words("مرکز", "Centre"), lambda row: row.centre),
    Column(Words("بیمه‌گر", "Insurer"), lambda row: row.insurer),
    Column(Words("چه کاری", "What"), lambda row: row.verb),
    Column(Words("دربارهٔ چه", "About what"), lambda row: row.subject),
    Column(Words("بیمار", "Patient"), lambda row: row.patient),
    Column(Words("هدف", "Purpose"), lambda row: row.purpose),
    Column(Words("نتیجه", "Outcome"), lambda row: row.outcome),
    Column(Words("شناسهٔ درخواست", "Request"), lambda row: row.request_id),
]


class AuditFilter(DayFilter):
    """Whose deeds, which, about what, and when."""

    actor: Sought | None = None
    verb: Sought | None = None
    subject: Sought | None = None


@router.get("")
def entries(request: Request, by: Administrator, service: TheService) -> Response:
    """The newest entries, of one actor, about one subject, with one verb, of some days."""
    asked = _asked(request, by)
    listed = _listed(asked)
    with reading(service) as session:
        shown = NOTHING if listed is None else page_of(session, listed, asked)
    wanted = asked.value or AuditFilter()
    about = wanted.subject or wanted.actor or wanted.verb or "all"
    audit.saw(service, by=by, verb="audit.read", subject=about[:120])
    return page(
        request,
        "admin/audit.html",
        block="list",
        status=asked.status,
        by=by,
        asked=asked,
        shown=shown,
    )


@router.get(".csv")
def export(request: Request, by: Administrator, service: TheService) -> Response:
    """The same entries as a file."""
    asked = _asked(request, by)
    listed = _listed(asked)
    if listed is None:
        return see_other(asked.beginning)
    return csv_of(service, listed, asked, COLUMNS, name="audit", language=language_of_page(request), by=by)


def _asked(request: Request, by: Actor) -> Asked[AuditFilter]:
    asked = ask(request, SORTING, AuditFilter)
    wanted = asked.value
    if wanted and wanted.verb and not (wanted.actor or wanted.subject or wanted.day_from):
        wanted.day_from = tehran_day(by.at) - timedelta(days=VERB_DAYS)
        shown = jalali(wanted.day_from)
        shown = shown if language_of_page(request) == "en" else plotted.persian_digits(shown)
        asked.form.typed = {**asked.form.typed, "day_from": shown}
    return asked


def _listed(asked: Asked[AuditFilter]) -> Listed | None:
    wanted = asked.value
    return None if wanted is None else lists.audit_listed(**wanted.model_dump())
