"""The rungs: what is asked of the service, what bare SQL does instead, and the figures of both."""

import json
import statistics
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import psycopg
from sqlalchemy import event
from starlette.testclient import TestClient

from app.main import create_app
from codings.base import new_id
from tests.bench.ground import Ground
from tests.bench.limit import FIRST, Change, Schema, Writer, pgbench, tally, watch, write_script
from tests.bench.stock import CLINIC, Stock

PAIRED: Final = 8  # at a time, where limit and service take turns
SELECTS: Final = (
    "SELECT * FROM prescription JOIN patient p ON p.id = prescription.patient WHERE shabad = {s} AND n = 1",
    "SELECT * FROM prescription_item WHERE shabad = {s} AND n = 1 ORDER BY item",
    "SELECT * FROM item_window WHERE shabad = {s} AND n = 1 ORDER BY item",
)
Answers = list[dict[str, Any]]
Requests = Sequence[dict[str, Any]]


def post(path: str, body: dict[str, Any], *, note: str | None = None) -> dict[str, Any]:
    """A write, with a key of its own."""
    headers = {"Idempotency-Key": str(new_id())}
    return {"method": "POST", "path": path, "body": body, "headers": headers, "note": note}


class Rungs:
    """Figures as they come in. `rows` are rungs, `ratios` service to limit, `counts` statements a request."""

    def __init__(self, found: Ground, each: int, rounds: int) -> None:
        self.found, self.each, self.rounds = found, each, rounds
        self.stock = Stock(found)
        self.rows: list[dict[str, Any]] = []
        self.ratios: dict[str, list[float]] = {}
        self.counts: dict[str, tuple[int, int]] = {}
        self._base = 0
        self._watched: dict[str, tuple[Schema, list[Change], str]] = {}

    def climb(self, name: str, caller: str, requests: Requests, **load: float) -> Answers:
        """One rung: its figures are kept and printed, its answers given. A refusal ends the run."""
        before = self.found.cpu_seconds()
        took, answers = self.found.rung(caller, requests, **load)
        after = self.found.cpu_seconds()
        wrong = [answer for answer in answers if not 200 <= answer["status"] < 300]
        if wrong:
            raise SystemExit(f"{name}: {len(wrong)} refused, such as {wrong[0]}")
        times = sorted(answer["seconds"] * 1000 for answer in answers)
        row: dict[str, Any] = {
            "what": name,
            "load": " ".join(f"{key.replace('_', ' ')} {value:g}" for key, value in load.items()),
            "rate": len(answers) / took,
            **{f"p{part}": times[int(len(times) * part / 100)] for part in (50, 95, 99)},
            **{f"{who} CPU": (after[who] - before[who]) / len(answers) * 1000 for who in after},
        }
        self.add(row)
        return answers

    def add(self, row: dict[str, Any]) -> None:
        """A row of the table, from wherever its figures come."""
        self.rows.append(row)
        print(_told(row), flush=True)

    # --- Beside bare SQL

    def watch(self, name: str, caller: str, request: dict[str, Any], *, shabad: str) -> Answers:
        """See what one request writes, and write the script that writes as much."""
        answers: Answers = []
        self.found.token(caller)  # asking for one writes too

        def ask() -> None:
            answers.extend(self.found.rung(caller, [request], at_a_time=1)[1])

        known, changes = watch(self.found.dsn, ask)
        self._watched[name] = known, changes, shabad
        writer = self._writer(name, i=":i")
        write_script(self._script(name), [*writer.inserts(), *writer.updates()])
        rows = (f"{t} {a}+{b}" if b else f"{t} {a}" for t, (a, b) in tally(changes).items())
        print(f"  {name} writes, as inserted+changed rows: {', '.join(rows)}")
        return answers

    def limit(self, name: str, *, clients: int = PAIRED, each: int = 150) -> float:
        """Transactions a second of the limit, on rows of its own."""
        self._base += 100_000_000
        runs = f"(SELECT {self._base} + c * 1000000 + n AS i FROM generate_series(0, {clients - 1}) AS c,"
        runs += f" generate_series(1, {each}) AS n) AS g"
        with psycopg.connect(self.found.dsn) as connection:
            for statement in self._stock(name, runs):
                connection.execute(statement.encode())
        return pgbench(self.found.dsn, self._script(name), clients=clients, each=each, base=self._base)

    def _stock(self, name: str, runs: str) -> list[str]:
        """What the limit finds there: for a dispense everything that signing wrote, too."""
        if name not in self._watched:
            return []
        own = self._writer(name, i="g.i").stock(runs)
        if name == "sign":
            return own
        before = self._writer("sign", i="g.i")
        return [*before.stock(runs), *before.load(runs), *own]

    def _writer(self, name: str, *, i: str) -> Writer:
        known, changes, shabad = self._watched[name]
        return Writer(known, changes, shabad=shabad, i=i, part=list(self._watched).index(name))

    def limit_of_look_up(self) -> None:
        """The limit of reading: a prescription with its patient, items and counters, of those the limit signed."""
        key = f"({self._base} + :n + {FIRST}::bigint)::text"
        lines = ["\\set n random(1, 100)", "\\startpipeline"]
        lines += [f"{select.format(s=key)};" for select in SELECTS]
        self._script("look up").write_text("\n".join([*lines, "\\endpipeline", ""]), encoding="utf-8")

    def paired(
        self, name: str, caller: str, make: Callable[[int], Requests], keep: Callable[[Answers], None]
    ) -> None:
        """Limit and service in turns; the ratio of neighbours."""
        ratios = []
        for turn in range(self.rounds):
            requests = make(self.each)
            bare = self.limit(name, each=self.each)
            keep(self.climb(name, caller, requests, at_a_time=PAIRED))
            ratios.append(self.rows[-1]["rate"] / bare)
            print(f"    turn {turn + 1}: bare SQL {bare:.0f}/s, ratio {ratios[-1]:.3f}", flush=True)
        self.ratios[name] = ratios

    def _script(self, name: str) -> Path:
        return self.found.folder / f"{name.replace(' ', '-')}.sql"

    # --- Beside the clock

    def count(self, name: str, caller: str, request: dict[str, Any]) -> bytes:
        """Statements and round trips of one request, its second: in this process, through the whole application."""
        client = TestClient(
            create_app(self.found.service), base_url=self.found.address
        )  # its end is not the service's
        headers = {"Authorization": f"Bearer {self.found.token(caller)}", **request["headers"]}
        with counted(self.found) as tallied:
            answer = client.request(request["method"], request["path"], json=request["body"], headers=headers)
        if not answer.is_success:
            raise SystemExit(f"{name}: {answer.text}")
        self.counts[name] = tallied["statements"], tallied["trips"]
        return answer.content


@contextmanager
def counted(found: Ground) -> Iterator[dict[str, int]]:
    """Statements sent; and round trips: theirs, but for those that travel with another, and ends of transactions."""
    tallied = {"statements": 0, "trips": 0}

    def statement(_connection: object, cursor: object, *_: object) -> None:
        tallied["statements"] += 1
        tallied["trips"] += cursor is not None

    def end(*_: object) -> None:
        tallied["trips"] += 1

    heard = [("before_cursor_execute", statement), ("commit", end), ("rollback", end)]
    for name, listener in heard:
        event.listen(found.service.engine, name, listener)
    try:
        yield tallied
    finally:
        for name, listener in heard:
            event.remove(found.service.engine, name, listener)


def _told(row: dict[str, Any]) -> str:
    return (
        f"  {row['what']:<16} {row['load']:<20} {row['rate']:7.0f}/s   p50 {row['p50']:6.1f}  p95 {row['p95']:6.1f}"
        f"  p99 {row['p99']:6.1f} ms   CPU ms: service {row['service CPU']:5.2f},"
        f" PostgreSQL {row['postgresql CPU']:5.2f}"
    )


def spread(ratios: Sequence[float]) -> str:
    """A ratio as it is told: the median, and from the least to the most."""
    return f"{statistics.median(ratios):.3f} ({min(ratios):.3f} to {max(ratios):.3f})"


def bodies(answers: Answers) -> list[dict[str, Any]]:
    """What came back, as JSON."""
    return [json.loads(answer["body"]) for answer in answers]


__all__ = ["CLINIC", "Answers", "Requests", "Rungs", "bodies", "counted", "post", "spread"]
