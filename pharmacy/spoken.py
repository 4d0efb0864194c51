"""Times and amounts as a person at the counter reads them, one fact for each language."""

from datetime import datetime
from decimal import Decimal

from codings.systems import amount_text
from codings.text import TEHRAN, persian_digits


def clock(name: str, instant: datetime) -> dict[str, str]:
    """The facts `<name>_fa` and `<name>_en` of a time of day in Tehran."""
    time = f"{instant.astimezone(TEHRAN):%H:%M}"
    return {f"{name}_fa": persian_digits(time), f"{name}_en": time}


def amount(name: str, quantity: Decimal) -> dict[str, str]:
    """The facts `<name>_fa` and `<name>_en` of an amount."""
    text = amount_text(quantity)
    return {f"{name}_fa": persian_amount(text), f"{name}_en": text}


def persian_amount(text: str) -> str:
    """An amount in Persian digits, with the Persian decimal mark."""
    return persian_digits(text.replace(".", "٫"))
