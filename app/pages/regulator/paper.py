"""Paper against electronic: the share by day or week as a plot, and the counts of each centre as a list."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from app import plots
from app.access import Person
from app.csv_export import Column, csv_of
from app.db import Reading
from app.language import Language
from app.listing import NOTHING, Asked, Sorting, ask, page_of
from app.pages import labels, plotted
from app.pages.filters import DayFilter, Sought
from app.service import TheService
from app.web import language_of_page, page, see_other
from codings.base import Actor, Role, Words
from codings.systems import PROVINCE
from codings.text import tehran_day
from prescriber.queries import sources
from prescriber.queries.sources import CentreSources, DaySources

router = APIRouter(prefix="/regulator/paper")
Officer = Annotated[Actor, Person(Role.REGULATOR)]

SORTING = Sorting(columns=sources.CENTRES_BY, key=sources.CENTRES_KEY, first="-paper")
USUAL = 28  # days, when nobody says which
AT_MOST = 92
AS_WEEKS = 35  # more days than these are drawn as weeks
TOO_MANY = Words(
    "حداکثر {days} روز را می‌توان یک‌جا دید؛ روز آغاز را جلوتر یا روز پایان را عقب‌تر ببرید.",
    "At most {days} days can be seen at once; choose a later first day or an earlier last one.",
)
BACKWARDS = Words("روز آغاز پس از روز پایان است.", "The first day lies after the last.")
PARTS = (Words("الکترونیکی", "electronic"), Words("کاغذی", "paper"))


class PaperFilter(DayFilter):
    """Which days, and which province of the list."""

    province: Sought | None = None


@router.get("")
def paper(request: Request, by: Officer, session: Reading) -> Response:
    """The plot of some days, and the centres that wrote in them."""
    asked, span = _asked(request, by)
    language = language_of_page(request)
    wanted = asked.value
    shown, drawn = NOTHING, None
    if wanted is not None:
        listed = sources.by_centre(first=span[0], last=span[1], province=wanted.province)
        shown = page_of(session, listed, asked)
        drawn = _drawn(sources.by_day(session, first=span[0], last=span[1]), language)
    rows = [CentreSources(*row) for row in shown.rows]
    provinces = labels.choices(session, PROVINCE, language)
    return page(
        request,
        "regulator/paper.html",
        block="list",
        status=asked.status,
        by=by,
        asked=asked,
        shown=shown,
        rows=rows,
        span=span,
        drawn=drawn,
        provinces=provinces,
        province_names=dict(provinces),
        centres=labels.centre_names(session, {row.siam for row in rows}),
        share=lambda row: percent(row.paper, row.paper + row.electronic, language),
    )


@router.get(".csv")
def export(request: Request, by: Officer, service: TheService, session: Reading) -> Response:
    """The same centres as a file."""
    asked, span = _asked(request, by)
    if asked.value is None:
        return see_other(asked.beginning)
    language = language_of_page(request)
    names, provinces = labels.centre_names(session), dict(labels.choices(session, PROVINCE, language))
    columns = [
        Column(Words("استان", "Province"), lambda row: provinces.get(row.province, row.province)),
        Column(Words("شناسهٔ مرکز", "Centre id"), lambda row: row.siam),
        Column(Words("مرکز", "Centre"), lambda row: names.get(row.siam)),
        Column(Words("الکترونیکی", "Electronic"), lambda row: row.electronic),
        Column(Words("کاغذی", "Paper"), lambda row: row.paper),
        Column(
            Words("سهم کاغذ", "Paper share"), lambda row: percent(row.paper, row.paper + row.electronic, "en")
        ),
        Column(Words("از روز", "From day"), lambda _: span[0], day=True),
        Column(Words("تا روز", "To day"), lambda _: span[1], day=True),
    ]
    listed = sources.by_centre(first=span[0], last=span[1], province=asked.value.province)
    return csv_of(service, listed, asked, columns, name="paper", language=language, by=by)


def percent(part: int, whole: int, language: Language) -> str:
    """A share with one decimal, rounded down; nothing of nothing is nothing."""
    tenths = part * 1000 // whole if whole else 0
    text = f"{tenths // 10}.{tenths % 10}" if tenths % 10 else str(tenths // 10)
    return f"{text} %" if language == "en" else plotted.persian_digits(text.replace(".", "٫")) + "٪"


def _asked(request: Request, by: Actor) -> tuple[Asked[PaperFilter], tuple[date, date]]:
    """The filter with its days: the last weeks when none are told, and never more than a quarter of a year."""
    asked = ask(request, SORTING, PaperFilter)
    wanted = asked.value or PaperFilter()
    last = wanted.day_to or tehran_day(by.at)
    first = wanted.day_from or last - timedelta(days=USUAL - 1)
    if first > last:
        asked.form.errors["day_from"] = BACKWARDS
    elif (last - first).days >= AT_MOST:
        asked.form.errors["day_from"] = TOO_MANY.format(days=AT_MOST)
    if asked.form.errors:
        asked.form.value = None
    return asked, (first, last)


def _drawn(days: Sequence[DaySources], language: Language) -> Mapping[str, Any] | None:
    """Both plots and their numbers; none when nothing at all was written."""
    weekly = len(days) > AS_WEEKS
    found = sources.by_week(days) if weekly else days
    say, rtl = plotted.digits(language), language == "fa"
    parts = [plotted.say(part, language) for part in PARTS]
    names = [plotted.short_day(one.day, language) for one in found]
    counts = plots.columns(
        [[one.electronic, one.paper] for one in found], names=names, parts=parts, say=say, rtl=rtl
    )
    shares = [one.paper * 10_000 // max(one.paper + one.electronic, 1) for one in found]
    return (
        None
        if counts is None
        else {
            "counts": counts,
            "shares": plots.columns(
                [[share] for share in shares],
                names=names,
                parts=parts[1:],
                say=lambda share: percent(share, 10_000, language),
                rtl=rtl,
                height=70,
                first_mark=2,
            ),
            "parts": parts,
            "weekly": weekly,
            "rows": [
                [
                    plotted.day(one.day, language),
                    say(one.electronic),
                    say(one.paper),
                    percent(one.paper, one.paper + one.electronic, language),
                ]
                for one in found
            ],
        }
    )
