"""Cost statements, and the claims a dispense gives rise to: one for each insurer that owes a part of it."""

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, Text, UniqueConstraint, text
from sqlmodel import Field

from codings.base import Row, new_id
from codings.tables import as_text
from insurer.states import ClaimKind, ClaimState, VersionKind
from insurer.tables.coverage import JSON

CLAIM_KEY = ["shabad", "n", "d", "insurer"]


class CostStatement(Row, table=True):
    """Who pays how much of what, with the rules and prices it was worked out with. Never changed."""

    __tablename__ = "cost_statement"

    shabad: str = Field(foreign_key="shabad.shabad", primary_key=True)
    id: uuid.UUID = Field(default_factory=new_id, primary_key=True)
    n: int
    d: int | None = None  # None: a price asked beforehand
    lines: list[dict[str, Any]] = Field(sa_type=JSON)
    totals: dict[str, int] = Field(sa_type=JSON)
    rules_sha256: str  # of the cover: the plans and percentages that were applied
    prices_release: str
    inputs_sha256: str  # of lines, cover and releases: the same inputs give the same statement
    made_at: datetime
    expires_at: datetime


class Claim(Row, table=True):
    """One insurer's part of one dispense."""

    __tablename__ = "claim"
    __table_args__ = (
        UniqueConstraint("shabad", "number"),
        ForeignKeyConstraint(["shabad", "n", "d"], ["dispense.shabad", "dispense.n", "dispense.d"]),
        CheckConstraint("amount > 0 AND amount <= gross", name="amount"),
        CheckConstraint("approved BETWEEN 0 AND amount", name="approved"),
        CheckConstraint("paid BETWEEN 0 AND amount", name="paid"),
        CheckConstraint(
            "state IN ('held', 'void') OR (packs_at IS NOT NULL AND shabad_at IS NOT NULL AND ehr_at IS NOT NULL)",
            name="gates",
        ),
        Index("ix_claim_insurer", "insurer", "created_at", "number"),
        # The desk's lists: by service day, by amount, and how old the open claims of each state are.
        Index("ix_claim_insurer_day", "insurer", "service_day", "number"),
        Index("ix_claim_insurer_amount", "insurer", "amount", "number"),
        Index("ix_claim_insurer_state", "insurer", "state", "service_day"),
        Index("ix_claim_pharmacy", "pharmacy", "created_at", "number"),
        Index("ix_claim_held", "created_at", "number", postgresql_where=text("state = 'held'")),
    )

    shabad: str = Field(foreign_key="shabad.shabad", primary_key=True)
    n: int = Field(primary_key=True)
    d: int = Field(primary_key=True)
    insurer: str = Field(foreign_key="insurer.code", primary_key=True)
    number: str  # SHABAD-1.2-TAM
    pharmacy: str = Field(foreign_key="centre.siam")
    state: ClaimState = Field(sa_type=as_text(ClaimState))
    kind: ClaimKind = Field(sa_type=as_text(ClaimKind))
    amount: int = Field(sa_type=BigInteger)  # what this insurer is asked for
    gross: int = Field(sa_type=BigInteger)
    approved: int | None = Field(default=None, sa_type=BigInteger)  # by the decision that stands
    paid: int = Field(default=0, sa_type=BigInteger)
    version: int = 1
    statement: uuid.UUID
    service_day: date  # in Tehran
    packs_at: datetime | None = None
    shabad_at: datetime | None = None
    ehr_at: datetime | None = None
    packs_proof: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    shabad_proof: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    ehr_proof: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    after_basic: bool = False  # the plan wants the basic insurer's decision first
    basic_at: datetime | None = None
    basic_proof: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    held_for: str | None = Field(default=None, sa_type=Text)  # the last refusal of a gate, in words
    declaration: str | None = Field(default=None, foreign_key="declaration.number")
    created_at: datetime


class ClaimVersion(Row, table=True):
    """What an insurer was told, word for word. `line` is written once, when the version becomes ready."""

    __tablename__ = "claim_version"
    __table_args__ = (
        ForeignKeyConstraint(CLAIM_KEY, [f"claim.{column}" for column in CLAIM_KEY]),
        CheckConstraint("(kind = 'reversal') = (amount < 0)", name="sign"),
        CheckConstraint("(line IS NULL) = (sha256 IS NULL)", name="line"),
    )

    shabad: str = Field(primary_key=True)
    n: int = Field(primary_key=True)
    d: int = Field(primary_key=True)
    insurer: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    kind: VersionKind = Field(sa_type=as_text(VersionKind))
    line: bytes | None = None
    sha256: str | None = None
    amount: int = Field(sa_type=BigInteger)  # negative for a reversal


class ClaimStatus(Row, table=True):
    """Each change of a claim's state; a gate's refusal is a row that stays in its state."""

    __tablename__ = "claim_status"
    __table_args__ = (
        ForeignKeyConstraint(CLAIM_KEY, [f"claim.{column}" for column in CLAIM_KEY]),
        Index("ix_claim_status_claim", "shabad", "n", "d", "insurer", "at"),
    )

    shabad: str = Field(primary_key=True)
    id: uuid.UUID = Field(default_factory=new_id, primary_key=True)
    n: int
    d: int
    insurer: str
    from_state: str | None = None
    to_state: str
    at: datetime
    by: str
    why: str | None = Field(default=None, sa_type=Text)
