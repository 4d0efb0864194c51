"""The outside services Noskheh talks to, one port each, and what each may answer.

A port is a Protocol; `local` answers from this deployment's own registers (the embedded default),
`http` asks a remote national service. Nobody holds a database session while a port is asked.
A port that gets no usable answer raises `Unavailable`; the caller then takes the named degraded way.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol

from codings.gs1 import PackCode
from insurer.queries.coverage import CoverageFact
from pharmacy.packs import AuthorityAnswer


class Unavailable(Exception):  # noqa: N818  it is an answer, not a fault of ours
    """The partner did not answer, or not in a way that can be trusted."""

    def __init__(self, partner: str, *, why: str, since: datetime | None, last_good: datetime | None) -> None:
        self.partner = partner
        self.why = why
        self.since = since
        self.last_good = last_good
        super().__init__(f"{partner}: {why}")


@dataclass(frozen=True, slots=True)
class PartnerState:
    """What the status page says of a partner."""

    partner: str
    adapter: str  # "local" or "http"
    state: str  # "up", "down" (refused without asking until the next try) or "unproven" (never asked)
    since: datetime | None
    last_good: datetime | None


@dataclass(frozen=True, slots=True)
class SupplyAnswer:
    """The authority's word on registering (or taking back) a pack as supplied to the public."""

    registered: bool
    request_id: str
    answered_at: datetime
    detail: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ShabadAnswer:
    """The issuer's word on a SHABAD used for a signed prescription."""

    accepted: bool
    reason: str | None
    proof: dict[str, Any]


class Eligibility(Protocol):
    def inquire(
        self, *, national_id: str | None, fida: str | None, on: date, now: datetime
    ) -> Sequence[CoverageFact]:
        """Every cover of this person on a service day, in force or not, with the reason when not."""


class Shabads(Protocol):
    def confirm(self, *, shabad: str, now: datetime) -> ShabadAnswer:
        """Ask the issuer whether this SHABAD stands for the person, centre and insurer it was used for."""


class Authenticity(Protocol):
    def verify(self, code: PackCode, *, pharmacy: str, request_id: str, now: datetime) -> AuthorityAnswer:
        """Ask about a pack; changes nothing, any number of times."""

    def supply(
        self, *, uid: str, gtin: str, count: Decimal, pharmacy: str, request_id: str, now: datetime
    ) -> SupplyAnswer:
        """Register units of a pack as supplied; the same request id again is the same act."""

    def reactivate(
        self, *, uid: str, gtin: str, count: Decimal, pharmacy: str, request_id: str, now: datetime
    ) -> SupplyAnswer:
        """Take a registration back after a return."""


class Ehr(Protocol):
    def register(self, *, number: str, content: dict[str, Any], now: datetime) -> dict[str, Any]:
        """Register a dispense in the electronic health record; gives the receipt, the same on a repeat."""


class Messages(Protocol):
    def send(self, *, key: str, mobile: str, text: str, now: datetime) -> None:
        """A text message to a person; the same key is sent once."""


@dataclass(frozen=True, slots=True)
class Gateways:
    eligibility: Eligibility
    shabads: Shabads
    authenticity: Authenticity
    ehr: Ehr
    messages: Messages
    partners: Sequence["Partner"]

    def close(self) -> None:
        """Let go of connections to partners; at the end of the process."""
        for partner in self.partners:
            partner.close()


class Partner(Protocol):
    def state(self, now: datetime) -> PartnerState: ...

    def close(self) -> None: ...
