"""The counters of what may still be handed over. The pharmacy's room calls these within its own transaction.

Promise: no item is dispensed beyond its quantity, under any interleaving. The prescription's row is locked
first; every counter is lowered by a guarded update besides, and the database checks that none is below zero.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from sqlmodel import Session

from codings import sql
from codings.base import Actor
from codings.systems import amount_text
from codings.text import tehran_day
from prescriber.actions import status
from prescriber.outcomes import (
    ItemUnknown,
    NotEnoughLeft,
    NotOpenYet,
    PutBackTooMuch,
)
from prescriber.outcomes.moments import calendar_day
from prescriber.queries.redeeming import require_dispensable
from prescriber.states import Number, PrescriptionState, Verb, can
from prescriber.tables import ItemWindow, Prescription

Use = tuple[int, int, Decimal]  # item, window, quantity

_USES: Final = """
    FROM unnest(%(items)s::int[], %(windows)s::int[], %(quantities)s::numeric[]) AS used(item, "window", quantity)
    WHERE item_window.shabad = %(shabad)s AND item_window.n = %(n)s
      AND item_window.item = used.item AND item_window."window" = used."window"
"""
_LOWER: Final = f"""
    UPDATE item_window SET remaining = remaining - used.quantity {_USES}
      AND remaining >= used.quantity AND opens_on <= %(day)s AND closes_on >= %(day)s
    RETURNING item_window.item, item_window."window"
"""  # noqa: S608  nothing in it comes from outside
_RAISE: Final = f"""
    UPDATE item_window SET remaining = remaining + used.quantity {_USES}
      AND remaining + used.quantity <= item_window.quantity
    RETURNING item_window.item, item_window."window"
"""  # noqa: S608  the same


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawDown:
    """What was taken from which fill, the state after it, and what each item has open for today."""

    status: PrescriptionState
    used: list[Use]
    remaining: dict[int, Decimal]


def draw_down(
    session: Session,
    *,
    number: Number,
    lines: Sequence[tuple[int, Decimal]],
    locked: Prescription | None = None,
    by: Actor,
) -> DrawDown:
    """Take these quantities of these items, from the fills open today, the oldest first. All or nothing.

    `locked` is the prescription as `lock` gave it in this transaction; without it, it is locked here. Raises what
    `require_dispensable` does, ItemUnknown, NotOpenYet, NotEnoughLeft; with /lines/i in the pointer.
    """
    row = locked or status.lock(session, number=number)
    require_dispensable(session, prescription=row, at=by.at)
    day = tehran_day(by.at)
    windows = _windows(session, number)
    used = _allot(windows, lines, day)
    _lower(session, number, used, day)
    left = {key: window.remaining for key, window in windows.items()}
    for item, window, quantity in used:
        left[item, window] -= quantity
    to_state = PrescriptionState.PARTLY_DISPENSED if any(left.values()) else PrescriptionState.DISPENSED
    _come_to(session, row, to_state, by=by)
    remaining: dict[int, Decimal] = {item: Decimal(0) for item, _ in windows}
    for (item, _), window_row in windows.items():
        if _is_open(window_row, day):
            remaining[item] += left[item, window_row.window]
    return DrawDown(status=to_state, used=used, remaining=remaining)


def put_back(session: Session, *, number: Number, used: Iterable[Use], by: Actor) -> PrescriptionState:
    """What came back to the counter can be handed over again, in the very fills it was taken from.

    An ended prescription (cancelled, or asked to be) takes it back too and stays ended. Raises PutBackTooMuch.
    """
    row = status.lock(session, number=number)
    back = _summed(used)
    if not back or not can(row.status, Verb.TAKE_BACK):
        raise PutBackTooMuch(item=", ".join(str(item) for item in sorted({item for item, _, _ in back})))
    _raise(session, number, back)
    if row.status not in {PrescriptionState.DISPENSED, PrescriptionState.PARTLY_DISPENSED}:
        return row.status
    whole = all(window.remaining == window.quantity for window in _windows(session, number).values())
    to_state = PrescriptionState.ACTIVE if whole else PrescriptionState.PARTLY_DISPENSED
    _come_to(session, row, to_state, by=by)
    return to_state


def _come_to(session: Session, row: Prescription, to_state: PrescriptionState, *, by: Actor) -> None:
    if row.status is to_state:
        return
    number = Number(row.shabad, row.n)
    if not status.move(session, number=number, from_state=row.status, to_state=to_state, by=by):
        raise RuntimeError(f"{number} changed while it was locked")


# --- The counters ---------------------------------------------------------------------------------


def _windows(session: Session, number: Number) -> dict[tuple[int, int], ItemWindow]:
    in_order = 'WHERE shabad = %(shabad)s AND n = %(n)s ORDER BY item, "window" FOR UPDATE'
    rows = sql.rows(session, ItemWindow, in_order, number._asdict())
    return {(row.item, row.window): row for row in rows}


def _is_open(window: ItemWindow, day: date) -> bool:
    return window.opens_on <= day <= window.closes_on


def _allot(
    windows: Mapping[tuple[int, int], ItemWindow], lines: Sequence[tuple[int, Decimal]], day: date
) -> list[Use]:
    """Which fill each quantity comes from; one entry a fill, in the order of items and fills."""
    left = {key: window.remaining for key, window in windows.items() if _is_open(window, day)}
    used: list[Use] = []
    for index, (item, quantity) in enumerate(lines):
        if quantity <= 0:
            message = "a quantity handed over is more than nothing"
            raise ValueError(message)
        _require_enough(windows, left, item, quantity, day, pointer=f"/lines/{index}")
        wanted = quantity
        for key in [key for key in left if key[0] == item and left[key] > 0]:
            taken = min(left[key], wanted)
            left[key] -= taken
            wanted -= taken
            if taken:
                used.append((*key, taken))
    return _summed(used)


def _require_enough(
    windows: Mapping[tuple[int, int], ItemWindow],
    left: Mapping[tuple[int, int], Decimal],
    item: int,
    quantity: Decimal,
    day: date,
    *,
    pointer: str,
) -> None:
    of_item = [window for (of, _), window in windows.items() if of == item]
    if not of_item:
        raise ItemUnknown(pointer=f"{pointer}/item", item=item)
    there = sum((amount for (of, _), amount in left.items() if of == item), Decimal(0))
    if there >= quantity:
        return
    later = [window.opens_on for window in of_item if window.opens_on > day]
    if later and not there:
        raise NotOpenYet(pointer=f"{pointer}/item", item=item, **calendar_day("opens_on", min(later)))
    raise NotEnoughLeft(
        pointer=f"{pointer}/quantity", item=item, left=amount_text(there), asked=amount_text(quantity)
    )


def _summed(used: Iterable[Use]) -> list[Use]:
    total: defaultdict[tuple[int, int], Decimal] = defaultdict(Decimal)
    for item, window, quantity in used:
        total[item, window] += quantity
    return [(*key, quantity) for key, quantity in sorted(total.items())]


def _lower(session: Session, number: Number, used: Sequence[Use], day: date) -> None:
    """The guard: only what is there, and only from fills that are open, whatever was read before."""
    done = _changed(session, _LOWER, number, used, day=day)
    for item, window, quantity in used:
        if (item, window) not in done:
            raise NotEnoughLeft(item=item, left="0", asked=amount_text(quantity))


def _raise(session: Session, number: Number, back: Sequence[Use]) -> None:
    done = _changed(session, _RAISE, number, back)
    for item, window, _ in back:
        if (item, window) not in done:
            raise PutBackTooMuch(item=item)


def _changed(
    session: Session, statement: str, number: Number, uses: Sequence[Use], **words: date
) -> set[tuple[int, int]]:
    """Set the counters of several fills in one statement; gives those whose guards held."""
    columns = zip(("items", "windows", "quantities"), zip(*uses, strict=True), strict=False)
    asked = {"items": [], "windows": [], "quantities": []} | {name: list(each) for name, each in columns}
    return {
        (row.item, row.window) for row in sql.run(session, statement, {**number._asdict(), **asked, **words})
    }
