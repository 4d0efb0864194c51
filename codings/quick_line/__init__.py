"""The quick line: "amox 500 cap 1x3 7d" or «آموکسی‌سیلین ۵۰۰ روزی سه تا ۷ روز», read into coded fields.

    line = read_line("metformin 1000 tab bid with meals 30d")
    line.medicine           "metformin", to be searched for
    line.readings           one `Order`, or several where the line can be taken in several ways
    line.unread             the words that were not understood
    line.contradicting      the words that say something else than the others

Nothing is guessed silently. Each word is either used, or stands in `unread` or `contradicting`; where words can mean
two things and the rest of the line does not decide, both readings are answered, and a person chooses. The rules:

* The medicine is the first run of words that mean nothing else. Unknown words after it are unread.
* "AxB" is usually written as dose x times a day, but our own codes are times x 1. So "1x3" is one, three times a day;
  "2x2" is the same both ways; a fraction is a dose ("½x2"); a unit beside the first number makes it the dose
  ("2 tab x 3"), and "3x1 tab" is three times one. Everything else, 2x3 and 3x1 among it, has both readings.
* «روزی سه تا» is one, three times a day. «هفته‌ای دو تا» has both readings, since of methotrexate it is one dose.
* A number before a word that is not understood is not understood either: "3 tbsp" is not a dose of 3.
* What no code can say ("every 5 hours", "2x8") is unread as a whole, and no word of it is taken for something else.
* A number alone right after the name is the strength. Elsewhere it is the strength if it is over 20, and either the
  strength or the dose if not.
* A small number before "tab" may be the strength or the dose ("diazepam 2 tab"): both, unless the line gives the other
  one elsewhere.
* A week is 7 days, a month 30. "At bedtime" alone does not say how often.
* "od" is once a day, and not understood where the line is about an eye. One-letter units ("U") are never understood.
* Only when needed asks for a reason; a reason without "when needed" is not understood.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from itertools import pairwise
from typing import Final, TypeAlias

from codings.quick_line.numbers import in_digits
from codings.quick_line.order import Order
from codings.quick_line.patterns import says
from codings.quick_line.says import NOTHING, Says, one
from codings.quick_line.strengths import Strength, fits
from codings.quick_line.vocabulary import FILLERS, dictionary, key_of, phrases
from codings.text import ZWNJ, ascii_digits, normalise

__all__ = ["Order", "QuickLine", "Role", "Strength", "Word", "fits", "read_line"]

MOST_SIGNS: Final = 200
MOST_WORDS: Final = 40
MOST_READINGS: Final = 4
_LONGEST: Final = 8  # words of a phrase
_MARKS: Final = ",،؛;.:()"
_BARE_POINT: Final = re.compile(r"(?<![0-9])\.(?=[0-9])")
_MARKED: Final = re.compile(r"[-–−,،][0-9]")
_CUT: Final = re.compile(r"[0-9] ?[.٫–−-]+$")
_APART: Final = re.compile(r"ه ای(?=\s|$)")  # «هفته ای» is one word
_OD: Final = "od"
_EYE: Final = frozenset({"eye-drops", "eye-ointment", "eye-gel"})


class Role(StrEnum):
    """What became of a word."""

    MEDICINE = "medicine"
    USED = "used"
    UNREAD = "unread"
    CONTRADICTING = "contradicting"


@dataclass(frozen=True, slots=True)
class Word:
    """Some words of the line as they were typed, and what became of them."""

    text: str
    role: Role
    ambiguous: bool = False  # the readings differ in what this says


@dataclass(frozen=True, slots=True)
class QuickLine:
    """A line that was read."""

    words: tuple[Word, ...]
    readings: tuple[Order, ...]

    @property
    def medicine(self) -> str:
        return " ".join(word.text.strip(_MARKS) for word in self.words if word.role == Role.MEDICINE)

    @property
    def unread(self) -> tuple[str, ...]:
        return tuple(word.text for word in self.words if word.role == Role.UNREAD)

    @property
    def contradicting(self) -> tuple[str, ...]:
        return tuple(word.text for word in self.words if word.role == Role.CONTRADICTING)

    @property
    def ambiguous(self) -> tuple[str, ...]:
        return tuple(word.text for word in self.words if word.ambiguous)


@dataclass(slots=True)
class _Piece:
    """A run of words and what it may say; nothing for a word that is no part of the language."""

    text: str
    key: str
    says: Says
    role: Role = Role.USED
    ambiguous: bool = False


def read_line(text: str) -> QuickLine:
    """Read a line. Every word of it comes back in `words`, in its order."""
    typed = _APART.sub(f"ه{ZWNJ}ای", normalise(text)[:MOST_SIGNS]).split()
    pieces = [*_pieces(typed[:MOST_WORDS]), *(_Piece(word, "", NOTHING) for word in typed[MOST_WORDS:])]
    _name_the_medicine(pieces)
    _mind_the_marks(pieces)
    _mind_the_eye(pieces)
    readings = _readings(pieces)
    if not any(reading.when_needed for reading in readings):
        _drop_reasons(pieces)
        readings = [replace(reading, as_needed=None) for reading in readings]
    words = tuple(Word(piece.text, piece.role, piece.ambiguous) for piece in pieces)
    return QuickLine(words, tuple(dict.fromkeys(map(_completed, readings))))


# --- Words ------------------------------------------------------------------------------------------


def _pieces(typed: Sequence[str]) -> Iterator[_Piece]:
    """The longest phrases that are understood, from the left; other words one by one."""
    plain = [_folded(word) for word in typed]
    place = 0
    while place < len(typed):
        for length in range(min(_LONGEST, len(typed) - place), 0, -1):
            key = _joined(plain[place : place + length])
            told = _told(key, alone=length == 1)
            if told.either or told.refused or length == 1:
                yield _Piece(" ".join(typed[place : place + length]), key, told)
                place += length
                break


def _folded(word: str) -> str:
    """One word as it is compared: ASCII digits, one decimal point, one sign for "times", no marks around it.

    A point before a digit never goes: ".5" is 0.5, not 5.
    """
    plain = "".join(sign for sign in word.casefold() if not unicodedata.combining(sign))
    plain = ascii_digits(plain).replace("٫", ".").translate(str.maketrans("×✕ۀ", "xxه"))
    return _BARE_POINT.sub("0.", plain).strip(_MARKS)


def _joined(words: Sequence[str]) -> str:
    """Words put together; two numbers never become one."""
    joined = ""
    for word in words:
        apart = joined and word and _is_number(joined[-1]) and _is_number(word[0])
        joined += ("_" if apart else "") + word
    return joined


def _is_number(sign: str) -> bool:
    return sign in "0123456789½¼¾."


def _told(key: str, *, alone: bool) -> Says:
    if not key:
        return one(Order()) if alone else NOTHING  # a mark that stands by itself
    entry = _dictionary().get(key_of(key))
    if entry is not None and (alone or not entry[1]):
        return one(entry[0])
    return says(key_of(key))


@cache
def _dictionary() -> dict[str, tuple[Order, bool]]:
    return dictionary()


@cache
def _fillers() -> frozenset[str]:
    return frozenset(key_of(phrase) for phrase in phrases(FILLERS))


# --- The medicine -----------------------------------------------------------------------------------


def _name_the_medicine(pieces: Sequence[_Piece]) -> None:
    """The first run of words that mean nothing else is its name; later ones are unread."""
    unread = [place for place, piece in enumerate(pieces) if not piece.says.either]
    unknown = [place for place in unread if not pieces[place].says.refused]
    run = [place for n, place in enumerate(unknown) if place == unknown[0] + n]
    for place in unread:
        pieces[place].role = Role.MEDICINE if place in run else Role.UNREAD
    after = run[-1] + 1 if run else len(pieces)
    if after < len(pieces):
        _take_as_strength(pieces[after])
    for place, (piece, following) in enumerate(pairwise(pieces)):
        if place != after and following.role == Role.UNREAD and in_digits(piece.key):
            piece.role, piece.says = Role.UNREAD, NOTHING  # its number: "3 tbsp" is not a dose of 3


def _take_as_strength(piece: _Piece) -> None:
    """A number right after the name is the strength, unless that contradicts the rest; "2 tab" stays open."""
    strengths = tuple(order for order in piece.says.either if order.strength is not None)
    doses = tuple(order for order in piece.says.either if order.strength is None)
    if strengths and doses and all(order.forms is None for order in strengths):
        piece.says = Says(strengths, doses)


def _mind_the_marks(pieces: Sequence[_Piece]) -> None:
    """A mark that may belong to a number, as in "2. 5 tab", "1 - 2 tab", ",5" and "-5", makes it unread."""
    before = ""
    for piece in pieces:
        typed = ascii_digits(piece.text)
        amount = all(order.frequency is None and order.days is None for order in piece.says.either)
        if _MARKED.match(typed) or (amount and typed[0].isdigit() and _CUT.search(before)):
            piece.role, piece.says = Role.UNREAD, NOTHING
        before = typed


def _mind_the_eye(pieces: Sequence[_Piece]) -> None:
    """Beside an eye, "od" is the right one."""
    said = [order for piece in pieces for order in piece.says.either]
    eye = any(
        order.route == "ophthalmic" or (order.forms is not None and order.forms <= _EYE) for order in said
    )
    for piece in pieces:
        if eye and piece.key == _OD:
            piece.role, piece.says = Role.UNREAD, NOTHING


# --- Readings ---------------------------------------------------------------------------------------


_Kept: TypeAlias = dict[Order, dict[int, set[Order]]]
"""Each reading, and what the words at each place say in it."""


def _readings(pieces: Sequence[_Piece]) -> list[Order]:
    """Every way in which all words that are understood agree. What is certain is read first."""
    kept: _Kept = {Order(): {}}
    certain_first = sorted(
        (place for place, piece in enumerate(pieces) if piece.says.either),
        key=lambda place: len(pieces[place].says.either),
    )
    for place in certain_first:
        told = pieces[place].says
        wider = _extended(kept, place, told.either) or _extended(kept, place, told.otherwise)
        if not 0 < len(wider) <= MOST_READINGS:
            pieces[place].role = Role.CONTRADICTING
        else:
            kept = wider
    for place, piece in enumerate(pieces):
        piece.ambiguous = len(frozenset().union(*(choices.get(place, ()) for choices in kept.values()))) > 1
    return list(kept)


def _extended(kept: _Kept, place: int, orders: Sequence[Order]) -> _Kept:
    """Each reading with each of these; what comes to the same is one, with all that its words may say."""
    wider: _Kept = {}
    for so_far, choices in kept.items():
        for order in orders:
            both = so_far.with_(order)
            if both is not None:
                together = wider.setdefault(both, {})
                for other, said in [*choices.items(), (place, {order})]:
                    together[other] = together.get(other, set()) | said
    return wider


def _drop_reasons(pieces: Sequence[_Piece]) -> None:
    for piece in pieces:
        if any(order.as_needed for order in piece.says.either):
            piece.role = Role.UNREAD


def _completed(order: Order) -> Order:
    """What the words say without saying it: in the morning and at night is twice a day."""
    if order.frequency is None and order.timing == "morning-and-night":
        return replace(order, frequency="2x1")
    if order.frequency is None and order.when_needed:
        return replace(order, frequency="prn")
    return order
