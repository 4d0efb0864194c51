"""Signed prescriptions, their counters, and what proves them."""

import uuid
from datetime import date
from decimal import Decimal
from typing import Any

from pydantic import AwareDatetime
from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, LargeBinary, Text, UniqueConstraint, text
from sqlmodel import Field

from codings.base import Row, new_id
from codings.tables import AMOUNT, as_text
from prescriber.states import PrescriptionState, Source
from prescriber.tables.columns import INSTANT, JSON, of_prescription


class Prescription(Row, table=True):
    """A signed prescription. `jws` is the truth; the columns are its index, compared with it at the counter."""

    __tablename__ = "prescription"
    __table_args__ = (
        Index("ix_prescription_practitioner", "practitioner", "centre", "issued_at", "shabad", "n"),
        Index("ix_prescription_centre", "centre", "issued_at", "shabad", "n"),
        Index("ix_prescription_patient", "patient", "issued_at", "shabad", "n"),
        Index("ix_prescription_issued", "issued_at", postgresql_include=["source", "centre"]),
        Index(
            "ix_prescription_declaration",
            "declaration",
            "centre",
            postgresql_where=text("source = 'paper'"),
        ),
        Index(
            "ix_prescription_cancel_requested",
            "shabad",
            "n",
            postgresql_where=text("status = 'cancel_requested'"),
        ),
        ForeignKeyConstraint(["shabad", "replaces"], ["prescription.shabad", "prescription.n"]),
        CheckConstraint("n > 0", name="n"),
        CheckConstraint("replaces < n", name="replaces"),
        CheckConstraint("source <> 'paper' OR declaration IS NOT NULL", name="paper_in_emergency"),
    )

    shabad: str = Field(primary_key=True, max_length=20)
    n: int = Field(primary_key=True)
    patient: uuid.UUID = Field(foreign_key="patient.id")
    practitioner: str = Field(foreign_key="practitioner.council")
    centre: str = Field(foreign_key="centre.siam")
    insurer: str = Field(max_length=10)
    kid: str = Field(max_length=40)  # of the prescriber's certificate, or of the service's seal on paper
    jws: str = Field(sa_type=Text)
    payload_sha256: str = Field(max_length=64)
    issued_at: AwareDatetime = Field(sa_type=INSTANT)
    received_at: AwareDatetime = Field(sa_type=INSTANT)
    redeemable_until: AwareDatetime = Field(sa_type=INSTANT)  # exclusive
    payable_until: AwareDatetime = Field(sa_type=INSTANT)  # exclusive; what the insurer pays for
    replaces: int | None = None
    status: PrescriptionState = Field(sa_type=as_text(PrescriptionState))
    source: Source = Field(sa_type=as_text(Source))
    declaration: str | None = Field(default=None, foreign_key="declaration.number")
    coding_release: str
    pointer_sha256: str | None = Field(default=None, max_length=64)


class PrescriptionItem(Row, table=True):
    """One medicine of a prescription, as ordered."""

    __tablename__ = "prescription_item"
    __table_args__ = (
        of_prescription(),
        CheckConstraint("dose > 0 AND quantity > 0", name="amounts"),
        CheckConstraint("duration_days > 0 AND repeats >= 0", name="counts"),
    )

    shabad: str = Field(primary_key=True, max_length=20)
    n: int = Field(primary_key=True)
    item: int = Field(primary_key=True)
    generic: str = Field(foreign_key="medicine.generic")
    name: str
    dose: Decimal = Field(sa_type=AMOUNT)
    unit: str
    frequency: str
    timing: str | None = None
    route: str
    as_needed: str | None = None
    duration_days: int
    quantity: Decimal = Field(sa_type=AMOUNT)
    repeats: int
    substitution: bool
    instruction: str | None = None


class ItemWindow(Row, table=True):
    """The guarded counter of one fill of an item: from when, until when, how much, how much is left."""

    __tablename__ = "item_window"
    __table_args__ = (
        ForeignKeyConstraint(
            ["shabad", "n", "item"],
            ["prescription_item.shabad", "prescription_item.n", "prescription_item.item"],
        ),
        CheckConstraint("remaining >= 0 AND remaining <= quantity", name="remaining"),
        CheckConstraint("closes_on >= opens_on", name="days"),
    )

    shabad: str = Field(primary_key=True, max_length=20)
    n: int = Field(primary_key=True)
    item: int = Field(primary_key=True)
    window: int = Field(primary_key=True)
    opens_on: date
    closes_on: date  # the last day
    quantity: Decimal = Field(sa_type=AMOUNT)
    remaining: Decimal = Field(sa_type=AMOUNT)


class Diagnosis(Row, table=True):
    """A diagnosis of a prescription, in the order signed."""

    __tablename__ = "prescription_diagnosis"
    __table_args__ = (
        of_prescription(),
        ForeignKeyConstraint(["system", "code"], ["concept.system", "concept.code"]),
    )

    shabad: str = Field(primary_key=True, max_length=20)
    n: int = Field(primary_key=True)
    position: int = Field(primary_key=True)
    system: str
    code: str


class PrescriptionOverride(Row, table=True):
    """A finding that the prescriber answered with a reason; signed with the rest."""

    __tablename__ = "prescription_override"
    __table_args__ = (of_prescription(),)

    shabad: str = Field(primary_key=True, max_length=20)
    n: int = Field(primary_key=True)
    finding: str = Field(primary_key=True)
    reason: str


class SignatureEvidence(Row, table=True):
    """What proves the signature years later: the bytes, the certificate, and what was known of it then."""

    __tablename__ = "signature_evidence"
    __table_args__ = (of_prescription(),)

    shabad: str = Field(primary_key=True, max_length=20)
    n: int = Field(primary_key=True)
    payload: bytes = Field(sa_type=LargeBinary)
    certificate_pem: str = Field(sa_type=Text)
    chain_pem: str = Field(sa_type=Text)
    revocation: dict[str, Any] = Field(sa_type=JSON)
    received_at: AwareDatetime = Field(sa_type=INSTANT)
    verified_by: str
    approval: dict[str, Any] | None = Field(default=None, sa_type=JSON)  # how the signer proved who they are


class SlipCopy(Row, table=True):
    """Each time the slip was given out: the first is the original, every later one says that it is a copy."""

    __tablename__ = "slip_copy"
    __table_args__ = (of_prescription(), CheckConstraint("nth > 0", name="nth"))

    shabad: str = Field(primary_key=True, max_length=20)
    n: int = Field(primary_key=True)
    nth: int = Field(primary_key=True)
    form: str = Field(max_length=10)  # print or pdf
    language: str = Field(max_length=2)
    large: bool = False
    given_at: AwareDatetime = Field(sa_type=INSTANT)
    given_by: str


class PrescriptionStatus(Row, table=True):
    """Each change of a prescription's state; `why` is a reason code, or the number that replaced it."""

    __tablename__ = "prescription_status"
    __table_args__ = (of_prescription(), UniqueConstraint("shabad", "n", "step"))

    shabad: str = Field(primary_key=True, max_length=20)
    id: uuid.UUID = Field(default_factory=new_id, primary_key=True)
    n: int
    step: int  # 1 at birth, then one more each time: no two changes can both come next
    from_state: str | None = None
    to_state: str
    at: AwareDatetime = Field(sa_type=INSTANT)
    by: str
    why: str | None = None
