"""The council officer's lists: certificates and requests, by what they may be sorted, and what happened to one.

Each list is a statement and not rows: whoever shows it adds an order out of `..._BY`, or a cursor for a whole file.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final, TypeAlias

from sqlalchemy import Select, select
from sqlmodel import Session, col

from codings.states import CertificateState, HolderKind, RequestState
from codings.tables import Certificate, CertificateRequest, CertificateStatus

Listed: TypeAlias = Select[*tuple[Any, ...]]  # rows of whatever kind
SOON: Final = timedelta(days=30)

CERTIFICATES_BY: Final[Mapping[str, Any]] = {
    "until": col(Certificate.not_after),
    "from": col(Certificate.not_before),
    "holder": col(Certificate.holder),
}
CERTIFICATES_KEY: Final = (col(Certificate.kid),)
REQUESTS_BY: Final[Mapping[str, Any]] = {
    "asked": col(CertificateRequest.requested_at),
    "holder": col(CertificateRequest.holder),
}
REQUESTS_KEY: Final = (col(CertificateRequest.id),)


class Standing(StrEnum):
    """What a certificate is worth at an instant."""

    IN_FORCE = "in_force"
    EXPIRING = "expiring"  # in force, and not for much longer
    EXPIRED = "expired"
    REVOKED = "revoked"


def standing(certificate: Certificate, at: datetime) -> Standing:
    """What this certificate is worth at this instant."""
    if certificate.state is CertificateState.REVOKED:
        return Standing.REVOKED
    if certificate.not_after < at:
        return Standing.EXPIRED
    return Standing.EXPIRING if certificate.not_after < at + SOON else Standing.IN_FORCE


def certificates_listed(
    *,
    at: datetime,
    holder: str | None = None,
    kind: HolderKind | None = None,
    standing: Standing | None = None,
) -> Listed:
    """Every certificate, or those of one holder, of one kind of holder, or of one standing at an instant.

    Those that expire soon are in force too.
    """
    query = select(Certificate)
    if holder is not None:
        query = query.where(col(Certificate.holder) == holder)
    if kind is not None:
        query = query.where(col(Certificate.holder_kind) == kind)
    if standing is Standing.REVOKED:
        query = query.where(col(Certificate.state) == CertificateState.REVOKED)
    elif standing is not None:
        query = query.where(col(Certificate.state) == CertificateState.ACTIVE)
    if standing is Standing.EXPIRED:
        query = query.where(col(Certificate.not_after) < at)
    elif standing in {Standing.IN_FORCE, Standing.EXPIRING}:
        query = query.where(col(Certificate.not_after) >= at)
    if standing is Standing.EXPIRING:
        query = query.where(col(Certificate.not_after) < at + SOON)
    return query


def requests_listed(*, holder: str | None = None, state: RequestState | None = None) -> Listed:
    """Every request for a certificate, whatever became of it."""
    query = select(CertificateRequest)
    if holder is not None:
        query = query.where(col(CertificateRequest.holder) == holder)
    if state is not None:
        query = query.where(col(CertificateRequest.state) == state)
    return query


def certificate_history(session: Session, kid: str) -> Sequence[CertificateStatus]:
    """What happened to a certificate, in order."""
    query = select(CertificateStatus).where(col(CertificateStatus.kid) == kid)
    return session.scalars(query.order_by(col(CertificateStatus.at), col(CertificateStatus.id))).all()
