"""Names that look alike, with the letters that tell them apart in capitals (`data/tallman.csv`).

The list is kept by hand after the published look-alike lists of FDA and ISMP, with our spelling (INN) of a name;
`source` says which of them has the pair. It changes how a name is shown for choosing, never what is signed.
"""

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

LIST: Final = Path(__file__).parent / "data" / "tallman.csv"
_WORD: Final = re.compile(r"[A-Za-z]+")


@dataclass(frozen=True, slots=True)
class Tall:
    """One name of the list."""

    shown: str
    alike: frozenset[str]  # the names it is mistaken for
    source: str


@cache
def tall_names() -> Mapping[str, Tall]:
    """The list by its lower-case names."""
    with LIST.open(encoding="utf-8", newline="") as rows:
        return {
            row["name"]: Tall(row["tallman"], frozenset(row["alike"].split()), row["source"])
            for row in csv.DictReader(rows)
        }


def tall_man(text: str) -> str:
    """The text with each listed name in its tall-man letters; everything else stays."""
    known = tall_names()

    def shown(word: re.Match[str]) -> str:
        listed = known.get(word[0].lower())
        return listed.shown if listed is not None else word[0]

    return _WORD.sub(shown, text)


def looks_like(name: str) -> frozenset[str]:
    """The names that the one given is mistaken for; none when the list has no such pair."""
    listed = tall_names().get(name.lower())
    return listed.alike if listed is not None else frozenset()
