"""The safety rules of prescribing: values in, findings out. No session, no clock.

A rule that lacks a fact says so: verdict "unknown", severity "tell". It is never passed over in silence.

===================  ========  =============================================================================
rule                 severity  when
===================  ========  =============================================================================
RX-NOT-ASKED         stop      nobody asked the patient about allergies, or the answer was "not asked"
RX-ALLERGY           stop      a medicine contains what the patient is allergic to: the ingredient itself, or
                               one of a recorded class (an allergy to penicillins and amoxicillin)
RX-ALLERGY           ask       it contains another ingredient of the same class as a recorded one (an allergy
                               to amoxicillin and ampicillin)
RX-DUPLICATE         ask       the same ingredient stands in two items or more
RX-DUPLICATE         tell      the patient still has some of it from an earlier prescription
RX-SAME-CLASS        ask       different ingredients of one ATC subgroup (level 4) stand in two items or more
RX-SAME-CLASS        tell      the patient still has one of the subgroup from an earlier prescription
RX-INTERACTION-...   stop      contraindicated together, in the order or with what the patient already takes
RX-INTERACTION-...   ask       a major interaction; the rule is named after it: RX-INTERACTION-WARFARIN-NSAIDS
RX-INTERACTION-...   tell      a moderate one
RX-MAX-DAILY         ask       all items of a substance together exceed its published maximum of a day
RX-MAX-DAILY         stop      they reach ten times that maximum: a slip of the decimal point
RX-MAX-SINGLE        ask, stop one dose exceeds its published maximum; reaches ten times that
RX-MAX-KG            ask, stop a child's substance of a day exceeds the maximum for the weight; ten times that
RX-MAX-KG            ask       a child below twelve was not weighed, and the dose depends on it
RX-MAX-KG-SINGLE     ask, stop one dose of a child exceeds the maximum for the weight; ten times that
RX-AGE               ask       the patient is younger than the medicine is for
RX-PREGNANCY         stop      the patient is pregnant and the medicine contraindicated; "ask" where it is to
                               be avoided, "tell" where it needs caution
RX-PREGNANCY         tell      a woman of 12 to 50 was not asked, and it is contraindicated or to be avoided
RX-SPECIALIST        ask       a specialist's medicine, and no specialty is recorded of the prescriber
RX-HOSPITAL          ask       a medicine for use in hospital
RX-QUANTITY          ask       the quantity is not dose x frequency x days (when needed only: more than that)
RX-UNIT              stop      dose and quantity are not in the medicine's prescribing unit
RX-WEEKLY            stop      a medicine of once a week is ordered oftener, or without its weekday
RX-WEEKLY            tell      a strength made for once a week is ordered otherwise
RX-REPEATS           stop      more than three repeats
RX-INSTRUCTION       ask       the free text holds a number that the coded order does not
RX-NOT-CHECKED       tell      no release of interactions or of doses is in force, so they were not looked at
===================  ========  =============================================================================

A published maximum is for adults: for a child below twelve it still stops and asks, and where it is kept and
nothing is known by weight, the finding says "unknown". What the codings do not know of one medicine beyond its
maximum of a day is not told medicine by medicine. A stop is mended by changing the order or the recorded facts,
so that whoever reads the record later sees why.
"""

from collections.abc import Callable, Iterator, Sequence

from prescriber.rules.amounts import max_daily, quantity, unit
from prescriber.rules.directions import (
    WEEKDAYS,
    instruction,
    once_weekly,
    repeats,
    weekly,
    weekly_strength,
)
from prescriber.rules.doses import Comes, Mass, comes_to
from prescriber.rules.finding import Finding, Kind, Severity, Verdict, fact
from prescriber.rules.fitting import age, hospital, not_checked, pregnancy, specialist
from prescriber.rules.ingredients import allergy, duplicate, not_asked
from prescriber.rules.limits import by_weight, max_single
from prescriber.rules.order import Order, Taken
from prescriber.rules.together import interaction, same_class, still_has

__all__ = [
    "WEEKDAYS",
    "Comes",
    "Finding",
    "Kind",
    "Mass",
    "Order",
    "Severity",
    "Taken",
    "Verdict",
    "comes_to",
    "fact",
    "findings",
    "once_weekly",
]

RULES: Sequence[Callable[[Order], Iterator[Finding]]] = (
    not_asked,
    allergy,
    duplicate,
    same_class,
    still_has,
    interaction,
    max_daily,
    max_single,
    by_weight,
    age,
    pregnancy,
    specialist,
    hospital,
    quantity,
    unit,
    weekly,
    weekly_strength,
    repeats,
    instruction,
    not_checked,
)


def findings(order: Order) -> list[Finding]:
    """All that the rules say, the gravest first, then by item and rule; the same order gives the same list."""
    found = [finding for rule in RULES for finding in rule(order)]
    grave = [severity.value for severity in Severity]
    return sorted(found, key=lambda finding: (grave.index(finding.severity), finding.items, finding.rule))
