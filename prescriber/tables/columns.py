"""The kinds of column that this room's tables share."""

import json
from typing import Any

from sqlalchemy import DateTime, Dialect, ForeignKeyConstraint, TypeDecorator
from sqlalchemy.dialects.postgresql import JSONB

INSTANT: Any = DateTime(timezone=True)
JSON: Any = JSONB(none_as_null=True)


class AsTyped(TypeDecorator[Any]):
    """What a form held, as one JSON text within the column.

    jsonb itself refuses a NUL, rewrites numbers and reorders members; a text within it stays as it is.
    """

    impl = JSONB(none_as_null=True)
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:  # noqa: ARG002  given by SQLAlchemy
        return None if value is None else json.dumps(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:  # noqa: ARG002  given by SQLAlchemy
        return None if value is None else json.loads(value)


AS_TYPED: Any = AsTyped()


def of_prescription() -> ForeignKeyConstraint:
    """The reference of everything that belongs to one prescription."""
    return ForeignKeyConstraint(["shabad", "n"], ["prescription.shabad", "prescription.n"])
