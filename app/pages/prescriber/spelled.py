"""What was typed as a number, said again so that a slip is seen: in words, in both digits, and what it comes to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.pages.prescriber.changes import needed_text
from codings.base import Words
from codings.numerals import in_words
from codings.queries import Term
from codings.systems import amount_text, doses_a_day, parse_amount
from codings.tables import Concept, Medicine
from codings.text import persian_digits
from prescriber import rules
from prescriber.rules import Comes
from prescriber.tables import PatientFacts


@dataclass(frozen=True, slots=True)
class Said:
    """An amount as it is echoed beside its field."""

    words: Words
    latin: str
    persian: str


@dataclass(frozen=True, slots=True)
class Spelled:
    """One item's numbers. Nothing is here that was not typed in the strict grammar."""

    dose: Said | None
    quantity: Said | None
    comes: Comes | None
    needed: str | None  # the quantity that dose, frequency and days make
    differs: bool  # another quantity stands there


def spelled(
    items: Sequence[Mapping[str, str]],
    *,
    medicines: Mapping[str, Medicine],
    frequencies: Mapping[str, Concept | Term],
    facts: PatientFacts | None,
) -> list[Spelled]:
    """The numbers of each item, in order. `items` are flat fields of each."""
    return [_spelled(item, medicines.get(item.get("medicine", "")), frequencies, facts) for item in items]


def _spelled(
    item: Mapping[str, str],
    medicine: Medicine | None,
    frequencies: Mapping[str, Concept | Term],
    facts: PatientFacts | None,
) -> Spelled:
    dose = item.get("dose.amount", "")
    concept = frequencies.get(item.get("frequency", ""))
    needed = needed_text(item, frequencies)
    quantity = said(item.get("quantity", ""))
    comes = None
    if said(dose) is not None and medicine is not None:
        comes = rules.comes_to(
            parse_amount(dose.strip()),
            rate=doses_a_day(concept.properties) if concept else None,
            strength_per_unit_mg=medicine.strength_per_unit_mg,
            person=facts,
        )
    differs = needed is not None and quantity is not None and quantity.latin != needed
    return Spelled(said(dose), quantity, comes, needed, differs)


def said(text: str) -> Said | None:
    """What an amount says, none when it is none."""
    try:
        amount = parse_amount(text.strip())
    except ValueError:
        return None
    latin = amount_text(amount)
    return Said(in_words(amount), latin, persian_digits(latin.replace(".", "٫")))
