"""How the service and its partners are, for everyone."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

import codings.queries as codings
from app.access import Anyone
from app.api.emergencies import DeclarationOut, declaration_out
from app.db import GivesBack, Reading
from app.service import TheService
from codings.base import Actor

router = APIRouter(route_class=GivesBack, prefix="/api/v1", tags=["everyone"])


class PartnerOut(BaseModel):
    partner: str = Field(examples=["authenticity"])
    adapter: str = Field(examples=["http"])
    state: str = Field(examples=["up"], description="up, down, or unproven (not asked yet)")
    since: datetime | None
    last_good: datetime | None


class StatusOut(BaseModel):
    now: datetime
    partners: list[PartnerOut]
    declarations: list[DeclarationOut] = Field(description="the emergencies in force now")


@router.get("/status")
def status(by: Annotated[Actor, Anyone()], service: TheService, session: Reading) -> StatusOut:
    """Each partner's state, since when, its last good answer; the emergency declarations in force."""
    return StatusOut(
        now=by.at,
        partners=[
            PartnerOut.model_validate(p.state(by.at), from_attributes=True) for p in service.gateways.partners
        ],
        declarations=[declaration_out(d, by.at) for d in codings.in_force(session, by.at)],
    )
