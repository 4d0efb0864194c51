"""What the rules read: the order, and what is known of its medicines and its patient."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Protocol

from prescriber.states import AllergyState


class Ordered(Protocol):
    """An item as the physician ordered it; `prescriber.signing.Item` is one."""

    @property
    def generic(self) -> str: ...
    @property
    def dose(self) -> Decimal: ...
    @property
    def unit(self) -> str: ...
    @property
    def frequency(self) -> str: ...
    @property
    def timing(self) -> str | None: ...
    @property
    def as_needed(self) -> str | None: ...
    @property
    def duration_days(self) -> int: ...
    @property
    def quantity(self) -> Decimal: ...
    @property
    def repeats(self) -> int: ...
    @property
    def instruction(self) -> str | None: ...


class Known(Protocol):
    """What the codings say of a medicine; `codings.tables.Medicine` is one."""

    inn: str
    ingredients: list[str]
    unit: str
    short: str
    strength_per_unit_mg: Decimal | None
    max_daily_mg: Decimal | None
    max_daily_source: str


class Asked(Protocol):
    """What the patient was asked; `prescriber.tables.PatientFacts` is one."""

    allergy_state: AllergyState
    allergies: list[str]
    as_of: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Everything the rules read. `medicines` holds every medicine of `items`.

    `rates` is how many doses a day each frequency code means, absent where it does not say; `classes` the
    classes of each ingredient, recorded allergies included.
    """

    items: Sequence[Ordered]
    medicines: Mapping[str, Known]
    rates: Mapping[str, Fraction]
    classes: Mapping[str, frozenset[str]]
    facts: Asked | None
    birth_date: date
    on: date

    def numbered(self) -> Iterator[tuple[int, Ordered, Known]]:
        for number, item in enumerate(self.items, start=1):
            yield number, item, self.medicines[item.generic]

    @property
    def age(self) -> int:
        had_birthday = (self.on.month, self.on.day) >= (self.birth_date.month, self.birth_date.day)
        return self.on.year - self.birth_date.year - (not had_birthday)
