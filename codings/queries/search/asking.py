"""Answering a question from an index: which rows, in which order, and why each.

The order is that of safety. First the row of exactly this code. Then rows found by their own name: those whose name
begins with a typed word, those that have it inside, those found by form, unit and numbers alone. Then rows found by
another name, a single substance before what only contains it; then by a brand. Among these, rows that have a typed
number as their whole number come before those where it only begins one. Within each of these, the order of the index:
formulary, alphabet, form, strength. A misspelt question is read otherwise only when nothing is found by what was
typed, brands aside, and says so.
"""

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from functools import reduce
from operator import and_, or_
from typing import Final

from codings.queries.search.found import Found, Why
from codings.queries.search.index import NOWHERE, Bits, Entry, Index, Name, places_in
from codings.queries.search.spelling import LEAST, Near
from codings.queries.search.words import Word, asked, joined

_AS_TYPED: Final = 0
_PATIENCE: Final = (_AS_TYPED, 1, 2, 3)  # what Near.at counts
_NOTHING: Final = Near(frozenset(), frozenset(), frozenset())


def answer(index: Index, text: str, limit: int) -> list[Found]:
    """The rows that a text may mean, the safest to offer first, each at most once."""
    words = asked(text)
    if not words or limit < 1:
        return []
    found: dict[str, Found] = {}
    exact = _exactly(index, words)
    if exact is not None:
        found[exact.code] = exact
    for reading, place in _places(index, words):
        code = index.owner(place)[0].found.code
        if len(found) == limit:
            break
        if code not in found:
            found[code] = reading.explained(place)
    return list(found.values())


def _exactly(index: Index, words: Sequence[Word]) -> Found | None:
    """The row of this very code."""
    codes = ("".join(way) for way in words[0].ways) if len(words) == 1 else ()
    return next((row for code in codes if (row := index.with_code(code)) is not None), None)


def _places(index: Index, words: Sequence[Word]) -> Iterator[tuple["_Reading", int]]:
    """Places of rows in order, some of them of one row, each with the reading of the question that led there."""
    near: dict[str, Near] = {}
    for level in _PATIENCE:
        named = False
        for together in (words, *joined(words)):
            reading = _Reading(index, together, level, near)
            yield from ((reading, place) for place in reading.places())
            named = named or bool(reading.bits.entry)
            if named and level == _AS_TYPED:
                break
        if named:
            return


class _Reading:
    """One way to read a question, at one level of patience."""

    def __init__(self, index: Index, words: Sequence[Word], level: int, near: dict[str, Near]) -> None:
        self._index, self._words, self._level, self._near = index, words, level, near
        self.bits = self._all(words)

    def places(self) -> Iterator[int]:
        """Where all words are found, in order."""
        bits, firsts = self.bits, self._index.firsts
        if not bits.every:
            return
        own, entry = bits.own & firsts, bits.entry & firsts
        tiers = (
            own & bits.begins,
            own & bits.head & ~bits.begins,
            own & ~bits.head,
            entry & ~own & self._index.alone,
            entry & ~own & ~self._index.alone,
            bits.every & ~bits.entry,
        )
        for tier in tiers if self._index.by_name else (entry,):
            yield from places_in(tier & bits.exact)
            yield from places_in(tier & ~bits.exact)

    # --- Which rows ---------------------------------------------------------------------------------

    def _all(self, words: Sequence[Word]) -> Bits:
        """Where every word is found; how the name begins is told by any of them."""
        whole: Bits | None = None
        for word in words:
            one = self._any(word)
            whole = one if whole is None else _both(whole, one)
            if not whole.every:
                return NOWHERE
        return whole or NOWHERE

    def _any(self, word: Word) -> Bits:
        ways = [reduce(_both, map(self._atom, way)) for way in word.ways]
        return Bits(*(reduce(or_, column) for column in zip(*ways, strict=True)))

    def _atom(self, atom: str) -> Bits:
        typed = self._index.beginning(atom)
        meant = self._meant(atom)
        return Bits(*map(or_, typed, self._index.at_places(meant))) if meant else typed

    def _meant(self, atom: str) -> frozenset[int]:
        """Places of the words that the atom may be a misspelling of, with this patience."""
        if self._level == _AS_TYPED or len(atom) < LEAST or not atom.isalpha():
            return frozenset()
        if atom not in self._near:
            self._near[atom] = self._index.spelling.near(atom)
        return self._near[atom].at(self._level)

    # --- Why ----------------------------------------------------------------------------------------

    def explained(self, place: int) -> Found:
        """The row at a place, and by what it was found."""
        entry, brand = self._index.owner(place)
        if self._level == _AS_TYPED and self.bits.own >> place & 1:
            return entry.found
        names = entry.others if brand is None else (Name(brand, "brand"),)
        known = self._index.own_tokens(entry)
        told = [word for word in self._words if not self._answered(word, known)]
        other = next((name for name in names if any(self._tells(name, word) for word in told)), None)
        read_as = self._read_as(entry, brand)
        why: Why = "spelling" if read_as else other.why if other else "name"
        return replace(entry.found, matched=other.told if other else None, why=why, read_as=read_as)

    def _tells(self, name: Name, word: Word) -> bool:
        return self._answered(word, self._index.written(name.text).keys())

    def _answered(self, word: Word, known: AbstractSet[str]) -> bool:
        return any(all(self._within(atom, known) for atom in way) for way in word.ways)

    def _within(self, atom: str, known: AbstractSet[str]) -> bool:
        return any(token.startswith(atom) for token in known) or bool(self._tokens_meant(atom, known))

    def _tokens_meant(self, atom: str, known: AbstractSet[str]) -> list[str]:
        words = self._index.words
        return [words[place] for place in self._meant(atom) if words[place] in known]

    def _read_as(self, entry: Entry, brand: str | None) -> str | None:
        """The words of the row that were looked for in place of misspelt ones, as they are written there."""
        if self._level == _AS_TYPED:
            return None
        names = [*entry.names, *(name.text for name in entry.others), *([brand] if brand else [])]
        written = {
            token: shown for name in reversed(names) for token, shown in self._index.written(name).items()
        }
        known = written.keys() | entry.kinds
        read = []
        for atom in (atom for word in self._words for atom in word.ways[-1]):
            if any(token.startswith(atom) for token in known):
                continue
            meant = self._tokens_meant(atom, known)
            if meant:
                nearest = min(meant, key=lambda token: (abs(len(token) - len(atom)), token))
                read.append(written.get(nearest, nearest))
        return " ".join(dict.fromkeys(read)) or None


def _both(one: Bits, other: Bits) -> Bits:
    """Where two words are found together; each may be the one that names."""
    return Bits(one.begins | other.begins, one.head | other.head, *map(and_, one[2:], other[2:]))
