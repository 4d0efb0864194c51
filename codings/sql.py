"""Plain SQL on a session's own connection, for the few paths that many people wait on.

A statement that SQLAlchemy builds, looks up, sends and loads costs some ten times what psycopg alone takes for it. Both
speak in one transaction here: what is pending is flushed first, and what goes wrong is raised as SQLAlchemy's own
error, so that a broken constraint has the same words either way. Rows read here belong to no session: read them only.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cache, lru_cache, partial
from typing import Any, TypeVar

import psycopg
from psycopg.rows import namedtuple_row, tuple_row
from psycopg.types.json import Jsonb
from sqlalchemy import Enum, TypeDecorator, exc
from sqlalchemy.dialects.postgresql import JSONB, dialect
from sqlalchemy.orm import class_mapper
from sqlmodel import Session, SQLModel

from codings.base import Row

R = TypeVar("R", bound=Row)
Values = Mapping[str, Any]
_DIALECT = dialect()  # type: ignore[no-untyped-call]


def run(session: Session, statement: str, words: Values | None = None) -> list[Any]:
    """Send one statement; its rows as named tuples, none if it gives none. `words` fill its %(names)s."""
    return _sent(session, statement, words, namedtuple_row)


def rows(session: Session, table: type[R], rest: str, words: Values | None = None) -> list[R]:
    """The rows of a table that the `rest` of a SELECT (WHERE, ORDER BY, FOR UPDATE) asks for, of no session."""
    return [row for (row,) in joined(session, (table,), rest, words)]


def joined(
    session: Session,
    tables: tuple[type[Row], ...],
    rest: str,
    words: Values | None = None,
) -> list[tuple[Any, ...]]:
    """Rows of several tables side by side; `rest` goes on after the FROM of the first. An outer one may be None."""
    shapes = [_shape(table) for table in tables]
    found = _sent(session, f"{_select(tables)} {rest}", words, tuple_row)
    return [_side_by_side(shapes, values) for values in found]


def put(session: Session, table: type[Row], given: Sequence[Values], *, rest: str = "") -> list[Any]:
    """Insert rows that all name the same columns, in one statement; what a RETURNING in `rest` gives."""
    if not given:
        return []
    statement = _insert(table, tuple(given[0]), len(given), rest)
    wraps = _shape(table).wraps
    values = [
        Jsonb(value) if name in wraps and value is not None else value
        for row in given
        for name, value in row.items()
    ]
    return _sent(session, statement, values, namedtuple_row)


def add(session: Session, given: Collection[Row]) -> None:
    """Insert instances of one table in one statement. The session does not know them afterwards."""
    if not given:
        return
    [table] = {type(row) for row in given}
    names = _shape(table).names
    put(session, table, [{name: getattr(row, name) for name in names} for row in given])


class _Shape:
    """How a table's rows are read: the SELECT, and what becomes of the values."""

    def __init__(self, table: type[Row]) -> None:
        mapper = class_mapper(table)
        columns = {prop.key: prop.columns[0] for prop in mapper.column_attrs}
        self.names = tuple(columns)
        name = table.__tablename__
        self.listed = ", ".join(f'{name}."{column.name}"' for column in columns.values())
        self.source = name
        self.kinds: list[tuple[str, Callable[[Any], Any]]] = [
            (name, column.type.enum_class)
            for name, column in columns.items()
            if isinstance(column.type, Enum) and column.type.enum_class is not None
        ]
        self.kinds += [
            (name, partial(column.type.process_result_value, dialect=_DIALECT))
            for name, column in columns.items()
            if isinstance(column.type, TypeDecorator)
            and type(column.type).process_result_value is not TypeDecorator.process_result_value
        ]
        self.wraps = frozenset(name for name, column in columns.items() if isinstance(column.type, JSONB))
        self._new = mapper.class_manager.new_instance
        self._fields = frozenset(table.model_fields)

    def make(self, values: Sequence[Any]) -> Any:
        """An instance as the mapper would load it, but known to no session; None for an outer join's gap."""
        if values[0] is None:  # the first column is of the key
            return None
        found = dict(zip(self.names, values, strict=True))
        for name, kind in self.kinds:
            if found[name] is not None:
                found[name] = kind(found[name])
        instance = self._new()
        instance.__dict__.update(found)
        for name, value in (("fields_set", set(self._fields)), ("extra", None), ("private", None)):
            object.__setattr__(instance, f"__pydantic_{name}__", value)
        return instance


@cache
def _shape(table: type[SQLModel]) -> _Shape:
    return _Shape(table)  # type: ignore[arg-type]  # lru_cache forgets that it is a Row


@cache
def _select(tables: tuple[type[Row], ...]) -> str:
    shapes = [_shape(table) for table in tables]
    return f"SELECT {', '.join(shape.listed for shape in shapes)} FROM {shapes[0].source}"  # noqa: S608  names of columns


def _side_by_side(shapes: Sequence[_Shape], values: Sequence[Any]) -> tuple[Any, ...]:
    found, begin = [], 0
    for shape in shapes:
        end = begin + len(shape.names)
        found.append(shape.make(values[begin:end]))
        begin = end
    return tuple(found)


@lru_cache(maxsize=512)
def _insert(table: type[Row], names: tuple[str, ...], count: int, rest: str) -> str:
    columns = ", ".join(f'"{name}"' for name in names)
    line = f"({', '.join(['%s'] * len(names))})"
    lines = ", ".join([line] * count)
    return f"INSERT INTO {table.__tablename__} ({columns}) VALUES {lines} {rest}"  # noqa: S608  names of columns


def _sent(
    session: Session, statement: str, words: Values | Sequence[Any] | None, row_factory: Any
) -> list[Any]:
    """Send it on the session's own psycopg connection; whoever listens to statements hears of it too."""
    session.flush()
    connection = session.connection()
    driver: Any = connection.connection.driver_connection
    try:
        with driver.cursor(row_factory=row_factory) as cursor:
            connection.dispatch.before_cursor_execute(connection, cursor, statement, words, None, False)
            cursor.execute(statement, words)
            found: list[Any] = cursor.fetchall() if cursor.description is not None else []
            connection.dispatch.after_cursor_execute(connection, cursor, statement, words, None, False)
    except psycopg.Error as error:
        lost = bool(driver.closed)
        told = exc.DBAPIError.instance(
            None, None, error, psycopg.Error, hide_parameters=True, connection_invalidated=lost
        )
        if lost:
            connection.invalidate()
        raise told from error
    return found
