"""Medicines, patients and orders as the rules read them, made up for their tests."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from prescriber import rules
from prescriber.rules import Order
from prescriber.states import AllergyState
from tests.prescriber import orders

TODAY = date(2026, 12, 1)
RATES = {
    "1x1": Fraction(1),
    "2x1": Fraction(2),
    "q8h": Fraction(3),
    "q6h": Fraction(4),
    "every-other-day": Fraction(1, 2),
    "weekly": Fraction(1, 7),
}
CLASSES = {
    "amoxicillin": frozenset({"penicillins"}),
    "ampicillin": frozenset({"penicillins"}),
    "ibuprofen": frozenset({"nsaids"}),
    "clavulanic-acid": frozenset(),
}
STOP, ASK, TELL = ("stop", "true"), ("ask", "true"), ("tell", "true")
UNKNOWN = ("tell", "unknown")


@dataclass
class Drug:
    """A medicine as the codings describe it."""

    inn: str = "amoxicillin"
    ingredients: list[str] = field(default_factory=lambda: ["amoxicillin"])
    unit: str = "capsule"
    short: str = "amoxicillin 500 mg cap"
    strength_per_unit_mg: Decimal | None = Decimal(500)
    max_daily_mg: Decimal | None = Decimal(3000)
    max_daily_source: str = "BNF"
    generic: str = "90010"
    atc: str = ""
    route: str = "oral"
    hospital_only: bool = False
    specialist_only: bool = False


@dataclass
class Answer:
    """What the patient was asked."""

    allergy_state: AllergyState = AllergyState.NONE_KNOWN
    allergies: list[str] = field(default_factory=list)
    as_of: date = TODAY
    weight_kg: Decimal | None = None
    pregnant: bool | None = None


@dataclass
class Known:
    """What is known of the use of a substance by one route: nothing, unless told."""

    max_single_mg: Decimal | None = None
    max_daily_mg: Decimal | None = None
    kg_low: Decimal | None = None
    kg_high: Decimal | None = None
    kg_max_daily: Decimal | None = None
    kg_max_single: Decimal | None = None
    min_age_months: int | None = None
    age_fa: str = "در کودکان خطرناک است."
    age_en: str = "Dangerous in children."
    pregnancy: str = ""
    pregnancy_fa: str = "به جنین آسیب می‌زند."
    pregnancy_en: str = "Harms the fetus."
    source: str = "BNFC"
    release: str = "1405-09"


@dataclass
class Harm:
    """Two groups of medicines that harm together."""

    code: str
    a: list[str]
    b: list[str]
    severity: str = "major"
    mechanism_fa: str = "خونریزی بیشتر می‌شود."
    mechanism_en: str = "Bleeding rises."
    action_fa: str = "INR را بسنجید."
    action_en: str = "Check INR."
    source: str = "Stockley"
    release: str = "1405-09"


IBUPROFEN = Drug(
    "ibuprofen",
    ["ibuprofen"],
    "tablet",
    "ibuprofen 400 mg tab",
    Decimal(400),
    Decimal(2400),
    generic="90005",
)
NONE_KNOWN = Answer()


def drug(name: str, atc: str = "", **facts: Any) -> Drug:
    """A medicine in capsules of 500 mg with nothing special about it; its code is its name, cut short."""
    told: dict[str, Any] = {"inn": name, "ingredients": [name], "short": f"{name} 500 mg cap"}
    return Drug(
        **{**told, "generic": name.replace("-", "")[:10], "atc": atc, "max_daily_mg": Decimal(90_000)} | facts
    )


def order(*items, medicines=None, facts=NONE_KNOWN, born=date(1980, 5, 4), **more: Any) -> Order:
    """These items, or one of amoxicillin, for an adult who knows of no allergy."""
    return Order(
        items=items or (orders.item(),),
        medicines={"90010": Drug(), "90005": IBUPROFEN} | (medicines or {}),
        rates=RATES,
        classes=CLASSES,
        facts=facts,
        birth_date=born,
        on=TODAY,
        **more,
    )


def of(*drugs: Drug, **more: Any) -> Order:
    """One ordinary item of each medicine; none of them is about the quantity."""
    items = [orders.item(generic=one.generic, name=one.short, unit=one.unit) for one in drugs]
    return order(*items, medicines={one.generic: one for one in drugs}, **more)


def said(order: Order) -> dict[str, tuple[str, str]]:
    """{finding id: (severity, verdict)}: what a test compares whole, so that nothing else may be said."""
    return {found.id: (str(found.severity), str(found.verdict)) for found in rules.findings(order)}
