"""Strengths: the one a line gives, and whether a presentation has exactly that one. Nothing is rounded or scaled.

    read_strength("250/5"), read_strength("500mg"), read_strength("1%"), read_strength("100mcg/puff")
    fits(strength, "250 mg/5 ml")

A number without a unit is the number on the box: 500 for 500 mg, 625 for 500 mg + 125 mg, 0.4 for 400 microgram,
1000 for 1 g. A number with its unit is that mass.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from codings.quick_line.numbers import DIGITS, amount_of

_UNITS: Final = {
    "mg": ("mg", "milligram", "milligrams", "میلیگرم", "میلی"),
    "g": ("g", "gr", "gram", "grams", "گرم"),
    "microgram": ("mcg", "ug", "µg", "μg", "microgram", "micrograms", "میکروگرم", "میکرو"),
    "%": ("%", "٪", "percent", "درصد"),
    "unit": ("iu", "unit", "units", "واحد"),
    "mmol": ("mmol", "میلیمول"),
    "meq": ("meq",),
}
_PER: Final = {
    "ml": ("ml", "cc", "millilitre", "milliliter", "میلیلیتر", "سیسی"),
    "puff": ("puff", "dose", "spray", "پاف", "دوز"),
    "hour": ("h", "hr", "hour", "ساعت"),
}
_MILLIGRAMS: Final = {"mg": Decimal(1), "g": Decimal(1000), "microgram": Decimal("0.001")}


def _names(units: dict[str, tuple[str, ...]]) -> str:
    return "|".join(
        sorted((re.escape(name) for names in units.values() for name in names), key=len, reverse=True)
    )


def _code(units: dict[str, tuple[str, ...]], name: str) -> str | None:
    return next((code for code, names in units.items() if name in names), None)


_PART: Final = rf"{DIGITS}(?:{_names(_UNITS)})?"
_STRENGTH = re.compile(
    rf"(?P<parts>{_PART}(?:[+/]{_PART}){{0,3}}?)"
    rf"(?:(?:/|per|in|در|درهر)(?P<per>{DIGITS})?(?P<of>{_names(_PER)}))?"
)
_ONE = re.compile(rf"(?P<number>{DIGITS})(?P<unit>{_names(_UNITS)})?")
_SHOWN = re.compile(rf"(?P<number>{DIGITS})\s*(?P<unit>{_names(_UNITS)})?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Part:
    """An amount with its unit, or without one where none was typed."""

    amount: Decimal
    unit: str | None = None

    @property
    def milligrams(self) -> Decimal | None:
        return self.amount * _MILLIGRAMS[self.unit] if self.unit in _MILLIGRAMS else None

    def means(self, other: "Part") -> bool:
        """Whether this, as typed, says the other, as it stands on the box."""
        if self.unit is None:
            return self.amount in {other.amount, other.milligrams}
        if self.milligrams is not None:
            return self.milligrams == other.milligrams
        return self.unit == other.unit and self.amount == other.amount


@dataclass(frozen=True, slots=True)
class Strength:
    """One part for each ingredient; `per` is what they are in: 5 ml, one puff."""

    parts: tuple[Part, ...]
    per: Part | None = None
    text: str = ""


def read_strength(text: str) -> Strength | None:
    """The strength that a word of the line gives; the word has no spaces."""
    found = _STRENGTH.fullmatch(text)
    if found is None:
        return None
    parts: list[Part] = []
    for one in re.split(r"[+/]", found["parts"]):
        part = _ONE.fullmatch(one)
        amount = amount_of(part["number"]) if part else None
        if part is None or amount is None:
            return None
        parts.append(Part(amount, _code(_UNITS, part["unit"]) if part["unit"] else None))
    per = None
    if found["of"]:
        amount = amount_of(found["per"]) if found["per"] else Decimal(1)
        if amount is None:
            return None
        per = Part(amount, _code(_PER, found["of"]))
    return Strength(tuple(parts), per, text)


def fits(strength: Strength, shown: str) -> bool:
    """Whether a presentation of this strength ("250 mg + 62.5 mg/5 ml") has exactly the one that was typed."""
    top, _, bottom = shown.partition("/")
    parts = [_shown(text) for text in top.split("+")]
    if not parts or None in parts:
        return False
    on_box = [part for part in parts if part is not None]
    per = _per(bottom)
    if strength.per is not None and (per is None or strength.per != per):
        return False
    typed = strength.parts
    if len(typed) == len(on_box) and all(a.means(b) for a, b in zip(typed, on_box, strict=True)):
        return True
    whole = _together(on_box)
    if len(typed) == 1:
        return typed[0].means(on_box[0]) or (whole is not None and typed[0].means(whole))
    if len(typed) == 2 and per is not None and strength.per is None and typed[1].unit is None:
        first = typed[0].means(on_box[0]) or (whole is not None and typed[0].means(whole))
        return first and typed[1].amount == per.amount
    return False


def _shown(text: str) -> Part | None:
    found = _SHOWN.match(text.strip())
    amount = amount_of(found["number"]) if found else None
    if found is None or amount is None:
        return None
    return Part(amount, _code(_UNITS, found["unit"].lower()) if found["unit"] else None)


def _per(text: str) -> Part | None:
    found = re.match(rf"\s*(?P<number>{DIGITS})?\s*(?P<unit>{_names(_PER)})", text)
    if found is None:
        return None
    amount = amount_of(found["number"]) if found["number"] else Decimal(1)
    return Part(amount, _code(_PER, found["unit"])) if amount is not None else None


def _together(parts: list[Part]) -> Part | None:
    """All ingredients as one number, as co-amoxiclav is called 625."""
    masses = [part.milligrams for part in parts]
    if None in masses or len(parts) < 2:
        return None
    return Part(sum((mass for mass in masses if mass is not None), Decimal(0)), "mg")
