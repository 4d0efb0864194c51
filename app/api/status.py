"""How the service and its partners are, for everyone."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlmodel import Session

import codings.queries as codings
from app import closing, journal
from app.access import Anyone
from app.api.emergencies import DeclarationOut, declaration_out
from app.db import GivesBack, Reading
from app.service import Service, TheService
from codings.base import Actor

router = APIRouter(route_class=GivesBack, prefix="/api/v1", tags=["everyone"])


class PartnerOut(BaseModel):
    partner: str = Field(examples=["authenticity"])
    adapter: str = Field(examples=["http"])
    state: str = Field(examples=["up"], description="up, down, or unproven (not asked yet)")
    since: datetime | None
    last_good: datetime | None


class DispensingOut(BaseModel):
    open: bool = Field(description="false: nothing is accepted or handed over until receipts are replayed")
    since: datetime | None = Field(default=None, description="since when it is closed")
    reason: str | None = Field(
        default=None,
        examples=["moved"],
        description="`restore`: by command; `moved`: another server or time line than before; `behind`: older than"
        " its own published checkpoint",
    )


class StatusOut(BaseModel):
    now: datetime
    dispensing: DispensingOut
    journal: str = Field(
        examples=["kept"],
        description="of receipts: `kept`, `off`, or `behind` while the process that answers could not write some",
    )
    partners: list[PartnerOut]
    declarations: list[DeclarationOut] = Field(description="the emergencies in force now")


@router.get("/status")
def status(by: Annotated[Actor, Anyone()], service: TheService, session: Reading) -> StatusOut:
    """Each partner's state, since when, its last good answer; the emergency declarations in force."""
    return StatusOut(
        now=by.at,
        dispensing=_dispensing(session),
        journal=_journal(service),
        partners=[
            PartnerOut.model_validate(p.state(by.at), from_attributes=True) for p in service.gateways.partners
        ],
        declarations=[declaration_out(d, by.at) for d in codings.in_force(session, by.at)],
    )


def _dispensing(session: Session) -> DispensingOut:
    shut = closing.closed_now(session)
    if shut is None:
        return DispensingOut(open=True)
    return DispensingOut(open=False, since=shut.closed_at, reason=shut.kind)


def _journal(service: Service) -> str:
    if service.settings.receipts_journal is None:
        return "off"
    return "behind" if journal.missing() else "kept"
