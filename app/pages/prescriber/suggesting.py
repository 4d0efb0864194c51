"""Usual doses as choices beside an item: what the codings say of its medicine, in whole or half units of it.

Nothing is chosen beforehand, and a high-risk medicine has no such choices: its numbers are written by hand. The doses
are of adults, so a child has none either. Pure but for `chosen`, which reads the medicine again before it believes a
button.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from sqlmodel import Session

import codings.queries as codings
from app.pages.prescriber.changes import Fields, Typed, fields_of
from codings.systems import amount_text
from codings.tables import Dosing, Medicine
from prescriber.rules import Mass
from prescriber.rules.doses import mass

ADULT_FROM: Final = 12  # years, as for the published maxima
HALVED: Final = frozenset({"tablet"})  # forms with a half; of liquids in ml any half can be measured
MOST_UNITS: Final = {"ml": 30}
MOST_OTHERWISE: Final = 8  # more of one unit at a time says that this is not the presentation for it


@dataclass(frozen=True, slots=True, kw_only=True)
class Usual:
    """One usual direction: what it is called in the form's button, and the fields that it fills."""

    units: Decimal
    amount: Mass | None
    frequency: str
    timing: str
    as_needed: str
    days: str
    source: str

    @property
    def dose(self) -> str:
        return amount_text(self.units)

    @property
    def key(self) -> str:
        """The same for the same direction: what the button sends."""
        return f"{self.dose}/{self.frequency}/{self.timing}/{self.as_needed}/{self.days}"

    @property
    def fields(self) -> Fields:
        """The fields of an item as this direction has them; empty: taken out."""
        told = {
            "dose.amount": self.dose,
            "frequency": self.frequency,
            "timing": self.timing,
            "as_needed": self.as_needed,
        }
        return told | ({"duration_days": self.days} if self.days else {})

    def is_of(self, item: Typed) -> bool:
        """Whether the item says just this already."""
        return all(item.get(name, "") == value for name, value in self.fields.items())


def usual(medicine: Medicine, dosing: Dosing | None, *, years: int) -> list[Usual]:
    """The usual directions of a medicine that come to whole or half units of it."""
    strength = medicine.strength_per_unit_mg
    if dosing is None or strength is None or medicine.high_risk or years < ADULT_FROM:
        return []
    made = (_usual(told, medicine, Fraction(strength), dosing.source) for told in dosing.suggestions)
    return [one for one in made if one is not None]


def _usual(told: Mapping[str, Any], medicine: Medicine, strength: Fraction, source: str) -> Usual | None:
    mg = Fraction(str(told["mg"]))
    units = mg / strength
    halves = medicine.form in HALVED or medicine.unit == "ml"
    if units <= 0 or units > MOST_UNITS.get(medicine.unit, MOST_OTHERWISE):
        return None
    if (units * (2 if halves else 1)).denominator != 1:
        return None
    return Usual(
        units=Decimal(units.numerator) / Decimal(units.denominator),
        amount=mass(mg),
        frequency=told["frequency"],
        timing=told.get("timing") or "",
        as_needed=told.get("as_needed") or "",
        days=str(told.get("days") or ""),
        source=source,
    )


def beside(
    items: Sequence[Typed], medicines: Mapping[str, Medicine], dosings: Mapping[str, Dosing], *, years: int
) -> list[list[Usual]]:
    """The choices beside each item, in order."""
    return [
        usual(medicine, dosings.get(medicine.generic), years=years) if medicine is not None else []
        for medicine in (medicines.get(item.get("medicine", "")) for item in items)
    ]


def chosen(session: Session, typed: Typed, what: str, *, years: int) -> Fields:
    """The draft after a choice, `<item>:<key>`; as it was when the codings offer nothing like it (any more)."""
    place, _, key = what.partition(":")
    items = fields_of(typed, "items")
    if not (place.isascii() and place.isdigit() and int(place) < len(items)):
        return dict(typed)
    known = codings.medicines(session, {items[int(place)].get("medicine", "")})
    offered = beside([items[int(place)]], known, codings.dosings(session, known.values()), years=years)[0]
    match = next((one for one in offered if one.key == key), None)
    if match is None:
        return dict(typed)
    filled = {f"items.{place}.{name}": value for name, value in match.fields.items()}
    return {name: value for name, value in (dict(typed) | filled).items() if value or name not in filled}
