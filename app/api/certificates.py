"""Certificates: a clinic's or pharmacy's system asks for its people's keys, reads and revokes them.

Two officers of the Medical Council decide on their own pages; here is only the asking.
"""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from starlette.responses import Response

import codings.queries as codings
from app import audit
from app.access import Machine
from app.db import GivesBack, Reading, WriteSession
from app.idempotency import Once
from codings import certificates
from codings.base import Actor
from codings.identifiers import CouncilNumber
from codings.outcomes import CertificateStateRefused, CertificateUnknown, PractitionerUnknown
from codings.states import HolderKind, RequestState
from codings.tables import Certificate

router = APIRouter(route_class=GivesBack, prefix="/api/v1/certificates", tags=["certificates"])

Site = Annotated[Actor, Machine("prescriber", "pharmacy")]
Kid = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{11}$", examples=["mFh2Vd0Qx3k"])]


class CertificateIn(BaseModel):
    """Whose key is to be certified, and the request signed by that key."""

    model_config = ConfigDict(extra="forbid")

    practitioner: CouncilNumber
    csr: str = Field(max_length=4096, description="PKCS #10 in PEM, key on P-256")


class RevokeIn(BaseModel):
    """Why the key is believed no more, and from when (now, if left out)."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(max_length=40, examples=["key-lost"])
    invalid_from: AwareDatetime | None = None


class CertificateOut(BaseModel):
    """A certificate and whether it is still believed."""

    kid: str
    practitioner: str
    certificate: str = Field(description="PEM")
    not_before: datetime
    not_after: datetime
    state: str = Field(examples=["active"])
    revoked_at: datetime | None = None
    reason: str | None = None
    invalid_from: datetime | None = None


class PendingOut(BaseModel):
    """The request waits for the council's officers; ask the same again to learn what became of it."""

    request: UUID
    state: str = Field(examples=["requested"])


@router.post(
    "",
    status_code=201,
    response_model=CertificateOut,
    responses={202: {"model": PendingOut, "description": "Waits for the council's officers"}},
)
def ask(body: CertificateIn, by: Site, once: Once) -> Response:
    """Ask for a certificate. The same request again gives the certificate once it was approved."""

    def asked(session: WriteSession) -> tuple[int, BaseModel]:
        person = codings.practitioner(session, body.practitioner)
        if person is None:
            raise PractitionerUnknown(pointer="/practitioner", council=body.practitioner)
        request = certificates.request_certificate(
            session,
            holder=body.practitioner,
            holder_kind=HolderKind(person.kind.value),
            csr=body.csr,
            by=by,
        )
        if request.state is RequestState.REFUSED:
            raise CertificateStateRefused(state=request.state)
        if request.kid is not None and (found := codings.certificate(session, request.kid)) is not None:
            return 201, certificate_out(found)
        audit.did(session, by=by, verb="certificate.request", subject=str(request.id))
        return 202, PendingOut(request=request.id, state=request.state.value)

    return once.write(asked)


@router.get("/{kid}")
def read(kid: Kid, _by: Site, session: Reading) -> CertificateOut:
    """One certificate of the directory, revoked and expired ones included."""
    found = codings.certificate(session, kid)
    if found is None:
        raise CertificateUnknown
    return certificate_out(found)


@router.post("/{kid}/revoke", response_model=CertificateOut)
def revoke(kid: Kid, body: RevokeIn, by: Site, once: Once) -> Response:
    """Believe this key no more, at once: by the system of a centre where its holder practises."""

    def revoked(session: WriteSession) -> tuple[int, BaseModel]:
        told: dict[str, Any] = {"kid": kid, "reason": body.reason, "invalid_from": body.invalid_from}
        found = certificates.revoke_certificate(session, **told, by=by)
        audit.did(session, by=by, verb="certificate.revoke", subject=kid)
        return 200, certificate_out(found)

    return once.write(revoked)


def certificate_out(found: Certificate) -> CertificateOut:
    """A certificate as the API and the directory for offline sites show it."""
    return CertificateOut(practitioner=found.holder, certificate=found.pem, **_facts(found))


def _facts(found: Certificate) -> dict[str, Any]:
    names = ("kid", "not_before", "not_after", "state", "revoked_at", "reason", "invalid_from")
    return {name: getattr(found, name) for name in names}
