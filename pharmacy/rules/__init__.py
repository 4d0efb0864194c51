"""The rules of the counter: what is prescribed and what is to be handed over in, findings out. No session, no clock.

=============  ========  ===========================================================================================
rule           severity  when
=============  ========  ===========================================================================================
PH-ITEM        stop      the prescription has no such item
PH-PRODUCT     stop      the IRC is not in the catalogue
PH-GENERIC     stop      the product is not the prescribed generic presentation
PH-QUANTITY    stop      more than what may be dispensed of the item today
PH-COUNT       stop      the counts of the packs do not add up to the quantity, or one is more than a pack holds
PH-PACK        stop      a pack is refused, or is another product than its line says
PH-REMAINING   stop      the authority says that fewer units of a pack are left
PH-UNVERIFIED  stop      the authority did not answer, and the medicine is controlled or of high risk
PH-UNVERIFIED  tell      it did not answer, and any other medicine may be handed over and is verified later
PH-EXPIRES     ask       a pack passes its date before the treatment ends
PH-LEFT-OUT    tell      something of an item remains, and nothing is said of why it is not handed over
=============  ========  ===========================================================================================

What is prescribed is a generic presentation, so any product of it may be handed over, with or without a reason
for the choice; any other presentation is a matter for the prescriber. Packs are judged only where they were
looked at: when an order is priced they were not, and their rules keep silent.
"""

from collections.abc import Callable, Iterator, Sequence

from pharmacy.rules.order import Line, Order, Prescribed
from pharmacy.rules.packs import expires, pack, remaining, unverified
from pharmacy.rules.quantities import count, generic, item, left_out, product, quantity
from prescriber.rules import Finding, Severity

__all__ = ["Line", "Order", "Prescribed", "findings"]

RULES: Sequence[Callable[[Order], Iterator[Finding]]] = (
    item,
    product,
    generic,
    quantity,
    count,
    pack,
    remaining,
    unverified,
    expires,
    left_out,
)


def findings(order: Order) -> list[Finding]:
    """All that the rules say, the gravest first, then by item and rule; the same order gives the same list."""
    found = [finding for rule in RULES for finding in rule(order)]
    grave = [severity.value for severity in Severity]
    return sorted(
        found, key=lambda finding: (grave.index(finding.severity), finding.items, finding.rule, finding.id)
    )
