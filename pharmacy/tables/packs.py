"""Packs, what was taken of them, what was said of them, and what is to be looked into: all of it keyed by UID."""

import uuid
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from codings.base import Row, new_id
from codings.tables import AMOUNT, as_text
from pharmacy.states import PackUseState, Verdict

JSON = JSONB(none_as_null=True)  # None is SQL's NULL, never the JSON word null


class Pack(Row, table=True):
    """One saleable unit and how much of it is handed over: the counter that nobody can overdraw.

    `pharmacy` is set while a part is taken, since the rest of an opened pack lies there and nowhere else.
    """

    __tablename__ = "pack"
    __table_args__ = (
        CheckConstraint("taken >= 0 AND taken <= size", name="taken"),
        CheckConstraint("(taken = 0) = (pharmacy IS NULL)", name="holder"),
    )

    uid: str = Field(primary_key=True)
    gtin: str
    irc: str = Field(foreign_key="product.irc")
    lot: str
    expiry: date
    size: Decimal = Field(sa_type=AMOUNT)
    taken: Decimal = Field(default=Decimal(0), sa_type=AMOUNT)
    pharmacy: str | None = Field(default=None, foreign_key="centre.siam")


class AuthenticityCheck(Row, table=True):
    """One look at a pack and what was said of it. Only ever added to."""

    __tablename__ = "authenticity_check"
    __table_args__ = (
        CheckConstraint("level BETWEEN 0 AND 5", name="level"),
        CheckConstraint("source IN ('authority', 'local')", name="source"),
        Index("ix_authenticity_check_uid", "uid", "at"),
    )

    uid: str = Field(primary_key=True)
    id: uuid.UUID = Field(default_factory=new_id, primary_key=True)
    gtin: str
    lot: str
    expiry: date
    pharmacy: str
    at: datetime
    by: str
    verdict: Verdict = Field(sa_type=as_text(Verdict))
    level: int
    source: str
    answer: dict[str, Any] | None = Field(default=None, sa_type=JSON)  # the authority's, as it came
    request_id: str | None = None


class PackUse(Row, table=True):
    """Units of a pack set aside for an acceptance or handed over in a dispense, and what the authority knows of it."""

    __tablename__ = "pack_use"
    __table_args__ = (
        ForeignKeyConstraint(["uid"], ["pack.uid"]),
        ForeignKeyConstraint(["uid", "check_id"], ["authenticity_check.uid", "authenticity_check.id"]),
        CheckConstraint("count > 0", name="count"),
        CheckConstraint(
            "state NOT IN ('reserved', 'released') OR (acceptance IS NOT NULL AND reserved_until IS NOT NULL)",
            name="reservation",
        ),
        CheckConstraint(
            "state IN ('reserved', 'released') OR num_nonnulls(shabad, n, d, line, check_id) = 5",
            name="handed_over",
        ),
        Index("uq_pack_use_reserved", "uid", unique=True, postgresql_where=text("state = 'reserved'")),
        Index("ix_pack_use_acceptance", "acceptance", postgresql_where=text("state = 'reserved'")),
        Index("ix_pack_use_dispense", "shabad", "n", "d", postgresql_where=text("shabad IS NOT NULL")),
        Index("ix_pack_use_unverified", "at", postgresql_where=text("state = 'pending_verify'")),
        Index(
            "ix_pack_use_unregistered",
            "at",
            postgresql_where=text("state = 'consumed' AND supplied_at IS NULL AND supply_refused IS NULL"),
        ),
        Index(
            "ix_pack_use_unreactivated",
            "at",
            postgresql_where=text(
                "state = 'returned' AND supplied_at IS NOT NULL"
                " AND reactivated_at IS NULL AND reactivation_refused IS NULL"
            ),
        ),
    )

    uid: str = Field(primary_key=True)
    id: uuid.UUID = Field(default_factory=new_id, primary_key=True)
    state: PackUseState = Field(sa_type=as_text(PackUseState))
    count: Decimal = Field(sa_type=AMOUNT)  # units; of a reservation, all that is left in the pack
    pharmacy: str
    at: datetime
    acceptance: uuid.UUID | None = None
    reserved_until: datetime | None = None
    shabad: str | None = None
    n: int | None = None
    d: int | None = None
    line: int | None = None
    check_id: uuid.UUID | None = (
        None  # the look on which it was handed over, or by which that was settled later
    )
    supplied_at: datetime | None = None
    supply_proof: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    supply_refused: str | None = None
    reactivated_at: datetime | None = None
    reactivation_proof: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    reactivation_refused: str | None = None


class PackUseStatus(Row, table=True):
    """Each change of a pack use's state."""

    __tablename__ = "pack_use_status"
    __table_args__ = (
        ForeignKeyConstraint(["uid", "use"], ["pack_use.uid", "pack_use.id"]),
        Index("ix_pack_use_status_use", "uid", "use", "at"),
    )

    uid: str = Field(primary_key=True)
    id: uuid.UUID = Field(default_factory=new_id, primary_key=True)
    use: uuid.UUID
    from_state: str | None = None
    to_state: str
    at: datetime
    by: str
    why: str | None = None


class PackCase(Row, table=True):
    """A pack that was handed over and that the authority then refused: somebody has to look into it."""

    __tablename__ = "pack_case"
    __table_args__ = (
        ForeignKeyConstraint(["uid", "use"], ["pack_use.uid", "pack_use.id"]),
        CheckConstraint("(closed_at IS NULL) = (resolution IS NULL)", name="closed"),
        Index("uq_pack_case_open", "uid", "use", unique=True, postgresql_where=text("closed_at IS NULL")),
        Index("ix_pack_case_pharmacy", "pharmacy", "opened_at", postgresql_where=text("closed_at IS NULL")),
    )

    uid: str = Field(primary_key=True)
    id: uuid.UUID = Field(default_factory=new_id, primary_key=True)
    use: uuid.UUID
    pharmacy: str
    shabad: str
    n: int
    d: int
    reason: str
    opened_at: datetime
    closed_at: datetime | None = None
    closed_by: str | None = None
    resolution: str | None = Field(default=None, max_length=200)
