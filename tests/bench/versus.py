"""A prescription created here and in another system, in turns, in one run: `make bench PEER=gnuhealth`.

Here it is the whole path of a signature (token, rights, rules, signature, audit) with three medicines; there it is
what its own client sends to save a prescription of three lines (`tests/bench/peer.py`). Both are served by two
processes on the same cores and stored in the same durable cluster. The step of the business is the same, the work is
not: GNU Health checks no signature, no cover and no doses here, and numbers every prescription from one sequence.

    python -m tests.bench.versus gnuhealth [--each 200] [--rounds 3] [--json FILE]
"""

import argparse
import json
import statistics
from pathlib import Path
from typing import Any, Final

import psycopg

from tests.bench.ground import Ground, ground, play, settle
from tests.bench.peer import LINES, Peer, peer
from tests.bench.rungs import post, spread
from tests.bench.stock import CLINIC, Stock

GOAL: Final = 8.0
AT_A_TIME: Final = (8, 1, 32)  # the goal is of the first


class Pair:
    """Our service and the peer on one ground, and what each has acknowledged."""

    def __init__(self, found: Ground, other: Peer) -> None:
        self.found, self.other, self.stock = found, other, Stock(found)
        self.signed = self.created = 0

    def sign(self, count: int, many: int) -> tuple[float, float]:
        """Requests a second of ours, and the p50 in ms."""
        visits = self.stock.visits(count)
        tokens = self.stock.tokens(visits)
        requests = [post("/api/v1/prescriptions", {"jws": token}) | {"keep": False} for token in tokens]
        took, answers = self.found.rung(CLINIC, requests, at_a_time=many)
        wrong = [answer for answer in answers if answer["status"] != 201]
        if wrong:
            raise SystemExit(f"{len(wrong)} were not signed, such as {wrong[0]}")
        self.signed += count
        return count / took, _middle(answers)

    def create(self, count: int, many: int) -> tuple[float, float]:
        """The same of the peer's."""
        requests = [self.other.prescription() for _ in range(count)]
        took, answers = play(self.other.address, self.found.folder, requests, at_a_time=many)
        wrong = [one for one in answers if one["status"] != 200 or "result" not in json.loads(one["body"])]
        if wrong:
            raise SystemExit(f"{len(wrong)} were not created, such as {wrong[0]}")
        self.created += count
        return count / took, _middle(answers)

    def turns(
        self, each: int, rounds: int, many: int
    ) -> list[tuple[tuple[float, float], tuple[float, float]]]:
        """Ours and theirs in turns; the first of both is thrown away."""
        self.sign(each // 2, many), self.create(each // 2, many)
        return [(self.sign(each, many), self.create(each, many)) for _ in range(rounds)]

    def gate(self) -> None:
        """What was acknowledged is stored, on both sides. Raises SystemExit."""
        stored = self.other.prescriptions()
        if stored != (self.created, self.created * LINES):
            raise SystemExit(f"GNU Health acknowledged {self.created} and stores {stored}")
        query = "SELECT (SELECT count(*) FROM prescription), (SELECT count(*) FROM prescription_item)"
        with psycopg.connect(self.found.dsn) as connection:
            ours = connection.execute(query).fetchone()
        if ours != (self.signed, self.signed * LINES):
            raise SystemExit(f"we acknowledged {self.signed} and store {ours}")


def _middle(answers: list[dict[str, Any]]) -> float:
    return statistics.median(answer["seconds"] * 1000 for answer in answers)


def main() -> None:
    """Install, measure, and print the ratio once the gate is passed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("peer", choices=["gnuhealth"])
    parser.add_argument("--each", type=int, default=200, help="requests of a rung")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    with ground() as found, peer(found.cluster, found.folder) as other:
        print(f"{other.versions}, in two processes of sixteen threads", flush=True)
        pair, told = Pair(found, other), {}
        for many in AT_A_TIME:
            settle(found)
            told[many] = pair.turns(asked.each, asked.rounds, many)
        pair.gate()
    print("A prescription of three medicines, ours beside GNU Health's (ratio: median, least to most):")
    for many, turns in told.items():
        ratios = [ours[0] / theirs[0] for ours, theirs in turns]
        rates = [statistics.median(side[0] for side in sides) for sides in zip(*turns, strict=True)]
        middles = [statistics.median(side[1] for side in sides) for sides in zip(*turns, strict=True)]
        verdict = f"   goal {GOAL}: {'met' if statistics.median(ratios) >= GOAL else 'not met'}"
        print(
            f"  {many:>2} at a time: {rates[0]:6.0f}/s p50 {middles[0]:6.1f} ms,"
            f" GNU Health {rates[1]:6.0f}/s p50 {middles[1]:6.1f} ms, ratio {spread(ratios)}"
            f"{verdict if many == AT_A_TIME[0] else ''}"
        )
    if asked.json:
        asked.json.write_text(json.dumps(told, indent=1))


if __name__ == "__main__":
    main()
