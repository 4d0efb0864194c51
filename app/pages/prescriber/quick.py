"""The quick line on the draft's form: what it may mean, echoed in full, and taken over only by a press of a button.

`codings.quick_line` reads the words; here they meet the medicines of the codings. A reading stands beside each medicine
that has exactly its strength, form, unit and route; readings that no medicine can have are left out as long as another
one has some. Nothing comes into the draft from here but the fields of one reading of one medicine.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlmodel import Session

import codings.queries as codings
from app.pages.prescriber import changes
from codings.base import Problem, Words
from codings.directions import Direction
from codings.queries import Found
from codings.quick_line import Order, QuickLine, fits, read_line
from codings.systems import GENERIC, amount_text
from codings.tables import Medicine
from codings.tallman import tall_man
from prescriber.queries.grounds import AS_NEEDED

MOST_TYPED: Final = 200
SHOWN: Final = 8  # medicines of one reading
LOOKED_AT: Final = 200
LETTERS: Final = 3
INJECTED: Final = frozenset({"injection", "powder-for-injection", "infusion"})  # given by several routes


class NothingToTake(Problem):
    """The button belongs to a line that was changed meanwhile, or that says two things at once."""

    code = "quick.unclear"
    words = Words(
        fa="این سطر را به این صورت نمی‌شود در نسخه آورد.",
        en="This line cannot be taken over as it stands.",
    )
    fix = Words(
        fa="سطر را اصلاح کنید، دوباره «خواندن» را بزنید و از میان آنچه نشان داده می‌شود انتخاب کنید.",
        en="Change the line, have it read again and choose from what is shown.",
    )


class ReasonMissing(Problem):
    """What is taken only when needed says for what."""

    code = "quick.reason"
    words = Words(
        fa="در سطر آمده است «در صورت نیاز»، اما نه برای چه.",
        en="The line says “when needed”, but not what for.",
    )
    fix = Words(
        fa="برای چه بودن آن را زیر همان سطر انتخاب کنید.",
        en="Choose what it is needed for below the line.",
    )


@dataclass(frozen=True, slots=True)
class Candidate:
    """One medicine that a reading fits, and its directions as far as they are complete."""

    medicine: Medicine
    name: str  # with its tall-man letters
    found: Found  # and by what
    direction: Direction | None


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to take the line. `place` names it in a button."""

    place: int
    order: Order
    candidates: Sequence[Candidate]
    more: bool  # it fits more medicines than are shown

    @property
    def missing(self) -> tuple[str, ...]:
        """What the order still needs and the line does not say."""
        said = {"dose": self.order.dose, "frequency": self.order.frequency, "days": self.order.days}
        return tuple(name for name, value in said.items() if value is None)


@dataclass(frozen=True, slots=True)
class Echo:
    """A line as it was read."""

    line: QuickLine
    readings: Sequence[Reading]
    short: bool  # too few letters of a name to look for

    @property
    def takeable(self) -> bool:
        return not self.line.contradicting

    @property
    def asks_reason(self) -> bool:
        """Whether it is said that it is taken when needed, and not for what."""
        return any(one.order.when_needed and one.order.as_needed is None for one in self.readings)


def echo(session: Session, text: str) -> Echo:
    """What a line may mean. Several readings and several medicines are all answered, none is chosen."""
    line = read_line(text[:MOST_TYPED])
    name = line.medicine
    short = sum(sign.isalnum() for sign in name) < LETTERS
    found = [] if short else codings.search(session, GENERIC, name, LOOKED_AT)
    known = codings.medicines(session, {row.code for row in found})
    rows = sorted(((row, known[row.code]) for row in found if row.code in known), key=_safe_order)
    readings = [_reading(place, order, rows) for place, order in enumerate(line.readings)]
    possible = [reading for reading in readings if reading.candidates]
    return Echo(line, possible or readings, short)


def taken(
    session: Session, typed: changes.Typed, text: str, which: str, *, reason: str = ""
) -> dict[str, str]:
    """The draft with one more item: reading and medicine named by a button ("0:90010").

    Raises NothingToTake, ReasonMissing.
    """
    place, _, generic = which.partition(":")
    told = echo(session, text)
    reading = next((one for one in told.readings if str(one.place) == place), None)
    chosen = next((c for c in reading.candidates if c.medicine.generic == generic), None) if reading else None
    if reading is None or chosen is None or not told.takeable:
        raise NothingToTake
    order = reading.order
    needed_for = order.as_needed or (reason if order.when_needed else None)
    if order.when_needed and not (needed_for and codings.concepts(session, AS_NEEDED, {needed_for})):
        raise ReasonMissing
    return changes.with_said(typed, chosen.medicine, fields_of(order, needed_for=needed_for))


def fields_of(order: Order, *, needed_for: str | None) -> dict[str, str]:
    """A reading as the fields of an item; what was not said stays out."""
    fields = {
        "dose.amount": amount_text(order.dose) if order.dose is not None else None,
        "frequency": order.frequency,
        "timing": order.timing,
        "as_needed": needed_for,
        "route": order.route,
        "duration_days": str(order.days) if order.days is not None else None,
        "quantity": amount_text(order.quantity) if order.quantity is not None else None,
    }
    return {name: value for name, value in fields.items() if value}


def _reading(place: int, order: Order, rows: Sequence[tuple[Found, Medicine]]) -> Reading:
    fitting = [(row, medicine) for row, medicine in rows if suits(medicine, order)]
    candidates = [
        Candidate(medicine, tall_man(medicine.short), row, _direction(order, medicine))
        for row, medicine in fitting[:SHOWN]
    ]
    return Reading(place, order, candidates, more=len(fitting) > SHOWN)


def _safe_order(pair: tuple[Found, Medicine]) -> tuple[bool, int, str, str, str]:
    """As in the search: found by its own name first, one ingredient before several, then the alphabet."""
    row, medicine = pair
    return (row.matched is not None, len(medicine.ingredients), medicine.inn, medicine.form, medicine.generic)


def suits(medicine: Medicine, order: Order) -> bool:
    """Whether this presentation has exactly what the line says of it."""
    return (
        (order.strength is None or fits(order.strength, medicine.strength))
        and (order.forms is None or medicine.form in order.forms)
        and all(unit in {None, medicine.unit} for unit in (order.unit, order.quantity_unit))
        and (order.route in {None, medicine.route} or medicine.form in INJECTED)
    )


def _direction(order: Order, medicine: Medicine) -> Direction | None:
    """The directions of the reading, once dose and frequency are there."""
    if order.dose is None or order.frequency is None:
        return None
    return Direction(
        dose=order.dose,
        unit=medicine.unit,
        form=medicine.form,
        route=order.route or medicine.route,
        frequency=order.frequency,
        timing=order.timing,
        as_needed=order.as_needed or ("" if order.when_needed else None),
        days=order.days,
    )
