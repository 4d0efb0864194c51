"""A prescription as it is read: what was signed, what remains, and what became of it. Frozen values only."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from codings.base import Words
from codings.identifiers import mask_fida, mask_national_id
from codings.systems import Coding
from prescriber.states import Number, PrescriptionState, Sex, Source


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowView:
    """One fill: `closes_on` is its last day."""

    window: int
    opens_on: date
    closes_on: date
    quantity: Decimal
    remaining: Decimal

    def open_on(self, day: date) -> bool:
        return self.opens_on <= day <= self.closes_on


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemView:
    """One item as ordered; `quantity` is of one fill.

    `remaining` is what may be handed over on the day asked about, or all that is left when none was told.
    """

    item: int
    medicine: str
    name: str
    dose: Decimal
    unit: str
    frequency: str
    timing: str | None
    route: str
    as_needed: str | None
    duration_days: int
    quantity: Decimal
    repeats: int
    substitution: bool
    instruction: str | None
    remaining: Decimal
    windows: tuple[WindowView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusChange:
    from_state: str | None
    to_state: str
    at: datetime
    by: str
    why: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PrescriptionView:
    """Everything of a prescription that this room knows."""

    number: Number
    status: PrescriptionState
    source: Source
    replaces: int | None
    patient: uuid.UUID
    patient_name: str
    birth_date: date
    sex: Sex
    national_id: str | None
    fida: str | None
    verified: bool
    practitioner: str
    practitioner_names: Words
    centre: str
    centre_names: Words
    insurer: str
    declaration: str | None
    written_on: date | None
    issued_at: datetime
    received_at: datetime
    redeemable_until: datetime
    payable_until: datetime
    coding_release: str
    kid: str
    jws: str
    payload_sha256: str
    diagnoses: tuple[Coding, ...]
    items: tuple[ItemView, ...]
    overrides: tuple[tuple[str, str], ...]
    history: tuple[StatusChange, ...]

    @property
    def practitioner_name(self) -> str:
        return self.practitioner_names.fa

    @property
    def centre_name(self) -> str:
        return self.centre_names.fa

    def expired(self, at: datetime) -> bool:
        """Whether nothing of it can be had any more, by the clock."""
        return at >= self.redeemable_until

    def patient_brief(self) -> dict[str, Any]:
        """The patient as a slip and a counter show them: never the whole identifier."""
        masked = mask_national_id(self.national_id) if self.national_id else mask_fida(self.fida or "")
        return {
            "id": str(self.patient),
            "name": self.patient_name,
            "birth_date": self.birth_date.isoformat(),
            "sex": self.sex.value,
            "identifier": masked if self.national_id or self.fida else None,
            "verified": self.verified,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class PrescriptionBrief:
    """One line of a list of prescriptions. `cursor` continues the list after it."""

    number: Number
    status: PrescriptionState
    source: Source
    patient: uuid.UUID
    patient_name: str
    practitioner: str
    insurer: str
    issued_at: datetime
    redeemable_until: datetime

    @property
    def cursor(self) -> tuple[datetime, str, int]:
        return self.issued_at, self.number.shabad, self.number.n


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What possession of a prescription is compared with; `identifiers` are the patient's."""

    kid: str
    payload_sha256: str
    pointer_sha256: str | None
    identifiers: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Whom a message about a prescription goes to."""

    mobile: str | None
    patient_name: str
    redeemable_until: datetime
