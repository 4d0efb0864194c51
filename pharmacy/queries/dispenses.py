"""What was handed over, as the pharmacy, the insurer's room and the prescription's own page read it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, tuple_
from sqlmodel import Session, col, select

from codings import sql
from codings.base import Actor, Role
from codings.tables import Product
from pharmacy.outcomes import DispenseUnknown
from pharmacy.states import DispenseNumber, DispenseState, PackUseState, Verdict
from pharmacy.tables import (
    AuthenticityCheck,
    Dispense,
    DispenseLine,
    DispenseOverride,
    DispenseStatus,
    NotDispensed,
    PackUse,
)
from prescriber.states import Number
from prescriber.tables import Patient, Prescription


@dataclass(frozen=True, slots=True, kw_only=True)
class PackView:
    """Units of one pack in one line, and what was said of the pack when it was handed over."""

    uid: str
    use: UUID
    gtin: str
    lot: str
    expiry: date
    count: Decimal
    state: PackUseState
    verdict: Verdict
    level: int
    checked_at: datetime
    supplied_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LineView:
    """A quantity of one product for one item, with its price as it was decided."""

    line: int
    item: int
    generic: str
    irc: str
    product_fa: str
    product_en: str
    quantity: Decimal
    pack_price: int
    pack_size: Decimal
    gross: int
    substitution_reason: str | None
    packs: tuple[PackView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DispenseView:
    """Everything about one dispense. Money is Rial, quantities are in the prescribing unit."""

    number: DispenseNumber
    pharmacy: str
    pharmacist: str
    dispensed_at: datetime
    state: DispenseState
    acceptance: UUID
    release: str
    lines: tuple[LineView, ...]
    not_dispensed: tuple[tuple[int, str], ...] = ()  # item, reason
    overrides: tuple[tuple[str, str], ...] = ()  # finding, reason
    receipt: str | None = None
    statement: UUID | None = None
    returned_at: datetime | None = None
    return_reason: str | None = None

    @property
    def gross(self) -> int:
        return sum(line.gross for line in self.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recent:
    """One row of a pharmacy's list of dispenses."""

    number: DispenseNumber
    dispensed_at: datetime
    state: DispenseState
    pharmacist: str
    patient: str  # name
    lines: int
    gross: int


def dispense(session: Session, *, number: DispenseNumber, by: Actor) -> DispenseView:
    """A dispense of this pharmacy. Raises DispenseUnknown, also for another pharmacy's.

    Whose it is, is part of the question: what is not theirs takes strangers as long as what is not there.
    """
    return _one(session, number, () if by.role is Role.SERVICE else (Dispense.pharmacy == by.centre,))


def dispense_unscoped(session: Session, *, number: DispenseNumber) -> DispenseView:
    """A dispense, whoever asks: for flows that have already shown that the asker may. Raises DispenseUnknown."""
    return _one(session, number, ())


def _one(
    session: Session, number: DispenseNumber, scope: Sequence[ColumnElement[bool] | bool]
) -> DispenseView:
    there = (Dispense.shabad == number.shabad, Dispense.n == number.n, Dispense.d == number.d)
    found = _views(session, (*there, *scope))
    if not found:
        raise DispenseUnknown
    return found[0]


def dispenses_of(session: Session, *, number: Number) -> list[DispenseView]:
    """Every dispense of a prescription, the first one first, returned ones included."""
    there = "WHERE shabad = %(shabad)s AND n = %(n)s"
    if not sql.run(session, f"SELECT 1 FROM dispense {there} LIMIT 1", number._asdict()):  # noqa: S608  said above
        return []  # the ordinary answer, without building the rest of the question
    return _views(session, (Dispense.shabad == number.shabad, Dispense.n == number.n))


def any_standing(session: Session, *, shabad: str) -> bool:
    """Whether anything was handed over on this SHABAD and did not come back."""
    there = (Dispense.shabad == shabad, Dispense.state != DispenseState.RETURNED)
    return session.exec(select(select(Dispense.d).where(*there).exists())).one()


def recent(session: Session, *, by: Actor, limit: int = 50) -> list[Recent]:
    """This pharmacy's newest dispenses, the newest first, returned ones included."""
    of_dispense = (
        DispenseLine.shabad == Dispense.shabad,
        DispenseLine.n == Dispense.n,
        DispenseLine.d == Dispense.d,
    )
    query = (
        select(
            Dispense,
            Patient.name,
            select(func.count()).select_from(DispenseLine).where(*of_dispense).scalar_subquery(),
            select(func.sum(DispenseLine.gross)).where(*of_dispense).scalar_subquery(),
        )
        .join(
            Prescription,
            (col(Prescription.shabad) == col(Dispense.shabad)) & (col(Prescription.n) == col(Dispense.n)),
        )
        .join(Patient, col(Patient.id) == col(Prescription.patient))
        .where(Dispense.pharmacy == by.centre)
        .order_by(col(Dispense.dispensed_at).desc(), Dispense.shabad, col(Dispense.n), col(Dispense.d))
        .limit(limit)
    )
    return [
        Recent(
            number=DispenseNumber(row.shabad, row.n, row.d),
            dispensed_at=row.dispensed_at,
            state=row.state,
            pharmacist=row.pharmacist,
            patient=name,
            lines=lines,
            gross=int(gross),
        )
        for row, name, lines, gross in session.exec(query)
    ]


def _views(session: Session, where: Sequence[ColumnElement[bool] | bool]) -> list[DispenseView]:
    """The views of all dispenses that fit, with one statement for each kind of thing they are made of."""
    query = select(Dispense).where(*where).order_by(Dispense.shabad, col(Dispense.n), col(Dispense.d))
    dispenses = session.exec(query.execution_options(populate_existing=True)).all()
    keys = [_key(row) for row in dispenses]
    if not keys:
        return []
    lines = _lines(session, keys)
    not_dispensed = _grouped(session, select(NotDispensed).where(_among(NotDispensed, keys)))
    overrides = _grouped(session, select(DispenseOverride).where(_among(DispenseOverride, keys)))
    steps = select(DispenseStatus).where(_among(DispenseStatus, keys))
    returns = _grouped(session, steps.where(DispenseStatus.to_state == DispenseState.RETURNED.value))
    return [
        DispenseView(
            number=key,
            pharmacy=row.pharmacy,
            pharmacist=row.pharmacist,
            dispensed_at=row.dispensed_at,
            state=row.state,
            acceptance=row.acceptance,
            release=row.release,
            lines=tuple(lines[key]),
            not_dispensed=tuple(sorted((said.item, said.reason) for said in not_dispensed[key])),
            overrides=tuple(sorted((said.finding, said.reason) for said in overrides[key])),
            receipt=row.receipt,
            statement=row.statement,
            returned_at=next((step.at for step in returns[key]), None),
            return_reason=next((step.why for step in returns[key]), None),
        )
        for key, row in zip(keys, dispenses, strict=True)
    ]


def _key(row: Any) -> DispenseNumber:
    return DispenseNumber(row.shabad, row.n, row.d)


def _grouped(session: Session, query: Any) -> defaultdict[DispenseNumber, list[Any]]:
    """Rows of one table by the dispense they belong to."""
    rows: defaultdict[DispenseNumber, list[Any]] = defaultdict(list)
    for row in session.exec(query):
        rows[_key(row)].append(row)
    return rows


def _lines(session: Session, keys: Sequence[DispenseNumber]) -> dict[DispenseNumber, list[LineView]]:
    packs: defaultdict[tuple[Any, ...], list[PackView]] = defaultdict(list)
    uses = (
        select(PackUse, AuthenticityCheck)
        .join(
            AuthenticityCheck,
            (col(AuthenticityCheck.uid) == col(PackUse.uid))
            & (col(AuthenticityCheck.id) == col(PackUse.check_id)),
        )
        .where(_among(PackUse, keys))
        .order_by(col(PackUse.uid))
        .execution_options(populate_existing=True)
    )
    for use, check in session.exec(uses):
        packs[use.shabad, use.n, use.d, use.line].append(pack_view(use, check))
    lines: defaultdict[DispenseNumber, list[LineView]] = defaultdict(list)
    query = (
        select(DispenseLine, Product)
        .join(Product, col(Product.irc) == col(DispenseLine.irc))
        .where(_among(DispenseLine, keys))
        .order_by(col(DispenseLine.line))
    )
    for line, product in session.exec(query):
        key = _key(line)
        lines[key].append(line_view(line, product, packs[(*key, line.line)]))
    return lines


def _among(table: Any, keys: Sequence[DispenseNumber]) -> ColumnElement[bool]:
    return tuple_(table.shabad, table.n, table.d).in_([tuple(key) for key in keys])


def line_view(line: DispenseLine, product: Product, packs: Sequence[PackView]) -> LineView:
    """A stored line with the names of its product and its packs, which come in the order of their UIDs."""
    return LineView(
        line=line.line,
        item=line.item,
        generic=line.generic,
        irc=line.irc,
        product_fa=product.name_fa,
        product_en=product.name_en,
        quantity=line.quantity,
        pack_price=line.pack_price,
        pack_size=line.pack_size,
        gross=line.gross,
        substitution_reason=line.substitution_reason,
        packs=tuple(packs),
    )


def pack_view(use: PackUse, check: AuthenticityCheck) -> PackView:
    """A stored use with the check it stands on."""
    return PackView(
        uid=use.uid,
        use=use.id,
        gtin=check.gtin,
        lot=check.lot,
        expiry=check.expiry,
        count=use.count,
        state=use.state,
        verdict=check.verdict,
        level=check.level,
        checked_at=check.at,
        supplied_at=use.supplied_at,
    )
