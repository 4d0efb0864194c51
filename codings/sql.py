"""Plain SQL on a session's own connection, for the few paths that many people wait on.

A statement that SQLAlchemy builds, looks up, sends and loads costs some ten times what psycopg alone takes for it. Both
speak in one transaction here: what is pending is flushed first, and what goes wrong is raised as SQLAlchemy's own
error, so that a broken constraint has the same words either way. Rows read here belong to no session: read them only.

What is sent `later` waits for the next statement of its transaction, or for the commit, and travels with it in one
pipeline: a step that writes eight tables waits for the database once.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache, lru_cache, partial
from typing import Any, Final, TypeVar

import psycopg
from psycopg.pq import TransactionStatus
from psycopg.rows import namedtuple_row, tuple_row
from psycopg.types.json import Jsonb
from sqlalchemy import Connection, Enum, TypeDecorator, event, exc
from sqlalchemy.dialects.postgresql import JSONB, dialect
from sqlalchemy.engine import Engine
from sqlalchemy.orm import class_mapper
from sqlmodel import Session, SQLModel

from codings.base import Row

R = TypeVar("R", bound=Row)
Values = Mapping[str, Any]
_DIALECT = dialect()  # type: ignore[no-untyped-call]
_WAITING: Final = "noskheh.waiting"  # in a connection's `info`: statements that go with the next one


def run(session: Session, statement: str, words: Values | None = None) -> list[Any]:
    """Send one statement; its rows as named tuples, none if it gives none. `words` fill its %(names)s."""
    return _sent(session, statement, words, namedtuple_row)


def rows(session: Session, table: type[R], rest: str, words: Values | None = None) -> list[R]:
    """The rows of a table that the `rest` of a SELECT (WHERE, ORDER BY, FOR UPDATE) asks for, of no session."""
    return [row for (row,) in joined(session, (table,), rest, words)]


def several(session: Session, *asked: tuple[type[Row], str], words: Values | None = None) -> list[list[Any]]:
    """The rows of several tables, each with its `rest`, in one round trip; all speak of the same `words`."""
    session.flush()
    connection = session.connection()
    waiting = connection.info.pop(_WAITING, ())
    cursors: list[Any] = []
    with _translated(connection) as driver, driver.pipeline():
        _send(connection, driver, waiting)
        for table, rest in asked:
            statement = f"{_select((table,), '')} {rest}"
            cursor = driver.cursor(row_factory=tuple_row)
            # Who listens is told of every statement; those with a cursor are a round trip, the first one here.
            told = None if cursors else cursor
            connection.dispatch.before_cursor_execute(connection, told, statement, words, None, False)
            cursors.append(cursor.execute(statement, words))
    return [
        [_shape(table).make(values) for values in cursor.fetchall()]
        for (table, _), cursor in zip(asked, cursors, strict=True)
    ]


def joined(
    session: Session,
    tables: tuple[type[Row], ...],
    rest: str,
    words: Values | None = None,
    *,
    also: str = "",
) -> list[tuple[Any, ...]]:
    """Rows of several tables side by side; `rest` goes on after the FROM of the first. An outer one may be None.

    `also` names expressions whose values come after them, as psycopg reads them.
    """
    shapes = [_shape(table) for table in tables]
    found = _sent(session, f"{_select(tables, also)} {rest}", words, tuple_row)
    return [_side_by_side(shapes, values) for values in found]


def copied(
    session: Session, select: str, words: Values, *, types: Sequence[str]
) -> Iterator[tuple[Any, ...]]:
    """The rows of a SELECT as COPY sends them, one at a time, whatever there is of them; `types` are its columns'.

    The transaction is this question's until it is answered, or broken off, which ends the transaction too.
    """
    session.flush()
    connection = session.connection()
    _send_waiting(connection)
    statement = f"COPY ({select}) TO STDOUT (FORMAT binary)"
    with _translated(connection) as driver, driver.cursor() as cursor:
        connection.dispatch.before_cursor_execute(connection, cursor, statement, words, None, False)
        with cursor.copy(statement, words) as copy:
            copy.set_types(types)
            yield from copy.rows()


def put(session: Session, table: type[Row], given: Sequence[Values], *, rest: str = "") -> list[Any]:
    """Insert rows that all name the same columns, in one statement; what a RETURNING in `rest` gives."""
    return _sent(session, *_put(table, given, rest), namedtuple_row) if given else []


def later(session: Session, statement: str, words: Values | Sequence[Any] | None = None) -> None:
    """Send it with what comes next, at the latest with the commit: its rows are asked by nobody.

    If it fails, whatever it travels with fails, in the words of this one.
    """
    session.connection().info.setdefault(_WAITING, []).append((statement, words))


def put_later(session: Session, table: type[Row], given: Sequence[Values]) -> None:
    """Insert rows that all name the same columns with what comes next."""
    if given:
        later(session, *_put(table, given, ""))


def add(session: Session, given: Collection[Row]) -> None:
    """Insert instances of one table with what comes next. The session does not know them afterwards."""
    if not given:
        return
    [table] = {type(row) for row in given}
    names = _shape(table).names
    put_later(session, table, [{name: getattr(row, name) for name in names} for row in given])


def _put(table: type[Row], given: Sequence[Values], rest: str) -> tuple[str, list[Any]]:
    """The statement that inserts these rows, and its values."""
    wraps = _shape(table).wraps
    values = [
        Jsonb(value) if name in wraps and value is not None else value
        for row in given
        for name, value in row.items()
    ]
    return _insert(table, tuple(given[0]), len(given), rest), values


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
def _select(tables: tuple[type[Row], ...], also: str) -> str:
    shapes = [_shape(table) for table in tables]
    listed = [*(shape.listed for shape in shapes), *([also] if also else [])]
    return f"SELECT {', '.join(listed)} FROM {shapes[0].source}"  # noqa: S608  names of columns


def _side_by_side(shapes: Sequence[_Shape], values: Sequence[Any]) -> tuple[Any, ...]:
    found, begin = [], 0
    for shape in shapes:
        end = begin + len(shape.names)
        found.append(shape.make(values[begin:end]))
        begin = end
    return (*found, *values[begin:])


@lru_cache(maxsize=512)
def _insert(table: type[Row], names: tuple[str, ...], count: int, rest: str) -> str:
    columns = ", ".join(f'"{name}"' for name in names)
    line = f"({', '.join(['%s'] * len(names))})"
    lines = ", ".join([line] * count)
    return f"INSERT INTO {table.__tablename__} ({columns}) VALUES {lines} {rest}"  # noqa: S608  names of columns


def _sent(
    session: Session, statement: str, words: Values | Sequence[Any] | None, row_factory: Any
) -> list[Any]:
    """Send it on the session's own psycopg connection, after what waits there; whoever listens hears of it too."""
    session.flush()
    connection = session.connection()
    waiting = connection.info.pop(_WAITING, ())
    with _translated(connection) as driver, driver.cursor(row_factory=row_factory) as cursor:
        connection.dispatch.before_cursor_execute(connection, cursor, statement, words, None, False)
        if waiting or _begins(driver):
            with driver.pipeline():
                _send(connection, driver, waiting)
                cursor.execute(statement, words)
        else:
            cursor.execute(statement, words)
        answer = cursor.pgresult  # its `description` would make an object of every column
        found: list[Any] = cursor.fetchall() if answer is not None and answer.nfields else []
        connection.dispatch.after_cursor_execute(connection, cursor, statement, words, None, False)
    return found


def _begins(driver: Any) -> bool:
    """Whether the next statement begins a transaction; the BEGIN then travels with it."""
    return not driver.autocommit and driver.info.transaction_status is TransactionStatus.IDLE


@contextmanager
def _translated(connection: Connection) -> Iterator[Any]:
    """The connection's own psycopg one; what it raises becomes SQLAlchemy's."""
    driver: Any = connection.connection.driver_connection
    try:
        yield driver
    except psycopg.Error as error:
        lost = bool(driver.closed)
        told = exc.DBAPIError.instance(
            None, None, error, psycopg.Error, hide_parameters=True, connection_invalidated=lost
        )
        if lost:
            connection.invalidate()
        raise told from error


@event.listens_for(Engine, "before_cursor_execute")
def _before(connection: Connection, *_: object) -> None:
    """A statement that SQLAlchemy sends itself finds done what was to be done before it."""
    _send_waiting(connection)


@event.listens_for(Engine, "commit")
def _at_the_end(connection: Connection) -> None:
    _send_waiting(connection, commit=True)


@event.listens_for(Engine, "rollback")
def _undone(connection: Connection) -> None:
    if not connection.invalidated:
        connection.info.pop(_WAITING, None)


def _send_waiting(connection: Connection, *, commit: bool = False) -> None:
    """Send what waits; with the commit behind it, if asked: it only happens if all before it went well."""
    waiting = connection.info.pop(_WAITING, ())
    if not waiting:
        return
    with _translated(connection) as driver, driver.pipeline():
        _send(connection, driver, waiting)
        if commit:
            driver.commit()


def _send(connection: Connection, driver: Any, waiting: Sequence[tuple[str, Any]]) -> None:
    """Into the pipeline. Who listens to statements hears of them without a cursor: they are no round trip."""
    for statement, words in waiting:
        connection.dispatch.before_cursor_execute(connection, None, statement, words, None, False)
        driver.execute(statement, words)
