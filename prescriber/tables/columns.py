"""The kinds of column that this room's tables share."""

from typing import Any

from sqlalchemy import DateTime, ForeignKeyConstraint
from sqlalchemy.dialects.postgresql import JSONB

INSTANT: Any = DateTime(timezone=True)
JSON: Any = JSONB(none_as_null=True)


def of_prescription() -> ForeignKeyConstraint:
    """The reference of everything that belongs to one prescription."""
    return ForeignKeyConstraint(["shabad", "n"], ["prescription.shabad", "prescription.n"])
