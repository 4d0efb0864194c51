"""How much each time and in all, for how long, and of which strength: "5 ml", "#21", "7d", "500 mg"."""

import re
from decimal import Decimal
from typing import Final

from codings.quick_line.numbers import amount_of, in_digits, whole_of
from codings.quick_line.order import Order
from codings.quick_line.says import NOTHING, Reader, Says, one, unit_of
from codings.quick_line.strengths import read_strength
from codings.quick_line.vocabulary import ALSO_FORMS

MOST_DAYS: Final = 366
MOST_AT_ONCE: Final = 20  # tablets and the like; a larger number is a strength or a quantity
LEAST_ACTIVITY: Final = 100  # units: fewer are a dose, more may be the strength too
LEAST_TUBE: Final = 5  # grams: more may be the whole tube
LEAST_BOTTLE: Final = 30  # ml: more may be the whole bottle
_PERHAPS_DECIMAL: Final = re.compile(r"[0-9]{1,2}/[1-9]")
_ONE: Final = Decimal(1)


# --- How long, how much in all ----------------------------------------------------------------------


def lasting(days_of_one: int) -> Reader:
    def read(found: re.Match[str]) -> Says:
        days = (whole_of(found["n"]) or 0) * days_of_one
        return one(Order(days=days)) if 1 <= days <= MOST_DAYS else NOTHING

    return read


def quantity(found: re.Match[str]) -> Says:
    amount = amount_of(found["n"])
    return one(Order(quantity=amount, quantity_unit=unit_of(found["unit"]))) if amount else NOTHING


# --- How much each time, and of which strength ------------------------------------------------------


def counted(found: re.Match[str]) -> Says:
    """A number and what it counts: "2 tab", "5 ml", "10 units"."""
    text, unit = found["n"], unit_of(found["unit"])
    amount = _ONE if text in {"a", "an"} else amount_of(text)
    if amount is None or unit is None:
        return NOTHING
    dose = Order(dose=amount, unit=unit)
    quantity = Order(quantity=amount, quantity_unit=unit)
    if not in_digits(text):
        return one(dose)
    strength = read_strength(text)
    forms = ALSO_FORMS.get(unit)
    if forms is not None and strength is not None:
        of_strength = Order(strength=strength, forms=forms)
        return Says((of_strength, dose) if amount <= MOST_AT_ONCE else (of_strength,), (quantity,))
    written = read_strength(f"{text}{found['unit']}")
    if unit == "gram" and written is not None:
        tube = (quantity,) if amount >= LEAST_TUBE else ()
        return Says((Order(strength=written), dose, *tube))
    if unit == "unit" and written is not None and amount >= LEAST_ACTIVITY:
        return Says((Order(strength=written), dose), (quantity,))
    if unit == "ml" and amount >= LEAST_BOTTLE:
        return Says((dose, quantity))
    return Says((dose,), (quantity,))


def pieces(found: re.Match[str]) -> Says:
    """«۲ عدد»: each time or in all."""
    amount = amount_of(found["n"])
    if amount is None:
        return NOTHING
    if not in_digits(found["n"]):
        return one(Order(dose=amount))
    quantity = Order(quantity=amount)
    return Says((Order(dose=amount), quantity)) if amount <= MOST_AT_ONCE else one(quantity)


def plain(found: re.Match[str]) -> Says:
    """A number alone: a strength, or a dose where it is small."""
    text = found["n"]
    amount = amount_of(text)
    strength = read_strength(text)
    if amount is None:
        return NOTHING
    if strength is None:
        return one(Order(dose=amount))
    if amount > MOST_AT_ONCE:
        return one(Order(strength=strength))
    return Says((Order(strength=strength), Order(dose=amount)))


def strong(found: re.Match[str]) -> Says:
    """A strength with its signs: "250/5", "1%". Persian also writes 2.5 as «۲/۵», which is offered beside it."""
    strength = read_strength(found[0])
    if strength is None:
        return NOTHING
    decimal = read_strength(found[0].replace("/", ".")) if _PERHAPS_DECIMAL.fullmatch(found[0]) else None
    return Says((Order(strength=strength), *([Order(strength=decimal)] if decimal is not None else ())))
