"""Words that were meant by a misspelt one: one letter wrong, missing, doubled, too many, or two swapped.

Before letters are counted, those that sound alike are made one: ph and f, th and t, ks and x, y and i, doubled
letters, and in Persian ص س ث, ز ذ ض ظ, ت ط, ح ه, ق غ. The words stand sorted, so that those with one beginning
lie side by side; each likely misspelling of the question is looked up there, which needs no table of its own.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

LEAST: Final = 4  # shorter words are taken as they are typed
_LATIN: Final = "abcdefghijklmnopqrstuvwxz"  # without y, which sounds as i
_PERSIAN: Final = "ابپتجچخدرزژسشعغفکگلمنوهی"
_ALIKE: Final = str.maketrans("صثذضظطحق" + "y", "سسزززتهغ" + "i")
_SOUNDS: Final = (
    (re.compile("ph"), "f"),
    (re.compile("th"), "t"),
    (re.compile("ks"), "x"),
    (re.compile("(.)\\1+"), "\\1"),
)
_LAST: Final = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class Near:
    """Places of the words that a misspelt one may mean, the likeliest kind first."""

    sounding: frozenset[int]  # said alike
    whole: frozenset[int]  # a word with one mistake in it
    begun: frozenset[int]  # the beginning of a word, with one mistake in it

    def at(self, level: int) -> frozenset[int]:
        """What it may mean with so much patience: 0 none, 1 sounding, 2 whole, 3 begun words."""
        sets = (self.sounding, self.whole, self.begun)
        return frozenset[int]().union(*sets[:level])


def sound(word: str) -> str:
    """The word as it sounds: misspellings that cannot be heard are equal."""
    heard = word.translate(_ALIKE)
    for pattern, letter in _SOUNDS:
        heard = pattern.sub(letter, heard)
    return heard


class Spelling:
    """Words by their sound."""

    def __init__(self, words: Sequence[str]) -> None:
        heard = sorted((sound(word), place) for place, word in enumerate(words) if word.isalpha())
        self._sounds = [one for one, _ in heard]
        self._places = [place for _, place in heard]

    def near(self, word: str) -> Near:
        """What a word of letters may mean; nothing for a short one."""
        heard = sound(word)
        if len(heard) < LEAST:
            return Near(frozenset(), frozenset(), frozenset())
        whole: set[int] = set()
        begun: set[int] = set()
        for place in range(len(heard) + 1):
            if not self._begins(heard[:place]):
                break  # the mistake lies before this letter
            for meant, inner in _misspelt(heard, place):
                first = last = bisect_left(self._sounds, meant)
                while last < len(self._sounds) and self._sounds[last] == meant:
                    last += 1
                whole.update(self._places[first:last])
                if inner:
                    begun.update(self._places[last : bisect_left(self._sounds, meant + _LAST, last)])
        return Near(frozenset(self._beginning(heard)), frozenset(whole), frozenset(begun))

    def _beginning(self, heard: str) -> list[int]:
        first = bisect_left(self._sounds, heard)
        return self._places[first : bisect_left(self._sounds, heard + _LAST, first)]

    def _begins(self, heard: str) -> bool:
        first = bisect_left(self._sounds, heard)
        return first < len(self._sounds) and self._sounds[first].startswith(heard)


def _misspelt(word: str, place: int) -> Iterator[tuple[str, bool]]:
    """Every word that this one is with one mistake at a place; whether it may be the beginning of a longer one.

    A mistake in the last letter may not: without it every word would stand for all that begin as it does.
    """
    letters = _LATIN if word.isascii() else _PERSIAN
    last = len(word) - 1
    before, after = word[:place], word[place:]
    inner = place < last
    for letter in letters:
        yield before + letter + after, place <= last
    if after:
        yield before + after[1:], inner and last >= LEAST
        for letter in letters:
            yield before + letter + after[1:], inner
    if len(after) > 1:
        yield before + after[1] + after[0] + after[2:], True
