"""Rules about what is in the medicines: the patient's allergies, and the same thing twice."""

from collections import defaultdict
from collections.abc import Iterator

from prescriber.rules import wording as say
from prescriber.rules.finding import Finding, Severity, fact, listed
from prescriber.rules.order import Order
from prescriber.states import AllergyState


def not_asked(order: Order) -> Iterator[Finding]:
    """Nothing is signed for a patient whom nobody asked about allergies."""
    if order.facts is None or order.facts.allergy_state is AllergyState.NOT_ASKED:
        yield Finding(
            rule="RX-NOT-ASKED",
            severity=Severity.STOP,
            message=say.NOT_ASKED,
            facts=(fact("allergies", AllergyState.NOT_ASKED.value, "patient"),),
            fix=(say.RECORD_ALLERGIES,),
        )


def allergy(order: Order) -> Iterator[Finding]:
    """One finding an item: the gravest match, with every ingredient that matches in its facts."""
    if order.facts is None or order.facts.allergy_state is not AllergyState.LIST:
        return
    recorded = set(order.facts.allergies)
    kin = {group for allergen in recorded for group in order.classes.get(allergen, frozenset())}
    for number, _, medicine in order.numbered():
        groups = {part: order.classes.get(part, frozenset()) for part in medicine.ingredients}
        same = sorted(part for part in groups if part in recorded or groups[part] & recorded)
        near = sorted(part for part in groups if groups[part] & kin)
        if not (same or near):
            continue
        yield Finding(
            rule="RX-ALLERGY",
            severity=Severity.STOP if same else Severity.ASK,
            items=(number,),
            message=(say.ALLERGY if same else say.ALLERGY_OF_CLASS).format(
                item=number, name=medicine.short, what=", ".join(same or near)
            ),
            facts=(
                *(fact("allergy", code, f"patient, {order.facts.as_of}") for code in sorted(recorded)),
                *(fact("ingredient", part, "codings") for part in same or near),
            ),
            fix=(say.CHANGE_MEDICINE, say.REVIEW_ALLERGIES),
        )


def duplicate(order: Order) -> Iterator[Finding]:
    """One finding for each set of items that share something; a medicine without ingredients is its own."""
    holders: defaultdict[str, list[int]] = defaultdict(list)
    for number, item, medicine in order.numbered():
        for part in set(medicine.ingredients) or {item.generic}:
            holders[part].append(number)
    shared: defaultdict[tuple[int, ...], list[str]] = defaultdict(list)
    for part, numbers in sorted(holders.items()):
        if len(numbers) > 1:
            shared[tuple(numbers)].append(part)
    for together, parts in shared.items():
        yield Finding(
            rule="RX-DUPLICATE",
            severity=Severity.ASK,
            items=together,
            message=say.DUPLICATE.format(items=listed(together), what=", ".join(parts)),
            facts=tuple(fact("ingredient", part, "codings") for part in parts),
            fix=(say.REMOVE_ITEM, say.GIVE_REASON),
        )
