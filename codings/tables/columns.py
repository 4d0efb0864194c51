"""What the ground floor's tables share: kinds of columns, and the row of a history."""

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import Enum, Numeric
from sqlmodel import Field

from codings.base import Row, new_id

AMOUNT: Final = Numeric(12, 3)
MILLIGRAMS: Final = Numeric(15, 6)


def as_text(enum: type[StrEnum]) -> Enum:
    """A column of an enum's values, kept as text with a check constraint named after the enum."""
    return Enum(
        enum,
        native_enum=False,
        create_constraint=True,
        length=max(len(member.value) for member in enum),
        values_callable=lambda members: [member.value for member in members],
    )


class Status(Row):
    """One change of a state, never changed itself: from (nothing at birth), to, when, who and why."""

    id: uuid.UUID = Field(default_factory=new_id, primary_key=True)
    from_state: str | None = None
    to_state: str
    at: datetime
    by: str
    why: str | None = None
