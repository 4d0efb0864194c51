"""The public directory of keys, and the requests that officers work through."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from codings.states import CertificateState, RequestState
from codings.tables import Certificate, CertificateRequest, CertificateRequestStatus


def certificate(session: Session, kid: str) -> Certificate | None:
    """A certificate by its key identifier, revoked and expired ones included."""
    return session.get(Certificate, kid)


def certificates_of(session: Session, holder: str) -> Sequence[Certificate]:
    """Every certificate a holder ever had, the newest first."""
    query = select(Certificate).where(Certificate.holder == holder)
    return session.exec(query.order_by(col(Certificate.not_before).desc(), Certificate.kid)).all()


def signing_certificate(session: Session, holder: str, *, at: datetime) -> Certificate | None:
    """The newest certificate of a holder that may sign at this instant."""
    query = select(Certificate).where(
        Certificate.holder == holder,
        Certificate.state == CertificateState.ACTIVE,
        Certificate.not_before <= at,
        Certificate.not_after >= at,
    )
    return session.exec(query.order_by(col(Certificate.not_before).desc(), Certificate.kid)).first()


def certificate_request(session: Session, request: UUID) -> CertificateRequest | None:
    """One request, whatever became of it."""
    return session.get(CertificateRequest, request)


def requests_waiting(session: Session) -> Sequence[CertificateRequest]:
    """What officers have still to do, the oldest first."""
    waiting = col(CertificateRequest.state).in_([RequestState.REQUESTED, RequestState.ENTERED])
    return session.exec(select(CertificateRequest).where(waiting).order_by(col(CertificateRequest.id))).all()


def request_history(session: Session, request: UUID) -> Sequence[CertificateRequestStatus]:
    """What happened to a request, in order: who did it, when, and why."""
    query = select(CertificateRequestStatus).where(CertificateRequestStatus.request == request)
    return session.exec(query.order_by(col(CertificateRequestStatus.id))).all()
