"""Lists and their files: an order nobody can break, pages without gaps, and a file a spreadsheet may open."""

import csv
import io
import tracemalloc
from datetime import UTC, date, datetime
from decimal import Decimal
from urllib.parse import quote, unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import BigInteger, String, func, literal_column, select, text
from sqlmodel import Session
from starlette.requests import Request

from app import csv_export
from app.csv_export import BOM, Column, cells, heading, lines, plain, written
from app.listing import Sorting, ask, ordered, page_of, read_cursor, write_cursor
from app.pages.filters import DayFilter, Rial
from codings.base import Words

NUMBER, NAME = literal_column("number", BigInteger()), literal_column("name", String())
SORTING = Sorting(columns={"number": NUMBER, "name": NAME}, key=(NUMBER,), first="-number")
TWO = [Column(Words("شماره", "Number"), lambda row: row[0]), Column(Words("نام", "Name"), lambda row: row[1])]


class Filter(DayFilter):
    least: Rial | None = None


def asked(query="", path="/list"):
    scope = {"type": "http", "method": "GET", "path": path, "headers": []}
    scope["query_string"] = quote(query, safe="=&").encode()
    return ask(Request(scope), SORTING, Filter)


def numbers(until, names="chr(97 + (number % 7)::int)"):
    """A list of numbers with names that many of them share."""
    rows = text(f"SELECT number, {names} AS name FROM generate_series(1, {until}) AS number")  # noqa: S608
    told = rows.columns(number=BigInteger, name=String).subquery("told")
    return select(told.c.number, told.c.name)


@pytest.fixture
def many(engine):
    with Session(engine) as session:
        yield session


def walk(session, query, *, limit=7):
    """Every row of a list, page after page as its links lead."""
    seen: list[tuple[int, str]] = []
    address = asked(query)
    for _ in range(100):
        shown = page_of(session, numbers(40), address, limit=limit)
        seen += shown.rows
        if shown.next is None:
            return seen
        address = asked(unquote(address.further(shown.next).partition("?")[2]))
    raise AssertionError("the list has no end")


@pytest.mark.parametrize("sort", ["number", "-number", "name", "-name"])
def test_pages_follow_each_other_without_a_gap_and_without_a_row_twice(many, sort):
    seen = walk(many, f"sort={sort}")
    assert len(seen) == len(set(seen)) == 40
    place = (lambda row: row[0]) if "number" in sort else (lambda row: (row[1], row[0]))
    assert seen == sorted(seen, key=place, reverse=sort.startswith("-"))


def test_an_unknown_column_is_told_and_the_usual_order_taken(many):
    address = asked("sort=password_hash")
    assert address.wrong_sort
    assert address.sort == "-number"
    assert page_of(many, numbers(3), address).rows[0][0] == 3
    assert not asked("sort=name").wrong_sort


def test_the_heading_that_is_sorted_by_turns_round_and_says_so():
    first = asked()
    assert (first.aria("number"), first.aria("name")) == ("descending", "none")
    assert first.sorted_by("number") == "/list?sort=number"
    assert first.sorted_by("name") == "/list?sort=name"
    assert asked("sort=name").sorted_by("name") == "/list?sort=-name"
    assert asked("sort=number").sorted_by("number") == "/list"


def test_links_keep_the_filter_and_drop_the_place():
    address = asked("least=5&sort=name&after=zzz")
    assert address.sorted_by("number") == "/list?least=5"
    assert address.beginning == "/list?least=5&sort=name"
    assert address.csv == "/list.csv?least=5&sort=name"
    assert address.everything == "/list"


@pytest.mark.parametrize(
    "cursor", ["", "zzz", "e30=", "WzFd", "W10=", "WyItbnVtYmVyIiwgIngiXQ==", "WyItbnVtYmVyIiwgIjEiLCAiMiJd"]
)
def test_a_cursor_that_is_none_starts_from_the_beginning(many, cursor):
    assert page_of(many, numbers(9), asked(f"after={cursor}"), limit=2).rows[0][0] == 9


def test_a_cursor_of_another_order_starts_from_the_beginning():
    cursor = write_cursor([5, "e"], asked("sort=name"))
    assert read_cursor(cursor, asked("sort=name")) is None  # its values stand in another order
    cursor = write_cursor(["e", 5], asked("sort=name"))
    assert read_cursor(cursor, asked("sort=name")) == ["e", 5]
    assert read_cursor(cursor, asked("sort=-name")) is None


@pytest.mark.parametrize(
    ("typed", "field", "meant"),
    [
        ("least=۱٬۲۵۰٬۰۰۰", "least", 1_250_000),
        ("least=1,250,000", "least", 1_250_000),
        ("least=٧٥", "least", 75),
        ("day_from=۱۴۰۵/۹/۱۰", "day_from", date(2026, 12, 1)),
        ("day_to=1405-09-10", "day_to", date(2026, 12, 1)),
    ],
)
def test_a_filter_reads_digits_of_every_script_and_days_of_the_jalali_calendar(typed, field, meant):
    assert getattr(asked(typed).value, field) == meant


@pytest.mark.parametrize("typed", ["least=12.5", "least=-3", "least=1,2,3", "least=x", "day_from=2026-12-01"])
def test_a_filter_that_is_wrong_is_told_at_its_field_and_shows_nothing(typed):
    address = asked(typed)
    assert (address.value, address.status) == (None, 422)
    assert list(address.form.errors) == [typed.partition("=")[0]]
    assert address.form.typed[typed.partition("=")[0]] == typed.partition("=")[2]


# --- The file


def read_back(told: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(told.removeprefix(BOM), newline="")))


@given(st.text(max_size=40))
def test_no_text_of_a_file_begins_like_a_formula(value):
    told = plain(value)
    assert not told.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r"))
    assert told in {value, f"'{value}"}


@pytest.mark.parametrize("value", ["=1+1", "+98", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1"])
def test_a_formula_is_neutralised(value):
    assert plain(value) == f"'{value}"


def test_numbers_stay_numbers():
    assert [plain(value) for value in (-1000, Decimal("-0.5"), 0, None)] == ["-1000", "-0.5", "0", ""]


@given(st.lists(st.text(max_size=30), min_size=2, max_size=2))
def test_what_is_written_can_be_read_back(row):
    row = [cell.replace("\0", "") for cell in row]
    assert read_back(written([row])) == [row]
    assert written([row]).endswith("\r\n")


def test_a_day_stands_in_both_calendars():
    days = [Column(Words("روز", "Day"), lambda row: row, day=True)]
    assert heading(days, "fa") == ["روز", "روز (شمسی)"]
    assert cells(date(2026, 12, 1), days, "fa") == ["2026-12-01", "1405/09/10"]
    late = datetime(2026, 11, 30, 21, 0, tzinfo=UTC)  # already the next day in Tehran
    assert cells(late, days, "en") == ["2026-12-01T00:30:00+03:30", "1405/09/10"]
    assert cells(None, days, "en") == ["", ""]


def test_a_file_begins_with_the_mark_that_spreadsheets_need_and_holds_every_row_in_order(service):
    told = "".join(lines(service, ordered(numbers(1200), asked("sort=name")), TWO, language="fa"))
    assert told.encode().startswith(b"\xef\xbb\xbf")
    head, *rows = read_back(told)
    assert head == ["شماره", "نام"]
    assert [(row[1], int(row[0])) for row in rows] == sorted((chr(97 + n % 7), n) for n in range(1, 1201))


def test_a_file_of_any_length_takes_the_same_memory(service):
    """Two hundred thousand rows of a hundred characters: twenty megabytes, of which only a handful are ever here."""
    query = ordered(numbers(200_000, "repeat('x', 100)"), asked("sort=number"))
    flow = lines(service, query, TWO, language="en")
    next(flow), next(flow)
    tracemalloc.start()
    size = sum(len(piece) for piece in flow)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert size > 20_000_000
    assert peak < 3_000_000


def test_the_first_rows_leave_before_the_last_are_read(service):
    query = ordered(numbers(csv_export.ROWS_AT_ONCE * 3), asked("sort=number"))
    flow = lines(service, query, TWO, language="en")
    next(flow)
    assert len(read_back(next(flow))) == csv_export.ROWS_AT_ONCE
    flow.close()


def test_sorting_never_skips_by_counting(many):
    statement = str(ordered(numbers(5), asked()).add_columns(func.now()).limit(3))
    assert "OFFSET" not in statement.upper()
