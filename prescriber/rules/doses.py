"""What a dose comes to: in substance each time, in a day, and for each kilogram. Exact, and nothing where unknown."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Final, Protocol

MICROGRAMS: Final = 1000


class Weighed(Protocol):
    """What the patient was weighed at; `prescriber.tables.PatientFacts` is one."""

    weight_kg: Decimal | None
    as_of: date


@dataclass(frozen=True, slots=True)
class Mass:
    """An amount of substance in the unit that needs the fewest decimals (`ui.md` 12)."""

    amount: Decimal
    unit: str  # "microgram" or "mg"


@dataclass(frozen=True, slots=True)
class Comes:
    """What one item comes to. None is not known, and is shown as such."""

    each: Mass | None
    daily: Mass | None
    daily_units: Decimal | None  # in the prescribing unit, where a day has whole doses
    per_kg: Mass | None  # of a day
    weight: Decimal | None
    weighed_on: date | None


def comes_to(
    dose: Decimal,
    *,
    rate: Fraction | None,
    strength_per_unit_mg: Decimal | None,
    person: Weighed | None,
) -> Comes:
    """The arithmetic of one item; `rate` is doses a day, none where the order does not say."""
    strength = Fraction(strength_per_unit_mg) if strength_per_unit_mg is not None else None
    weight = person.weight_kg if person is not None else None
    each = Fraction(dose) * strength if strength is not None else None
    daily = each * rate if each is not None and rate is not None and rate >= 1 else None
    units = Fraction(dose) * rate if rate is not None and rate >= 1 else None
    return Comes(
        each=mass(each),
        daily=mass(daily),
        daily_units=_decimal(units) if units is not None else None,
        per_kg=mass(daily / Fraction(weight)) if daily is not None and weight else None,
        weight=weight,
        weighed_on=person.as_of if person is not None and weight else None,
    )


def mass(mg: Fraction | None) -> Mass | None:
    """Milligrams, or micrograms below one milligram; at most three places."""
    if mg is None:
        return None
    if mg < 1:
        return Mass(_decimal(mg * MICROGRAMS), "microgram")
    return Mass(_decimal(mg), "mg")


def _decimal(exact: Fraction) -> Decimal:
    return (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(Decimal("0.001"))
