"""The register of keys: a holder asks for a certificate, two officers approve it, anyone concerned revokes it.

The private key never leaves its holder's device: what comes in is a request signed by it (PKCS #10), so
that nobody can have another's key certified. One key is certified once, for one holder, for ever. This
file decides; the certificate authority that signs is the shell's, and what it signed is checked here
against the request before it enters the register. Revocation takes effect with the transaction.
"""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select

from codings.base import Actor, Role, emit
from codings.csr import IssuedCertificate, read_csr, require_same_key
from codings.outcomes import (
    CertificateRevoked,
    CertificateStateRefused,
    CertificateUnknown,
    CsrRefused,
    InvalidFromRefused,
    PractitionerSuspended,
    PractitionerUnknown,
    SameOfficer,
)
from codings.queries.registers import practises, practitioner
from codings.queries.terms import require_code
from codings.states import REQUEST_ALLOWED, CertificateState, HolderKind, RequestState
from codings.systems import REVOCATION_REASON
from codings.tables import (
    Affiliation,
    Certificate,
    CertificateRequest,
    CertificateRequestStatus,
    CertificateStatus,
)
from codings.text import tehran_day

OFFICERS: Final = frozenset({Role.COUNCIL_OFFICER, Role.ADMINISTRATOR, Role.SERVICE})


def request_certificate(
    session: Session,
    *,
    holder: str,
    holder_kind: HolderKind,
    csr: str,
    device: str | None = None,
    by: Actor,
) -> CertificateRequest:
    """Ask for a certificate for the key that signed this request (PEM, PKCS #10, P-256 with SHA-256).

    The same key again is the same request, whatever has become of it. People ask for themselves, a
    centre's system for those who practise there, officers for anyone. `device` is what a person calls the
    browser or the machine that made the key there. Raises CsrRefused, PractitionerUnknown,
    PractitionerSuspended, NotHere.
    """
    asked = read_csr(csr)
    _require_may_ask(session, holder=holder, kind=holder_kind, by=by)
    row = CertificateRequest(
        holder=holder,
        holder_kind=holder_kind,
        csr=asked.pem,
        csr_sha256=asked.sha256,
        key_sha256=asked.key_sha256,
        device=device,
        state=RequestState.REQUESTED,
        requested_by=by.id,
        requested_at=by.at,
    )
    new = insert(CertificateRequest).values(row.model_dump()).on_conflict_do_nothing()
    request = session.scalars(new.returning(CertificateRequest)).first()
    if request is None:
        claimed = select(CertificateRequest).where(CertificateRequest.key_sha256 == asked.key_sha256)
        known = session.exec(claimed).one()
        if (known.holder, known.holder_kind) != (holder, holder_kind):
            raise CsrRefused(
                pointer="/csr",
                why_fa="این کلید به نام کس دیگری است",
                why_en="this key belongs to someone else",
            )
        return known
    _note(session, request, None, by=by)
    return request


def enter_request(session: Session, *, request: UUID, by: Actor) -> CertificateRequest:
    """The first officer: the holder's identity and council number were seen to be right."""
    return _move(
        session,
        _request(session, request),
        RequestState.ENTERED,
        by=by,
        entered_by=by.id,
        entered_at=by.at,
    )


def approve_request(session: Session, *, request: UUID, issued: IssuedCertificate, by: Actor) -> Certificate:
    """The second officer: the certificate enters the register and can sign from now on.

    Raises SameOfficer, CertificateMismatch, CertificateStateRefused, and again what the register says
    of the holder's licence.
    """
    asked = _request(session, request)
    _require_follows(asked, RequestState.APPROVED)
    if by.id in (asked.entered_by, asked.requested_by, asked.holder) or by.practitioner == asked.holder:
        raise SameOfficer
    _require_licensed(session, holder=asked.holder, kind=asked.holder_kind, by=by)
    require_same_key(issued, key_sha256=asked.key_sha256)
    asked = _move(
        session,
        asked,
        RequestState.APPROVED,
        by=by,
        decided_by=by.id,
        decided_at=by.at,
        kid=issued.kid,
    )
    certificate = Certificate(
        kid=issued.kid,
        request=asked.id,
        holder=asked.holder,
        holder_kind=asked.holder_kind,
        pem=issued.pem,
        public_pem=issued.public_pem,
        not_before=issued.not_before,
        not_after=issued.not_after,
        state=CertificateState.ACTIVE,
    )
    session.add(certificate)
    session.flush()
    session.add(CertificateStatus(kid=issued.kid, to_state=CertificateState.ACTIVE, at=by.at, by=by.id))
    return certificate


def refuse_request(session: Session, *, request: UUID, why: str, by: Actor) -> CertificateRequest:
    """Either officer, at either step, with the reason in words. The key cannot be certified any more."""
    return _move(
        session,
        _request(session, request),
        RequestState.REFUSED,
        by=by,
        why=why,
        decided_by=by.id,
        decided_at=by.at,
    )


def revoke_certificate(
    session: Session, *, kid: str, reason: str, invalid_from: datetime | None = None, by: Actor
) -> Certificate:
    """Believe this key no more: nothing it signs after `invalid_from` (now, if not told) stands.

    By the holder, by the system of a centre where they work, or by an officer; to everyone else the
    certificate does not exist. Raises CertificateUnknown, CodeUnknown, InvalidFromRefused, and
    CertificateStateRefused when it is revoked already.
    """
    known = session.get(Certificate, kid)
    if known is None or not _concerns(session, known, by=by):
        raise CertificateUnknown
    require_code(session, REVOCATION_REASON, reason, pointer="/reason")
    since = invalid_from or by.at
    if not known.not_before <= since <= by.at:
        raise InvalidFromRefused(pointer="/invalid_from")
    revoke = (
        update(Certificate)
        .where(col(Certificate.kid) == kid, col(Certificate.state) == CertificateState.ACTIVE)
        .values(
            state=CertificateState.REVOKED,
            revoked_at=by.at,
            revoked_by=by.id,
            reason=reason,
            invalid_from=since,
        )
        .returning(Certificate)
        .execution_options(populate_existing=True)
    )
    revoked = session.scalars(revoke).first()
    if revoked is None:
        raise CertificateStateRefused(state=CertificateState.REVOKED)
    session.add(
        CertificateStatus(
            kid=kid,
            from_state=CertificateState.ACTIVE,
            to_state=CertificateState.REVOKED,
            at=by.at,
            by=by.id,
            why=reason,
        )
    )
    emit(session, CertificateRevoked(kid=kid, holder=revoked.holder))
    return revoked


def _require_may_ask(session: Session, *, holder: str, kind: HolderKind, by: Actor) -> None:
    himself = holder in (by.practitioner, by.id)
    if not himself and by.role not in OFFICERS:
        if by.role is not Role.MACHINE or by.centre is None:
            raise PractitionerUnknown(pointer="/practitioner", council=holder)
        practises(session, council=holder, siam=by.centre, at=by.at)
    _require_licensed(session, holder=holder, kind=kind, by=by)


def _require_licensed(session: Session, *, holder: str, kind: HolderKind, by: Actor) -> None:
    """A practitioner must stand in the council's register; an officer's standing is their account's."""
    if kind is HolderKind.OFFICER:
        return
    person = practitioner(session, holder)
    if person is None or person.kind is not kind:
        raise PractitionerUnknown(pointer="/practitioner", council=holder)
    if not person.licensed_on(tehran_day(by.at)):
        raise PractitionerSuspended(council=holder)


def _concerns(session: Session, certificate: Certificate, *, by: Actor) -> bool:
    if by.role in OFFICERS or certificate.holder in (by.practitioner, by.id):
        return True
    here = by.role is Role.MACHINE and by.centre is not None
    return here and session.get(Affiliation, (certificate.holder, by.centre)) is not None


def _request(session: Session, request: UUID) -> CertificateRequest:
    found = session.get(CertificateRequest, request)
    if found is None:
        raise CertificateUnknown
    return found


def _require_follows(request: CertificateRequest, to: RequestState) -> None:
    if to not in REQUEST_ALLOWED[request.state]:
        raise CertificateStateRefused(state=request.state)


def _move(
    session: Session,
    request: CertificateRequest,
    to: RequestState,
    *,
    by: Actor,
    why: str | None = None,
    **facts: object,
) -> CertificateRequest:
    """Change the state only if it is still the one that was seen, and note the change."""
    _require_follows(request, to)
    seen = request.state
    change = (
        update(CertificateRequest)
        .where(col(CertificateRequest.id) == request.id, col(CertificateRequest.state) == seen)
        .values(state=to, **facts)
        .returning(CertificateRequest)
        .execution_options(populate_existing=True)
    )
    moved = session.scalars(change).first()
    if moved is None:  # another officer was faster
        session.refresh(request)
        raise CertificateStateRefused(state=request.state)
    _note(session, moved, seen, by=by, why=why)
    return moved


def _note(
    session: Session,
    request: CertificateRequest,
    seen: RequestState | None,
    *,
    by: Actor,
    why: str | None = None,
) -> None:
    session.add(
        CertificateRequestStatus(
            request=request.id, from_state=seen, to_state=request.state, at=by.at, by=by.id, why=why
        )
    )
