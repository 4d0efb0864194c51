"""What the rules read: the order, and what is known of its medicines and its patient."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Protocol

from prescriber.states import AllergyState, Sex


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

    generic: str
    inn: str
    ingredients: list[str]
    atc: str
    route: str
    unit: str
    short: str
    strength_per_unit_mg: Decimal | None
    max_daily_mg: Decimal | None
    max_daily_source: str
    hospital_only: bool
    specialist_only: bool


class Dosed(Protocol):
    """What is known of the use of a substance by one route; `codings.tables.Dosing` is one."""

    max_single_mg: Decimal | None
    max_daily_mg: Decimal | None
    kg_low: Decimal | None
    kg_high: Decimal | None
    kg_max_daily: Decimal | None
    kg_max_single: Decimal | None
    min_age_months: int | None
    age_fa: str
    age_en: str
    pregnancy: str
    pregnancy_fa: str
    pregnancy_en: str
    source: str
    release: str


class Harm(Protocol):
    """Two groups of medicines that harm together; `codings.tables.Interaction` is one."""

    code: str
    a: list[str]
    b: list[str]
    severity: str
    mechanism_fa: str
    mechanism_en: str
    action_fa: str
    action_en: str
    source: str
    release: str


class Asked(Protocol):
    """What the patient was asked; `prescriber.tables.PatientFacts` is one."""

    allergy_state: AllergyState
    allergies: list[str]
    weight_kg: Decimal | None
    pregnant: bool | None
    as_of: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A medicine of an earlier prescription whose days are still running."""

    medicine: Known
    since: date
    days_left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Everything the rules read. `medicines` holds every medicine of `items`.

    `rates` is how many doses a day each frequency code means, absent where it does not say; `classes` the
    classes of each ingredient, recorded allergies included. `dosings` (by generic code) and `interactions` are
    None where no release of them is in force, so that the rules can say what was not checked. `substances` are the
    ATC codes of each ingredient alone, by ingredient and route. `specialty` is the prescriber's.
    """

    items: Sequence[Ordered]
    medicines: Mapping[str, Known]
    rates: Mapping[str, Fraction]
    classes: Mapping[str, frozenset[str]]
    facts: Asked | None
    birth_date: date
    on: date
    sex: str = Sex.UNKNOWN
    specialty: str | None = None
    taken: Sequence[Taken] = ()
    dosings: Mapping[str, Dosed] | None = field(default_factory=dict)
    interactions: Sequence[Harm] | None = ()
    substances: Mapping[tuple[str, str], frozenset[str]] = field(default_factory=dict)

    def numbered(self) -> Iterator[tuple[int, Ordered, Known]]:
        for number, item in enumerate(self.items, start=1):
            yield number, item, self.medicines[item.generic]

    @property
    def age(self) -> int:
        had_birthday = (self.on.month, self.on.day) >= (self.birth_date.month, self.birth_date.day)
        return self.on.year - self.birth_date.year - (not had_birthday)

    @property
    def age_months(self) -> int:
        months = (self.on.year - self.birth_date.year) * 12 + self.on.month - self.birth_date.month
        return months - (self.on.day < self.birth_date.day)

    @property
    def weight(self) -> Decimal | None:
        return self.facts.weight_kg if self.facts is not None else None

    def codes(self, medicine: Known) -> frozenset[str]:
        """Its own ATC code and those of all that is in it: a fixed combination acts as each of its ingredients."""
        parts = (self.substances.get((part, medicine.route), frozenset()) for part in medicine.ingredients)
        return frozenset({medicine.atc} - {""}).union(*parts)

    def dosing(self, medicine: Known) -> Dosed | None:
        """What is known of the use of this medicine."""
        return (self.dosings or {}).get(medicine.generic)
