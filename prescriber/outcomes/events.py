"""What happened here that others may want to follow up; JSON-safe, in the past tense."""

from dataclasses import dataclass

from codings.base import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class PrescriptionSigned(Event):
    """A prescription was registered with a verified signature: tell the patient, confirm the SHABAD."""

    shabad: str
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PrescriptionCancelled(Event):
    """What remained of a prescription was cancelled, and no pharmacy holds it any more."""

    shabad: str
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PrescriptionTranscribed(Event):
    """A paper prescription was typed in within a declared emergency, and sealed by the service."""

    shabad: str
    n: int
