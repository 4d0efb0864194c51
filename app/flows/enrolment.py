"""A physician's new key, from the browser that made it to its certificate.

Two officers of the Medical Council decide, on their own pages. Only where the deployment says so by name
(`approve_keys_at_once`, a demonstration) both of their steps are done here, by two actors that say what they are.
"""

from sqlmodel import Session

from app import audit, ca
from app.service import Service
from codings import certificates
from codings.base import Actor, Role
from codings.states import HolderKind, RequestState
from codings.tables import CertificateRequest

ENTERS, CONFIRMS = "service:demonstration-entry", "service:demonstration-confirmation"


def ask(session: Session, service: Service, *, csr: str, device: str, by: Actor) -> CertificateRequest:
    """Ask for a certificate for the key of this request (PKCS #10), made on what the physician calls `device`.

    Raises what `certificates.request_certificate` raises. The same key again is the same request.
    """
    asked = certificates.request_certificate(
        session,
        holder=by.practitioner or "",
        holder_kind=HolderKind.PHYSICIAN,
        csr=csr,
        device=device,
        by=by,
    )
    audit.did(session, by=by, verb="certificate.request", subject=str(asked.id))
    if service.settings.approve_keys_at_once and asked.state is RequestState.REQUESTED:
        _approve(session, service, asked, by=by)
    return asked


def _approve(session: Session, service: Service, asked: CertificateRequest, *, by: Actor) -> None:
    entering, confirming = (Actor(id=name, role=Role.SERVICE, at=by.at) for name in (ENTERS, CONFIRMS))
    certificates.enter_request(session, request=asked.id, by=entering)
    issued = ca.issue(
        service.keys, csr_pem=asked.csr, holder=asked.holder, holder_kind=asked.holder_kind, now=by.at
    )
    certificates.approve_request(session, request=asked.id, issued=issued, by=confirming)
    audit.did(session, by=confirming, verb="certificate.approve", subject=str(asked.id))
