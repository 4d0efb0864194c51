"""Is each pack one that may be handed over?"""

from collections.abc import Iterator
from datetime import timedelta

from pharmacy.rules import wording
from pharmacy.rules.order import Line, Order, found, of_line
from pharmacy.rules.wording import say
from pharmacy.states import Verdict
from prescriber.rules import Finding, Severity, fact
from prescriber.rules import Verdict as Truth


def _of_pack(rule: str, line: Line, uid: str) -> str:
    return f"{of_line(rule, line)}.{uid}"


def pack(order: Order) -> Iterator[Finding]:
    """The authority's or our own refusal, in the words of the judgement, and a pack of another product."""
    for line, prescribed in order.known():
        for looked, _ in line.looked_at():
            other = looked.product is None or looked.product.irc != line.irc
            if not (looked.judgement.refuses or other):
                continue
            told = looked.judgement.words if looked.judgement.refuses else wording.OTHER_PRODUCT
            head = say(wording.PACK, item=line.item, name=prescribed.name, uid=looked.code.uid)
            yield found(
                rule="PH-PACK",
                id=_of_pack("PH-PACK", line, looked.code.uid),
                severity=Severity.STOP,
                items=(line.item,),
                message=wording.joined(head, told),
                facts=(
                    fact("uid", looked.code.uid, "scan"),
                    fact("gtin", looked.code.gtin, "scan"),
                    fact(
                        "verdict",
                        looked.judgement.verdict if looked.judgement.refuses else Verdict.MISMATCH,
                        looked.judgement.source,
                    ),
                    fact("irc", line.irc, "order"),
                ),
                fix=(wording.ANOTHER_PACK,),
            )


def remaining(order: Order) -> Iterator[Finding]:
    """More units than the authority says are left; our own ledger guards the rest when packs are taken."""
    for line, prescribed in order.known():
        for looked, units in line.looked_at():
            left = looked.answer.remaining if looked.answer is not None else None
            if left is None or units <= left or looked.judgement.refuses:
                continue
            yield found(
                rule="PH-REMAINING",
                id=_of_pack("PH-REMAINING", line, looked.code.uid),
                severity=Severity.STOP,
                items=(line.item,),
                message=say(
                    wording.REMAINING,
                    item=line.item,
                    name=prescribed.name,
                    uid=looked.code.uid,
                    left=left,
                    count=units,
                ),
                facts=(
                    fact("uid", looked.code.uid, "scan"),
                    fact("remaining", left, "authority"),
                    fact("count", units, "order"),
                ),
                fix=(wording.CHANGE_COUNT, wording.ANOTHER_PACK),
            )


def unverified(order: Order) -> Iterator[Finding]:
    """Care does not stop while the authority is silent, except where a wrong pack could kill or be sold on."""
    for line, prescribed in order.known():
        for looked, _ in line.looked_at():
            if looked.judgement.verdict is not Verdict.UNVERIFIED:
                continue
            words = wording.UNVERIFIED_GUARDED if prescribed.guarded else wording.UNVERIFIED
            yield found(
                rule="PH-UNVERIFIED",
                id=_of_pack("PH-UNVERIFIED", line, looked.code.uid),
                severity=Severity.STOP if prescribed.guarded else Severity.TELL,
                verdict=Truth.UNKNOWN,
                items=(line.item,),
                message=say(words, item=line.item, name=prescribed.name, uid=looked.code.uid),
                facts=(
                    fact("uid", looked.code.uid, "scan"),
                    fact("controlled_or_high_risk", str(prescribed.guarded).lower(), "codings"),
                ),
                fix=(wording.CHECK_AGAIN,) if prescribed.guarded else (wording.LOOK_AT_SEAL,),
            )


def expires(order: Order) -> Iterator[Finding]:
    """One finding an item, with its earliest pack, so that one reason answers it."""
    for number in sorted(order.asked()):
        prescribed = order.prescribed[number]
        dates = [
            looked.code.expiry
            for line in order.lines
            if line.item == number
            for looked, _ in line.looked_at()
            if not looked.judgement.refuses
        ]
        last_dose = order.on + timedelta(days=prescribed.duration_days - 1)
        if dates and min(dates) < last_dose:
            yield found(
                rule="PH-EXPIRES",
                severity=Severity.ASK,
                items=(number,),
                message=say(wording.EXPIRES, item=number, name=prescribed.name),
                facts=(
                    fact("expiry", min(dates), "scan"),
                    fact("last_dose", last_dose, "prescription"),
                ),
                fix=(wording.ANOTHER_PACK, wording.GIVE_REASON),
            )
