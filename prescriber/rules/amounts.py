"""Rules about how much: the daily maximum, the quantity, and the unit both are written in."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from fractions import Fraction
from math import ceil
from typing import Any

from codings.base import Words
from prescriber.rules import wording as say
from prescriber.rules.finding import SOURCE, Finding, Kind, Severity, Verdict, fact, listed, shown
from prescriber.rules.order import Known, Order, Ordered

SLIP_OF_THE_POINT = 10
ADULT_MAXIMUM_FROM = 12  # years


def max_daily(order: Order) -> Iterator[Finding]:
    """One finding a substance: its presentations in one order add up."""
    substances: defaultdict[str, list[tuple[int, Ordered, Known]]] = defaultdict(list)
    for number, item, medicine in order.numbered():
        substances[medicine.inn].append((number, item, medicine))
    for inn, uses in substances.items():
        unlimited = tuple(number for number, _, medicine in uses if _limit(order, medicine) is None)
        if unlimited:  # such as a gel beside tablets
            yield _unknown_maximum(unlimited, say.NO_MAXIMUM.format(items=listed(unlimited), name=inn), ())
        limited = [use for use in uses if _limit(order, use[2]) is not None]
        if limited:
            yield from _max_daily_of(order, inn, limited)


def _max_daily_of(order: Order, inn: str, uses: list[tuple[int, Ordered, Known]]) -> Iterator[Finding]:
    numbers = tuple(number for number, _, _ in uses)
    limit, source = min(told for _, _, medicine in uses if (told := _limit(order, medicine)) is not None)
    daily = [daily_mg(order, item, medicine) for _, item, medicine in uses]
    known = sum((amount for amount in daily if amount is not None), Fraction(0))
    facts = (
        fact("daily_mg", known, "dose x frequency x strength"),
        fact("max_daily_mg", limit, source),
        fact("age", order.age, "patient"),
    )
    if known > limit:  # what is not known could only make it worse
        words = say.ABOVE_MAXIMUM.format(
            items=listed(numbers), name=inn, daily=shown(known), limit=shown(limit)
        )
        slip = known >= limit * SLIP_OF_THE_POINT
        yield Finding(
            rule="RX-MAX-DAILY",
            severity=Severity.STOP if slip else Severity.ASK,
            items=numbers,
            message=words,
            facts=facts,
            fix=(say.CHANGE_DOSE,) if slip else (say.CHANGE_DOSE, say.GIVE_REASON),
            source=source or SOURCE,
        )
    elif None in daily:
        yield _unknown_maximum(numbers, say.NO_DAILY_DOSE.format(items=listed(numbers), name=inn), facts)
    elif order.age < ADULT_MAXIMUM_FROM and not all(_by_weight(order, medicine) for _, _, medicine in uses):
        yield _unknown_maximum(numbers, say.CHILD.format(items=listed(numbers), name=inn), facts)


def _limit(order: Order, medicine: Known) -> tuple[Fraction, str] | None:
    """The published maximum of a day: of the presentation, else of its substance and route."""
    if medicine.max_daily_mg is not None:
        return Fraction(medicine.max_daily_mg), medicine.max_daily_source
    dosing = order.dosing(medicine)
    if dosing is not None and dosing.max_daily_mg is not None:
        return Fraction(dosing.max_daily_mg), dosing.source
    return None


def _by_weight(order: Order, medicine: Known) -> bool:
    """Whether another rule looks at the child's weight instead."""
    dosing = order.dosing(medicine)
    return dosing is not None and dosing.kg_max_daily is not None


def _unknown_maximum(
    numbers: tuple[int, ...], message: Words, facts: tuple[Mapping[str, Any], ...]
) -> Finding:
    return Finding(
        rule="RX-MAX-DAILY",
        severity=Severity.TELL,
        verdict=Verdict.UNKNOWN,
        items=numbers,
        message=message,
        facts=facts,
        fix=(say.CHECK_DOSE,),
    )


def quantity(order: Order) -> Iterator[Finding]:
    """The quantity of one fill against dose x frequency x days, rounded up to whole units."""
    for number, item, medicine in order.numbered():
        rate = order.rates.get(item.frequency)
        if rate is None:
            yield Finding(
                rule="RX-QUANTITY",
                severity=Severity.TELL,
                verdict=Verdict.UNKNOWN,
                items=(number,),
                message=say.QUANTITY_UNKNOWN.format(item=number, name=medicine.short),
                facts=(fact("frequency", item.frequency, "order"),),
                fix=(say.CHECK_QUANTITY,),
            )
            continue
        needed = Fraction(item.dose) * rate * item.duration_days
        enough = Fraction(ceil(needed))  # half a tablet is dispensed as one
        given = Fraction(item.quantity)
        if given in {needed, enough} or (item.as_needed is not None and given < needed):
            continue
        yield Finding(
            rule="RX-QUANTITY",
            severity=Severity.ASK,
            items=(number,),
            message=say.QUANTITY.format(
                item=number, name=medicine.short, given=shown(item.quantity), needed=shown(needed)
            ),
            facts=(
                fact("quantity", item.quantity, "order"),
                fact("needed", needed, "dose x frequency x days"),
            ),
            fix=(say.CHANGE_QUANTITY, say.GIVE_REASON),
        )


def unit(order: Order) -> Iterator[Finding]:
    """Dose and quantity are counted in the medicine's own prescribing unit, and in no other."""
    for number, item, medicine in order.numbered():
        if item.unit != medicine.unit:
            yield Finding(
                rule="RX-UNIT",
                severity=Severity.STOP,
                kind=Kind.FORM,
                items=(number,),
                message=say.UNIT.format(
                    item=number, name=medicine.short, given=item.unit, unit=medicine.unit
                ),
                facts=(fact("unit", item.unit, "order"), fact("prescribing_unit", medicine.unit, "codings")),
                fix=(say.CHANGE_UNIT,),
            )


def daily_mg(order: Order, item: Ordered, medicine: Known) -> Fraction | None:
    """What an item comes to in a day; None where frequency, strength or unit do not say."""
    rate = order.rates.get(item.frequency)
    if rate is None or medicine.strength_per_unit_mg is None or item.unit != medicine.unit:
        return None
    return Fraction(item.dose) * rate * Fraction(medicine.strength_per_unit_mg)
