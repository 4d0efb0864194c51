"""Rules about one dose, and about doses by weight for children. The maximum of a day stands in `amounts`."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Final

from codings.base import Words
from prescriber.rules import wording as say
from prescriber.rules import wording_of_use as use
from prescriber.rules.amounts import SLIP_OF_THE_POINT, daily_mg
from prescriber.rules.finding import Finding, Severity, Verdict, fact, listed, shown
from prescriber.rules.order import Dosed, Known, Order, Ordered

CHILD_UNTIL: Final = 12  # years: whom a dose by weight is for, whatever they weigh
SMALL_UNTIL: Final = 18  # years: for these only below the weight of an adult
ADULT_FROM_KG: Final = 40


def max_single(order: Order) -> Iterator[Finding]:
    """The most of a substance in one dose, as it is published for adults."""
    for number, item, medicine in order.numbered():
        dosing, each = order.dosing(medicine), single_mg(item, medicine)
        if dosing is None or dosing.max_single_mg is None or each is None:
            continue
        limit = Fraction(dosing.max_single_mg)
        if each > limit:
            yield _above(
                "RX-MAX-SINGLE",
                (number,),
                use.filled(
                    use.MAX_SINGLE,
                    items=number,
                    names=medicine.short,
                    dose=shown(each),
                    limit=shown(limit),
                ),
                facts=(
                    fact("single_mg", each, "dose x strength"),
                    fact("max_single_mg", limit, dosing.source),
                ),
                times=each / limit,
                version=dosing.release,
                source=dosing.source,
            )


def by_weight(order: Order) -> Iterator[Finding]:
    """Doses of children against their weight; one finding a substance for a day, one an item for a dose."""
    substances: defaultdict[str, list[tuple[int, Ordered, Known, Dosed]]] = defaultdict(list)
    for number, item, medicine in order.numbered():
        dosing = order.dosing(medicine)
        if dosing is not None and (dosing.kg_max_daily is not None or dosing.kg_max_single is not None):
            substances[medicine.inn].append((number, item, medicine, dosing))
    for inn, uses in substances.items():
        if order.weight is None and order.age < CHILD_UNTIL:
            yield _no_weight(order, inn, tuple(number for number, *_ in uses), uses[0][3])
        elif order.weight is not None and _is_child(order, order.weight):
            yield from _of_a_day(order, inn, uses, order.weight)
            for one in uses:
                yield from _of_a_dose(order, one, order.weight)


def _is_child(order: Order, weight: Decimal) -> bool:
    return order.age < CHILD_UNTIL or (order.age < SMALL_UNTIL and weight < ADULT_FROM_KG)


def _no_weight(order: Order, inn: str, numbers: tuple[int, ...], dosing: Dosed) -> Finding:
    return Finding(
        rule="RX-MAX-KG",
        severity=Severity.ASK,
        verdict=Verdict.UNKNOWN,
        items=numbers,
        message=use.filled(
            use.NO_WEIGHT, items=listed(numbers), names=inn, age=use.age_words(order.age_months)
        ),
        facts=(fact("age_months", order.age_months, "patient"), *_usual(dosing)),
        fix=(use.RECORD_WEIGHT, say.GIVE_REASON),
        version=dosing.release,
        source=dosing.source,
    )


def _of_a_day(
    order: Order, inn: str, uses: list[tuple[int, Ordered, Known, Dosed]], weight: Decimal
) -> Iterator[Finding]:
    limited = [one for one in uses if one[3].kg_max_daily is not None]
    known = [(one, mg) for one in limited if (mg := daily_mg(order, one[1], one[2])) is not None]
    if not known:
        return
    dosing = min((one[3] for one in limited), key=lambda row: row.kg_max_daily or 0)
    limit = Fraction(dosing.kg_max_daily or 0)
    daily = sum((mg for _, mg in known), Fraction(0))
    if daily / Fraction(weight) > limit:
        numbers = tuple(number for number, *_ in limited)
        yield _per_kg(
            order,
            "RX-MAX-KG",
            numbers,
            use.MAX_KG,
            name=inn,
            amount=("daily_mg", daily, "dose x frequency x strength"),
            limit=("kg_max_daily", limit),
            dosing=dosing,
        )


def _of_a_dose(order: Order, one: tuple[int, Ordered, Known, Dosed], weight: Decimal) -> Iterator[Finding]:
    number, item, medicine, dosing = one
    each = single_mg(item, medicine)
    if each is None or dosing.kg_max_single is None:
        return
    limit = Fraction(dosing.kg_max_single)
    if each / Fraction(weight) > limit:
        yield _per_kg(
            order,
            "RX-MAX-KG-SINGLE",
            (number,),
            use.MAX_KG_SINGLE,
            name=medicine.short,
            amount=("single_mg", each, "dose x strength"),
            limit=("kg_max_single", limit),
            dosing=dosing,
        )


def _per_kg(
    order: Order,
    rule: str,
    numbers: tuple[int, ...],
    words: Words,
    *,
    name: str,
    amount: tuple[str, Fraction, str],
    limit: tuple[str, Fraction],
    dosing: Dosed,
) -> Finding:
    """The arithmetic as a sentence and as facts: amount, weight with its day, what they make, the limit."""
    weight, weighed = order.weight or Decimal(1), order.facts.as_of if order.facts else date.min
    per_kg = amount[1] / Fraction(weight)
    return _above(
        rule,
        numbers,
        use.filled(
            words,
            items=listed(numbers),
            names=name,
            dose=shown(amount[1]),
            weight=shown(weight),
            day=use.day_words(weighed),
            result=shown(per_kg),
            limit=shown(limit[1]),
        ),
        facts=(
            fact(*amount),
            fact("weight_kg", weight, f"patient, {weighed}"),
            fact("mg_per_kg", per_kg, "amount / weight"),
            fact(limit[0], limit[1], dosing.source),
            *_usual(dosing),
        ),
        times=per_kg / limit[1],
        version=dosing.release,
        source=dosing.source,
    )


def _above(
    rule: str,
    numbers: tuple[int, ...],
    message: Words,
    *,
    facts: tuple[dict[str, str], ...],
    times: Fraction,
    version: str,
    source: str,
) -> Finding:
    """More than a limit asks; ten times as much is a slip of the decimal point and stops."""
    slip = times >= SLIP_OF_THE_POINT
    return Finding(
        rule=rule,
        severity=Severity.STOP if slip else Severity.ASK,
        items=numbers,
        message=message,
        facts=facts,
        fix=(say.CHANGE_DOSE,) if slip else (say.CHANGE_DOSE, say.GIVE_REASON),
        version=version,
        source=source,
    )


def _usual(dosing: Dosed) -> tuple[dict[str, str], ...]:
    """What is usual for a child in a day, where it is known."""
    if dosing.kg_low is None or dosing.kg_high is None:
        return ()
    return (
        fact(
            "usual_mg_per_kg",
            f"{shown(dosing.kg_low)} to {shown(dosing.kg_high)}",
            dosing.source,
        ),
    )


def single_mg(item: Ordered, medicine: Known) -> Fraction | None:
    """What one dose comes to; None where strength or unit do not say."""
    if medicine.strength_per_unit_mg is None or item.unit != medicine.unit:
        return None
    return Fraction(item.dose) * Fraction(medicine.strength_per_unit_mg)
