"""The words of the coded lists in the reader's language, for choosing from and for reading back."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlmodel import Session

import codings.queries as codings
from app.language import Language
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
from codings.tables import Concept
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
    rows: Mapping[str, Sequence[Concept]]

    def options(self, name: str) -> list[tuple[str, str]]:
        """(code, words) in the order of the list's editors."""
        return [(row.code, self._words(row)) for row in self.rows[name]]

    def name(self, list_name: str, code: str | None) -> str:
        """The words of a code; the code itself when the list has dropped it."""
        for row in self.rows[list_name]:
            if row.code == code:
                return self._words(row)
        return code or ""

    def _words(self, row: Concept) -> str:
        return row.en if self.language == "en" else row.fa


def lists(session: Session, names: Collection[str], *, language: Language) -> Lists:
    """The current release of these lists."""
    return Lists(language, {name: codings.concept_list(session, SYSTEMS[name]) for name in names})
