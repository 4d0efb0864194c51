"""What the service remembers of itself: when dispensing was closed, where it was served, the nightly comparisons."""

from datetime import date
from uuid import UUID

from pydantic import AwareDatetime
from sqlalchemy import BigInteger, Index
from sqlmodel import Field

from app.tables import INSTANT
from codings.base import Row, new_id


class DispensingClosed(Row, table=True):
    """A time in which nothing is handed over: from a restore until what was handed over since is known again."""

    __tablename__ = "dispensing_closed"
    __table_args__ = (Index("ix_closed_now", "kind", unique=True, postgresql_where="opened_at IS NULL"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    kind: str = Field(default="restore", max_length=20)  # closed once at a time
    closed_at: AwareDatetime = Field(sa_type=INSTANT)
    closed_by: str = Field(max_length=100)
    opened_at: AwareDatetime | None = Field(default=None, sa_type=INSTANT)
    opened_by: str | None = Field(default=None, max_length=100)


class ReconciliationRun(Row, table=True):
    """What one nightly comparison of dispenses and claims found: numbers only. Never changed."""

    __tablename__ = "reconciliation_run"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    ran_at: AwareDatetime = Field(sa_type=INSTANT, index=True)
    first: date  # the first and the last day that were compared
    last: date
    dispenses: int
    claims: int
    unclaimed: int  # parts owed without a claim and without a reason
    undispensed: int  # claims for which nothing is owed
    faults: int  # these two, and whatever else does not fit


class DatabasePlace(Row, table=True):
    """Where this database was found when it was served: elsewhere since, it was restored or promoted."""

    __tablename__ = "database_place"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    seen_at: AwareDatetime = Field(sa_type=INSTANT)
    system: str = Field(max_length=20)  # of PostgreSQL's control file; empty where it may not be asked
    timeline: int = Field(sa_type=BigInteger)
    database: int = Field(sa_type=BigInteger)  # its OID: a restored dump is another
