"""Text, digits and days as people in Iran write them, brought to the one form that is stored.

Inside the service a letter has one spelling, a digit is ASCII where it means a number, an instant is
aware UTC and a service date is a calendar day in Tehran. Jalali dates and Persian digits appear only
at the edge, through the functions of this file.
"""

import re
import unicodedata
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from persiantools.jdatetime import JalaliDate

TEHRAN = ZoneInfo("Asia/Tehran")
ZWNJ = "\u200c"  # the half-space of «نسخه‌ای»: part of correct Persian, so it stays

_PERSIAN_LETTERS = str.maketrans({"\u064a": "\u06cc", "\u0649": "\u06cc", "\u0643": "\u06a9"})
_ASCII_DIGITS = str.maketrans("۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩", "01234567890123456789")
_PERSIAN_DIGITS = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
_REFUSED_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_ALLOWED_CONTROLS = frozenset({"\n", "\t", ZWNJ})
_HALF_SPACES = re.compile(f"{ZWNJ}+")
_JALALI = re.compile(r"([0-9]{4})([/-]?)([0-9]{1,2})\2([0-9]{1,2})")
_JALALI_YEARS = range(1200, 1600)
_SAME_LETTER = (
    str.maketrans(  # shapes of one letter that Unicode does not call the same, and what only stretches
        {
            "\u06d5": "ه",
            "\u0629": "ه",
            "\u06be": "ه",
            "\u06c1": "ه",
            "\u06c3": "ه",
            "\u0671": "ا",
            "\u0640": "",
        }
        | {"\u06cd": "ی", "\u06ce": "ی", "\u06d0": "ی", "\u06d2": "ی", "\u06aa": "ک", "\u066b": "."}
    )
)


def normalise(text: str) -> str:
    """The stored form of a text: NFC, Persian ye and kaf, one kind of line end, nothing around it.

    Digits stay as they were typed. The result is a fixed point: normalising it again changes nothing,
    so signed content can be refused when it is not already in this form.
    """
    composed = unicodedata.normalize("NFC", text).translate(_PERSIAN_LETTERS)
    unbroken = composed.replace("\r\n", "\n").replace("\r", "\n")
    start, end = 0, len(unbroken)
    while start < end and _is_blank(unbroken[start]):
        start += 1
    while end > start and _is_blank(unbroken[end - 1]):
        end -= 1
    return unbroken[start:end]


def _is_blank(character: str) -> bool:
    return character == ZWNJ or character.isspace()


def ascii_digits(text: str) -> str:
    """Persian and Arabic digits turned into 0-9; everything else stays."""
    return text.translate(_ASCII_DIGITS)


def persian_digits(text: str) -> str:
    """0-9 turned into Persian digits, for what a person reads in Persian."""
    return text.translate(_PERSIAN_DIGITS)


def fold(text: str) -> str:
    """The text as it is compared and searched, word by word; never shown, never stored in its place.

    Lower case, ASCII digits, «.» for the decimal mark, one form of each letter (so «آ» is «ا» and é is e), no
    vowel signs, no stretching, no hidden character but the half-space, one space between words. Folding
    again changes nothing, and a code of ASCII letters and digits changes by its capitals only.
    """
    return _folded(_folded(text))  # lowering a letter can leave a sign behind that stands above another


def _folded(text: str) -> str:
    lowered = unicodedata.normalize("NFKD", text).casefold()
    plain = "".join(
        character
        for character in unicodedata.normalize("NFKD", lowered)
        if not unicodedata.combining(character) and not _is_hidden(character)
    )
    letters = plain.translate(_PERSIAN_LETTERS).translate(_SAME_LETTER).translate(_ASCII_DIGITS)
    words = (_HALF_SPACES.sub(ZWNJ, word).strip(ZWNJ) for word in letters.split())
    return " ".join(word for word in words if word)


def _is_hidden(character: str) -> bool:
    if character == ZWNJ or character.isspace():
        return False
    return unicodedata.category(character) in _REFUSED_CATEGORIES


def same_word(text: str) -> str:
    """The folded text without spaces and half-spaces: «آموکسی‌سیلین», «اموکسی سیلین» and «آموکسیسیلین» are one."""
    return "".join(fold(text).replace(ZWNJ, "").split())


def refuse_controls(text: str) -> str:
    """The text itself, when no character of it is invisible or turns the reading direction.

    Such a character lets a text show something else than it says (the Trojan Source trick), which a
    signed prescription must never do. Refused: every control and format character of Unicode (so all
    bidi controls and the zero-width joiner), line separators and lone surrogates; allowed: new line,
    tab and the zero-width non-joiner.

    Raises ValueError naming the first one by its code point.
    """
    for character in text:
        if character not in _ALLOWED_CONTROLS and unicodedata.category(character) in _REFUSED_CATEGORIES:
            raise ValueError(f"the text holds the hidden character U+{ord(character):04X}")
    return text


def tehran_day(instant: datetime) -> date:
    """The calendar day in Tehran at this instant; ValueError for an instant without a zone."""
    if instant.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return instant.astimezone(TEHRAN).date()


def tehran_midnight(day: date) -> datetime:
    """The first instant of this day in Tehran, as aware UTC."""
    return datetime.combine(day, time.min, tzinfo=TEHRAN).astimezone(UTC)


def jalali(day: date | datetime) -> str:
    """A day, or the Tehran day of an instant, in the Jalali calendar: "1405/09/01", ASCII digits."""
    gregorian = tehran_day(day) if isinstance(day, datetime) else day
    jalali_day = JalaliDate(gregorian)  # type: ignore[no-untyped-call]
    return f"{jalali_day.year:04d}/{jalali_day.month:02d}/{jalali_day.day:02d}"


def parse_jalali(text: str) -> date:
    """The day a Jalali date means: "1405/09/01", "۱۴۰۵-۹-۱" or "14050901".

    Raises ValueError for anything else and for a day that the calendar does not have.
    """
    match = _JALALI.fullmatch(ascii_digits(normalise(text)))
    message = "not a date of the Jalali calendar"
    if match is None or (not match[2] and len(match[0]) != len("14050901")):
        raise ValueError(message)
    year, month, day = int(match[1]), int(match[3]), int(match[4])
    if year not in _JALALI_YEARS or not JalaliDate.check_date(year, month, day):
        raise ValueError(message)
    gregorian: date = JalaliDate(year, month, day).to_gregorian()  # type: ignore[no-untyped-call]
    return gregorian
