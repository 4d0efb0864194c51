"""Reading claims: lists, one in full, the evidence behind one, and those that wait at a gate.

An insurer sees what it is asked for, a pharmacy what it handed over, the service itself everything.
"""

import base64
import binascii
import contextlib
import json
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Text, Uuid, any_, false, literal, true, tuple_
from sqlmodel import Session, col, select

from codings.base import Actor, Role
from insurer.outcomes import ClaimUnknown
from insurer.queries.coverage import StateChange
from insurer.states import ClaimNumber, ClaimState, Gate, VersionKind
from insurer.tables.claims import Claim, ClaimStatus, ClaimVersion, CostStatement
from insurer.tables.payments import Appeal, ClaimResult, Deduction, RemittanceLine
from pharmacy.states import DispenseNumber
from pharmacy.tables import Dispense

GATE_COLUMNS = {Gate.PACKS: "packs_at", Gate.SHABAD: "shabad_at", Gate.EHR: "ehr_at"}


@dataclass(frozen=True, slots=True)
class ClaimPage:
    """Some claims, newest first, and the opaque cursor of those after them."""

    items: Sequence[Claim]
    next: str | None


@dataclass(frozen=True, slots=True)
class ClaimView:
    """A claim with all that was ever said about it."""

    claim: Claim
    statement: CostStatement  # who owes what of each line, step by step
    versions: Sequence[ClaimVersion]
    history: tuple[StateChange, ...]
    evidence: dict[str, Any] | None  # what the insurer was sent, of the newest version that asks for money
    results: Sequence[ClaimResult]
    deductions: Sequence[Deduction]
    appeals: Sequence[Appeal]
    payments: Sequence[RemittanceLine]

    @property
    def closed_gates(self) -> list[Gate]:
        """What is still missing before it may go out; empty once it has gone."""
        return closed_gates(self.claim)


def closed_gates(claim: Claim) -> list[Gate]:
    """The gates of a held claim that are not open yet."""
    if claim.state is not ClaimState.HELD:
        return []
    return [gate for gate, column in GATE_COLUMNS.items() if getattr(claim, column) is None]


def claims(
    session: Session,
    *,
    by: Actor,
    state: ClaimState | None = None,
    day_from: date | None = None,
    day_to: date | None = None,
    limit: int = 50,
    cursor: str | None = None,
) -> ClaimPage:
    """The actor's claims, newest first: of one state, of service days from and to (both included)."""
    query = select(Claim).where(visible(by))
    if state is not None:
        query = query.where(Claim.state == state)
    if day_from is not None:
        query = query.where(col(Claim.service_day) >= day_from)
    if day_to is not None:
        query = query.where(col(Claim.service_day) <= day_to)
    after = _read_cursor(cursor)
    if (
        after is not None
    ):  # compared as a row, which an index can begin at: a page costs the same at any depth
        query = query.where(tuple_(col(Claim.created_at), col(Claim.number)) < after)
    query = query.order_by(col(Claim.created_at).desc(), col(Claim.number).desc()).limit(limit + 1)
    rows = session.exec(query).all()
    more = len(rows) > limit
    return ClaimPage(rows[:limit], _write_cursor(rows[limit - 1]) if more else None)


def _write_cursor(claim: Claim) -> str:
    return base64.urlsafe_b64encode(f"{claim.created_at.isoformat()} {claim.number}".encode()).decode()


def _read_cursor(cursor: str | None) -> tuple[datetime, str] | None:
    """Where a page ended; a cursor that is not one of ours starts from the beginning."""
    try:
        at, _, number = base64.urlsafe_b64decode((cursor or "").encode()).decode().rpartition(" ")
        return datetime.fromisoformat(at), number
    except (binascii.Error, ValueError):
        return None


def visible(by: Actor) -> ColumnElement[bool]:
    """Which claims this actor may see at all."""
    if by.role is Role.SERVICE:
        return true()
    if by.insurer is not None:
        return col(Claim.insurer) == by.insurer
    if by.centre is not None:
        return col(Claim.pharmacy) == by.centre
    return false()


def find(session: Session, *, number: str, by: Actor) -> Claim:
    """The claim with this number, if the actor may see it; ClaimUnknown otherwise, whatever the reason."""
    try:
        shabad = ClaimNumber.parse(number).shabad
    except ValueError:
        raise ClaimUnknown(pointer="/claim") from None
    query = select(Claim).where(Claim.shabad == shabad, Claim.number == number, visible(by))
    found = session.exec(query.execution_options(populate_existing=True)).first()
    if found is None:
        raise ClaimUnknown(pointer="/claim")
    return found


def find_own(session: Session, *, number: str, by: Actor) -> Claim:
    """A claim of the actor's own pharmacy, locked: an insurer may see it but answers for it as little as a stranger."""
    if by.insurer is not None:
        raise ClaimUnknown(pointer="/claim")
    found = find(session, number=number, by=by)
    return locked_by_number(session, insurer=found.insurer, numbers={number})[number]


def among(column: Any, values: Collection[Any]) -> ColumnElement[bool]:
    """`column` is one of `values`, as one array: a file may name more than a statement has room for parameters."""
    wanted = list(values)
    if not wanted:
        return false()
    kind: Any = Uuid if isinstance(wanted[0], uuid.UUID) else Text
    return col(column) == any_(literal(wanted, ARRAY(kind)))


def locked(session: Session, *, dispense: DispenseNumber) -> list[Claim]:
    """The claims of one dispense as they are now, locked, always in the same order: the basic one first."""
    which = (Claim.shabad == dispense.shabad, Claim.n == dispense.n, Claim.d == dispense.d)
    return _lock(session, which, col(Claim.kind))


def locked_by_number(session: Session, *, insurer: str, numbers: Collection[str]) -> dict[str, Claim]:
    """One insurer's claims by number, locked, always in the same order; those it has not are not there."""
    wanted = {}
    for number in numbers:
        with contextlib.suppress(ValueError):
            wanted[number] = ClaimNumber.parse(number).shabad
    which = (
        Claim.insurer == insurer,
        among(Claim.shabad, set(wanted.values())),
        among(Claim.number, wanted),
    )
    return {found.number: found for found in _lock(session, which, col(Claim.number))}


def _lock(session: Session, which: Sequence[Any], order: Any) -> list[Claim]:
    """Claims, locked after their dispenses: a return locks the dispense first, and so does everybody else.

    PostgreSQL looks at the dispense again when a transaction changes a claim twice; it must not wait there for a
    return that already waits for the claim.
    """
    its_dispense = (
        (col(Dispense.shabad) == col(Claim.shabad))
        & (col(Dispense.n) == col(Claim.n))
        & (col(Dispense.d) == col(Claim.d))
    )
    held = select(Dispense.d).join(Claim, its_dispense).where(*which).order_by(order)
    session.exec(held.with_for_update(read=True, key_share=True, of=Dispense)).all()
    query = select(Claim).where(*which).order_by(order).with_for_update()
    return list(session.exec(query.execution_options(populate_existing=True)))


def claim(session: Session, *, number: str, by: Actor) -> ClaimView:
    """One claim in full, for its insurer or its pharmacy."""
    row = find(session, number=number, by=by)
    versions = session.exec(
        select(ClaimVersion).where(*_same(ClaimVersion, row)).order_by(col(ClaimVersion.version))
    ).all()
    changes = session.exec(
        select(ClaimStatus).where(*_same(ClaimStatus, row)).order_by(col(ClaimStatus.at), col(ClaimStatus.id))
    )
    asked = [version.line for version in versions if version.kind is VersionKind.ORIGINAL and version.line]
    return ClaimView(
        claim=row,
        statement=session.get_one(CostStatement, (row.shabad, row.statement)),
        versions=versions,
        history=tuple(StateChange(c.from_state, c.to_state, c.at, c.by, c.why) for c in changes),
        evidence=json.loads(asked[-1]) if asked else None,
        results=session.exec(
            select(ClaimResult)
            .where(ClaimResult.insurer == row.insurer, ClaimResult.claim == row.number)
            .order_by(col(ClaimResult.version), col(ClaimResult.result_no))
        ).all(),
        deductions=session.exec(
            select(Deduction)
            .where(Deduction.insurer == row.insurer, Deduction.claim == row.number)
            .order_by(
                col(Deduction.version),
                col(Deduction.result_no),
                col(Deduction.line),
                col(Deduction.position),
            )
        ).all(),
        appeals=session.exec(
            select(Appeal)
            .where(Appeal.insurer == row.insurer, Appeal.claim == row.number)
            .order_by(col(Appeal.at))
        ).all(),
        payments=session.exec(
            select(RemittanceLine)
            .where(RemittanceLine.insurer == row.insurer, RemittanceLine.claim == row.number)
            .order_by(col(RemittanceLine.payment_no), col(RemittanceLine.position))
        ).all(),
    )


def _same(table: type[ClaimVersion] | type[ClaimStatus], row: Claim) -> tuple[ColumnElement[bool], ...]:
    return (
        col(table.shabad) == row.shabad,
        col(table.n) == row.n,
        col(table.d) == row.d,
        col(table.insurer) == row.insurer,
    )


def claims_of_dispense(session: Session, *, number: DispenseNumber, by: Actor) -> list[Claim]:
    """What of one dispense was claimed, from whom; the basic insurer first."""
    query = select(Claim).where(
        Claim.shabad == number.shabad, Claim.n == number.n, Claim.d == number.d, visible(by)
    )
    return list(session.exec(query.order_by(col(Claim.kind), col(Claim.insurer))))


def waiting_gates(session: Session, gate: Gate, limit: int) -> list[DispenseNumber]:
    """Dispenses whose claims wait for this gate, oldest first: what a job has to ask about again."""
    column = col(getattr(Claim, GATE_COLUMNS[gate]))
    rows = session.exec(
        select(Claim.shabad, Claim.n, Claim.d)
        .where(Claim.state == ClaimState.HELD, column.is_(None))
        .order_by(col(Claim.created_at), col(Claim.number))
        .limit(limit * 2)  # a dispense has at most two claims
    )
    return list(dict.fromkeys(DispenseNumber(*row) for row in rows))[:limit]
