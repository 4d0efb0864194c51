"""What happened in the insurer's room that others may want to know."""

from dataclasses import dataclass

from codings.base import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class ShabadIssued(Event):
    """An encounter has its number."""

    shabad: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimReady(Event):
    """A line waits to be sealed into this insurer's next batch."""

    insurer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchSealed(Event):
    """A batch can be pulled; whoever waits for it is woken."""

    insurer: str
    seq: int
