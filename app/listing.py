"""Lists: sorted by a column, filtered by a form, paged by a key, exported as CSV. Every list of the desks is made here.

    CLAIMS = Sorting(columns=claim_queries.LISTED_BY, key=claim_queries.LISTED_KEY, first="-made")
    asked = ask(request, CLAIMS, ClaimFilter)
    shown = page_of(session, claim_queries.listed(by=by, ...), asked)
    return csv_of(service, claim_queries.listed(by=by, ...), asked, COLUMNS, name="claims", by=by)

A room says what may be read and by which columns it may be sorted; what stands here adds the order, the place where
the page before ended (never a count of rows to skip), and the way out. The whole state of a list is its address, so
that it works with scripts off and can be sent to a colleague.
"""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Generic, TypeAlias, TypeVar
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Request
from pydantic import BaseModel
from sqlalchemy import Select, literal, tuple_
from sqlmodel import Session
from starlette.datastructures import FormData

from app.forms import Form, read

Listed: TypeAlias = Select[*tuple[Any, ...]]  # a room's statement, with rows of whatever kind
Shape = TypeVar("Shape", bound=BaseModel)
AT_ONCE = 50
_OURS = frozenset({"sort", "after"})
_LONGEST = 400  # of a cursor; ours are a third of it


class NoFilter(BaseModel):
    """A list that is only sorted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sorting:
    """What a list may be sorted by. Each column is never null, and stands in an index unless the list is short."""

    columns: Mapping[str, Any]  # the name in the address -> the column
    key: tuple[Any, ...]  # unique together: decides between equals
    first: str  # the order nobody asked for; a "-" before the name means the greatest first


@dataclass(slots=True)
class Asked(Generic[Shape]):
    """What one address asks of a list."""

    path: str
    sorting: Sorting
    form: Form[Shape]
    sort: str  # a name of `sorting.columns`, with "-" when the greatest comes first
    after: str  # the cursor
    wrong_sort: bool  # a column was asked for that this list has not: said, and the usual order taken

    @property
    def value(self) -> Shape | None:
        """The filter; none when a field of it is wrong, and then there is nothing to show."""
        return self.form.value

    @property
    def status(self) -> int:
        return 200 if self.form.value is not None else 422

    @property
    def filtered(self) -> bool:
        """Whether something was asked for, so that an empty list is not an empty place."""
        return any(value.strip() for value in self.form.typed.values())

    @property
    def column(self) -> str:
        return self.sort.removeprefix("-")

    @property
    def descending(self) -> bool:
        return self.sort.startswith("-")

    def aria(self, name: str) -> str:
        """How a column is sorted now, in the word `aria-sort` wants."""
        if name != self.column:
            return "none"
        return "descending" if self.descending else "ascending"

    def sorted_by(self, name: str) -> str:
        """The address of this list sorted by a column: turned round when it is sorted by it already."""
        if name == self.column:
            return self._url(sort=name if self.descending else f"-{name}")
        newest = self.sorting.first.removeprefix("-") == name and self.sorting.first.startswith("-")
        return self._url(sort=f"-{name}" if newest else name)

    def further(self, after: str) -> str:
        return self._url(sort=self.sort, after=after)

    @property
    def beginning(self) -> str:
        return self._url(sort=self.sort)

    @property
    def everything(self) -> str:
        return self.path

    @property
    def csv(self) -> str:
        """Where the same filter, in the same order, is had as a file."""
        return self._url(f"{self.path}.csv", sort=self.sort)

    def _url(self, path: str | None = None, **more: str) -> str:
        told = {name: value for name, value in self.form.typed.items() if value.strip()} | more
        if told.get("sort") == self.sorting.first:
            del told["sort"]
        return f"{path or self.path}?{urlencode(told)}" if told else path or self.path


@dataclass(frozen=True, slots=True)
class Shown:
    """A page of a list, and the cursor of what comes after it."""

    rows: Sequence[Any] = field(default_factory=tuple)
    next: str | None = None


NOTHING = Shown()


def ask(request: Request, sorting: Sorting, shape: type[Shape], *, path: str | None = None) -> Asked[Shape]:
    """Read what an address asks. Fields the filter has not are left out, an unknown column is told and not used."""
    query = request.query_params
    known = {name for name in shape.model_fields if name in query}
    form = read(FormData([(name, query[name][:200]) for name in known]), shape)
    sort = query.get("sort") or sorting.first
    wrong = sort.removeprefix("-") not in sorting.columns
    return Asked(
        path=path or request.url.path.removesuffix(".csv"),
        sorting=sorting,
        form=form,
        sort=sorting.first if wrong else sort,
        after=query.get("after", "")[:_LONGEST],
        wrong_sort=wrong,
    )


def page_of(session: Session, query: Listed, asked: Asked[Any], *, limit: int = AT_ONCE) -> Shown:
    """The rows of one page, read by the key where the page before ended."""
    by = order_of(asked)
    statement = ordered(query, asked).add_columns(*by)
    place = read_cursor(asked.after, asked)
    if place is not None:
        here = tuple_(*(literal(value, column.type) for value, column in zip(place, by, strict=True)))
        statement = statement.where(tuple_(*by) < here if asked.descending else tuple_(*by) > here)
    found = session.execute(statement.limit(limit + 1)).all()
    rows = [told if len(told := row[: -len(by)]) > 1 else told[0] for row in found[:limit]]
    return Shown(rows, write_cursor(found[limit - 1][-len(by) :], asked) if len(found) > limit else None)


def ordered(query: Listed, asked: Asked[Any]) -> Listed:
    """The query in the order asked for: all columns the same way round, so that one index serves them."""
    return query.order_by(
        *(column.desc() if asked.descending else column.asc() for column in order_of(asked))
    )


def order_of(asked: Asked[Any]) -> tuple[Any, ...]:
    """The column sorted by, then the key, without saying the same column twice."""
    first = asked.sorting.columns[asked.column]
    return (first, *(column for column in asked.sorting.key if column is not first))


def write_cursor(place: Sequence[Any], asked: Asked[Any]) -> str:
    """Where a page ended, with the order it was in: a cursor of another order means nothing."""
    told = [value.isoformat() if isinstance(value, date) else str(value) for value in place]
    return base64.urlsafe_b64encode(json.dumps([asked.sort, *told]).encode()).decode()


def read_cursor(cursor: str, asked: Asked[Any]) -> list[Any] | None:
    """The values a cursor holds; what is none of ours, or of another order, starts from the beginning."""
    by = order_of(asked)
    try:
        sort, *told = json.loads(base64.urlsafe_b64decode(cursor.encode()))
        if sort != asked.sort or len(told) != len(by):
            return None
        return [_value(text, column.type.python_type) for text, column in zip(told, by, strict=True)]
    except (binascii.Error, ValueError, TypeError):
        return None


def _value(text: str, kind: type) -> Any:
    if issubclass(kind, datetime):
        at = datetime.fromisoformat(text)
        if at.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        return at
    if issubclass(kind, date):
        return date.fromisoformat(text)
    if issubclass(kind, int):
        number = int(text)
        if not -(2**63) <= number < 2**63:
            raise ValueError("no number of a column")
        return number
    if issubclass(kind, UUID):
        return UUID(text)
    if "\0" in text:
        raise ValueError("no text of a column")
    return text
