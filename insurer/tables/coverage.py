"""Insurers, their plans and insured, what was asked at the desk, and the SHABADs issued on it."""

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from codings.base import Row, new_id
from codings.tables import as_text
from insurer.share import Rounding, SupplementaryBase
from insurer.states import ClaimKind, Cob, CoverageState, InquirySource, InsurerKind, ShabadState
from prescriber.states import Sex

JSON = JSONB(none_as_null=True)  # None is SQL's NULL, never the JSON word null


class Insurer(Row, table=True):
    """An insurer, or the self-pay "insurer" 37."""

    __tablename__ = "insurer"

    code: str = Field(primary_key=True, max_length=10)
    name_fa: str
    name_en: str
    kind: InsurerKind = Field(sa_type=as_text(InsurerKind))
    abbr: str = Field(unique=True, max_length=8)  # ends a claim number: SHABAD-1.2-TAM


class Plan(Row, table=True):
    """What a fund of an insurer pays from a day on. The newest one begun by a service day holds for it."""

    __tablename__ = "plan"
    __table_args__ = (
        UniqueConstraint("insurer", "fund", "effective_from"),
        CheckConstraint("basic_bp BETWEEN 0 AND 10000", name="basic_bp"),
        CheckConstraint("supplementary_bp BETWEEN 0 AND 10000", name="supplementary_bp"),
    )

    insurer: str = Field(foreign_key="insurer.code", primary_key=True)
    fund: str = Field(primary_key=True)
    code: str = Field(primary_key=True)  # the edition: "1405"
    name_fa: str = ""
    name_en: str = ""
    basic_bp: int
    supplementary_bp: int
    supplementary_base: SupplementaryBase = Field(sa_type=as_text(SupplementaryBase))
    cob: Cob = Field(sa_type=as_text(Cob))
    rounding: Rounding = Field(sa_type=as_text(Rounding))
    effective_from: date
    source: str  # the circular it comes from


class Coverage(Row, table=True):
    """One person insured with one insurer, as that insurer last said."""

    __tablename__ = "coverage"
    __table_args__ = (
        UniqueConstraint("insurer", "member_no"),
        CheckConstraint("(national_id IS NULL) <> (fida IS NULL)", name="one_identifier"),
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="period"),
        Index("ix_coverage_national_id", "national_id", postgresql_where=text("national_id IS NOT NULL")),
        Index("ix_coverage_fida", "fida", postgresql_where=text("fida IS NOT NULL")),
    )

    insurer: str = Field(foreign_key="insurer.code", primary_key=True)
    id: uuid.UUID = Field(default_factory=new_id, primary_key=True)
    national_id: str | None = None
    fida: str | None = None
    kind: ClaimKind = Field(sa_type=as_text(ClaimKind))
    fund: str
    member_no: str
    name: str
    birth_date: date
    sex: Sex = Field(sa_type=as_text(Sex))
    valid_from: date
    valid_to: date | None = None
    state: CoverageState = Field(default=CoverageState.ACTIVE, sa_type=as_text(CoverageState))
    updated_at: datetime


class Inquiry(Row, table=True):
    """What was answered about a person's cover, kept as it was answered; a SHABAD is issued on it."""

    __tablename__ = "inquiry"
    __table_args__ = (Index("ix_inquiry_patient", "patient", "made_at"),)

    id: uuid.UUID = Field(default_factory=new_id, primary_key=True)
    patient: uuid.UUID = Field(foreign_key="patient.id")
    national_id: str | None = None  # as asked: the register may change later
    fida: str | None = None
    practitioner: str = Field(foreign_key="practitioner.council")
    centre: str = Field(foreign_key="centre.siam")
    result: list[dict[str, Any]] = Field(sa_type=JSON)  # coverage facts
    source: InquirySource = Field(sa_type=as_text(InquirySource))
    made_at: datetime
    expires_at: datetime
    last_good: datetime | None = None  # of the partner, when it did not answer


class Shabad(Row, table=True):
    """An encounter's number. The primary key alone makes it unique."""

    __tablename__ = "shabad"
    __table_args__ = (
        Index(
            "ix_shabad_reserved",
            "centre",
            "insurer",
            "valid_until",
            postgresql_where=text("state = 'reserved'"),
        ),
        CheckConstraint(
            "(state IN ('reserved', 'returned', 'stolen', 'expired')) = (patient IS NULL)"
            " OR state = 'eliminated'",
            name="patient_when_assigned",
        ),
        CheckConstraint("state NOT IN ('verified', 'used') OR verified_proof IS NOT NULL", name="proof"),
    )

    shabad: str = Field(primary_key=True, max_length=20)
    insurer: str = Field(foreign_key="insurer.code")
    state: ShabadState = Field(sa_type=as_text(ShabadState))
    patient: uuid.UUID | None = Field(default=None, foreign_key="patient.id")
    practitioner: str | None = Field(default=None, foreign_key="practitioner.council")
    centre: str = Field(foreign_key="centre.siam")
    inquiry: uuid.UUID | None = None
    basic: dict[str, Any] | None = Field(default=None, sa_type=JSON)  # the coverage fact it was issued on
    supplementary: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    bound_n: int | None = None  # the newest prescription signed on it
    pool: uuid.UUID | None = None
    valid_until: datetime
    issued_at: datetime
    verified_proof: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    declaration: str | None = Field(default=None, foreign_key="declaration.number")


class ShabadPool(Row, table=True):
    """A handful of SHABADs given to a centre beforehand, for when the issuer cannot be reached."""

    __tablename__ = "shabad_pool"

    id: uuid.UUID = Field(default_factory=new_id, primary_key=True)
    insurer: str = Field(foreign_key="insurer.code")
    centre: str = Field(foreign_key="centre.siam", index=True)
    count: int = Field(gt=0)
    valid_until: datetime
    made_at: datetime
    by: str


class ShabadStatus(Row, table=True):
    """Each change of a SHABAD's state."""

    __tablename__ = "shabad_status"

    shabad: str = Field(foreign_key="shabad.shabad", primary_key=True)
    id: uuid.UUID = Field(default_factory=new_id, primary_key=True)
    from_state: str | None = None
    to_state: str
    at: datetime
    by: str
    why: str | None = Field(default=None, sa_type=Text)
