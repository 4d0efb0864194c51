"""The way out: claims that are ready, and the sealed batches an insurer pulls. A batch is never changed."""

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, Text, UniqueConstraint
from sqlmodel import Field

from codings.base import Row, new_id
from codings.tables import as_text
from insurer.states import BatchState, VersionKind
from insurer.tables.coverage import JSON


class ReadyClaim(Row, table=True):
    """The queue before a batch: lines that wait to be sealed. A row leaves it when its line is in a batch."""

    __tablename__ = "ready_claim"
    __table_args__ = (Index("ix_ready_claim_order", "insurer", "ready_at", "claim"),)

    insurer: str = Field(foreign_key="insurer.code", primary_key=True)
    claim: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    shabad: str
    n: int
    d: int
    kind: VersionKind = Field(sa_type=as_text(VersionKind))
    amount: int = Field(sa_type=BigInteger)
    line: bytes
    ready_at: datetime


class BatchCounter(Row, table=True):
    """The last number given to a batch of this insurer; its row lock makes the numbers gapless."""

    __tablename__ = "batch_counter"

    insurer: str = Field(foreign_key="insurer.code", primary_key=True)
    n: int


class Batch(Row, table=True):
    """A sealed batch: the manifest as it was signed, and what has been said about it since."""

    __tablename__ = "batch"
    __table_args__ = (
        CheckConstraint("seq > 0 AND claim_count + reversal_count > 0", name="not_empty"),
        CheckConstraint(
            "(state = 'acknowledged') = (ack IS NOT NULL) AND (ack IS NULL) = (acked_at IS NULL)", name="ack"
        ),
    )

    insurer: str = Field(foreign_key="insurer.code", primary_key=True)
    seq: int = Field(primary_key=True)
    sealed_at: datetime
    claim_count: int
    reversal_count: int
    amount_total: int = Field(sa_type=BigInteger)
    prev_manifest_sha256: str
    manifest: bytes  # canonical JSON without its hash and signature
    manifest_sha256: str
    signature: str = Field(sa_type=Text)
    state: BatchState = Field(sa_type=as_text(BatchState))
    file_bytes: int = Field(sa_type=BigInteger)
    file_sha256: str
    retained_until: date
    ack: dict[str, Any] | None = Field(default=None, sa_type=JSON)  # what was sent, and what was answered
    acked_at: datetime | None = None


class BatchItem(Row, table=True):
    """One line of a batch's file, and where it stands in it."""

    __tablename__ = "batch_item"
    __table_args__ = (
        UniqueConstraint("insurer", "seq", "position"),
        ForeignKeyConstraint(["insurer", "seq"], ["batch.insurer", "batch.seq"]),
    )

    insurer: str = Field(primary_key=True)
    claim: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    seq: int
    position: int
    byte_offset: int = Field(sa_type=BigInteger)
    length: int
    line: bytes
    kind: VersionKind = Field(sa_type=as_text(VersionKind))
    shabad: str
    n: int
    d: int


class BatchDownload(Row, table=True):
    """Bytes [start_byte, end_byte) of a batch's file that reached the insurer: delivery is a fact of these."""

    __tablename__ = "batch_download"
    __table_args__ = (
        ForeignKeyConstraint(["insurer", "seq"], ["batch.insurer", "batch.seq"]),
        Index("ix_batch_download_batch", "insurer", "seq"),
        CheckConstraint("start_byte >= 0 AND end_byte > start_byte", name="range"),
    )

    insurer: str = Field(primary_key=True)
    id: uuid.UUID = Field(default_factory=new_id, primary_key=True)
    seq: int
    start_byte: int = Field(sa_type=BigInteger)
    end_byte: int = Field(sa_type=BigInteger)
    at: datetime
    by: str


class BatchStatus(Row, table=True):
    """Each change of a batch's state: sealed, acknowledged."""

    __tablename__ = "batch_status"
    __table_args__ = (ForeignKeyConstraint(["insurer", "seq"], ["batch.insurer", "batch.seq"]),)

    insurer: str = Field(primary_key=True)
    id: uuid.UUID = Field(default_factory=new_id, primary_key=True)
    seq: int
    from_state: str | None = None
    to_state: str
    at: datetime
    by: str
    why: str | None = Field(default=None, sa_type=Text)
