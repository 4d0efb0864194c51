"""What an order is held against: the items as they stand today, the catalogue, the packs that were looked at."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from sqlmodel import Session

import codings.queries as codings
from codings import sql
from codings.base import Actor
from codings.systems import NOT_DISPENSED_REASON, OVERRIDE_REASON, SUBSTITUTION_REASON
from codings.tables import Product
from codings.text import tehran_day
from pharmacy.inputs import DispenseInput
from pharmacy.outcomes import PackRepeated
from pharmacy.packs import CheckedPack
from pharmacy.rules import Line, Order, Prescribed, findings
from prescriber.rules import Finding
from prescriber.states import Number

_PRESCRIBED: Final = """
    SELECT i.item, i.name, i.generic, i.duration_days, m.controlled OR m.high_risk AS guarded,
           coalesce(sum(w.remaining) FILTER (WHERE %(day)s BETWEEN w.opens_on AND w.closes_on), 0) AS open
    FROM prescription_item i
    JOIN medicine m ON m.generic = i.generic
    JOIN item_window w ON w.shabad = i.shabad AND w.n = i.n AND w.item = i.item
    WHERE i.shabad = %(shabad)s AND i.n = %(n)s
    GROUP BY i.shabad, i.n, i.item, m.generic ORDER BY i.item
"""


def check_order(
    session: Session,
    *,
    number: Number,
    order: DispenseInput,
    packs: Mapping[str, CheckedPack] | None,
    by: Actor,
) -> list[Finding]:
    """All that the rules say of an order; nothing is written.

    `packs` are the packs looked at, by their barcode; None: nobody looked, so that only the rest is said.
    Raises PackRepeated and "code.unknown".
    """
    products = codings.products(session, {line.irc for line in order.lines})
    return findings(read_order(session, number=number, order=order, packs=packs, products=products, by=by))


def read_order(
    session: Session,
    *,
    number: Number,
    order: DispenseInput,
    packs: Mapping[str, CheckedPack] | None,
    products: Mapping[str, Product],
    by: Actor,
) -> Order:
    """An order with all that the rules need to know of it. Raises PackRepeated and "code.unknown"."""
    _refuse_repeats(order, packs)
    _require_codes(session, order)
    day = tehran_day(by.at)
    return Order(
        prescribed=_prescribed(session, number, day),
        lines=[
            Line(
                line=position,
                item=line.item,
                irc=line.irc,
                product=products.get(line.irc),
                quantity=line.quantity,
                counts=tuple(pack.count for pack in line.packs),
                packs=None if packs is None else tuple(packs[pack.barcode] for pack in line.packs),
            )
            for position, line in enumerate(order.lines, start=1)
        ],
        not_dispensed=[said.item for said in order.not_dispensed],
        on=day,
    )


def _prescribed(session: Session, number: Number, day: date) -> dict[int, Prescribed]:
    """The items by number, each with what is open of it on a day."""
    return {
        row.item: Prescribed(
            item=row.item,
            name=row.name,
            generic=row.generic,
            duration_days=row.duration_days,
            open=row.open,
            guarded=row.guarded,
        )
        for row in sql.run(session, _PRESCRIBED, {**number._asdict(), "day": day})
    }


def _refuse_repeats(order: DispenseInput, packs: Mapping[str, CheckedPack] | None) -> None:
    """One pack stands once in an order: two mentions of it are two scans of the same box, hardly two boxes."""
    seen: set[str] = set()
    for i, line in enumerate(order.lines):
        for j, pack in enumerate(line.packs):
            uid = pack.barcode if packs is None else packs[pack.barcode].code.uid
            if uid in seen:
                raise PackRepeated(pointer=f"/lines/{i}/packs/{j}/barcode", uid=uid)
            seen.add(uid)


def _require_codes(session: Session, order: DispenseInput) -> None:
    given: Sequence[tuple[str, str, str]] = (
        *(
            (SUBSTITUTION_REASON, line.substitution_reason, f"/lines/{i}/substitution_reason")
            for i, line in enumerate(order.lines)
            if line.substitution_reason is not None
        ),
        *(
            (NOT_DISPENSED_REASON, said.reason, f"/not_dispensed/{i}/reason")
            for i, said in enumerate(order.not_dispensed)
        ),
        *((OVERRIDE_REASON, said.reason, f"/overrides/{i}/reason") for i, said in enumerate(order.overrides)),
    )
    for system, code, pointer in given:
        codings.require_code(session, system, code, pointer=pointer)
