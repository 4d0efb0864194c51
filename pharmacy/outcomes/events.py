"""What happened at the counter, for those who act on it later."""

from dataclasses import dataclass

from codings.base import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class DispenseRecorded(Event):
    """Medicine was handed over: its packs are to be registered as supplied, and the health record told."""

    shabad: str
    n: int
    d: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DispenseReturned(Event):
    """A dispense came back whole: what the authority knows of its packs is to be taken back too."""

    shabad: str
    n: int
    d: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PackRefused(Event):
    """The authority refused a pack that a patient already has: the claim waits, and somebody must look into it."""

    uid: str
    case: str
    shabad: str
    n: int
    d: int
    reason: str
