"""What every order says of how a medicine is taken, whichever way it was read, handed to the one that says it."""

from decimal import Decimal
from typing import Protocol

from codings.directions import Direction


class Ordered(Protocol):
    """An item of a draft, of a signed prescription, or as another room shows it."""

    @property
    def dose(self) -> Decimal: ...
    @property
    def unit(self) -> str: ...
    @property
    def frequency(self) -> str: ...
    @property
    def timing(self) -> str | None: ...
    @property
    def route(self) -> str: ...
    @property
    def as_needed(self) -> str | None: ...
    @property
    def duration_days(self) -> int: ...


def direction_of(item: Ordered, *, form: str) -> Direction:
    """How an item is taken, for the sentence that says it."""
    return Direction(
        dose=item.dose,
        unit=item.unit,
        form=form,
        route=item.route,
        frequency=item.frequency,
        timing=item.timing,
        as_needed=item.as_needed,
        days=item.duration_days,
    )
