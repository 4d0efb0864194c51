"""Looking at the tables: every promise at once, every history along its table of states, and a digest of it all.

Each goes to the database as one statement. By the digest a refused verb is known to have changed nothing.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection
from sqlmodel import SQLModel

from codings.states import DECLARATION_ALLOWED, CertificateState, DeclarationState
from insurer.states import BATCH_ALLOWED, CLAIM_ALLOWED, SHABAD_ALLOWED, ClaimState
from pharmacy.states import ACCEPTANCE_ALLOWED, DISPENSE_ALLOWED, PACK_USE_ALLOWED
from prescriber.states import ALLOWED, DRAFT_ALLOWED
from tests.proof.machine.ground import KEPT
from tests.proof.machine.promises import PROMISES

_CERTIFICATE = {None: {CertificateState.ACTIVE}, CertificateState.ACTIVE: {CertificateState.REVOKED}}
_DECLARATION: dict[Any, Any] = {None: {DeclarationState.DRAFTED}, **DECLARATION_ALLOWED}
# what has a history: its table, key and state, the history's table and key, and the steps that are allowed
HISTORIES: tuple[tuple[str, str, str, str, str, Mapping[Any, Any]], ...] = (
    ("prescription", "shabad, n", "status", "prescription_status", "shabad, n", ALLOWED),
    ("draft", "id", "state", "draft_status", "draft", DRAFT_ALLOWED),
    ("shabad", "shabad", "state", "shabad_status", "shabad", SHABAD_ALLOWED),
    ("dispense", "shabad, n, d", "state", "dispense_status", "shabad, n, d", DISPENSE_ALLOWED),
    ("pack_use", "uid, id", "state", "pack_use_status", 'uid, "use"', PACK_USE_ALLOWED),
    ("claim", "shabad, n, d, insurer", "state", "claim_status", "shabad, n, d, insurer", CLAIM_ALLOWED),
    ("batch", "insurer, seq", "state", "batch_status", "insurer, seq", BATCH_ALLOWED),
    ("declaration", "number", "state", "declaration_status", "number", _DECLARATION),
)
# A claim's history also tells why a gate did not open; an acceptance is one row a prescription, with many lives.
_STAYS = {"claim_status": [(ClaimState.HELD, ClaimState.HELD)], "acceptance_status": []}
STEPS: dict[str, Mapping[Any, Any]] = {history: allowed for _, _, _, history, _, allowed in HISTORIES} | {
    "acceptance_status": ACCEPTANCE_ALLOWED,
    "certificate_status": _CERTIFICATE,
}

QUERIES = dict(PROMISES)
for _table, _key, _state, _history, _of, _ in HISTORIES:
    # As many steps lead into a state as lead out of it, but for the one it is in: the changes make one path.
    QUERIES[f"every change of a {_table} is in its history"] = f"""
        SELECT {_of}, node, sum(out) FROM (
               SELECT {_of}, from_state AS node, 1 AS out FROM {_history}
               UNION ALL SELECT {_of}, to_state, -1 FROM {_history}
               UNION ALL SELECT {_key}, NULL, -1 FROM {_table}
               UNION ALL SELECT {_key}, {_state}, 1 FROM {_table}) e
         GROUP BY {_of}, node HAVING sum(out) <> 0"""  # noqa: S608  the words are ours


def _steps(history: str) -> str:
    allowed = STEPS[history]
    pairs = [(before, after) for before in allowed for after in allowed[before]] + _STAYS.get(history, [])
    told = ", ".join(f"({_text(before)}, {_text(after)})" for before, after in pairs)
    return f"""
        SELECT DISTINCT h.from_state, h.to_state FROM {history} h WHERE NOT EXISTS (
               SELECT FROM (VALUES {told}) a (b, c)
                WHERE a.b IS NOT DISTINCT FROM h.from_state AND a.c = h.to_state)"""  # noqa: S608


def _text(state: Any) -> str:
    return "NULL::text" if state is None else f"'{state.value}'"


for _history in STEPS:
    QUERIES[f"{_history} goes along the table of states"] = _steps(_history)

_ALL = "\nUNION ALL\n".join(
    f"SELECT '{name}' AS promise, to_jsonb(x)::text AS where FROM ({query}) x"  # noqa: S608
    for name, query in QUERIES.items()
)
_WATCHED = sorted(
    (t.name for t in SQLModel.metadata.sorted_tables if t.name not in KEPT),
    key=lambda name: (len(name), name),
)
_DIGEST = "\nUNION ALL\n".join(
    f"SELECT '{name}', count(*), coalesce(sum(hashtextextended(t::text, 0)), 0)::text FROM \"{name}\" t"  # noqa: S608
    for name in [*_WATCHED, "certificate", "practitioner", "centre", "procrastinate_jobs"]
)


def broken(connection: Connection) -> list[str]:
    """Every promise that does not hold, with the row that shows it."""
    return [f"{row.promise}: {row.where}" for row in connection.exec_driver_sql(_ALL)]


def digest(connection: Connection) -> dict[str, tuple[int, str]]:
    """By table, how many rows there are and a hash over all of them in any order."""
    return {name: (count, content) for name, count, content in connection.exec_driver_sql(_DIGEST)}
