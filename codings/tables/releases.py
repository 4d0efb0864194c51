"""Releases of code systems: what was loaded, by whom, from where, and which was in force when.

The rows of a release stand in `release_entry` for ever, whatever becomes of it; the tables of concepts, medicines,
products and registers hold what is in force now.
"""

import uuid
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import CheckConstraint, Index, LargeBinary, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from codings.base import Row, new_id
from codings.states import ReleaseState
from codings.tables.columns import Status, as_text

PRODUCT: Final = "urn:noskheh:product"  # the system whose releases are price lists


class Release(Row, table=True):
    """One edition of one code system. Whoever prepared it can not publish it."""

    __tablename__ = "release"
    __table_args__ = (
        CheckConstraint(
            "state NOT IN ('published', 'retired') OR coalesce(published_by <> prepared_by, false)",
            name="two_people",
        ),
        CheckConstraint("(state = 'withdrawn') = (withdrawn_why IS NOT NULL)", name="withdrawn_why"),
    )

    system: str = Field(primary_key=True)
    release: str = Field(primary_key=True)
    state: ReleaseState = Field(sa_type=as_text(ReleaseState))
    effective_from: date
    sha256: str  # of the file it came from; of its rows where many systems came in one file
    source: str
    licence: str
    rows: int = 0  # in the file, as far as they are counted
    checked: int = 0  # how many of them were looked at so far
    problems: int = 0
    prepared_by: str
    loaded_at: datetime  # when the file was received
    published_by: str | None = None
    published_at: datetime | None = None
    withdrawn_why: str | None = None


class ReleaseInForce(Row, table=True):
    """From when until when a release was the one in force; the open one of a system is the current one."""

    __tablename__ = "release_in_force"
    __table_args__ = (
        Index("ix_release_in_force_now", "system", unique=True, postgresql_where=text("ended_at IS NULL")),
        Index("ix_release_in_force_began", "system", "began_at"),
    )

    id: uuid.UUID = Field(default_factory=new_id, primary_key=True)
    system: str
    release: str
    began_at: datetime
    ended_at: datetime | None = None


class ReleaseEntry(Row, table=True):
    """One row of one release, as it was checked; never changed."""

    __tablename__ = "release_entry"
    __table_args__ = (Index("ix_release_entry_code", "system", "code"),)

    system: str = Field(primary_key=True)
    release: str = Field(primary_key=True)
    code: str = Field(primary_key=True)
    position: int
    row: dict[str, Any] = Field(sa_type=JSONB)


class ReleaseProblem(Row, table=True):
    """One thing that is wrong in a file: where, what, and how to mend it."""

    __tablename__ = "release_problem"

    system: str = Field(primary_key=True)
    release: str = Field(primary_key=True)
    number: int = Field(primary_key=True)
    line: int  # 0: the file as a whole
    column: str
    value: str
    what_fa: str
    what_en: str
    mend_fa: str
    mend_en: str


class ReleaseFile(Row, table=True):
    """The file of a release, as it was received."""

    __tablename__ = "release_file"

    system: str = Field(primary_key=True)
    release: str = Field(primary_key=True)
    name: str
    content: bytes = Field(sa_type=LargeBinary)


class ReleaseStatus(Status, table=True):
    """Each change of a release's state."""

    __tablename__ = "release_status"
    __table_args__ = (Index("ix_release_status_release", "system", "release"),)

    system: str
    release: str
