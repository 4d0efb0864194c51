"""Cutting names and questions into what is compared: words of letters, and numbers.

A number is compared as a number: "0.5" is one word, ".5" and «۰٫۵» are the same, "50,000" is "50000", and no
other number is ever read in its place. A word with a hyphen, a dot or a half-space in it is found as a whole
and by its parts: "co-trimoxazole", «نرم‌کننده», "J02.9".
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from codings.text import fold

MOST_WORDS: Final = 12  # a question has no more; what is typed beyond them is not looked at
_CACHED: Final = 1 << 15
_DIGITS: Final = "0-9۰-۹٠-٩"
_THOUSANDS: Final = re.compile(rf"(?<=[{_DIGITS}])[,٬،](?=[{_DIGITS}]{{3}}(?![{_DIGITS}]))")
_BREAK: Final = re.compile(r"[\s/+,;:،؛()\[\]«»\"⁄]+")
_BREAK_IN_WORD: Final = re.compile(r"[/+,;:،؛()\[\]«»\"⁄]+")
_PART: Final = re.compile(r"(?<![^\W_])\.[0-9]+|[0-9]+(?:\.[0-9]+)?|[^\W\d_]+")
_NUMBER: Final = re.compile(r"[0-9]+(?:\.[0-9]+)?|\.[0-9]+")
_RATIO: Final = re.compile(r"([0-9]+)/([0-9]+)")
_NO_LETTER: Final = re.compile(r"[\W_]+")

Atoms = tuple[str, ...]  # words or numbers that must all be found


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a question: what it may be found by; each way has parts that must all be there."""

    ways: tuple[Atoms, ...]

    @property
    def letters(self) -> str:
        """The word, when it has nothing but letters; only such a word can be misspelt or written apart."""
        whole = self.ways[0][0]
        return whole if len(self.ways[0]) == 1 and whole.isalpha() else ""


def asked(text: str) -> list[Word]:
    """The words of a question."""
    words: list[Word] = []
    for word in fold(_THOUSANDS.sub("", text)).split():
        if ratio := _RATIO.fullmatch(word):  # "250/5" of a syrup; in Iran «۲/۵» is two and a half, too
            words.append(Word(((ratio[1], ratio[2]), (f"{ratio[1]}.{ratio[2]}",))))
        else:
            words += [Word(ways) for chunk in _BREAK_IN_WORD.split(word) if (ways := _ways(chunk))]
    return words[:MOST_WORDS]


def pieces(text: str) -> list[str]:
    """A name in its words, as they are written there."""
    return [piece for piece in _BREAK.split(_THOUSANDS.sub("", text)) if piece]


@lru_cache(maxsize=_CACHED)
def tokens_of(piece: str) -> tuple[str, ...]:
    """Everything a word of a name is found by: itself first, and its parts where it has some."""
    found = (token for chunk in fold(piece).split() for way in _ways(chunk) for token in way)
    return tuple(dict.fromkeys(found))


def tokens(text: str) -> frozenset[str]:
    """Everything that a name is found by."""
    return frozenset(token for piece in pieces(text) for token in tokens_of(piece))


def is_number(token: str) -> bool:
    return token[0].isdecimal()


def plain_number(token: str) -> str:
    """A number without zeros that say nothing: "0.50" is "0.5", "5.0" is "5"."""
    whole, point, part = token.partition(".")
    part = part.rstrip("0")
    return f"{whole}.{part}" if point and part else whole


def joined(words: Sequence[Word]) -> Iterator[list[Word]]:
    """The question with two neighbours read as one word, for each pair of words of letters."""
    for place in range(len(words) - 1):
        one, other = words[place].letters, words[place + 1].letters
        if one and other:
            yield [*words[:place], Word(((one + other,),)), *words[place + 2 :]]


def _ways(chunk: str) -> tuple[Atoms, ...]:
    """How a folded word without a break is found: as a whole, by its parts."""
    if (
        number := _NUMBER.fullmatch(chunk.strip(".-"))
        if not chunk.startswith(".")
        else _NUMBER.fullmatch(chunk)
    ):
        return ((_with_zero(number[0]),),)
    parts = tuple(_with_zero(part) for part in _PART.findall(chunk))
    whole = _NO_LETTER.sub("", chunk)
    if not whole:
        return ()
    if whole.isdecimal():  # numbers with something between them: never one long number
        return (parts,) if parts else ()
    return ((whole,), parts) if parts and parts != (whole,) else ((whole,),)


def _with_zero(part: str) -> str:
    return f"0{part}" if part.startswith(".") else part
