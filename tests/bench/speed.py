"""How fast the whole real path is, beside bare SQL that writes the same rows: part of `make bench`.

One run, one machine: a cluster of its own that forgets nothing, the service in two processes, the client in another.
Each rung uses up stock of its own, and the first is thrown away. Limit and service take turns; what is told is the
ratio of neighbours, its median and its spread. Without the gate (all that was acknowledged is stored, a pack that
many want goes out once, signatures verify) no ratio is told.

    python -m tests.bench.speed [--each 200] [--rounds 3] [--json FILE]
"""

import argparse
import json
import os
import platform
import statistics
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import psycopg

from app.flows import sealing
from tests.bench.ground import INSURER, Ground, ground, settle
from tests.bench.history import history_requests
from tests.bench.multiply import sample
from tests.bench.pulling import TAMIN, last_batches, pulled
from tests.bench.rungs import Answers, Rungs, bodies, post, spread
from tests.bench.sealing import BATCHES, many_ready, sealing_rows
from tests.bench.search import ERRORS, SHOWN, rows_of, searched
from tests.bench.stock import CLINIC, PHARMACY, PHYSICIAN

AT_A_TIME: Final = (1, 8, 32)
BURST, RATE, BURST_S = 30, 300, 4
GOALS: Final = {"sign": 0.20, "dispense": 0.20, "look up": 0.10, "claim pull": 0.5, "claim pull, 10,000": 0.5}
MANY: Final = 32
SAMPLE: Final = 200


class Story:
    """The day of a prescription, step by step, each step on what the one before acknowledged."""

    def __init__(self, found: Ground, each: int, rounds: int) -> None:
        self.found, self.rungs = found, Rungs(found, each, rounds)
        self.signed: list[dict[str, Any]] = []
        self.accepted: list[str] = []
        self.dispensed: list[str] = []
        self._next = 0

    def sign_requests(self, count: int) -> list[dict[str, Any]]:
        visits = self.rungs.stock.visits(count)
        tokens = self.rungs.stock.tokens(visits)
        return [
            post("/api/v1/prescriptions", {"jws": token}, note=one.shabad)
            for one, token in zip(visits, tokens, strict=True)
        ]

    def accept_requests(self, count: int) -> list[dict[str, Any]]:
        some = self.signed[self._next : self._next + count]
        self._next += count
        if len(some) < count:
            raise SystemExit("too few prescriptions were signed for the counter")
        return [post("/api/v1/prescriptions/accept", {"qr": one["qr"]}) for one in some]

    def dispense_requests(self, count: int) -> list[dict[str, Any]]:
        _, answers = self.found.rung(PHARMACY, self.accept_requests(count), at_a_time=4)
        return self._orders([one["acceptance"] for one in bodies(answers)])

    def _orders(self, acceptances: Sequence[str]) -> list[dict[str, Any]]:
        return [post("/api/v1/dispenses", order) for order in self.rungs.stock.orders(acceptances)]

    def keep_signed(self, answers: Answers) -> None:
        self.signed += [{"number": one["number"], "qr": one["qr"]} for one in bodies(answers)]

    def keep_dispensed(self, answers: Answers) -> None:
        self.dispensed += [one["dispense"] for one in bodies(answers)]

    def read_requests(self, count: int) -> list[dict[str, Any]]:
        numbers = [self.signed[i % len(self.signed)]["number"] for i in range(count)]
        return [{"path": f"/api/v1/prescriptions/{number}", "headers": {}} for number in numbers]

    def eligibility_requests(self, count: int) -> list[dict[str, Any]]:
        centre = self.found.client(CLINIC)["centre"]
        visits = self.rungs.stock.visits(count)
        asked = {"practitioner": PHYSICIAN, "centre": centre}
        return [
            post("/api/v1/eligibility", {"patient": {"national_id": one.national_id}, **asked})
            for one in visits
        ]

    # --- The day

    def play(self) -> None:
        r, each = self.rungs, self.rungs.each
        self.keep_signed(r.climb("sign, warm-up", CLINIC, self.sign_requests(each), at_a_time=8))
        r.rows.clear()
        settle(self.found)
        [request] = self.sign_requests(1)
        self.keep_signed(r.watch("sign", CLINIC, request, shabad=request["note"]))
        r.paired("sign", CLINIC, self.sign_requests, self.keep_signed)
        for many in AT_A_TIME:
            self.keep_signed(r.climb("sign", CLINIC, self.sign_requests(each), at_a_time=many))
        burst = self.sign_requests(RATE * BURST_S)
        self.keep_signed(r.climb("sign", CLINIC, burst, burst=BURST, rate=RATE))
        r.count("sign", CLINIC, self.sign_requests(1)[0])
        r.limit_of_look_up()
        r.paired("look up", CLINIC, self.read_requests, lambda _: None)
        for many in AT_A_TIME:
            r.climb("look up", CLINIC, self.read_requests(2 * each), at_a_time=many)
        r.count("look up", CLINIC, {"method": "GET", "body": None, **self.read_requests(1)[0]})
        for many in AT_A_TIME:
            r.climb("eligibility", CLINIC, self.eligibility_requests(each // 2), at_a_time=many)
        settle(self.found)
        self._counter()
        settle(self.found)
        self._claims()
        self._many()

    def _counter(self) -> None:
        r, each = self.rungs, self.rungs.each
        for many in AT_A_TIME:
            answers = r.climb("accept", PHARMACY, self.accept_requests(each // 2), at_a_time=many)
            self.accepted += [one["acceptance"] for one in bodies(answers)]
        warm = self._orders(self.accepted[: each // 2])
        self.keep_dispensed(r.climb("dispense, warm-up", PHARMACY, warm, at_a_time=8))
        r.rows.pop()
        [request] = self.dispense_requests(1)
        shabad = self.signed[self._next - 1]["number"].partition("-")[0]
        self.keep_dispensed(r.watch("dispense", PHARMACY, request, shabad=shabad))
        r.paired("dispense", PHARMACY, self.dispense_requests, self.keep_dispensed)
        for many in AT_A_TIME:
            self.keep_dispensed(
                r.climb("dispense", PHARMACY, self.dispense_requests(each // 2), at_a_time=many)
            )
        r.count("accept", PHARMACY, self.accept_requests(1)[0])
        r.count("dispense", PHARMACY, self.dispense_requests(1)[0])
        self._race()

    def _race(self) -> None:
        """A pack that many want at once is handed over once."""
        requests = self.dispense_requests(MANY)
        wanted = requests[0]["body"]["lines"][0]["packs"]
        for request in requests:
            request["body"]["lines"][0]["packs"] = wanted
        _, answers = self.found.rung(PHARMACY, requests, at_a_time=MANY)
        got = [answer for answer in answers if answer["status"] == 201]
        self.keep_dispensed(got)
        if len(got) != 1:
            raise SystemExit(f"one pack was handed over {len(got)} times")

    def _claims(self) -> None:
        """Sealing what became ready, and a page of the insurer's claims."""
        by = self.found.service.itself("bench")
        while sealing.seal(self.found.service, insurer=INSURER, by=by):
            pass
        for many in (1, 8):
            page = [{"path": "/api/v1/claims?limit=100", "headers": {}, "keep": False}] * 40
            self.rungs.climb("claims page", TAMIN, page, at_a_time=many)

    def _many(self) -> None:
        """What only shows itself with many, for which copies do: sealing, pulling, patients of twenty prescriptions."""
        many_ready(self.found, self.rungs.stock)
        for row in sealing_rows(self.found):
            self.rungs.add(row)
            print(f"    at most {row['memory']:.0f} MB of memory more than before")
        *usual, largest = last_batches(self.found, BATCHES + 1)
        for name, batches in (("claim pull", usual), ("claim pull, 10,000", [largest])):
            self.rungs.ratios[name] = pulled(self.found, name, batches, rounds=self.rungs.rounds)
        patients = sample(self.found.dsn, self.rungs.each // 2)
        pages = history_requests(self.found, [one["national_id"] for one in patients])
        for many in AT_A_TIME:
            self.rungs.climb("patient history", CLINIC, pages, at_a_time=many)

    def gate(self) -> None:
        """All that was acknowledged is stored, once, and a sample of it verifies. Raises SystemExit."""
        numbers = [one["number"].rpartition("-")[0] for one in self.signed]
        with psycopg.connect(self.found.dsn) as connection:
            for what, told, query in (
                ("prescriptions", numbers, "SELECT count(*) FROM prescription WHERE shabad = ANY(%s)"),
                (
                    "dispenses",
                    self.dispensed,
                    "SELECT count(*) FROM dispense WHERE shabad || '-' || n || '.' || d = ANY(%s)",
                ),
            ):
                row = connection.execute(query, [told]).fetchone()
                if row is None or not row[0] == len(told) == len(set(told)):
                    raise SystemExit(f"{len(told)} {what} were acknowledged and {row} are stored")
        step = max(1, len(self.signed) // SAMPLE)
        verified = self.rungs.stock.verify([one["number"] for one in self.signed[::step]])
        print(
            f"gate: {len(numbers)} prescriptions and {len(self.dispensed)} dispenses acknowledged and stored, "
            f"{verified} signatures with every row verified, the raced pack went out once"
        )


def main() -> int:
    """Measure, and print the table; 1 when a medicine is not found as promised."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--each", type=int, default=200, help="requests of a rung")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    began = time.monotonic()
    print(
        f"{os.cpu_count()} cores for client, service and database together; Python {platform.python_version()}"
    )
    with ground() as found:
        story = Story(found, asked.each, asked.rounds)
        story.play()
        story.gate()
    search = searched()
    for row in rows_of(search):
        story.rungs.add(row)
    print(
        f"    {search.size}; of {ERRORS} typing errors {search.found:.1f} % are found among the first {SHOWN}"
    )
    print("\nBeside bare SQL that writes the same rows (median, least to most):")
    for name, ratios in story.rungs.ratios.items():
        verdict = "met" if statistics.median(ratios) >= GOALS[name] else "not met"
        print(f"  {name:<18} {spread(ratios)}   goal {GOALS[name]}: {verdict}")
    print("Statements, and round trips with the ends of transactions, of one request:")
    for name, (statements, trips) in story.rungs.counts.items():
        print(f"  {name:<12} {statements}, {trips}")
    print(f"{time.monotonic() - began:.0f} s in all")
    if asked.json:
        kept = {"rows": story.rungs.rows, "ratios": story.rungs.ratios, "counts": story.rungs.counts}
        asked.json.write_text(json.dumps(kept, indent=1))
    return int(not search.met)


if __name__ == "__main__":
    sys.exit(main())
