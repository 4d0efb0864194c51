"""The safety rules of prescribing: values in, findings out. No session, no clock.

A rule that lacks a fact says so: verdict "unknown", severity "tell". It is never passed over in silence.

==============  ========  ==================================================================================
rule            severity  when
==============  ========  ==================================================================================
RX-NOT-ASKED    stop      nobody asked the patient about allergies, or the answer was "not asked"
RX-ALLERGY      stop      a medicine contains what the patient is allergic to: the ingredient itself, or one
                          of a recorded class (an allergy to penicillins and amoxicillin)
RX-ALLERGY      ask       it contains another ingredient of the same class as a recorded one (an allergy to
                          amoxicillin and ampicillin)
RX-DUPLICATE    ask       the same ingredient stands in two items or more
RX-MAX-DAILY    ask       all items of a substance together exceed its published maximum of a day
RX-MAX-DAILY    stop      they reach ten times that maximum: a slip of the decimal point
RX-QUANTITY     ask       the quantity is not dose x frequency x days (when needed only: more than that)
RX-UNIT         stop      dose and quantity are not in the medicine's prescribing unit
RX-WEEKLY       stop      a medicine of once a week is ordered oftener, or without its weekday
RX-REPEATS      stop      more than three repeats
RX-INSTRUCTION  ask       the free text holds a number that the coded order does not
==============  ========  ==================================================================================

A published maximum is for adults: for a child below twelve it still stops and asks, and where it is kept the
finding says "unknown", since the dose by weight is not in the codings. A stop is mended by changing the order
or the recorded facts, so that whoever reads the record later sees why.
"""

from collections.abc import Callable, Iterator, Sequence

from prescriber.rules.amounts import max_daily, quantity, unit
from prescriber.rules.directions import WEEKDAYS, WEEKLY, instruction, repeats, weekly
from prescriber.rules.doses import Comes, Mass, comes_to
from prescriber.rules.finding import Finding, Kind, Severity, Verdict, fact
from prescriber.rules.ingredients import allergy, duplicate, not_asked
from prescriber.rules.order import Order

__all__ = [
    "WEEKDAYS",
    "WEEKLY",
    "Comes",
    "Finding",
    "Kind",
    "Mass",
    "Order",
    "Severity",
    "Verdict",
    "comes_to",
    "fact",
    "findings",
]

RULES: Sequence[Callable[[Order], Iterator[Finding]]] = (
    not_asked,
    allergy,
    duplicate,
    max_daily,
    quantity,
    unit,
    weekly,
    repeats,
    instruction,
)


def findings(order: Order) -> list[Finding]:
    """All that the rules say, the gravest first, then by item and rule; the same order gives the same list."""
    found = [finding for rule in RULES for finding in rule(order)]
    grave = [severity.value for severity in Severity]
    return sorted(found, key=lambda finding: (grave.index(finding.severity), finding.items, finding.rule))
