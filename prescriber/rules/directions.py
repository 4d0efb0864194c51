"""Rules about the rest of the order: weekly medicines, repeats, and free text that contradicts the codes."""

import re
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Protocol

from codings.text import ascii_digits
from prescriber.rules import wording as say
from prescriber.rules import wording_of_use as use
from prescriber.rules.finding import Finding, Kind, Severity, fact
from prescriber.rules.order import Order

MOST_REPEATS = 3
ONCE_A_WEEK = Fraction(1, 7)
# Taken once a week by mouth; a daily dose has killed (WHO, EMA and ISMP ask for a named weekday).
WEEKLY = frozenset({"methotrexate"})
NOT_AT_HOME = frozenset({"intravenous", "intrathecal"})  # by these routes it has other rhythms
# Strengths that exist for once a week only, by ATC code: milligrams in one unit.
WEEKLY_STRENGTHS = {
    "M05BA04": Decimal(70),  # alendronic acid
    "M05BB03": Decimal(70),  # with colecalciferol
    "M05BA07": Decimal(35),  # risedronic acid
}
WEEKDAYS = frozenset({"saturday", "sunday", "monday", "tuesday", "wednesday", "thursday", "friday"})


class Taught(Protocol):
    """What of a medicine says how often it is taken; `codings.tables.Medicine` is one."""

    inn: str
    route: str


_NUMBER = re.compile(r"[0-9]+(?:[.٫][0-9]+)?")


def repeats(order: Order) -> Iterator[Finding]:
    """How often a prescription may be filled again (domain rule: three times)."""
    for number, item, medicine in order.numbered():
        if item.repeats > MOST_REPEATS:
            yield Finding(
                rule="RX-REPEATS",
                severity=Severity.STOP,
                kind=Kind.FORM,
                items=(number,),
                message=say.REPEATS.format(item=number, name=medicine.short, most=MOST_REPEATS),
                facts=(fact("repeats", item.repeats, "order"),),
                fix=(say.CHANGE_REPEATS,),
            )


def once_weekly(medicine: Taught) -> bool:
    """Whether a medicine is taken on one day of the week and never oftener."""
    return medicine.inn in WEEKLY and medicine.route not in NOT_AT_HOME


def weekly_strength(order: Order) -> Iterator[Finding]:
    """A strength that is made for once a week, ordered otherwise."""
    for number, item, medicine in order.numbered():
        strength = medicine.strength_per_unit_mg
        made_weekly = strength is not None and WEEKLY_STRENGTHS.get(medicine.atc) == strength
        if made_weekly and order.rates.get(item.frequency) != ONCE_A_WEEK:
            yield Finding(
                rule="RX-WEEKLY",
                severity=Severity.TELL,
                items=(number,),
                message=use.filled(use.WEEKLY_STRENGTH, items=number, names=medicine.short),
                facts=(fact("frequency", item.frequency, "order"),),
                fix=(use.CHOOSE_WEEKLY,),
            )


def weekly(order: Order) -> Iterator[Finding]:
    """A medicine of once a week is ordered for one named day of the week, and never daily."""
    for number, item, medicine in order.numbered():
        if not once_weekly(medicine):
            continue
        often = order.rates.get(item.frequency) != ONCE_A_WEEK
        if often or item.timing not in WEEKDAYS:
            words = say.WEEKLY if often else say.WEEKDAY
            yield Finding(
                rule="RX-WEEKLY",
                severity=Severity.STOP,
                items=(number,),
                message=words.format(item=number, name=medicine.short),
                facts=(
                    fact("frequency", item.frequency, "order"),
                    fact("timing", item.timing or "", "order"),
                ),
                fix=(say.CHANGE_FREQUENCY if often else say.CHOOSE_WEEKDAY,),
            )


def instruction(order: Order) -> Iterator[Finding]:
    """Numbers in free text that are not dose, rate, interval, days or quantity of the coded order."""
    for number, item, medicine in order.numbered():
        rate = order.rates.get(item.frequency, Fraction(0))
        coded = {Fraction(item.dose), rate, Fraction(item.duration_days), Fraction(item.quantity)}
        if rate:
            coded |= {24 / rate, Fraction(item.dose) * rate}  # "every 8 hours", and what that makes a day
        said = _NUMBER.findall(ascii_digits(item.instruction or ""))
        strange = [text for text in said if Fraction(text.replace("٫", ".")) not in coded]
        if strange:
            yield Finding(
                rule="RX-INSTRUCTION",
                severity=Severity.ASK,
                items=(number,),
                message=say.INSTRUCTION.format(item=number, name=medicine.short, what=", ".join(strange)),
                facts=tuple(fact("number", text, "instruction") for text in strange),
                fix=(say.CHANGE_INSTRUCTION, say.GIVE_REASON),
            )
