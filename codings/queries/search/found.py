"""What search answers: one row to choose from, and by what it was found."""

from dataclasses import dataclass
from typing import Literal

Why = Literal["name", "ingredient", "synonym", "brand", "spelling"]


@dataclass(frozen=True, slots=True)
class Found:
    """One row to choose from, and why it stands there.

    `matched` is the other name by which it was found (an ingredient, a synonym, a brand), if it was not its
    own. `why` says which kind of name that was, or that the spelling was corrected; then `read_as` has the
    words that were looked for instead of the typed ones.
    """

    system: str
    code: str
    release: str
    fa: str
    en: str
    matched: str | None = None
    why: Why = "name"
    read_as: str | None = None
