"""Rules about whether a medicine is for this patient at all, for this prescriber, and for use at home."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from codings.base import Words
from prescriber.rules import wording as say
from prescriber.rules import wording_of_use as use
from prescriber.rules.finding import Finding, Severity, Verdict, fact
from prescriber.rules.order import Order
from prescriber.states import Sex

PREGNANCY: Final = {
    "contraindicated": Severity.STOP,
    "avoid": Severity.ASK,
    "caution": Severity.TELL,
}
ASKED_OF: Final = range(12, 51)  # years of age at which a woman is asked about pregnancy
ANSWER_HOLDS: Final = timedelta(days=280)  # as long as a pregnancy
NO_SPECIALTY: Final = frozenset({None, "", "general-practice"})


def age(order: Order) -> Iterator[Finding]:
    """Below the age from which a medicine is given, with the words of whoever published that age."""
    for number, _, medicine in order.numbered():
        dosing = order.dosing(medicine)
        if dosing is None or dosing.min_age_months is None or order.age_months >= dosing.min_age_months:
            continue
        yield Finding(
            rule="RX-AGE",
            severity=Severity.ASK,
            items=(number,),
            message=use.filled(
                use.AGE,
                items=number,
                names=medicine.short,
                age=use.age_words(order.age_months),
                limit=use.age_words(dosing.min_age_months),
                risk=Words(dosing.age_fa, dosing.age_en),
            ),
            facts=(
                fact("age_months", order.age_months, "patient"),
                fact("min_age_months", dosing.min_age_months, dosing.source),
            ),
            fix=(say.CHANGE_MEDICINE, say.GIVE_REASON),
            version=dosing.release,
            source=dosing.source,
        )


def pregnancy(order: Order) -> Iterator[Finding]:
    """What harms in pregnancy, for a pregnant patient and for one whom nobody has asked.

    An answer holds as long as a pregnancy can last; later it counts as none.
    """
    answer = None
    if order.facts is not None and order.on - order.facts.as_of <= ANSWER_HOLDS:
        answer = order.facts.pregnant
    may_be = answer is None and order.sex == Sex.FEMALE and order.age in ASKED_OF
    for number, _, medicine in order.numbered():
        dosing = order.dosing(medicine)
        severity = PREGNANCY.get(dosing.pregnancy) if dosing is not None else None
        if dosing is None or severity is None or not (answer or may_be):
            continue
        facts = (fact("pregnancy", dosing.pregnancy, dosing.source),)
        risk = Words(dosing.pregnancy_fa, dosing.pregnancy_en)
        if answer and order.facts is not None:
            asked = order.facts.as_of
            yield Finding(
                rule="RX-PREGNANCY",
                severity=severity,
                items=(number,),
                message=use.filled(
                    use.PREGNANT, items=number, names=medicine.short, day=use.day_words(asked), risk=risk
                ),
                facts=(fact("pregnant", "true", f"patient, {asked}"), *facts),
                fix=(say.CHANGE_MEDICINE, say.GIVE_REASON)
                if severity is Severity.ASK
                else (say.CHANGE_MEDICINE,),
                version=dosing.release,
                source=dosing.source,
            )
        elif severity is not Severity.TELL:
            yield Finding(
                rule="RX-PREGNANCY",
                severity=Severity.TELL,
                verdict=Verdict.UNKNOWN,
                items=(number,),
                message=use.filled(use.ASK_PREGNANCY, items=number, names=medicine.short, risk=risk),
                facts=(fact("age", order.age, "patient"), *facts),
                fix=(use.RECORD_PREGNANCY,),
                version=dosing.release,
                source=dosing.source,
            )


def specialist(order: Order) -> Iterator[Finding]:
    """A medicine that specialists start, ordered by somebody of whom no specialty is recorded."""
    for number, _, medicine in order.numbered():
        if medicine.specialist_only and order.specialty in NO_SPECIALTY:
            yield Finding(
                rule="RX-SPECIALIST",
                severity=Severity.ASK,
                items=(number,),
                message=use.filled(use.SPECIALIST, items=number, names=medicine.short),
                facts=(
                    fact("specialist_only", "true", "codings"),
                    fact("specialty", order.specialty or "", "register of practitioners"),
                ),
                fix=(use.REFER, say.GIVE_REASON),
            )


def hospital(order: Order) -> Iterator[Finding]:
    """A medicine for use in hospital, in a prescription that is taken to a pharmacy."""
    for number, _, medicine in order.numbered():
        if medicine.hospital_only:
            yield Finding(
                rule="RX-HOSPITAL",
                severity=Severity.ASK,
                items=(number,),
                message=use.filled(use.HOSPITAL, items=number, names=medicine.short),
                facts=(fact("hospital_only", "true", "codings"),),
                fix=(say.CHANGE_MEDICINE, say.GIVE_REASON),
            )


def not_checked(order: Order) -> Iterator[Finding]:
    """What could not be looked at, because no release that holds it is in force."""
    missing = [
        name
        for name, known in (("interactions", order.interactions), ("dosings", order.dosings))
        if known is None
    ]
    if missing:
        one = use.NOT_CHECKED_DOSES if order.dosings is None else use.NOT_CHECKED_INTERACTIONS
        yield Finding(
            rule="RX-NOT-CHECKED",
            severity=Severity.TELL,
            verdict=Verdict.UNKNOWN,
            message=one if len(missing) == 1 else use.NOT_CHECKED_BOTH,
            facts=tuple(fact("release", "none in force", name) for name in missing),
        )
