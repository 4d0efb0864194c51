"""Is it what was prescribed, and as much as that?"""

from collections.abc import Iterator
from decimal import Decimal

from pharmacy.rules import wording
from pharmacy.rules.order import Order, found, of_line
from pharmacy.rules.wording import say
from prescriber.rules import Finding, Kind, Severity, fact


def item(order: Order) -> Iterator[Finding]:
    """A line, or a word about what is not dispensed, for an item that the prescription does not have."""
    lines = {line.item for line in order.lines}
    for number in sorted((lines | set(order.not_dispensed)) - set(order.prescribed)):
        yield found(
            rule="PH-ITEM",
            kind=Kind.FORM,
            severity=Severity.STOP,
            items=(number,),
            message=say(wording.ITEM, item=number),
            facts=(fact("items", ", ".join(map(str, sorted(order.prescribed))), "prescription"),),
            fix=(wording.CHOOSE_ITEM,),
        )


def product(order: Order) -> Iterator[Finding]:
    """A line whose product nobody has registered, so that it has no price either."""
    for line in order.lines:
        if line.product is None:
            yield found(
                rule="PH-PRODUCT",
                id=of_line("PH-PRODUCT", line),
                kind=Kind.FORM,
                severity=Severity.STOP,
                items=(line.item,),
                message=say(wording.PRODUCT, irc=line.irc),
                facts=(fact("irc", line.irc, "order"),),
                fix=(wording.SCAN_AGAIN,),
            )


def generic(order: Order) -> Iterator[Finding]:
    """Another presentation than the prescribed one, even of the same substance."""
    for line, prescribed in order.known():
        if line.product is not None and line.product.generic != prescribed.generic:
            yield found(
                rule="PH-GENERIC",
                id=of_line("PH-GENERIC", line),
                severity=Severity.STOP,
                items=(line.item,),
                message=say(wording.GENERIC, line.product, item=line.item, name=prescribed.name),
                facts=(
                    fact("prescribed", prescribed.generic, "prescription"),
                    fact("product", line.product.generic, "codings"),
                ),
                fix=(wording.TAKE_PRESCRIBED, wording.ASK_PRESCRIBER),
            )


def quantity(order: Order) -> Iterator[Finding]:
    """All lines of an item together against the windows that are open today."""
    for number, wanted in order.asked().items():
        prescribed = order.prescribed[number]
        if wanted > prescribed.open:
            words = wording.QUANTITY if prescribed.open else wording.NOTHING_LEFT
            yield found(
                rule="PH-QUANTITY",
                kind=Kind.FORM,
                severity=Severity.STOP,
                items=(number,),
                message=say(
                    words,
                    item=number,
                    name=prescribed.name,
                    wanted=wanted,
                    open=prescribed.open,
                ),
                facts=(
                    fact("quantity", wanted, "order"),
                    fact("remaining", prescribed.open, "prescription"),
                ),
                fix=(wording.CHANGE_QUANTITY,),
            )


def count(order: Order) -> Iterator[Finding]:
    """Also a count above what a pack holds, which no pack could give."""
    for line, prescribed in order.known():
        if line.product is None:
            continue
        taken, size = line.units(), line.product.pack_size
        total = sum(taken, Decimal(0))
        if total == line.quantity and max(taken) <= size:
            continue
        words = wording.COUNT if total != line.quantity else wording.COUNT_ABOVE_PACK
        yield found(
            rule="PH-COUNT",
            id=of_line("PH-COUNT", line),
            kind=Kind.FORM,
            severity=Severity.STOP,
            items=(line.item,),
            message=say(
                words,
                item=line.item,
                name=prescribed.name,
                total=total,
                quantity=line.quantity,
                most=max(taken),
                size=size,
            ),
            facts=(
                fact("quantity", line.quantity, "order"),
                fact("counts", total, "order"),
                fact("pack_size", size, "codings"),
            ),
            fix=(wording.CHANGE_COUNT, wording.CHANGE_QUANTITY),
        )


def left_out(order: Order) -> Iterator[Finding]:
    """What will still be on the prescription afterwards without a word about it."""
    asked = order.asked()
    for prescribed in order.prescribed.values():
        rest = prescribed.open - asked.get(prescribed.item, Decimal(0))
        if rest > 0 and prescribed.item not in order.not_dispensed:
            yield found(
                rule="PH-LEFT-OUT",
                kind=Kind.FORM,
                severity=Severity.TELL,
                items=(prescribed.item,),
                message=say(wording.LEFT_OUT, item=prescribed.item, name=prescribed.name, rest=rest),
                facts=(fact("remaining", rest, "prescription"),),
                fix=(wording.SAY_WHY,),
            )
