"""Many prescriptions out of one: a person and a prescription really made, copied set by set into the same tables.

What the service wrote for them is watched (`tests/bench/limit.py`). A copy has its own SHABAD, patient, UUIDs, packs
and day, and is otherwise what it was, signature and all: look-ups and lists do not verify it, so it is for reading
only. A SHABAD is as scattered as a random one, and the twenty prescriptions of a patient lie apart, as in life.
"""

import re
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final

import psycopg

from tests.bench.limit import Change, Schema, Writer

EACH: Final = 20  # prescriptions of a patient
BATCH: Final = 500  # lines of a batch
FIRST_PERSON: Final = 5_000_000  # made-up people of the rungs have lower numbers
# Not copied: answers are forgotten after 48 hours and finished jobs at once; the tree over the audit is a job's.
LEFT_OUT: Final = frozenset(
    {"idempotency", "used_jti", "audit_leaf", "audit_node", "audit_checkpoint", "batch_counter"}
    | {"procrastinate_jobs", "procrastinate_events", "procrastinate_periodic_defers"}
)
# Lines as the insurer gets them: no list and no look-up reads one, and 2 million are 30 GB. A copy has the beginning.
CUT: Final = frozenset({("claim_version", "line"), ("batch_item", "line")})
CUT_TO: Final = 64  # bytes
DATED: Final = frozenset(
    {"claim", "item_window", "patient_facts"}
)  # whose days go back with the prescription
OF_PERSONS: Final = frozenset(
    {"patient", "coverage", "patient_centre"}
)  # one row a person, not one a prescription
OF_BATCHES: Final = frozenset({"batch", "batch_status"})
_AT_ONCE: Final = 2
_SETTINGS: Final = (
    "SET session_replication_role = replica; SET synchronous_commit = off; SET synchronize_seqscans = off;"
    " SET maintenance_work_mem = '256MB'"
)
# A year of prescriptions, the newest last. An odd number times the place is a SHABAD of its own for each, in no order.
_NUMBERS: Final = """
    CREATE SCHEMA copies;
    CREATE TABLE copies.person AS
    SELECT i, lpad(to_hex(i * 4 + 1), 32, '0')::uuid AS patient, lpad(to_hex(i * 4 + 2), 32, '0')::uuid AS coverage,
           digits || CASE WHEN rest < 2 THEN rest ELSE 11 - rest END AS national_id
    FROM (SELECT i, digits,
                 (SELECT sum(substr(digits, k, 1)::int * (11 - k)) FROM generate_series(1, 9) AS k) % 11 AS rest
          FROM (SELECT i, (990000000 + {first} + i)::text AS digits
                FROM generate_series(0::bigint, {persons} - 1) AS i) AS numbered) AS checked;
    CREATE TABLE copies.life AS
    SELECT n AS i, '105' || upper(lpad(to_hex(n * 42470972303 % 68719476736), 9, '0')) AS shabad,
           patient, coverage, national_id, ({count} - n) * interval '365 days' / {count} AS age
    FROM generate_series(0::bigint, {count} - 1) AS n JOIN copies.person ON person.i = n % {persons} ORDER BY n;
    CREATE INDEX ON copies.life (i);
    ANALYZE copies.life"""
_NUMBERED: Final = """
    UPDATE batch_counter
    SET n = greatest(n, (SELECT max(seq) FROM batch WHERE batch.insurer = batch_counter.insurer))"""
_INDEXES: Final = """
    SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
    WHERE NOT indisunique AND indrelid = ANY(%s::regclass[]) ORDER BY pg_relation_size(indrelid) DESC"""


@dataclass(frozen=True, slots=True)
class Made:
    """What was really made: the rows of a person and of the life of a prescription, and what tells them apart."""

    known: Schema
    changes: Sequence[Change]
    shabad: str
    national_id: str

    def rows(self) -> dict[str, list[Change]]:
        """The rows to copy, by table, in the order of their keys."""
        tables: dict[str, list[Change]] = {}
        for change in self.changes:
            if change.was is None and change.table not in LEFT_OUT:
                tables.setdefault(change.table, []).append(change)
        return tables

    def id(self, table: str) -> str:
        """The UUID of the only row of a table."""
        [row] = (change.row for change in self.changes if change.table == table and change.was is None)
        return str(row["id"])


class Copier(Writer):
    """One statement a table, which writes the rows of all copies, those of one copy side by side."""

    def __init__(self, made: Made, *, batches: int) -> None:
        self._tables = made.rows()
        everything = [change for rows in self._tables.values() for change in rows]
        super().__init__(made.known, everything, shabad=made.shabad, i="g.i", part=0)
        self._names |= {
            made.shabad: "g.shabad",
            made.national_id: "g.national_id",
            made.id("patient"): "g.patient::text",
            made.id("coverage"): "g.coverage::text",
        }
        self._pattern = re.compile("|".join(re.escape(name) for name in sorted(self._names, reverse=True)))
        seq = f"({batches + 1} + g.i / {BATCH})::int"
        self._said: Mapping[tuple[str, str], str] = {
            ("batch", "seq"): seq,
            ("batch_status", "seq"): seq,
            ("batch_item", "seq"): seq,
            ("batch_item", "position"): f"(1 + g.i % {BATCH})::int",
        }

    def statements(self) -> list[tuple[str, str]]:
        """(table, statement), those that write most first."""
        most = sorted(self._tables.items(), key=lambda told: len(told[1]), reverse=True)
        return [(table, self._copied(table, [change.row for change in rows])) for table, rows in most]

    def _copied(self, table: str, rows: Sequence[Mapping[str, str | None]]) -> str:
        place = 64 * 3  # of a value that must differ and has no name of its own
        values = [
            [self._value(table, name, row, place + nth) for name in self._columns(table)]
            for nth, row in enumerate(rows)
        ]
        chosen = [
            said[0]
            if len(set(said)) == 1
            else "CASE g.p " + " ".join(f"WHEN {nth} THEN {one}" for nth, one in enumerate(said)) + " END"
            for said in zip(*values, strict=True)
        ]
        source = (
            "SELECT *, interval '0' AS age FROM copies.person" if table in OF_PERSONS else "TABLE copies.life"
        )
        if table in OF_BATCHES:
            source = f"SELECT * FROM copies.life WHERE i % {BATCH} = 0"
        if len(rows) > 1:
            source = f"SELECT l.*, generate_series(0, {len(rows) - 1}) AS p FROM ({source}) AS l"
        return f"{self._into(table)} SELECT {', '.join(chosen)} FROM ({source}) AS g"

    def _value(self, table: str, name: str, row: Mapping[str, str | None], place: int) -> str:
        if (table, name) in self._said:
            return self._said[table, name]
        value, kind = row[name], self._known.types[table][name]
        if value is not None and (table, name) in CUT:
            return f"'{value[: 2 + 2 * CUT_TO]}'::bytea"
        said = super()._value(table, name, row, place)
        if value is not None and kind.startswith("timestamp"):
            return f"({said} - g.age)"
        if value is not None and kind == "date" and table in DATED:
            return f"({said} - g.age)::date"
        return said


def multiply(dsn: str, made: Made, count: int) -> None:
    """Write `count` copies. Indexes that hold no rule are made afterwards; then statistics are taken."""
    persons = (count - 1) // EACH + 1
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(_NUMBERS.format(count=count, persons=persons, first=FIRST_PERSON).encode())
        row = connection.execute("SELECT coalesce(max(seq), 0) FROM batch").fetchone()
        statements = Copier(made, batches=row[0] if row else 0).statements()
        tables = [table for table, _ in statements]
        indexes = connection.execute(_INDEXES, [tables]).fetchall()
        for index, _ in indexes:
            connection.execute(f"DROP INDEX {index}".encode())
    _run(dsn, [statement for _, statement in statements])
    _run(dsn, [definition for _, definition in indexes])
    _run(dsn, [f"VACUUM (ANALYZE) {table}" for table in tables])
    _run(dsn, [_NUMBERED])
    _run(dsn, ["CHECKPOINT"])


def _run(dsn: str, statements: Sequence[str]) -> None:
    """Some at a time, each in a transaction of its own."""

    def one(statement: str) -> None:
        with psycopg.connect(dsn, autocommit=True) as connection:
            connection.execute(_SETTINGS)
            connection.execute(statement.encode())

    with ThreadPoolExecutor(_AT_ONCE) as together:
        list(together.map(one, statements))


def sample(dsn: str, count: int) -> list[dict[str, Any]]:
    """So many copies, scattered over all of them, the same each time: their SHABAD and national ID."""
    query = """
        WITH total AS (SELECT count(*) AS n FROM copies.life)
        SELECT shabad, national_id FROM copies.life
        WHERE i IN (SELECT k * 7368787 %% n FROM total, generate_series(1, %s) AS k) ORDER BY i"""
    with psycopg.connect(dsn) as connection:
        rows = connection.execute(query, [count]).fetchall()
    return [{"shabad": shabad, "national_id": national_id} for shabad, national_id in rows]
