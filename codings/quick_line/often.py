"""How often, as a quick line says it: "1x3", "q8h", «روزی سه تا», «هفته‌ای یک بار»."""

import re
from decimal import Decimal
from typing import Final

from codings.quick_line.numbers import amount_of, whole_of
from codings.quick_line.order import Order
from codings.quick_line.says import NOTHING, Says, one, unit_of
from codings.quick_line.vocabulary import MEASURED

MOST_TIMES: Final = 5  # a day; more often is said in hours
_EVERY_HOURS: Final = {
    **{hours: f"q{hours}h" for hours in (2, 3, 4, 6, 8, 12, 72)},
    24: "1x1",
    48: "every-other-day",
}
_PER_WEEK: Final = {1: "weekly", 2: "2-per-week", 3: "3-per-week", 5: "5-per-week"}
_EVERY_WEEKS: Final = {1: "weekly", 2: "every-2-weeks", 4: "every-4-weeks"}
_EVERY_MONTHS: Final = {1: "monthly", 3: "every-3-months"}
_ONE: Final = Decimal(1)


def _times(number: int | None) -> str | None:
    return f"{number}x1" if number is not None and number <= MOST_TIMES else None


def crossed(found: re.Match[str]) -> Says:
    """AxB. Written by most as dose x times, and by our own codes as times x 1: only some are certain.

    Certain: 1xN (one, N times a day), AxA, a fraction (which is a dose), and a unit standing by the first number.
    All others answer both readings. A reading whose times no code has is none.
    """
    first, second = found["first"], found["second"]
    days = Order(days=whole_of(found["days"])) if found["days"] else Order()
    before, after = unit_of(found["before"]), unit_of(found["after"])
    readings: list[Order] = []
    for dose, times in ((first, second), (second, first)):
        often = _times(whole_of(times))
        if often is not None and (amount := amount_of(dose)) is not None:
            readings.append(Order(dose=amount, unit=before or after, frequency=often))
    whole = whole_of(first) is not None and whole_of(second) is not None
    if whole and len(readings) < 2:
        return NOTHING  # the other one would be a guess
    if before is not None or (whole_of(first) == 1 and after is None):
        readings = readings[:1]
    elif after is not None and whole_of(second) == 1:
        readings = readings[1:]
    both = [joined for reading in dict.fromkeys(readings) if (joined := reading.with_(days)) is not None]
    return Says(tuple(both))


def a_day(found: re.Match[str]) -> Says:
    """«روزی سه بار»."""
    often = _times(whole_of(found["n"]))
    return one(Order(frequency=often)) if often else NOTHING


def pieces_a_day(found: re.Match[str]) -> Says:
    """«روزی سه تا»: one each time, three times. What is measured may as well be one dose: «روزی ۱۰ واحد»."""
    amount, unit, often = amount_of(found["n"]), unit_of(found["unit"]), _times(whole_of(found["n"]))
    if amount is None:
        return NOTHING
    at_once = Order(dose=amount, unit=unit, frequency="1x1")
    apart = Order(dose=_ONE, unit=unit, frequency=often) if often else None
    if amount <= 1:
        return one(at_once)
    if unit in MEASURED:
        return Says((at_once, apart) if apart else (at_once,))
    if apart is not None:
        return one(apart)
    return one(at_once) if amount != amount.to_integral_value() else NOTHING


def at_night(found: re.Match[str]) -> Says:
    amount = amount_of(found["n"])
    return (
        one(Order(dose=amount, unit=unit_of(found["unit"]), frequency="1x1", timing="bedtime"))
        if amount
        else NOTHING
    )


def loose_a_day(found: re.Match[str]) -> Says:
    """Such as "3 a day": three at once or one three times."""
    amount, often = amount_of(found["n"]), _times(whole_of(found["n"]))
    unit = unit_of(found["unit"])
    if amount is None or often is None:
        return NOTHING
    readings = (Order(dose=_ONE, unit=unit, frequency=often), Order(dose=amount, unit=unit, frequency="1x1"))
    return Says(tuple(dict.fromkeys(readings)))


def every_hours(found: re.Match[str]) -> Says:
    code = _EVERY_HOURS.get(whole_of(found["n"]) or 0)
    return one(Order(frequency=code)) if code else NOTHING


def a_week(found: re.Match[str]) -> Says:
    code = _PER_WEEK.get(whole_of(found["n"]) or 0)
    return one(Order(frequency=code)) if code else NOTHING


def pieces_a_week(found: re.Match[str]) -> Says:
    """«هفته‌ای چهار تا» is four at once for one medicine and four days for another: never chosen here."""
    amount, unit = amount_of(found["n"]), unit_of(found["unit"])
    if amount is None:
        return NOTHING
    at_once = Order(dose=amount, unit=unit, frequency="weekly")
    apart = _PER_WEEK.get(whole_of(found["n"]) or 0)
    if amount <= 1 or apart is None:
        return one(at_once) if amount <= 1 else NOTHING
    return Says((at_once, Order(dose=_ONE, unit=unit, frequency=apart)))


def unclear(_found: re.Match[str]) -> Says:
    return NOTHING


def every_weeks(found: re.Match[str]) -> Says:
    code = _EVERY_WEEKS.get(whole_of(found["n"]) or 0)
    return one(Order(frequency=code)) if code else NOTHING


def every_months(found: re.Match[str]) -> Says:
    code = _EVERY_MONTHS.get(whole_of(found["n"]) or 0)
    return one(Order(frequency=code)) if code else NOTHING
