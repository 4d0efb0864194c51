"""How quickly a medicine is found among 30,000 products, and how many typing errors are found: `make bench`.

The medicines are the shipped ones; the products are made up from a seed, a third of them with an invented brand. No
database takes part: this is what a question costs inside the process. A typing error is found when the meant
medicine is among the first twelve rows, which is what the page shows.
"""

import csv
import json
import random
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from codings.queries.search.asking import answer
from codings.queries.search.index import Index
from codings.queries.search.reading import Ingredient, Kinds, Packet, medicine_index, product_index
from codings.tables import Medicine

DATA: Final = Path(__file__).parents[2] / "codings" / "data"
SEED: Final = 1405
PRODUCTS: Final = 30_000
QUESTIONS: Final = 1_000  # of each kind
ERRORS: Final = 1_000
SHOWN: Final = 12
MOST_MS: Final = 5.0
LEAST_FOUND: Final = 95
LONGEST_BUILD_S: Final = 1.5
_LATIN: Final = "abcdefghijklmnopqrstuvwxyz"
_PERSIAN: Final = "ابپتثجچحخدذرزژسشصضطظعغفقکگلمنوهی"
_SYLLABLES: Final = (
    ("ba", "ce", "di", "fo", "gu", "la", "me", "ni", "po", "ru", "sa", "te", "vi", "xo", "zy", "tra", "pro"),
    ("با", "سه", "دی", "فو", "گو", "لا", "مه", "نی", "پو"),
)


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def shipped_medicines() -> list[Medicine]:
    """The medicines as far as they are searched."""
    return [
        Medicine(
            **{
                name: row[name]
                for name in ("generic", "atc", "inn", "name_fa", "short", "form", "strength", "route", "unit")
            },
            release="bench",
            ingredients=row["ingredients"].replace("+", " ").split(),
            strength_per_unit_mg=Decimal(row["strength_per_unit_mg"])
            if row["strength_per_unit_mg"]
            else None,
            controlled=False,
            high_risk=False,
            formulary=row["formulary"] == "1",
        )
        for row in rows("medicines.csv")
    ]


def shipped_ingredients() -> dict[str, Ingredient]:
    return {
        row["code"]: Ingredient(
            row["fa"], row["en"], tuple(json.loads(row["properties"] or "{}").get("synonyms", ()))
        )
        for row in rows("ingredients.csv")
    }


def shipped_kinds() -> Kinds:
    listed = [row for row in rows("lists.csv") if row["system"] in {"form", "unit", "route"}]
    words = tuple(row[label] for row in listed for label in ("fa", "en"))
    return Kinds(words, tuple(row["code"] for row in listed if row["system"] == "form"))


def made_up_packs(medicines: Sequence[Medicine], chance: random.Random) -> list[Packet]:
    """Packs of all medicines; every third has a brand of its own."""
    packs = []
    for number in range(PRODUCTS):
        of = chance.choice(medicines)
        en, fa = (of.inn, of.name_fa)
        if number % 3 == 0:
            en, fa = ("".join(chance.choices(syllables, k=3)) for syllables in _SYLLABLES)
        packs.append(
            Packet(
                irc=f"{number:016}",
                gtin=f"{number:014}",
                generic=of.generic,
                fa=f"{fa} {of.strength} (نمونهٔ {number % 9})",
                en=f"{en.title()} {of.strength} (demonstration {number % 9})",
            )
        )
    return packs


def misspelt(word: str, chance: random.Random) -> str:
    """The word with one mistake: a letter wrong, missing, doubled, or two swapped."""
    place = chance.randrange(len(word))
    letter = chance.choice(_LATIN if word.isascii() else _PERSIAN)
    swapped = min(place, len(word) - 2)
    return chance.choice(
        [
            word[:place] + letter + word[place + 1 :],
            word[:place] + word[place + 1 :],
            word[: place + 1] + word[place:],
            word[:swapped] + word[swapped + 1] + word[swapped] + word[swapped + 2 :],
        ]
    )


def mistakes(
    ingredients: dict[str, Ingredient], used: set[str], chance: random.Random
) -> list[tuple[str, str]]:
    """A seeded table of one-letter mistakes in names of seven letters and more, half of them Persian."""
    names = [
        [
            (code, name)
            for code in sorted(used)
            if len(name := getattr(ingredients[code], language)) > 6 and name.isalpha()
        ]
        for language in ("en", "fa")
    ]
    table: list[tuple[str, str]] = []
    while len(table) < ERRORS:
        code, name = chance.choice(names[len(table) % 2])
        if (typed := misspelt(name, chance)) != name:
            table.append((typed, code))
    return table


def questions(
    medicines: Sequence[Medicine], typed: Sequence[tuple[str, str]], chance: random.Random
) -> dict[str, list[str]]:
    """What is asked, by kind."""
    some = chance.choices(medicines, k=QUESTIONS)
    return {
        "3 letters": [of.inn[:3] for of in some],
        "5 letters": [of.inn[:5] for of in some],
        "2 words": [f"{of.inn[:4]} {of.strength.partition(' ')[0]}" for of in some],
        "Persian": [of.name_fa[:5] for of in some],
        "1 mistake": [wrong for wrong, _ in typed][:QUESTIONS],
    }


def measured(index: Index, asked: Sequence[str]) -> dict[str, float]:
    """The p50, p95 and p99 in milliseconds, and how many a second one thread answers."""
    times = []
    for text in asked:
        begun = time.perf_counter()
        answer(index, text, SHOWN)
        times.append((time.perf_counter() - begun) * 1000)
    times.sort()
    parts = {f"p{part}": times[len(times) * part // 100] for part in (50, 95, 99)}
    return parts | {"rate": len(times) / sum(times) * 1000}


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


@dataclass(frozen=True, slots=True)
class Searched:
    """What was measured: (list, kind of question, figures), and what a run tells of it beside."""

    figures: Sequence[tuple[str, str, dict[str, float]]]
    size: str
    found: float  # typing errors in a hundred whose medicine is among those shown
    met: bool


def searched() -> Searched:
    """Build both indexes, and ask them every kind of question."""
    chance = random.Random(SEED)
    medicines, ingredients, words = shipped_medicines(), shipped_ingredients(), shipped_kinds()
    packs = made_up_packs(medicines, chance)
    used = {code for medicine in medicines for code in medicine.ingredients if code in ingredients}
    typed = mistakes(ingredients, used, chance)
    begun = time.perf_counter()
    index = medicine_index(medicines, ingredients, packs, words)
    built = time.perf_counter() - begun
    shelf = product_index(packs, medicines, words)
    figures = [
        (name, kind, measured(of, asked))
        for name, of in (("medicines", index), ("products", shelf))
        for kind, asked in questions(medicines, typed, chance).items()
    ]
    known = {medicine.generic: medicine.ingredients for medicine in medicines}
    found = sum(any(code in known[row.code] for row in answer(index, wrong, SHOWN)) for wrong, code in typed)
    share = 100 * found / len(typed)
    return Searched(
        figures,
        f"{len(medicines)} medicines, {len(packs)} products, {len(index.words)} words; built in {built:.2f} s",
        share,
        max(figure["p99"] for *_, figure in figures) <= MOST_MS
        and share >= LEAST_FOUND
        and built <= LONGEST_BUILD_S,
    )


def rows_of(told: Searched) -> list[dict[str, Any]]:
    """The same as rows of the table of `make bench`; all of it is this process's own CPU, on one thread."""
    return [
        {"what": "medicine search", "load": f"{name}, {kind}", **figure}
        | {"service CPU": 1000 / figure["rate"], "postgresql CPU": 0.0}
        for name, kind, figure in told.figures
    ]


def main() -> int:
    """Print what was measured; 1 when it is worse than promised."""
    told = searched()
    say(told.size)
    for name, kind, figure in told.figures:
        say(f"  {name:<10} {kind:<10} p50 {figure['p50']:6.2f} ms   p99 {figure['p99']:6.2f} ms")
    say(f"  typing errors found among the first {SHOWN}: {told.found:.1f} of 100, of {ERRORS}")
    return int(not told.met)


if __name__ == "__main__":
    sys.exit(main())
