"""What a pharmacy holds and what it handed over, all of it keyed by SHABAD."""

import uuid
from datetime import datetime
from decimal import Decimal

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, Text, UniqueConstraint, text
from sqlmodel import Field

from codings.base import Row, new_id
from codings.tables import AMOUNT, as_text
from pharmacy.states import DispenseState

DISPENSE_KEY = ["shabad", "n", "d"]


def _of_prescription() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["shabad", "n"], ["prescription.shabad", "prescription.n"])


def _of_item() -> ForeignKeyConstraint:
    columns = ["shabad", "n", "item"]
    return ForeignKeyConstraint(columns, [f"prescription_item.{column}" for column in columns])


def _of_dispense() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(DISPENSE_KEY, [f"dispense.{column}" for column in DISPENSE_KEY])


class Acceptance(Row, table=True):
    """The one pharmacy that may dispense a prescription now. One row a prescription, taken by compare-and-set.

    It is live while it is not released and `expires_at` lies ahead; nobody writes its expiry anywhere.
    """

    __tablename__ = "acceptance"
    __table_args__ = (
        UniqueConstraint("shabad", "acceptance"),
        _of_prescription(),
        CheckConstraint("expires_at > accepted_at", name="expiry"),
        Index("ix_acceptance_acceptance", "acceptance"),
        Index("ix_acceptance_queue", "pharmacy", "expires_at", postgresql_where=text("released_at IS NULL")),
    )

    shabad: str = Field(primary_key=True)
    n: int = Field(primary_key=True)
    acceptance: uuid.UUID  # what the pharmacy names it by; another one after each release
    pharmacy: str = Field(foreign_key="centre.siam")
    accepted_by: str
    accepted_at: datetime
    expires_at: datetime
    released_at: datetime | None = None

    def live(self, at: datetime) -> bool:
        """Whether the prescription is held at this instant."""
        return self.released_at is None and self.expires_at > at


class AcceptanceStatus(Row, table=True):
    """Each time an acceptance was taken, resumed or released."""

    __tablename__ = "acceptance_status"
    __table_args__ = (Index("ix_acceptance_status_prescription", "shabad", "n", "at"),)

    shabad: str = Field(primary_key=True)
    id: uuid.UUID = Field(default_factory=new_id, primary_key=True)
    n: int
    acceptance: uuid.UUID
    pharmacy: str
    from_state: str | None = None
    to_state: str
    at: datetime
    by: str
    why: str | None = None


class Dispense(Row, table=True):
    """One handing over on one prescription, by one pharmacist of one pharmacy."""

    __tablename__ = "dispense"
    __table_args__ = (
        _of_prescription(),
        CheckConstraint("d > 0", name="number"),
        Index("ix_dispense_pharmacy", "pharmacy", "dispensed_at"),
    )

    shabad: str = Field(primary_key=True)
    n: int = Field(primary_key=True)
    d: int = Field(primary_key=True)
    pharmacy: str = Field(foreign_key="centre.siam")
    pharmacist: str = Field(foreign_key="practitioner.council")
    dispensed_at: datetime
    state: DispenseState = Field(sa_type=as_text(DispenseState))
    acceptance: uuid.UUID
    release: str  # of the product list whose prices were taken
    receipt: str | None = Field(default=None, sa_type=Text)  # JWS of the service
    statement: uuid.UUID | None = None  # the insurer's room keeps it; no foreign key points upward


class DispenseLine(Row, table=True):
    """A quantity of one product for one item. Price, pack size and gross are decided here, once."""

    __tablename__ = "dispense_line"
    __table_args__ = (
        _of_dispense(),
        _of_item(),
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("gross >= 0", name="gross"),
    )

    shabad: str = Field(primary_key=True)
    n: int = Field(primary_key=True)
    d: int = Field(primary_key=True)
    line: int = Field(primary_key=True)
    item: int
    generic: str
    irc: str = Field(foreign_key="product.irc")
    quantity: Decimal = Field(sa_type=AMOUNT)  # in the prescribing unit
    pack_price: int = Field(sa_type=BigInteger)  # Rial
    pack_size: Decimal = Field(sa_type=AMOUNT)
    gross: int = Field(sa_type=BigInteger)  # Rial
    substitution_reason: str | None = None


class WindowUse(Row, table=True):
    """How much of a dispense was drawn from which window of an item: what a return puts back."""

    __tablename__ = "window_use"
    __table_args__ = (
        _of_dispense(),
        ForeignKeyConstraint(
            ["shabad", "n", "item", "window"],
            ["item_window.shabad", "item_window.n", "item_window.item", "item_window.window"],
        ),
        CheckConstraint("quantity > 0", name="quantity"),
    )

    shabad: str = Field(primary_key=True)
    n: int = Field(primary_key=True)
    d: int = Field(primary_key=True)
    item: int = Field(primary_key=True)
    window: int = Field(primary_key=True)
    quantity: Decimal = Field(sa_type=AMOUNT)


class NotDispensed(Row, table=True):
    """Why an item, or what remains of it, was not handed over this time."""

    __tablename__ = "not_dispensed"
    __table_args__ = (_of_dispense(), _of_item())

    shabad: str = Field(primary_key=True)
    n: int = Field(primary_key=True)
    d: int = Field(primary_key=True)
    item: int = Field(primary_key=True)
    reason: str


class DispenseOverride(Row, table=True):
    """A finding the pharmacist went past, with the reason."""

    __tablename__ = "dispense_override"
    __table_args__ = (_of_dispense(),)

    shabad: str = Field(primary_key=True)
    n: int = Field(primary_key=True)
    d: int = Field(primary_key=True)
    finding: str = Field(primary_key=True)
    reason: str


class DispenseStatus(Row, table=True):
    """Each change of a dispense's state; of a return, `why` is its reason."""

    __tablename__ = "dispense_status"
    __table_args__ = (_of_dispense(), Index("ix_dispense_status_dispense", *DISPENSE_KEY, "at"))

    shabad: str = Field(primary_key=True)
    id: uuid.UUID = Field(default_factory=new_id, primary_key=True)
    n: int
    d: int
    from_state: str | None = None
    to_state: str
    at: datetime
    by: str
    why: str | None = None
