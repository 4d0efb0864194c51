"""The way back: files an insurer sends, its decisions, what it deducted and why, appeals, and the money."""

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, Text
from sqlmodel import Field

from codings.base import Row, new_id
from codings.tables import as_text
from insurer.states import LineKind, Outcome, SubmissionKind, SubmissionState
from insurer.tables.coverage import JSON

RESULT_KEY = ["insurer", "claim", "version", "result_no"]


class Submission(Row, table=True):
    """A file of lines an insurer sent, kept as it came, and what became of its lines: the API's "job"."""

    __tablename__ = "submission"
    __table_args__ = (
        Index("ix_submission_sha256", "insurer", "kind", "sha256"),
        CheckConstraint("(state = 'done') = (done_at IS NOT NULL)", name="done"),
    )

    insurer: str = Field(foreign_key="insurer.code", primary_key=True)
    id: uuid.UUID = Field(default_factory=new_id, primary_key=True)
    kind: SubmissionKind = Field(sa_type=as_text(SubmissionKind))
    state: SubmissionState = Field(sa_type=as_text(SubmissionState))
    sha256: str
    body: bytes
    counts: dict[str, int] | None = Field(default=None, sa_type=JSON)
    failures: list[dict[str, Any]] | None = Field(default=None, sa_type=JSON)  # only the lines that failed
    received_at: datetime
    by: str
    done_at: datetime | None = None


class ClaimResult(Row, table=True):
    """One decision of an insurer on one version of a claim. A later number stands in place of an earlier."""

    __tablename__ = "claim_result"
    __table_args__ = (CheckConstraint("requested >= approved AND approved >= 0", name="approved"),)

    insurer: str = Field(foreign_key="insurer.code", primary_key=True)
    claim: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    result_no: int = Field(primary_key=True)
    outcome: Outcome = Field(sa_type=as_text(Outcome))
    requested: int = Field(sa_type=BigInteger)
    approved: int = Field(sa_type=BigInteger)
    lines: list[dict[str, Any]] = Field(sa_type=JSON)
    sha256: str  # of the line as understood, so that the same again is known as the same
    submission: uuid.UUID
    at: datetime
    by: str


class Deduction(Row, table=True):
    """A part of a line that is not paid, and why: requested = approved + all of these, to the Rial."""

    __tablename__ = "deduction"
    __table_args__ = (
        ForeignKeyConstraint(RESULT_KEY, [f"claim_result.{column}" for column in RESULT_KEY]),
        CheckConstraint("amount > 0", name="amount"),
    )

    insurer: str = Field(primary_key=True)
    claim: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    result_no: int = Field(primary_key=True)
    line: int = Field(primary_key=True)
    position: int = Field(primary_key=True)
    reason: str
    rule: str | None = None
    amount: int = Field(sa_type=BigInteger)
    note: str | None = Field(default=None, sa_type=Text)


class Appeal(Row, table=True):
    """A pharmacy's objection to one decision, in its own words."""

    __tablename__ = "appeal"
    __table_args__ = (
        ForeignKeyConstraint(RESULT_KEY, [f"claim_result.{column}" for column in RESULT_KEY]),
        Index("ix_appeal_at", "insurer", "at", "claim"),
    )

    insurer: str = Field(primary_key=True)
    claim: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    result_no: int = Field(primary_key=True)
    reason: str = Field(sa_type=Text)
    at: datetime
    by: str


class Remittance(Row, table=True):
    """One payment of an insurer, whose lines add up to it."""

    __tablename__ = "remittance"

    insurer: str = Field(foreign_key="insurer.code", primary_key=True)
    payment_no: str = Field(primary_key=True, max_length=60)
    paid_on: date
    amount: int = Field(sa_type=BigInteger)
    sha256: str  # of what was sent, so that the same again is known as the same
    at: datetime
    by: str


class RemittanceLine(Row, table=True):
    """What one payment did for one claim; a recovery is negative."""

    __tablename__ = "remittance_line"
    __table_args__ = (
        ForeignKeyConstraint(["insurer", "payment_no"], ["remittance.insurer", "remittance.payment_no"]),
        CheckConstraint("(kind = 'recovery') = (amount < 0) AND amount <> 0", name="sign"),
        Index("ix_remittance_line_claim", "insurer", "claim"),
    )

    insurer: str = Field(primary_key=True)
    payment_no: str = Field(primary_key=True)
    position: int = Field(primary_key=True)
    claim: str
    version: int
    kind: LineKind = Field(sa_type=as_text(LineKind))
    amount: int = Field(sa_type=BigInteger)
