"""A list as a file for a spreadsheet: the same rows as on the page, streamed from a cursor of the database.

RFC 4180 with a byte order mark, since spreadsheet programs read Persian as nonsense without one. Numbers are ASCII
digits; a day stands twice, as ISO and in the Jalali calendar. A text that a spreadsheet would take for a formula
gets an apostrophe before it. However many rows there are, only some hundreds of them are in memory.
"""

import csv
import io
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from starlette.responses import StreamingResponse

from app import audit
from app.db import reading
from app.language import Language
from app.listing import Asked, Listed, ordered
from app.service import Service
from codings.base import Actor, Words
from codings.text import TEHRAN, jalali, tehran_day

ROWS_AT_ONCE = 500
BOM = "\ufeff"
# What begins a formula in one of the spreadsheet programs, the wide forms included.
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
JALALI = Words(" (شمسی)", " (Jalali)")

Cell = str | int | Decimal | date | datetime | Words | None  # Words: in the reader's language


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the file: its heading, and what stands in it. A `day` takes two columns."""

    title: Words
    value: Callable[[Any], Cell]
    day: bool = False


def csv_of(
    service: Service,
    query: Listed,
    asked: Asked[Any],
    columns: Sequence[Column],
    *,
    name: str,
    language: Language,
    by: Actor,
) -> StreamingResponse:
    """The whole filter as a file. Who took it is written down before the first byte leaves."""
    said = ", ".join(f"{field}={value}" for field, value in sorted(asked.form.typed.items()) if value.strip())
    audit.saw(service, by=by, verb=f"{name}.export", subject=(said or "all")[:120])
    day = jalali(tehran_day(by.at)).replace("/", "-")
    return StreamingResponse(
        lines(service, ordered(query, asked), columns, language=language),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}-{day}.csv"'},
    )


def lines(
    service: Service, query: Listed, columns: Sequence[Column], *, language: Language
) -> Generator[str, None, None]:
    """The file, some hundreds of rows at a time, from a session of its own: the request's is over when they flow."""
    yield BOM + written([heading(columns, language)])
    with (
        reading(service) as session,
        # The cursor is closed also when the reader leaves half-way.
        closing(session.execute(query, execution_options={"yield_per": ROWS_AT_ONCE})) as rows,
    ):
        for some in rows.partitions():
            yield written(cells(row if len(row) > 1 else row[0], columns, language) for row in some)


def heading(columns: Sequence[Column], language: Language) -> list[str]:
    """The first line, in the reader's language."""
    told: list[str] = []
    for column in columns:
        title = plain(column.title, language)
        told.append(title)
        if column.day:
            told.append(title + plain(JALALI, language))
    return told


def cells(row: Any, columns: Sequence[Column], language: Language) -> list[str]:
    """One line of the file."""
    told: list[str] = []
    for column in columns:
        value = column.value(row)
        told.append(plain(value, language))
        if column.day:
            told.append(jalali(value) if isinstance(value, date) else "")
    return told


def plain(value: Cell, language: Language = "en") -> str:
    """A value as text: numbers as they are, instants in Tehran's time, no text that begins like a formula."""
    if value is None:
        return ""
    if isinstance(value, Words):
        return value.en if language == "en" else value.fa
    if isinstance(value, datetime):
        return value.astimezone(TEHRAN).isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int | Decimal):
        return str(value)
    return f"'{value}" if value.lstrip(" ").startswith(DANGEROUS) else value


def written(rows: Any) -> str:
    """Lines as RFC 4180 has them."""
    paper = io.StringIO()
    csv.writer(paper, lineterminator="\r\n").writerows(rows)
    return paper.getvalue()
