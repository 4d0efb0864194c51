"""The public directory of keys, and the requests that officers work through."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from codings import sql
from codings.states import CertificateState, RequestState
from codings.tables import Certificate, CertificateRequest, CertificateRequestStatus


def certificate(session: Session, kid: str) -> Certificate | None:
    """A certificate by its key identifier, revoked and expired ones included."""
    found = sql.rows(session, Certificate, "WHERE kid = %(kid)s", {"kid": kid})
    return found[0] if found else None


def certificates_of(session: Session, holder: str) -> Sequence[Certificate]:
    """Every certificate a holder ever had, the newest first."""
    query = select(Certificate).where(Certificate.holder == holder)
    return session.exec(query.order_by(col(Certificate.not_before).desc(), Certificate.kid)).all()


def signing_certificates(session: Session, holder: str, *, at: datetime) -> Sequence[Certificate]:
    """The certificates of a holder that may sign at this instant, the newest first."""
    query = select(Certificate).where(
        Certificate.holder == holder,
        Certificate.state == CertificateState.ACTIVE,
        Certificate.not_before <= at,
        Certificate.not_after >= at,
    )
    return session.exec(query.order_by(col(Certificate.not_before).desc(), Certificate.kid)).all()


def signing_certificate(
    session: Session, holder: str, *, kid: str | None = None, at: datetime
) -> Certificate | None:
    """The certificate named by `kid`, if it may sign for the holder now; without a name the newest one.

    Unnamed, a key that a person made in a browser comes last: whoever leaves the choice to us is a clinic's
    system, and can not sign with that one.
    """
    able = signing_certificates(session, holder, at=at)
    if kid is not None:
        return next((certificate for certificate in able if certificate.kid == kid), None)
    asked = {request.kid: request for request in requests_of(session, holder)}
    system = [c for c in able if c.kid not in asked or asked[c.kid].device is None]
    return next(iter([*system, *able]), None)


def requests_of(session: Session, holder: str) -> Sequence[CertificateRequest]:
    """Every request of a holder, whatever became of it, the newest first."""
    query = select(CertificateRequest).where(CertificateRequest.holder == holder)
    return session.exec(query.order_by(col(CertificateRequest.id).desc())).all()


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
