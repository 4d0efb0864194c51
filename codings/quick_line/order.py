"""What a quick line says, as far as it was understood: the coded fields of one order, each perhaps empty."""

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from typing import Any

from codings.quick_line.strengths import Strength


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One reading of a line, or what one of its words says. What is none was not said."""

    strength: Strength | None = None
    forms: frozenset[str] | None = None  # one of these
    dose: Decimal | None = None
    unit: str | None = None
    frequency: str | None = None
    timing: str | None = None
    when_needed: bool = False
    as_needed: str | None = None
    route: str | None = None
    days: int | None = None
    quantity: Decimal | None = None
    quantity_unit: str | None = None

    def said(self) -> Iterator[tuple[str, Any]]:
        """The fields that say something."""
        for field in fields(self):
            value = getattr(self, field.name)
            if value is not None and value is not False:
                yield field.name, value

    def with_(self, other: "Order") -> "Order | None":
        """Both together; none when they say different things of the same field, or both a strength.

        A number that stands there twice is a strength and something else: "prednisolone 5 5 bid".
        """
        both: dict[str, Any] = {}
        for name, value in other.said():
            mine = getattr(self, name)
            if name == "forms" and mine is not None:
                value = mine & value  # noqa: PLW2901
                if not value:
                    return None
            elif mine not in {None, False} and (mine != value or name == "strength"):
                return None
            both[name] = value
        return replace(self, **both)
