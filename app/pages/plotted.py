"""The words and digits of plots: text without markup, since a drawing holds none."""

from collections.abc import Callable, Sequence
from datetime import date

from app.language import Language
from codings.base import Words
from codings.text import jalali, persian_digits

RIAL_IN = {
    1: Words("ریال", "Rial"),
    10**3: Words("هزار ریال", "thousand Rial"),
    10**6: Words("میلیون ریال", "million Rial"),
    10**9: Words("میلیارد ریال", "billion Rial"),
}
TODAY = Words("امروز و دیروز", "today and yesterday")
UP_TO = Words("تا {last} روز", "up to {last} days")
OVER = Words("بیش از {last} روز", "over {last} days")


def say(words: Words, language: Language) -> str:
    return words.en if language == "en" else words.fa


def digits(language: Language) -> Callable[[int], str]:
    """Numbers in the reader's digits, separated at thousands."""

    def said(number: int) -> str:
        sign = "\u2212" if number < 0 else ""
        plain = f"{abs(number):,}"
        return sign + (plain if language == "en" else persian_digits(plain.replace(",", "٬")))

    return said


def day(on: date, language: Language) -> str:
    """A day in the reader's calendar."""
    return on.isoformat() if language == "en" else persian_digits(jalali(on))


def short_day(on: date, language: Language) -> str:
    """Month and day, for under a column."""
    return f"{on:%m-%d}" if language == "en" else persian_digits(jalali(on)[5:])


def rial_in(unit: int, language: Language) -> str:
    return say(RIAL_IN[unit], language)


def age_classes(bounds: Sequence[int], language: Language) -> list[str]:
    """The words for ages up to each bound, and beyond the last."""
    show = digits(language)
    told = [
        say(TODAY, language) if last == 1 else say(UP_TO.format(last=show(last)), language) for last in bounds
    ]
    return [*told, say(OVER.format(last=show(bounds[-1])), language)]
