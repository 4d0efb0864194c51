"""How long a release of 50,000 products takes: read and checked, kept, and put into force; on a cluster of its own.

python -m tests.bench.loading
"""

import csv
import io
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from random import Random

from sqlmodel import Session

import codings.queries as codings
from codings import actions, sheets
from codings.base import Actor, Role
from codings.loader import DATA, load
from codings.tables import PRODUCT
from codings.text import tehran_day
from tests import factories
from tests.cluster import throwaway
from tests.conftest import connected, make_schema

ROWS, SEED = 50_000, 1405
FIRST, SECOND = (
    Actor(id=f"account:{name}", role=Role.CODINGS_EDITOR, at=factories.AT + timedelta(hours=1))
    for name in ("first", "second")
)


def main() -> None:
    """Print the seconds of each step."""
    content = made(_generics())
    say(f"{ROWS:,} products, {len(content) / 1_000_000:.1f} MB")
    with throwaway() as cluster:
        url = cluster.create_database("loading")
        make_schema(url)
        with connected(url) as engine, Session(engine) as session:
            with timed("the shipped releases"):
                load(session, DATA, by=factories.codings_editor())
                session.commit()
            _release(session, content)


def _release(session: Session, content: bytes) -> None:
    sheet, told = sheets.sheet_of(PRODUCT), []
    with timed("received"):
        release = actions.receive_release(
            session,
            system=PRODUCT,
            name="products.csv",
            content=content,
            effective_from=tehran_day(FIRST.at),
            source="made from a seed",
            licence="none",
            by=FIRST,
        ).release
        session.commit()
    names = {"system": PRODUCT, "release": release}
    with timed("read and checked"):
        known, taken = codings.known_codes(session, sheet), codings.taken_values(session, sheet)
        found = sheets.read(content, sheet, known=known, taken=taken, progress=lambda *n: told.append(n))
    say(f"  {len(found.faults)} faults, progress told {len(told)} times, the last {told[-1]}")
    with timed("kept"):
        actions.accept_rows(session, **names, rows=found.rows, by=FIRST)
        session.commit()
    with timed("compared"):
        old = codings.releases_in_force(session, {PRODUCT})[PRODUCT].release
        counted = codings.differences(session, system=PRODUCT, old=old, new=release)
    say("  ", {change.value: count for change, count in counted.items()})
    with timed("published and in force"):
        actions.publish_release(session, **names, by=SECOND)
        session.commit()


def made(generics: list[str]) -> bytes:
    """A file of products, the same every time."""
    chance = Random(SEED)
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(sheets.sheet_of(PRODUCT).columns)
    for number in range(ROWS):
        item = f"0291{number:09d}"
        check = -sum(int(d) * (3 if place % 2 == 0 else 1) for place, d in enumerate(item)) % 10
        generic = chance.choice(generics)
        price = chance.randrange(10_000, 9_000_000)
        name = f"نمونهٔ {number}"
        writer.writerow(
            [f"9998{number:012d}", f"{item}{check}", generic, name, f"Sample {number}", "Maker", 30, price]
        )
    return text.getvalue().encode()


def _generics() -> list[str]:
    with (DATA / "medicines.csv").open(encoding="utf-8", newline="") as rows:
        return [row["generic"] for row in csv.DictReader(rows)]


def say(*words: object) -> None:
    """One line of the report."""
    sys.stdout.write(" ".join(map(str, words)) + "\n")


@contextmanager
def timed(what: str) -> Iterator[None]:
    began = time.perf_counter()
    yield
    say(f"{what}: {time.perf_counter() - began:.1f} s")


if __name__ == "__main__":
    main()
