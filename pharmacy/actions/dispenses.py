"""Handing over: counters, packs and records in one go, all or nothing."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final
from uuid import UUID

from sqlmodel import Session

import codings.queries as codings
from codings import sql
from codings.base import Actor, emit
from codings.systems import line_gross
from codings.tables import PRODUCT, Product
from pharmacy import queries
from pharmacy.actions import ledger
from pharmacy.actions.acceptances import close
from pharmacy.actions.checks import check_of
from pharmacy.actions.duty import on_duty
from pharmacy.actions.holding import hold, pharmacy_of
from pharmacy.actions.orders import read_order
from pharmacy.inputs import DispenseInput
from pharmacy.outcomes import DispenseRecorded, DispenseRefused, DispenseUnknown, OverrideNeeded
from pharmacy.packs import CheckedPack
from pharmacy.queries import DispenseView, PackView
from pharmacy.queries.dispenses import line_view
from pharmacy.rules import Order, findings
from pharmacy.states import DispenseNumber, DispenseState, Verdict
from pharmacy.tables import (
    Dispense,
    DispenseLine,
    DispenseOverride,
    DispenseStatus,
    NotDispensed,
    WindowUse,
)
from prescriber import actions as prescriber_actions
from prescriber.rules import Finding, Severity
from prescriber.states import Number, PrescriptionState

_STORE: Final = """
    INSERT INTO dispense (shabad, n, d, pharmacy, pharmacist, dispensed_at, state, acceptance, release)
    SELECT %(shabad)s::varchar, %(n)s::int, coalesce(max(d), 0) + 1, %(pharmacy)s, %(pharmacist)s, %(dispensed_at)s,
           %(state)s, %(acceptance)s, %(release)s
    FROM dispense WHERE shabad = %(shabad)s::varchar AND n = %(n)s::int
    RETURNING d
"""
_FILE: Final = """
    UPDATE dispense SET statement = %(statement)s, receipt = %(receipt)s
    WHERE shabad = %(shabad)s AND n = %(n)s AND d = %(d)s AND pharmacy = %(pharmacy)s AND receipt IS NULL
    RETURNING d
"""


def dispense(
    session: Session,
    *,
    acceptance: UUID,
    number: Number | None = None,
    order: DispenseInput,
    packs: Mapping[str, CheckedPack],
    by: Actor,
) -> DispenseView:
    """Hand over what an order says on a live acceptance of this pharmacy. `packs`: every pack by its barcode.

    `number` is the prescription that is held by it, for who has read it before.

    Locks prescription, items and packs in that order. Raises, with nothing recorded: the acceptance's and the
    prescription's own problems; PackRepeated; DispenseRefused for any "stop" and OverrideNeeded for an "ask"
    without a reason, both with all findings; "item.*" where a counter lost a race; PackTaken and its kin.
    """
    if number is None:
        known = queries.acceptance(session, acceptance=acceptance, by=by)
        number = Number(known.shabad, known.n)
    prescription = prescriber_actions.lock(session, number=number)
    prescriber_actions.require_dispensable(session, prescription=prescription, at=by.at)
    held = hold(session, acceptance=acceptance, number=number, by=by)
    products = codings.products(session, {line.irc for line in order.lines})
    read = read_order(session, number=number, order=order, packs=packs, products=products, by=by)
    overrides = _answered(order, findings(read))
    record = Dispense(
        shabad=number.shabad,
        n=number.n,
        d=0,
        pharmacy=pharmacy_of(by),
        pharmacist=on_duty(session, named=order.pharmacist, by=by),
        dispensed_at=by.at,
        state=DispenseState.RECORDED,
        acceptance=acceptance,
        release=codings.release_of(session, PRODUCT),
    )
    drawn = prescriber_actions.draw_down(
        session, number=number, lines=sorted(read.asked().items()), locked=prescription, by=by
    )
    done = _number(session, record)
    lines = [_line(done, line.line, order, products) for line in read.lines]
    sql.add(session, lines)
    _note(session, done, order, overrides, drawn.used, by=by)
    taken = _take(session, read, products, done, acceptance=acceptance, by=by)
    if drawn.status is PrescriptionState.DISPENSED:
        close(session, held=held, why="dispensed", by=by)
    emit(session, DispenseRecorded(**done._asdict()))
    return DispenseView(
        number=done,
        pharmacy=record.pharmacy,
        pharmacist=record.pharmacist,
        dispensed_at=by.at,
        state=DispenseState.RECORDED,
        acceptance=acceptance,
        release=record.release,
        lines=tuple(line_view(line, products[line.irc], taken[line.line]) for line in lines),
        not_dispensed=tuple(sorted((said.item, said.reason) for said in order.not_dispensed)),
        overrides=tuple(sorted(overrides)),
    )


def file_statement_and_receipt(
    session: Session, *, number: DispenseNumber, statement: UUID, receipt: str, by: Actor
) -> None:
    """Put the cost statement and the signed receipt to a dispense of this pharmacy, once and for ever.

    Raises DispenseUnknown when there is no such dispense here without them.
    """
    words = {**number._asdict(), "pharmacy": by.centre, "statement": statement, "receipt": receipt}
    if not sql.run(session, _FILE, words):
        raise DispenseUnknown


def _answered(order: DispenseInput, found: Sequence[Finding]) -> list[tuple[str, str]]:
    """The overrides that answer a finding; a word about what was not found is dropped."""
    reasons = {said.finding: said.reason for said in order.overrides}
    if any(finding.severity == Severity.STOP for finding in found):
        raise DispenseRefused(findings=found)
    asked = [finding.id for finding in found if finding.severity == Severity.ASK]
    if not set(asked) <= set(reasons):
        raise OverrideNeeded(findings=found)
    return [(finding, reasons[finding]) for finding in asked]


def _number(session: Session, record: Dispense) -> DispenseNumber:
    """Store the dispense under the next number of its prescription, which is locked."""
    [stored] = sql.run(session, _STORE, record.model_dump())
    return DispenseNumber(record.shabad, record.n, stored.d)


def _line(
    done: DispenseNumber, position: int, order: DispenseInput, products: Mapping[str, Product]
) -> DispenseLine:
    """A line with its price, decided here once."""
    said = order.lines[position - 1]
    product = products[said.irc]
    return DispenseLine(
        **done._asdict(),
        line=position,
        item=said.item,
        generic=product.generic,
        irc=product.irc,
        quantity=said.quantity,
        pack_price=product.price,
        pack_size=product.pack_size,
        gross=line_gross(product.price, said.quantity, product.pack_size),
        substitution_reason=said.substitution_reason,
    )


def _note(
    session: Session,
    done: DispenseNumber,
    order: DispenseInput,
    overrides: Sequence[tuple[str, str]],
    drawn: Sequence[tuple[int, int, Decimal]],
    *,
    by: Actor,
) -> None:
    """What belongs to a dispense besides its lines: windows, reasons, and its birth."""
    key = done._asdict()
    sql.add(session, [WindowUse(**key, item=i, window=window, quantity=units) for i, window, units in drawn])
    sql.add(session, [NotDispensed(**key, item=n.item, reason=n.reason) for n in order.not_dispensed])
    sql.add(session, [DispenseOverride(**key, finding=f, reason=reason) for f, reason in overrides])
    sql.add(session, [DispenseStatus(**key, to_state=DispenseState.RECORDED, at=by.at, by=by.id)])


def _take(
    session: Session,
    read: Order,
    products: Mapping[str, Product],
    done: DispenseNumber,
    *,
    acceptance: UUID,
    by: Actor,
) -> dict[int, list[PackView]]:
    """Take the packs, and keep what was said of each; by line, in the order of their UIDs."""
    looked = sorted(
        ((line, pack, units) for line in read.lines for pack, units in line.looked_at()),
        key=lambda one: one[1].code.uid,
    )
    checks = [
        check_of(pack.code, pack.judgement, pack.answer, pharmacy=pharmacy_of(by), by=by)
        for _, pack, _ in looked
    ]
    sql.add(session, checks)
    takes = [
        ledger.Take(
            code=pack.code,
            product=products[line.irc],
            line=line.line,
            count=units,
            check_id=check.id,
            verified=pack.judgement.verdict is not Verdict.UNVERIFIED,
        )
        for (line, pack, units), check in zip(looked, checks, strict=True)
    ]
    used = ledger.take(session, takes, number=done, acceptance=acceptance, by=by)
    views: dict[int, list[PackView]] = {line.line: [] for line in read.lines}
    for (line, pack, units), check in zip(looked, checks, strict=True):
        use, state = used[pack.code.uid]
        views[line.line].append(
            PackView(
                uid=pack.code.uid,
                use=use,
                gtin=pack.code.gtin,
                lot=pack.code.lot,
                expiry=pack.code.expiry,
                count=units,
                state=state,
                verdict=check.verdict,
                level=check.level,
                checked_at=check.at,
            )
        )
    return views
