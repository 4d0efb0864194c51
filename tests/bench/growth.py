"""What growth costs: the same requests on 100 thousand prescriptions and on 2 million, in turns, in one run.

Each has a cluster and a service of its own, filled with copies of a prescription that was really made, signed,
handed over, claimed and sealed (`tests/bench/multiply.py`). One client at a time, at any depth, after a round thrown
away; what is told is the ratio of neighbours. 2 million take some 50 GB of disk while it runs.

    python -m tests.bench.growth [--small 100000] [--large 2000000] [--each 100] [--rounds 3] [--json FILE]
"""

import argparse
import json
import shutil
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import psycopg
from sqlmodel import Session, col, select

import insurer.queries.claims as claim_queries
from app.db import reading
from insurer.tables.claims import Claim
from tests.bench.ground import Ground, ground
from tests.bench.history import history_requests
from tests.bench.life import really_made
from tests.bench.multiply import multiply, sample
from tests.bench.stock import CLINIC, Stock

GOAL: Final = 1.5
TAMIN: Final = "insurer-tamin"
Turns = dict[str, list[tuple[dict[str, float], dict[str, float]]]]  # by name, figures of both sides
BYTES_EACH: Final = 26_000  # of disk for a prescription, its indexes and its log


class Side:
    """One size: its service, its copies, and the requests for them by name, once they are asked for."""

    def __init__(self, found: Ground, count: int) -> None:
        self.found = found
        self.requests: dict[str, tuple[str, list[dict[str, Any]]]] = {}
        began = time.monotonic()
        made = really_made(found, Stock(found))
        self._set(max_wal_size="4GB", autovacuum="off")  # a load is no day; it is vacuumed at its end
        multiply(found.dsn, made, count)
        self._set(max_wal_size="1GB", autovacuum="on")
        print(f"{count:,} prescriptions: {self._size()} after {time.monotonic() - began:.0f} s", flush=True)

    def choose(self, each: int) -> None:
        """What is asked of this side; its physician signs in now, since a session that rests is locked."""
        some = sample(self.found.dsn, each)
        shabads = [one["shabad"] for one in some]
        with reading(self.found.service) as session:
            pages = _pages(session, shabads)
        self.requests = {
            "look up": (CLINIC, [_get(f"/api/v1/prescriptions/{shabad}-1") for shabad in shabads]),
            "patient history": (CLINIC, history_requests(self.found, [one["national_id"] for one in some])),
            "claims page": (TAMIN, pages),
        }

    def ask(self, name: str) -> dict[str, float]:
        """One rung of a client: p50 and p95 in ms, and CPU ms of the service and of PostgreSQL for a request."""
        caller, requests = self.requests[name]
        before = self.found.cpu_seconds()
        _, answers = self.found.rung(caller, requests, at_a_time=1)
        after = self.found.cpu_seconds()
        wrong = [answer for answer in answers if answer["status"] != 200]
        if wrong:
            raise SystemExit(f"{name}: {len(wrong)} refused, such as {wrong[0]}")
        times = sorted(answer["seconds"] * 1000 for answer in answers)
        spent = {who: (after[who] - before[who]) / len(answers) * 1000 for who in after}
        return {f"p{part}": times[int(len(times) * part / 100)] for part in (50, 95)} | spent

    def _set(self, **settings: str) -> None:
        with psycopg.connect(self.found.cluster.dsn, autocommit=True) as connection:
            for name, value in settings.items():
                connection.execute(f"ALTER SYSTEM SET {name} = '{value}'".encode())
            connection.execute("SELECT pg_reload_conf()")

    def _size(self) -> str:
        query = """
            SELECT (SELECT count(*) FROM prescription), (SELECT count(*) FROM claim), (SELECT count(*) FROM patient),
                   pg_size_pretty(pg_database_size(current_database()))"""
        with psycopg.connect(self.found.dsn) as connection:
            row = connection.execute(query).fetchone()
        assert row is not None
        return f"{row[0]:,} stored, {row[1]:,} claims, {row[2]:,} patients, {row[3]}"


def _get(path: str) -> dict[str, Any]:
    return {"path": path, "headers": {}, "keep": False}


def _pages(session: Session, shabads: Sequence[str]) -> list[dict[str, Any]]:
    """Pages of a hundred claims that begin after these, at whatever depth they lie."""
    found = session.exec(select(Claim).where(col(Claim.shabad).in_(shabads)))
    cursors = [claim_queries._write_cursor(claim) for claim in found]
    return [_get(f"/api/v1/claims?limit=100&cursor={cursor}") for cursor in cursors]


def compare(small: Side, large: Side, rounds: int) -> Turns:
    """Both sides in turns, the first turn thrown away."""
    for name in small.requests:
        small.ask(name), large.ask(name)
    turns: Turns = {name: [] for name in small.requests}
    for _ in range(rounds):
        for name, told in turns.items():
            told.append((small.ask(name), large.ask(name)))
    return turns


def table(turns: Turns, small: int, large: int) -> None:
    """Print what growth cost."""
    print(f"\nWhat growth from {small:,} to {large:,} costs, one client at a time (median, least to most):")
    for name, told in turns.items():
        for figure in ("p50", "p95", "postgresql"):
            ratios = [big[figure] / one[figure] for one, big in told if one[figure]]
            if not ratios:
                continue
            middle = [statistics.median(side[figure] for side in sides) for sides in zip(*told, strict=True)]
            ratio = statistics.median(ratios)
            verdict = ""
            if figure != "postgresql":
                verdict = f"   goal {GOAL}: {'met' if ratio <= GOAL else 'not met'}"
            what = "ms of PostgreSQL's CPU" if figure == "postgresql" else f"ms {figure}"
            print(
                f"  {name:<16} {what:<24} {middle[0]:7.2f} -> {middle[1]:7.2f}"
                f"   x{ratio:.2f} ({min(ratios):.2f} to {max(ratios):.2f}){verdict}"
            )


def main() -> None:
    """Fill both, measure, print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--small", type=int, default=100_000)
    parser.add_argument("--large", type=int, default=2_000_000)
    parser.add_argument("--each", type=int, default=100, help="requests of a rung")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    wanted = (asked.small + asked.large) * BYTES_EACH
    if shutil.disk_usage(tempfile.gettempdir()).free < wanted:
        raise SystemExit(f"this takes {wanted / 1e9:.0f} GB of disk, which is not free")
    with ground(processes=1) as few, ground(processes=1) as many:
        small, large = Side(few, asked.small), Side(many, asked.large)
        for side in (small, large):
            side.choose(asked.each)
        turns = compare(small, large, asked.rounds)
    table(turns, asked.small, asked.large)
    if asked.json:
        asked.json.write_text(json.dumps(turns, indent=1))


if __name__ == "__main__":
    main()
