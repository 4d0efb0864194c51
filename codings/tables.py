"""What the ground floor stores: code systems by release, medicines and products, the registers of centres and
people, their certificates, and declared emergencies.

All of it is reference data: small, read by every room, written only by `loader`, `actions`, `certificates` and
`declarations`. A code that a newer release drops keeps its row, so that what was prescribed can always be read.
"""

import uuid
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import BigInteger, CheckConstraint, Enum, Index, Numeric, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from codings.base import Row, new_id
from codings.states import (
    CentreKind,
    CertificateState,
    DeclarationState,
    HolderKind,
    LicenceState,
    RequestState,
)


def as_text(enum: type[StrEnum]) -> Enum:
    """A column of an enum's values, kept as text with a check constraint named after the enum."""
    return Enum(
        enum,
        native_enum=False,
        create_constraint=True,
        length=max(len(member.value) for member in enum),
        values_callable=lambda members: [member.value for member in members],
    )


AMOUNT = Numeric(12, 3)
PRODUCT: Final = "urn:noskheh:product"  # the system whose releases are price lists


class Release(Row, table=True):
    """One edition of one code system, as it was loaded. The newest loaded one is the current one."""

    __tablename__ = "release"

    system: str = Field(primary_key=True)
    release: str = Field(primary_key=True)
    effective_from: date
    sha256: str  # of the file it came from
    source: str
    loaded_at: datetime


class Concept(Row, table=True):
    """One code of one system: a diagnosis, or an entry of any of the small lists."""

    __tablename__ = "concept"

    system: str = Field(primary_key=True)
    code: str = Field(primary_key=True)
    release: str
    position: int  # its place in the list as its editors ordered it
    fa: str
    en: str
    properties: dict[str, Any] = Field(sa_type=JSONB)


class Medicine(Row, table=True):
    """A generic presentation: what a physician prescribes. Amounts are per prescribing unit."""

    __tablename__ = "medicine"

    generic: str = Field(primary_key=True)
    release: str
    ingredients: list[str] = Field(sa_type=JSONB)
    atc: str
    inn: str
    name_fa: str
    short: str  # Latin name and strength as printed on the slip and signed
    form: str
    strength: str
    route: str
    unit: str
    strength_per_unit_mg: Decimal | None = Field(default=None, sa_type=Numeric(15, 6))
    max_daily_mg: Decimal | None = Field(default=None, sa_type=Numeric(15, 6))
    max_daily_source: str = ""
    controlled: bool
    high_risk: bool


class Product(Row, table=True):
    """What stands on the shelf: a pack of a generic presentation by one maker, at one price."""

    __tablename__ = "product"
    __table_args__ = (
        CheckConstraint("pack_size > 0", name="pack_size"),
        CheckConstraint("price >= 0", name="price"),
    )

    irc: str = Field(primary_key=True)
    gtin: str = Field(unique=True)
    generic: str = Field(foreign_key="medicine.generic", index=True)
    name_fa: str
    name_en: str
    maker: str
    pack_size: Decimal = Field(sa_type=AMOUNT)  # in the medicine's prescribing unit
    price: int = Field(sa_type=BigInteger)  # Rials for the whole pack
    release: str


class Centre(Row, table=True):
    """A licensed clinic or pharmacy."""

    __tablename__ = "centre"

    siam: str = Field(primary_key=True)
    kind: CentreKind = Field(sa_type=as_text(CentreKind))
    name_fa: str
    name_en: str
    province: str
    address_fa: str
    phone: str
    licence_from: date
    licence_to: date | None = None
    state: LicenceState = Field(sa_type=as_text(LicenceState))

    def licensed_on(self, day: date) -> bool:
        """Whether it may work on this day in Tehran: not suspended, and within the licence's dates."""
        started = self.licence_from <= day
        return self.state is LicenceState.ACTIVE and started and (self.licence_to or day) >= day


class Practitioner(Row, table=True):
    """A licensed person, or an officer who holds a key of their own."""

    __tablename__ = "practitioner"

    council: str = Field(primary_key=True)
    kind: HolderKind = Field(sa_type=as_text(HolderKind))
    name_fa: str
    name_en: str
    specialty: str
    licence_state: LicenceState = Field(sa_type=as_text(LicenceState))
    licence_to: date | None = None

    def licensed_on(self, day: date) -> bool:
        """Whether they may work on this day in Tehran: not suspended, and the licence not past its end."""
        return self.licence_state is LicenceState.ACTIVE and (self.licence_to or day) >= day


class Affiliation(Row, table=True):
    """Who works where, since which day."""

    __tablename__ = "affiliation"

    practitioner: str = Field(foreign_key="practitioner.council", primary_key=True)
    centre: str = Field(foreign_key="centre.siam", primary_key=True, index=True)
    since: date
    added_by: str


class CertificateRequest(Row, table=True):
    """A holder's wish for a certificate. One request a key, for ever: nobody else can claim that key."""

    __tablename__ = "certificate_request"
    __table_args__ = (
        Index(
            "ix_certificate_request_waiting",
            "id",
            postgresql_where=text("state IN ('requested', 'entered')"),
        ),
        CheckConstraint(
            "state <> 'approved' OR coalesce(decided_by <> entered_by, false)", name="two_officers"
        ),
    )

    id: uuid.UUID = Field(default_factory=new_id, primary_key=True)
    holder: str = Field(index=True)
    holder_kind: HolderKind = Field(sa_type=as_text(HolderKind))
    csr: str = Field(sa_type=Text)  # PEM
    csr_sha256: str
    key_sha256: str = Field(unique=True)  # of the public key's DER
    device: str | None = Field(default=None, max_length=80)  # what its holder calls it
    state: RequestState = Field(sa_type=as_text(RequestState))
    requested_by: str
    requested_at: datetime
    entered_by: str | None = None
    entered_at: datetime | None = None
    decided_by: str | None = None
    decided_at: datetime | None = None
    kid: str | None = None


class Certificate(Row, table=True):
    """A holder's public key, as certified. Revocation stands beside the certificate, never in it."""

    __tablename__ = "certificate"

    kid: str = Field(primary_key=True)
    request: uuid.UUID = Field(foreign_key="certificate_request.id", unique=True)
    holder: str = Field(index=True)
    holder_kind: HolderKind = Field(sa_type=as_text(HolderKind))
    pem: str = Field(sa_type=Text)
    public_pem: str = Field(sa_type=Text)
    not_before: datetime
    not_after: datetime
    state: CertificateState = Field(sa_type=as_text(CertificateState))
    revoked_at: datetime | None = None
    revoked_by: str | None = None
    reason: str | None = None
    invalid_from: datetime | None = None  # from when the key is no longer believed

    def vouches_at(self, instant: datetime) -> bool:
        """Whether a signature received at this instant is believed: in its dates, and not invalid by then.

        What was signed while it held stays valid after expiry and after a later revocation.
        """
        in_dates = self.not_before <= instant <= self.not_after
        return in_dates and (self.invalid_from is None or instant < self.invalid_from)


class Declaration(Row, table=True):
    """An emergency in some provinces for at most three days, during which paper is accepted."""

    __tablename__ = "declaration"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at AND ends_at <= starts_at + interval '72 hours'", name="span"),
        CheckConstraint(
            "state <> 'in_force' OR coalesce(approved_by <> drafted_by, false)", name="two_officers"
        ),
        CheckConstraint("(state = 'in_force') = (seal IS NOT NULL)", name="sealed"),
        CheckConstraint("state <> 'ended'", name="end_is_computed"),
    )

    number: str = Field(primary_key=True)
    provinces: list[str] = Field(sa_type=JSONB)
    cause: str
    words: str = Field(max_length=200)
    starts_at: datetime
    ends_at: datetime
    state: DeclarationState = Field(sa_type=as_text(DeclarationState))
    drafted_by: str
    drafted_at: datetime
    approved_by: str | None = None
    approved_at: datetime | None = None
    seal: str | None = Field(default=None, sa_type=Text)


class _Status(Row):
    """One change of a state, never changed itself: from (nothing at birth), to, when, who and why."""

    id: uuid.UUID = Field(default_factory=new_id, primary_key=True)
    from_state: str | None = None
    to_state: str
    at: datetime
    by: str
    why: str | None = None


class CertificateRequestStatus(_Status, table=True):
    """Each change of a request's state."""

    __tablename__ = "certificate_request_status"

    request: uuid.UUID = Field(foreign_key="certificate_request.id", index=True)


class CertificateStatus(_Status, table=True):
    """Each change of a certificate's state."""

    __tablename__ = "certificate_status"

    kid: str = Field(foreign_key="certificate.kid", index=True)


class DeclarationStatus(_Status, table=True):
    """Each change of a declaration's state; its end by the clock is not one."""

    __tablename__ = "declaration_status"

    number: str = Field(foreign_key="declaration.number", index=True)


class PractitionerStatus(_Status, table=True):
    """Each change of a practitioner's licence."""

    __tablename__ = "practitioner_status"

    council: str = Field(foreign_key="practitioner.council", index=True)


class CentreStatus(_Status, table=True):
    """Each change of a centre's licence."""

    __tablename__ = "centre_status"

    siam: str = Field(foreign_key="centre.siam", index=True)
