"""Certificates of those who sign, and how each came about."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, Index, Text, text
from sqlmodel import Field

from codings.base import Row, new_id
from codings.states import CertificateState, HolderKind, RequestState
from codings.tables.columns import Status, as_text


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


class CertificateRequestStatus(Status, table=True):
    """Each change of a request's state."""

    __tablename__ = "certificate_request_status"

    request: uuid.UUID = Field(foreign_key="certificate_request.id", index=True)


class CertificateStatus(Status, table=True):
    """Each change of a certificate's state."""

    __tablename__ = "certificate_status"

    kid: str = Field(foreign_key="certificate.kid", index=True)
