"""Declared emergencies."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from codings.base import Row
from codings.states import DeclarationState
from codings.tables.columns import Status, as_text


class Declaration(Row, table=True):
    """An emergency in some provinces for at most three days, during which paper is accepted."""

    __tablename__ = "declaration"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at AND ends_at <= starts_at + interval '72 hours'", name="span"),
        CheckConstraint(
            "state <> 'in_force' OR coalesce(approved_by <> drafted_by, false)", name="two_officers"
        ),
        CheckConstraint("(state = 'in_force') = (seal IS NOT NULL)", name="sealed"),
        CheckConstraint("state <> 'ended'", name="end_is_computed"),
    )

    number: str = Field(primary_key=True)
    provinces: list[str] = Field(sa_type=JSONB)
    cause: str
    words: str = Field(max_length=200)
    starts_at: datetime
    ends_at: datetime
    state: DeclarationState = Field(sa_type=as_text(DeclarationState))
    drafted_by: str
    drafted_at: datetime
    approved_by: str | None = None
    approved_at: datetime | None = None
    seal: str | None = Field(default=None, sa_type=Text)


class DeclarationStatus(Status, table=True):
    """Each change of a declaration's state; its end by the clock is not one."""

    __tablename__ = "declaration_status"

    number: str = Field(foreign_key="declaration.number", index=True)
