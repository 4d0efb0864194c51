"""What is stored of restores: when nothing was handed over, and where the database was served."""

from typing import Any
from uuid import UUID

from pydantic import AwareDatetime
from sqlalchemy import BigInteger, DateTime, Index
from sqlmodel import Field

from codings.base import Row, new_id

INSTANT: Any = DateTime(timezone=True)


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


class DatabasePlace(Row, table=True):
    """Where this database was found when it was served: elsewhere since, it was restored or promoted."""

    __tablename__ = "database_place"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    seen_at: AwareDatetime = Field(sa_type=INSTANT)
    system: str = Field(max_length=20)  # of PostgreSQL's control file; empty where it may not be asked
    timeline: int = Field(sa_type=BigInteger)
    database: int = Field(sa_type=BigInteger)  # its OID: a restored dump is another
