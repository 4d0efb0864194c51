"""The words of the coded lists in the reader's language, for choosing from and for reading back."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlmodel import Session

import codings.queries as codings
from app.language import Language
from app.pages.ordered import Ordered, direction_of
from codings.base import Words
from codings.directions import Direction, sentence
from codings.queries import Signed, Term
from codings.systems import (
    CANCEL_REASON,
    ELIMINATION_REASON,
    FREQUENCY,
    INGREDIENT,
    OVERRIDE_REASON,
    ROUTE,
    TIMING,
    UNIT,
)
from codings.tables import Concept, Medicine
from prescriber.queries.grounds import AS_NEEDED

SYSTEMS: Final[Mapping[str, str]] = {
    "frequency": FREQUENCY,
    "timing": TIMING,
    "route": ROUTE,
    "unit": UNIT,
    "as_needed": AS_NEEDED,
    "ingredient": INGREDIENT,
    "override_reason": OVERRIDE_REASON,
    "cancel_reason": CANCEL_REASON,
    "elimination_reason": ELIMINATION_REASON,
    "sex": "urn:noskheh:sex",
}
ORDER: Final = ("frequency", "timing", "route", "unit", "as_needed")  # what an order is written in


@dataclass(frozen=True, slots=True)
class Lists:
    """Some lists, in one language."""

    language: Language
    rows: Mapping[str, Sequence[Concept | Term]]

    def __or__(self, more: "Lists") -> "Lists":
        return Lists(self.language, {**self.rows, **more.rows})

    def options(self, name: str) -> list[tuple[str, str]]:
        """(code, words) in the order of the list's editors."""
        return [(row.code, self._words(row)) for row in self.rows[name]]

    def name(self, list_name: str, code: str | None) -> str:
        """The words of a code; the code itself when the list has dropped it."""
        for row in self.rows[list_name]:
            if row.code == code:
                return self._words(row)
        return code or ""

    def said(self, item: Ordered, medicine: Medicine | Signed | None) -> Words:
        """The sentence of an item in both languages; `medicine` tells its form."""
        return self.sentence(direction_of(item, form=medicine.form if medicine else ""))

    def sentence(self, direction: Direction) -> Words:
        """Directions in both languages, with the words of these lists where the sentence has none of its own."""
        rows = ((name.replace("_", "-"), self.rows.get(name, ())) for name in ORDER)
        return sentence(
            direction, {name: {row.code: Words(row.fa, row.en) for row in listed} for name, listed in rows}
        )

    def _words(self, row: Concept | Term) -> str:
        return row.en if self.language == "en" else row.fa


def lists(
    session: Session, names: Collection[str], *, language: Language, at: datetime | None = None
) -> Lists:
    """These lists as they are in force, or as they read at an instant, for what was signed then."""
    then = codings.lists_at(session, {SYSTEMS[name] for name in names}, at=at) if at else {}
    return Lists(
        language,
        {name: then.get(SYSTEMS[name]) or codings.concept_list(session, SYSTEMS[name]) for name in names},
    )
