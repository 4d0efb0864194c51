"""Finding a code by a few words, the way people type them.

Words come in any order, each may be cut short, in Persian or Latin letters, with the digits of either:
«استامین ۵۰۰», "500 parac" and «پاراستامول» with an Arabic ye all find what they mean. A medicine is
found by its name, its ingredients and its brands. The index of a system is kept in process memory and
made anew when another release has been loaded.
"""

import re
import unicodedata
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from threading import Lock

from sqlmodel import Session, col, select

from codings.queries.terms import current_release, system_of
from codings.systems import GENERIC, INGREDIENT
from codings.tables import PRODUCT, Concept, Medicine, Product, Release
from codings.text import ZWNJ, ascii_digits, normalise


@dataclass(frozen=True, slots=True)
class Found:
    """One row to choose from. `matched` is the other name that was found (a brand, an ingredient), if any."""

    system: str
    code: str
    release: str
    fa: str
    en: str
    matched: str | None = None


@dataclass(frozen=True, slots=True)
class _Entry:
    found: Found
    own: frozenset[str]  # tokens of its code and labels
    others: tuple[str, ...]  # names it also answers to


def search(session: Session, system: str, text: str, limit: int = 20) -> list[Found]:
    """What a text may mean in the current release of a system, the likeliest first.

    `system` is a URI or its short name ("medicine", "diagnosis", "province"). A row is found when each
    word of the text begins one of its words. Order: the exact code, then rows found by their own name
    before those found by another, then whole words before beginnings, then the shorter label, then the
    code; the same question always gets the same answer.
    """
    words = [word for word in fold(text).split() if _whole(word)]
    if not words or limit < 1:
        return []
    index = _index(session, system_of(system))
    ranked = sorted((_rank(index.entries[place], words), place) for place in index.matching(words))
    return [_shown(index.entries[place], words) for _, place in ranked[:limit]]


def fold(text: str) -> str:
    """The text as it is compared: lower case, ASCII digits, no vowel signs, one form of each letter."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    letters = normalise(plain).translate(_SAME_LETTER)
    return ascii_digits(letters).replace("٫", ".").casefold()


def tokens(text: str) -> frozenset[str]:
    """Everything a word of a folded text can be found by: itself, and its parts where it has some."""
    return frozenset(token for word in text.split() for token in (_whole(word), *_parts(word)) if token)


_SAME_LETTER = str.maketrans({"\u06d5": "ه", "\u0629": "ه", "\u06be": "ه", "\u06c1": "ه", "ٱ": "ا", "ـ": ""})
_PART = re.compile(r"\d+(?:\.\d+)?|[^\W\d_]+")
_NO_LETTER = re.compile(r"[\W_]+")


def _whole(word: str) -> str:
    """The word without hyphens, dots and half-spaces, as many type it: «cotrimoxazole», "e119"."""
    return _NO_LETTER.sub("", word)


def _parts(word: str) -> list[str]:
    """The words within a word: "500mg" is also "500" and "mg", «نرم‌کننده» also «نرم» and «کننده»."""
    return _PART.findall(word.replace(ZWNJ, " "))


class Index:
    """Words of one release, sorted, so that those with one beginning lie side by side."""

    def __init__(self, entries: Sequence[_Entry]) -> None:
        postings: defaultdict[str, set[int]] = defaultdict(set)
        for place, entry in enumerate(entries):
            for token in entry.own.union(*(tokens(fold(name)) for name in entry.others)):
                postings[token].add(place)
        self.entries = entries
        self._words = sorted(postings)
        self._places = [frozenset(postings[word]) for word in self._words]

    def matching(self, words: Sequence[str]) -> frozenset[int]:
        """The places of the entries in which each of the words begins a word."""
        return frozenset.intersection(*(self._beginning(word) for word in words))

    def _beginning(self, word: str) -> frozenset[int]:
        whole = self._with_prefix(_whole(word))
        parts = [self._with_prefix(part) for part in _parts(word)]
        return whole.union(frozenset.intersection(*parts)) if parts else whole

    def _with_prefix(self, prefix: str) -> frozenset[int]:
        if not prefix:
            return frozenset()
        first = bisect_left(self._words, prefix)
        last = bisect_left(self._words, prefix + "\U0010ffff", first)
        return frozenset[int]().union(*self._places[first:last])


def _rank(entry: _Entry, words: Sequence[str]) -> tuple[bool, bool, int, int, str]:
    asked = {_whole(word) for word in words}
    return (
        len(asked) > 1 or _whole(fold(entry.found.code)) not in asked,
        not _answers(entry.own, words),
        -len(asked & entry.own),
        len(entry.found.en),
        entry.found.code,
    )


def _shown(entry: _Entry, words: Sequence[str]) -> Found:
    """The row, with the other name by which it was found when its own does not show why."""
    if _answers(entry.own, words):
        return entry.found
    reason = next((name for name in entry.others if _answers(entry.own | tokens(fold(name)), words)), None)
    found = entry.found
    return Found(found.system, found.code, found.release, found.fa, found.en, reason)


def _answers(known: frozenset[str], words: Sequence[str]) -> bool:
    return all(
        any(token.startswith(_whole(word)) for token in known)
        or all(any(token.startswith(part) for token in known) for part in _parts(word) or [""])
        for word in words
    )


# --- The index of each system, kept while its release is the current one ---------------------------

_kept: dict[str, tuple[object, Index]] = {}
_making = Lock()


def _index(session: Session, system: str) -> Index:
    """The index of what is loaded now. One short question each time; a rebuild only after a new release."""
    read = {GENERIC, PRODUCT, INGREDIENT} if system == GENERIC else {system}
    loads = select(Release.system, Release.release, Release.sha256).where(col(Release.system).in_(read))
    edition = tuple(session.exec(loads.order_by(Release.system, col(Release.loaded_at), Release.release)))
    known = _kept.get(system)
    if known is None or known[0] != edition:
        with _making:
            known = _kept.get(system)
            if known is None or known[0] != edition:
                entries = _medicines(session) if system == GENERIC else _concepts(session, system)
                known = _kept[system] = (edition, Index(list(entries)))
    return known[1]


def _concepts(session: Session, system: str) -> Iterator[_Entry]:
    query = select(Concept.code, Concept.release, Concept.fa, Concept.en)
    current = query.where(Concept.system == system, Concept.release == current_release(system))
    for code, release, fa, en in session.exec(current.order_by(Concept.code)):
        yield _Entry(Found(system, code, release, fa, en), tokens(fold(f"{code} {fa} {en}")), ())


def _medicines(session: Session) -> Iterator[_Entry]:
    labels = {
        code: (fa, en)
        for code, fa, en in session.exec(
            select(Concept.code, Concept.fa, Concept.en).where(Concept.system == INGREDIENT)
        )
    }
    brands: defaultdict[str, list[str]] = defaultdict(list)
    for generic, fa, en in session.exec(
        select(Product.generic, Product.name_fa, Product.name_en)
        .where(Product.release == current_release(PRODUCT))
        .order_by(Product.irc)
    ):
        brands[generic] += [fa, en]
    current = select(Medicine).where(Medicine.release == current_release(GENERIC))
    for medicine in session.exec(current.order_by(Medicine.generic)):
        names = f"{medicine.generic} {medicine.name_fa} {medicine.inn} {medicine.short}"
        found = Found(GENERIC, medicine.generic, medicine.release, medicine.name_fa, medicine.short)
        ingredients = [label for code in medicine.ingredients for label in labels.get(code, (code,))]
        yield _Entry(found, tokens(fold(names)), (*ingredients, *brands[medicine.generic]))
