"""Prescriptions being written, and what is written often."""

import uuid
from typing import Any

from pydantic import AwareDatetime
from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field

from codings.base import Row, new_id
from codings.tables import as_text
from prescriber.states import DraftState
from prescriber.tables.columns import AS_TYPED, INSTANT


class Draft(Row, table=True):
    """A prescription being written, kept as it was typed, whatever it holds."""

    __tablename__ = "draft"
    __table_args__ = (
        Index("ix_draft_open", "practitioner", "centre", postgresql_where=text("state = 'open'")),
        Index("ix_draft_shabad", "shabad", postgresql_where=text("state = 'open'")),
        CheckConstraint("(state = 'signed') = (signed_n IS NOT NULL)", name="signed"),
    )

    id: uuid.UUID = Field(default_factory=new_id, primary_key=True)
    patient: uuid.UUID = Field(foreign_key="patient.id")
    practitioner: str = Field(foreign_key="practitioner.council")
    centre: str = Field(foreign_key="centre.siam")
    shabad: str | None = Field(default=None, max_length=20)
    typed: dict[str, Any] = Field(sa_type=AS_TYPED)
    version: int
    state: DraftState = Field(sa_type=as_text(DraftState))
    created_at: AwareDatetime = Field(sa_type=INSTANT)
    updated_at: AwareDatetime = Field(sa_type=INSTANT)
    signed_n: int | None = None


class DraftStatus(Row, table=True):
    """Each change of a draft's state."""

    __tablename__ = "draft_status"

    id: uuid.UUID = Field(default_factory=new_id, primary_key=True)
    draft: uuid.UUID = Field(foreign_key="draft.id", index=True)
    from_state: str | None = None
    to_state: str
    at: AwareDatetime = Field(sa_type=INSTANT)
    by: str
    why: str | None = None


class Favourite(Row, table=True):
    """An item a prescriber writes often, under a name of their own; never with anything of a patient."""

    __tablename__ = "favourite"
    __table_args__ = (UniqueConstraint("practitioner", "name"),)

    id: uuid.UUID = Field(default_factory=new_id, primary_key=True)
    practitioner: str = Field(foreign_key="practitioner.council")
    name: str = Field(max_length=80)
    typed: dict[str, Any] = Field(sa_type=AS_TYPED)
    created_at: AwareDatetime = Field(sa_type=INSTANT)
    used_at: AwareDatetime | None = Field(default=None, sa_type=INSTANT)
    used: int = 0
