"""Kill everything again and again while prescriptions are signed and dispensed, and look for what was lost or doubled.

python -m tests.proof.crash [--minutes 30] [--prescriptions 400] [--processes 4] [--careless]

One clinic signs, two pharmacies with two counters each fight over every prescription; every quarter to half a second
a service process gets `kill -9`, and every sixth time PostgreSQL is stopped as if the power had failed. `--careless`
runs the database with synchronous_commit off, which must lose work: it shows that this harness can see a loss.
"""

import argparse
import random
import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

import httpx

from tests.proof import checking
from tests.proof.caller import Tally
from tests.proof.ground import Ground, ground, people
from tests.proof.hands import Hands, Written, fight, hands, write

CAREFUL: Final[Mapping[str, str]] = MappingProxyType({})
# Commits are told before they are written, and nothing else writes them by the way.
CARELESS: Final = MappingProxyType(
    {
        "synchronous_commit": "off",
        "wal_writer_delay": "10s",
        "wal_writer_flush_after": "1GB",
        "bgwriter_lru_maxpages": "0",
    }
)
GAP_S: Final = (0.25, 0.6)
PROCESSES: Final = 4
ANSWERS: Final = 8  # that somebody is given between two kills, at least
CLINIC_THREADS: Final = 2
COUNTER_THREADS: Final = 8
COUNTERS: Final = 2  # of each pharmacy


@dataclass
class Report:
    """What became of one run; a good one has nothing but counts."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    unsettled: dict[str, int] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def good(self) -> bool:
        return not (self.lost or self.doubled or self.unsettled or self.faults)


def run(
    *,
    prescriptions: int,
    minutes: float = 0,
    processes: int = PROCESSES,
    database_every: int = 6,
    options: Mapping[str, str] = CAREFUL,
    settle_within: float = checking.SETTLE_S,
    log: bool = False,
) -> Report:
    """Storms of so many prescriptions until the minutes are over, one at least. From the main thread."""
    end = time.monotonic() + 60 * minutes
    tally = Tally()
    with (
        ground(processes=processes, options=options) as found,
        httpx.Client(trust_env=False, limits=httpx.Limits(max_connections=50)) as http,
    ):
        on = hands(found, http, tally)
        begin = 0
        while True:
            storm(found, on, range(begin, begin + prescriptions), database_every=database_every)
            report = look(found, on, settle_within=settle_within)
            begin += prescriptions
            if log:
                sys.stdout.write(f"{time.monotonic() - (end - 60 * minutes):.1f} s\n")
                tell(report)
            if time.monotonic() >= end or not report.good:
                return report


def storm(found: Ground, on: Hands, numbers: range, *, database_every: int = 6) -> None:
    """Half of the prescriptions are signed in peace, the other half and every dispense under fire."""
    ids = people(found, numbers)
    half = len(ids) // 2
    with ThreadPoolExecutor(CLINIC_THREADS) as clinic, ThreadPoolExecutor(COUNTER_THREADS) as counters:
        fights: list[Future[None]] = []

        def offer(written: Written) -> None:
            for one, rival in (on.pharmacies, on.pharmacies[::-1]):
                fights.extend(counters.submit(fight, on, one, rival, written) for _ in range(COUNTERS))

        def story(number: int, national_id: str) -> None:
            offer(write(on, number, national_id))

        peaceful = [clinic.submit(write, on, *one) for one in zip(numbers[:half], ids[:half], strict=True)]
        for written in peaceful:
            if written.exception() is None:
                offer(written.result())
        stories = [clinic.submit(story, *one) for one in zip(numbers[half:], ids[half:], strict=True)]
        _kill_until_done(found, on.tally, stories, fights, database_every)
    ended: list[Future[Any]] = [*peaceful, *stories, *fights]
    for future in ended:
        if (fault := future.exception()) is not None:
            on.tally.fault(f"{type(fault).__name__}: {fault}")


def _kill_until_done(
    found: Ground,
    tally: Tally,
    stories: Sequence[Future[None]],
    fights: Sequence[Future[None]],
    database_every: int,
) -> None:
    """Kill, half the time just when somebody was told that a deed is done, and never so fast that nothing gets done."""

    def done() -> bool:
        return all(one.done() for one in (*stories, *fights))

    deeds = 0
    while not done():
        answered = tally.counts["answers"]
        time.sleep(random.uniform(*GAP_S))
        while tally.counts["answers"] < answered + ANSWERS and not done():
            time.sleep(0.02)
        deeds += 1
        if random.random() < 0.5:  # the worst moment: somebody has just been told that it is done
            told = tally.acknowledged
            while tally.acknowledged == told and not done():
                time.sleep(0.001)
        if deeds % database_every == 0:
            found.crash_database()
            tally.count("databases crashed")
        else:
            found.kill_one()
            tally.count("processes killed")


def look(found: Ground, on: Hands, *, settle_within: float) -> Report:
    """One more crash that every process must live through, then what is true."""
    found.crash_database()
    on.tally.count("databases crashed")
    engine = found.service.engine
    left = checking.settled(engine, within=settle_within)
    return Report(
        lost=checking.lost(engine, on),
        doubled=checking.doubled(engine, on),
        unsettled=left,
        faults=list(on.tally.faults),
        counts=dict(on.tally.counts),
    )


def tell(report: Report) -> None:
    """The figures, and the first of each kind of fault."""
    lines = [f"{count:8}  {what}" for what, count in sorted(report.counts.items())]
    lines += [f"{count:8}  {what}" for what, count in report.unsettled.items()]
    for what in ("lost", "doubled", "faults"):
        found = getattr(report, what)
        lines += [f"{len(found):8}  {what}", *(f"          {one}" for one in found[:8])]
    sys.stdout.write("\n".join([*lines, "", ""]))
    sys.stdout.flush()


def main(words: Sequence[str] | None = None) -> int:
    """Print the figures of each storm; 1 when anything was lost, doubled, left over or wrongly answered."""
    parser = argparse.ArgumentParser(prog="python -m tests.proof.crash", description=__doc__)
    parser.add_argument("--minutes", type=float, default=0)
    parser.add_argument("--prescriptions", type=int, default=400, help="in each storm")
    parser.add_argument("--processes", type=int, default=PROCESSES)
    parser.add_argument("--careless", action="store_true", help="with synchronous_commit off")
    asked = parser.parse_args(words)
    report = run(
        prescriptions=asked.prescriptions,
        minutes=asked.minutes,
        processes=asked.processes,
        options=CARELESS if asked.careless else CAREFUL,
        log=True,
    )
    return 0 if report.good else 1


if __name__ == "__main__":
    sys.exit(main())
