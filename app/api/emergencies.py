"""Emergencies and paper: declare (two signatures), upload a picture, transcribe within a declaration."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body, Header
from pydantic import BaseModel, Field
from starlette.responses import Response

import codings.queries as codings
from app import audit
from app.access import Anyone, Machine
from app.api.prescriptions import PrescriptionOut, prescription_out
from app.db import GivesBack, Reading
from app.flows import paper as flow
from app.flows import visit as visit_flow
from app.flows.paper import SignedDeclaration
from app.idempotency import Once
from app.service import TheService
from codings.base import Actor
from codings.states import declaration_state
from codings.tables import Declaration
from prescriber import actions as prescriber_actions
from prescriber.inputs import PaperInput

router = APIRouter(route_class=GivesBack, prefix="/api/v1", tags=["emergencies"])
Public = Annotated[Actor, Anyone()]
Regulator = Annotated[Actor, Machine("regulator")]
ClinicOrPharmacy = Annotated[Actor, Machine("prescriber", "pharmacy")]


class DeclarationOut(BaseModel):
    """An emergency in force by itself from its start to its end; `seal` is the service's signature over it."""

    number: str
    provinces: list[str]
    cause: str
    words: str
    starts_at: datetime
    ends_at: datetime
    state: str = Field(description="drafted, in_force, ended or refused, by the clock of this answer")
    seal: str | None


class UploadOut(BaseModel):
    upload: UUID
    sha256: str
    media_type: str
    bytes: int


@router.get("/declarations")
def declarations(by: Public, session: Reading) -> list[DeclarationOut]:
    """Every approved declaration, newest first, sealed by the service."""
    return [declaration_out(d, by.at) for d in codings.declarations(session) if d.seal]


@router.post("/declarations", status_code=201, response_model=DeclarationOut)
def declare(body: SignedDeclaration, by: Regulator, service: TheService, once: Once) -> Response:
    """Declare an emergency: two officers of the regulator sign the same canonical words with their own keys."""

    def write(session: Any) -> tuple[int, BaseModel]:
        return 201, declaration_out(flow.declare(session, service, signed=body, by=by), by.at)

    return once.write(write)


@router.post("/uploads", status_code=201, response_model=UploadOut)
def upload(
    content: Annotated[bytes, Body(media_type="image/png")],
    by: ClinicOrPharmacy,
    once: Once,
    content_type: Annotated[str, Header(max_length=60)] = "",
) -> Response:
    """The picture of a paper prescription: the bytes of one JPEG or PNG, at most 10 MB."""

    def write(session: Any) -> tuple[int, BaseModel]:
        image = prescriber_actions.store_image(session, content=content, media_type=content_type, by=by)
        audit.did(session, by=by, verb="image.store", subject=str(image.id))
        return 201, UploadOut(
            upload=image.id, sha256=image.sha256, media_type=image.media_type, bytes=len(content)
        )

    return once.write(write)


@router.post("/paper", status_code=201, response_model=PrescriptionOut)
def paper(body: PaperInput, by: ClinicOrPharmacy, service: TheService, once: Once) -> Response:
    """Transcribe a paper prescription onto a reserved SHABAD; only within a declaration in force here."""
    found = visit_flow.look_up_patient(service, patient=body.patient, by=by)

    def write(session: Any) -> tuple[int, BaseModel]:
        done = flow.transcribe(session, service, paper=body, found=found, by=by)
        return 201, prescription_out(session, service, done.view, own=True)

    return once.write(write)


def declaration_out(declaration: Declaration, at: datetime) -> DeclarationOut:
    return DeclarationOut(
        number=declaration.number,
        provinces=declaration.provinces,
        cause=declaration.cause,
        words=declaration.words,
        starts_at=declaration.starts_at,
        ends_at=declaration.ends_at,
        state=declaration_state(declaration.state, declaration.ends_at, at),
        seal=declaration.seal,
    )
