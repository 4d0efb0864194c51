"""Values that carry their meaning: a code with its system, an amount in its grammar, money in Rial.

No float comes near a dose, a quantity or money. An amount travels as text of one strict grammar and
is a Decimal inside; money is an integer number of Rial; a division is exact and rounded once, half-up.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema

from codings.base import Words
from codings.identifiers import spoken
from codings.text import ascii_digits

ICD10: Final = "http://hl7.org/fhir/sid/icd-10"
ATC: Final = "http://www.whocc.no/atc"
SNOMED: Final = "http://snomed.info/sct"
UCUM: Final = "http://unitsofmeasure.org"

GENERIC: Final = "urn:noskheh:generic"
INGREDIENT: Final = "urn:noskheh:ingredient"
FORM: Final = "urn:noskheh:form"
ROUTE: Final = "urn:noskheh:route"
UNIT: Final = "urn:noskheh:unit"
FREQUENCY: Final = "urn:noskheh:frequency"
TIMING: Final = "urn:noskheh:timing"
DOSING: Final = "urn:noskheh:dosing"
INTERACTION: Final = "urn:noskheh:interaction"
CENTRE: Final = "urn:noskheh:centre"
PRACTITIONER: Final = "urn:noskheh:practitioner"
SPECIALTY: Final = "urn:noskheh:specialty"
SOURCE: Final = "urn:noskheh:source"
PROVINCE: Final = "urn:noskheh:province"
SUBSTITUTION_REASON: Final = "urn:noskheh:substitution-reason"
NOT_DISPENSED_REASON: Final = "urn:noskheh:not-dispensed-reason"
RETURN_REASON: Final = "urn:noskheh:return-reason"
CANCEL_REASON: Final = "urn:noskheh:cancel-reason"
OVERRIDE_REASON: Final = "urn:noskheh:override-reason"
ELIMINATION_REASON: Final = "urn:noskheh:elimination-reason"
REVOCATION_REASON: Final = "urn:noskheh:revocation-reason"
DECLARATION_CAUSE: Final = "urn:noskheh:declaration-cause"


@dataclass(frozen=True, slots=True, order=True)
class Coding:
    """A code and the system that gives it meaning; the label is looked up, never carried along."""

    system: Annotated[str, Field(min_length=1, max_length=200, examples=[ICD10])]
    code: Annotated[str, Field(min_length=1, max_length=100, examples=["J02.9"])]

    def __str__(self) -> str:
        return f"{self.system}|{self.code}"


AMOUNT_PATTERN: Final = r"(0|[1-9][0-9]{0,5})(\.[0-9]{1,3})?"
AMOUNT_WORDS: Final = Words(
    "مقدار را با رقم بنویسید، مانند ۵ یا ۰٫۲۵ یا 2.5: بزرگ‌تر از صفر، حداکثر سه رقم پس از ممیز، "
    "بدون صفر اضافی در آغاز یا پایان و بدون فاصله، ویرگول یا خط کسری.",
    "Write the amount in digits, such as 5 or 0.25: more than zero, at most three decimals, no needless zero "
    "at either end, and no space, comma or slash.",
)
RIAL_WORDS: Final = Words(
    "مبلغ باید عدد صحیح ریال باشد، بدون اعشار و نه کمتر از صفر.",
    "The amount of money must be a whole number of Rial, zero or more.",
)
_CANONICAL_AMOUNT = re.compile(AMOUNT_PATTERN)
_DECIMAL_PLACES = 3  # NUMERIC(12,3)
_LARGEST_BIGINT = 2**63 - 1
_WHOLE = 10_000  # basis points


def parse_amount(text: str) -> Decimal:
    """The dose or quantity that a text means, in the grammar of signed content.

    Persian and Arabic digits and «٫» mean the same as ASCII ones; no other spelling is understood, so
    nothing ever means another number than the one that was typed. Raises ValueError.
    """
    latin = ascii_digits(text).replace("٫", ".")
    wasteful = "." in latin and latin.endswith("0")
    if _CANONICAL_AMOUNT.fullmatch(latin) is None or wasteful or latin == "0":
        raise ValueError(AMOUNT_WORDS.en)
    return Decimal(latin)


def amount_text(amount: Decimal) -> str:
    """The one text of an amount: no exponent, no trailing zero ("20", "0.25", and "0" for nothing left).

    Raises ValueError for what is negative, not finite or finer than a thousandth.
    """
    if not amount.is_finite() or amount < 0 or amount != round(amount, _DECIMAL_PLACES):
        raise ValueError(f"{amount} is not an amount")
    text = f"{amount:.{_DECIMAL_PLACES}f}"
    return text.rstrip("0").rstrip(".")


def _validate_amount(value: Any) -> Decimal:
    """A JSON number is refused, since it has been a float on its way; code may hand over a Decimal."""
    try:
        if isinstance(value, Decimal):
            return parse_amount(amount_text(value))
        if isinstance(value, str):
            return parse_amount(value)
    except ValueError:
        pass
    raise spoken("amount", AMOUNT_WORDS)


Amount = Annotated[
    Decimal,
    BeforeValidator(_validate_amount),
    PlainSerializer(amount_text, return_type=str, when_used="json"),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": f"^{AMOUNT_PATTERN}$",
            "description": AMOUNT_WORDS.en,
            "examples": ["20"],
        }
    ),
]


# A day of somebody's life or papers. What lies outside no Iranian calendar can show (it begins in 622).
Day = Annotated[date, Field(ge=date(1900, 1, 1), lt=date(2200, 1, 1))]


def _validate_rial(value: Any) -> int:
    if type(value) is not int or not 0 <= value <= _LARGEST_BIGINT:  # a bool is an int by inheritance only
        raise spoken("rial", RIAL_WORDS)
    return value


Rial = Annotated[
    int,
    BeforeValidator(_validate_rial),
    WithJsonSchema(
        {
            "type": "integer",
            "minimum": 0,
            "maximum": _LARGEST_BIGINT,
            "description": RIAL_WORDS.en,
            "examples": [1_250_000],
        }
    ),
]


_DAYS_OF_WEEK = 7


def doses_a_day(properties: Mapping[str, Any]) -> Fraction | None:
    """How many doses a day a frequency of the codings means, exactly; None for one that does not say."""
    if "per_day" in properties:
        return Fraction(properties["per_day"])
    if "per_week" in properties:
        return Fraction(properties["per_week"]) / _DAYS_OF_WEEK
    if "every_days" in properties:
        return 1 / Fraction(properties["every_days"])
    return None


def round_half_up(numerator: int | Decimal, denominator: int | Decimal) -> int:
    """The exact quotient rounded once to a whole number; a half goes away from zero.

    So a reversal is the negative of what it reverses. ZeroDivisionError, TypeError for a float.
    """
    for term in (numerator, denominator):
        if type(term) not in (int, Decimal):
            raise TypeError("money is divided exactly: int or Decimal only")
    quotient = Fraction(numerator) / Fraction(denominator)
    doubled = abs(quotient) * 2
    rounded = (doubled.numerator + doubled.denominator) // (2 * doubled.denominator)
    return rounded if quotient >= 0 else -rounded


def line_gross(pack_price: int, quantity: Decimal, pack_size: Decimal) -> int:
    """Gross of a dispensed line in Rial: price of the pack x quantity / pack size, half-up to one Rial."""
    if pack_price < 0 or quantity < 0 or pack_size <= 0:
        raise ValueError("a line needs a price, a quantity and the size of its pack")
    exact = Fraction(pack_price) * Fraction(quantity) / Fraction(pack_size)
    return round_half_up(exact.numerator, exact.denominator)


def basis_points(amount: int, bp: int) -> int:
    """A share of money in Rial, half-up: `bp` of 10,000 (7000 is 70 %)."""
    return round_half_up(amount * bp, _WHOLE)
