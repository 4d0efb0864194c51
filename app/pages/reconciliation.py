"""Dispenses against claims, for the administrator, the regulator, and an insurer's own part of them."""

from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Request
from starlette.responses import Response

from app import audit
from app.access import Person
from app.csv_export import Column, csv_of
from app.db import Reading
from app.listing import NOTHING, Asked, Listed, Sorting, ask, page_of
from app.pages import labels
from app.pages.filters import DayFilter
from app.service import TheService
from app.web import language_of_page, page, see_other
from codings.base import Actor, Role, Words
from codings.identifiers import Siam
from codings.text import tehran_day
from insurer.queries import reconciling
from insurer.queries.reconciling import FAULT_WORDS, Fault, Part

router = APIRouter(prefix="/reconciliation", include_in_schema=False)
Reader = Annotated[Actor, Person(Role.ADMINISTRATOR, Role.INSURER_OFFICER, Role.REGULATOR)]

SORTING = Sorting(columns=reconciling.FAULTS_BY, key=reconciling.FAULTS_KEY, first="-day")
USUAL = 7  # days, when nobody says which
AT_MOST = 92
TOO_MANY = Words(
    "حداکثر {days} روز را می‌توان یک‌جا دید؛ روز آغاز را جلوتر یا روز پایان را عقب‌تر ببرید.",
    "At most {days} days can be seen at once; choose a later first day or an earlier last one.",
)
BACKWARDS = Words("روز آغاز پس از روز پایان است.", "The first day lies after the last.")
COLUMNS = (
    Column(Words("روز", "Day"), lambda row: row.day, day=True),
    Column(Words("تحویل", "Dispense"), lambda row: row.dispense),
    Column(Words("داروخانه", "Pharmacy"), lambda row: row.pharmacy),
    Column(Words("بیمه‌گر", "Insurer"), lambda row: row.insurer),
    Column(Words("بدهی بیمه‌گر (ریال)", "Owed (Rial)"), lambda row: row.owed),
    Column(Words("مبلغ صورت‌حساب (ریال)", "Claimed (Rial)"), lambda row: row.claimed),
    Column(Words("ایراد", "What does not fit"), lambda row: FAULT_WORDS[Fault(row.fault)]),
)


class PartFilter(DayFilter):
    """Which days, and which pharmacy."""

    pharmacy: Siam | None = None


@router.get("")
def reconciliation(request: Request, by: Reader, service: TheService, session: Reading) -> Response:
    """Both sides of some days, and what does not fit."""
    asked, span = _asked(request, by)
    audit.saw(service, by=by, verb="reconciliation.list", subject=f"{span[0]} {span[1]}")
    wanted, shown, told = asked.value, NOTHING, None
    if wanted is not None:
        shown = page_of(session, _listed(by, wanted, span), asked)
        told = reconciling.balance(
            session, first=span[0], last=span[1], insurer=by.insurer, pharmacy=wanted.pharmacy
        )
    rows = [Part(*row) for row in shown.rows]
    return page(
        request,
        "reconciliation/list.html",
        block="list",
        status=asked.status,
        by=by,
        asked=asked,
        shown=shown,
        rows=rows,
        span=span,
        told=told,
        centres=labels.centre_names(session, {row.pharmacy for row in rows}),
        fault_words={fault.value: words for fault, words in FAULT_WORDS.items()},
    )


@router.get(".csv")
def export(request: Request, by: Reader, service: TheService) -> Response:
    """What does not fit, as a file."""
    asked, span = _asked(request, by)
    if asked.value is None:
        return see_other(asked.beginning)
    language = language_of_page(request)
    listed = _listed(by, asked.value, span)
    return csv_of(service, listed, asked, COLUMNS, name="reconciliation", language=language, by=by)


def _listed(by: Actor, wanted: PartFilter, span: tuple[date, date]) -> Listed:
    return reconciling.faults(first=span[0], last=span[1], insurer=by.insurer, pharmacy=wanted.pharmacy)


def _asked(request: Request, by: Actor) -> tuple[Asked[PartFilter], tuple[date, date]]:
    """The filter with its days: the last week when none are told, and never more than a quarter of a year."""
    asked = ask(request, SORTING, PartFilter)
    wanted = asked.value or PartFilter()
    last = wanted.day_to or tehran_day(by.at)
    first = wanted.day_from or last - timedelta(days=USUAL - 1)
    if first > last:
        asked.form.errors["day_from"] = BACKWARDS
    elif (last - first).days >= AT_MOST:
        asked.form.errors["day_from"] = TOO_MANY.format(days=AT_MOST)
    if asked.form.errors:
        asked.form.value = None
    return asked, (first, last)
