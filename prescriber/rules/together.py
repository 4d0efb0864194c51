"""Rules about medicines that meet: in one order, or with what the patient already takes."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import chain, combinations
from typing import Final

from codings.base import Words
from prescriber.rules import wording as say
from prescriber.rules import wording_of_use as use
from prescriber.rules.finding import Finding, Severity, fact, listed
from prescriber.rules.order import Harm, Known, Order, Taken

SEVERITIES: Final = {
    "contraindicated": Severity.STOP,
    "major": Severity.ASK,
    "moderate": Severity.TELL,
}
LEVEL_4: Final = 5  # characters of an ATC code that name its chemical subgroup
# Where two of one group together are usual, or where the group is only "others" without anything in common.
USUAL_TOGETHER: Final = (
    "A10A",  # insulins: a basal and a rapid one, or a mixture beside one of them
    "A11",  # vitamins
    "A12",  # minerals
    "A16AX",  # others
    "B03",  # iron, folic acid, vitamin B12
    "B05",  # fluids and electrolytes
    "D",  # on the skin: one for each place or time of day
    "J04A",  # tuberculosis is treated with several
    "J05A",  # and so are HIV and hepatitis
    "J07",  # vaccines of one visit
    "L01",  # cytotoxic regimens
    "M09AX",  # others
    "N03A",  # a second antiepileptic is added to the first
    "N07XX",  # others
    "P01B",  # malaria: chloroquine, then primaquine
    "R03AC",  # asthma: a reliever beside the long-acting one
    "R07AX",  # others
    "S",  # in the eye or ear: several drops
    "V",  # antidotes, contrast media, dressings
)


def interaction(order: Order) -> Iterator[Finding]:
    """One finding for each pair of items and interaction, and one an item for what is taken already.

    Each interaction is a rule of its own (`RX-INTERACTION-WARFARIN-NSAIDS:1,2`), so that several of the same
    two items have a reason each. A fixed combination meets others as each of its ingredients does.
    """
    ordered = [(number, medicine) for number, _, medicine in order.numbered()]
    own = {medicine.inn for _, medicine in ordered}
    taken = [one for one in order.taken if one.medicine.inn not in own]  # what is renewed stands in the order
    codes = frozenset[str]().union(
        *(order.codes(medicine) for _, medicine in ordered), *(order.codes(one.medicine) for one in taken)
    )
    beginnings = {code[:length] for code in codes for length in range(1, len(code) + 1)}
    for harm in order.interactions or ():
        if beginnings.isdisjoint(harm.a) or beginnings.isdisjoint(harm.b):
            continue
        for (first, one), (second, other) in combinations(ordered, 2):
            if _harm(harm, order, one, other):
                yield _together(harm, (first, second), (one, other))
        for number, medicine in ordered:
            met = [one for one in taken if _harm(harm, order, medicine, one.medicine)]
            if met:
                yield _with_taken(harm, number, medicine, met)


def _harm(harm: Harm, order: Order, one: Known, other: Known) -> bool:
    """Whether these two stand on both sides; a substance does not interact with itself."""
    if one.inn == other.inn:
        return False
    first, second = order.codes(one), order.codes(other)
    return (_any(first, harm.a) and _any(second, harm.b)) or (_any(second, harm.a) and _any(first, harm.b))


def _any(codes: frozenset[str], side: Sequence[str]) -> bool:
    beginnings = tuple(side)
    return any(code.startswith(beginnings) for code in codes)


def _together(harm: Harm, numbers: tuple[int, int], medicines: tuple[Known, Known]) -> Finding:
    return _interaction(
        harm,
        numbers,
        use.TOGETHER,
        facts=tuple(fact("medicine", _coded(medicine), "order") for medicine in medicines),
        fix=say.CHANGE_MEDICINE,
        names=use.joined([Words(medicine.short, medicine.short) for medicine in medicines]),
    )


def _with_taken(harm: Harm, number: int, medicine: Known, met: Sequence[Taken]) -> Finding:
    return _interaction(
        harm,
        (number,),
        use.WITH_TAKEN,
        facts=(fact("medicine", _coded(medicine), "order"), *map(_already, met)),
        fix=say.CHANGE_MEDICINE,
        names=medicine.short,
        earlier=use.joined([_since(one) for one in met]),
    )


def _interaction(
    harm: Harm,
    numbers: tuple[int, ...],
    words: Words,
    *,
    facts: tuple[dict[str, str], ...],
    fix: say.Fix,
    **names: object,
) -> Finding:
    severity = SEVERITIES[harm.severity]
    fixes = (fix, use.REVIEW_TAKEN) if len(numbers) == 1 else (fix, say.REMOVE_ITEM)
    return Finding(
        rule=f"RX-INTERACTION-{harm.code.upper().replace('.', '-').replace('+', '-')}",
        severity=severity,
        items=numbers,
        message=use.filled(
            words,
            items=listed(numbers),
            risk=Words(harm.mechanism_fa, harm.mechanism_en),
            action=Words(harm.action_fa, harm.action_en),
            **names,
        ),
        facts=(*facts, fact("interaction", f"{harm.code}, {harm.severity}", harm.source)),
        fix=(*fixes, say.GIVE_REASON) if severity is Severity.ASK else fixes,
        version=harm.release,
        source=harm.source,
    )


def same_class(order: Order) -> Iterator[Finding]:
    """Different substances of one chemical subgroup; the same substance twice is another rule's.

    A fixed combination is of the subgroup of each of its ingredients. Where the same items share several, one
    finding says it.
    """
    groups: defaultdict[str, list[tuple[int, Known]]] = defaultdict(list)
    for number, _, medicine in order.numbered():
        for group in sorted(classes_of(order, medicine)):
            groups[group].append((number, medicine))
    told: set[tuple[int, ...]] = set()
    for group, members in groups.items():
        numbers = tuple(number for number, _ in members)
        apart = any(different(one, other) for (_, one), (_, other) in combinations(members, 2))
        if apart and numbers not in told:
            told.add(numbers)
            yield Finding(
                rule="RX-SAME-CLASS",
                severity=Severity.ASK,
                items=numbers,
                message=use.filled(
                    use.SAME_CLASS,
                    items=listed(numbers),
                    names=use.joined([Words(m.short, m.short) for _, m in members]),
                    group=group,
                ),
                facts=tuple(fact("medicine", _coded(m), "order") for _, m in members),
                fix=(say.REMOVE_ITEM, say.GIVE_REASON),
                source="ATC level 4",
            )


def still_has(order: Order) -> Iterator[Finding]:
    """What the patient still has of an earlier prescription: the same substance, or one of its subgroup."""
    for number, _, medicine in order.numbered():
        same = [one for one in order.taken if not different(one.medicine, medicine)]
        own = classes_of(order, medicine)
        kin = [one for one in order.taken if one not in same and own & classes_of(order, one.medicine)]
        group = ", ".join(sorted(own.intersection(chain(*(classes_of(order, one.medicine) for one in kin)))))
        for rule, words, met in (
            ("RX-DUPLICATE", use.STILL_HAS, same),
            ("RX-SAME-CLASS", use.STILL_HAS_CLASS, kin),
        ):
            if met:
                yield Finding(
                    rule=rule,
                    severity=Severity.TELL,
                    items=(number,),
                    message=use.filled(
                        words,
                        items=number,
                        names=medicine.short,
                        earlier=use.joined([_since(one) for one in met]),
                        group=group,
                    ),
                    facts=tuple(map(_already, met)),
                    fix=(use.REVIEW_TAKEN,),
                )


def classes_of(order: Order, medicine: Known) -> frozenset[str]:
    """Its chemical subgroups, without those of which two mean nothing."""
    return frozenset(
        code[:LEVEL_4]
        for code in order.codes(medicine)
        if len(code) >= LEVEL_4 and not code.startswith(USUAL_TOGETHER)
    )


def different(one: Known, other: Known) -> bool:
    """Whether two medicines share no ingredient; one without ingredients is its own."""
    return set(one.ingredients or [one.generic]).isdisjoint(other.ingredients or [other.generic])


def _coded(medicine: Known) -> str:
    return f"{medicine.short} ({medicine.atc})" if medicine.atc else medicine.short


def _already(one: Taken) -> dict[str, str]:
    return fact("taken", _coded(one.medicine), f"prescription of {one.since}, {one.days_left} days left")


def _since(one: Taken) -> Words:
    day = use.day_words(one.since)
    return use.filled(use.SINCE, name=one.medicine.short, day=day, days=one.days_left)
