"""The shared words: code systems, search, releases. Public, since everyone writes with them."""

from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field

import codings.queries as codings
from app.access import Anyone
from app.db import Reading
from app.flows.problems import CodeMissing
from codings.base import Actor
from codings.systems import GENERIC

router = APIRouter(prefix="/api/v1/codings", tags=["codings"])
Public = Annotated[Actor, Anyone()]
SystemName = Annotated[
    str,
    Path(
        max_length=120,
        examples=["medicine"],
        description="a short name such as `medicine`, `icd-10`, `route`",
    ),
]


class ReleaseOut(BaseModel):
    system: str
    release: str
    effective_from: date
    sha256: str
    source: str
    loaded_at: datetime


class CodeOut(BaseModel):
    system: str
    code: str
    fa: str
    en: str
    release: str
    matched: str | None = Field(default=None, description="the brand or ingredient by which it was found")
    properties: dict[str, Any] = Field(default_factory=dict)


class FoundOut(BaseModel):
    items: list[CodeOut]
    next: None = None


@router.get("/releases", response_model=list[ReleaseOut])
def releases(_by: Public, session: Reading) -> Any:
    """Which releases of each code system were loaded; the first of each is in use."""
    return [ReleaseOut.model_validate(r, from_attributes=True) for r in codings.releases(session)]


@router.get("/{system}/search")
def search(
    system: SystemName,
    _by: Public,
    session: Reading,
    q: Annotated[str, Query(min_length=1, max_length=80)],
    limit: Annotated[int, Query(ge=1, le=50)] = 20,
) -> FoundOut:
    """Words in any order, Persian or Latin, a prefix of each, either digits."""
    found = codings.search(session, system, q, limit)
    return FoundOut(items=[CodeOut.model_validate(f, from_attributes=True) for f in found])


@router.get("/{system}/{code}")
def read(
    system: SystemName, code: Annotated[str, Path(max_length=40)], _by: Public, session: Reading
) -> CodeOut:
    """One code, also when a later release retired it."""
    uri = codings.system_of(system)
    if uri == GENERIC:
        return _medicine_out(session, code)
    found = codings.concepts(session, uri, {code}).get(code)
    if found is None:
        raise CodeMissing(system=system, value=code)
    return CodeOut.model_validate(found, from_attributes=True)


def _medicine_out(session: Reading, code: str) -> CodeOut:
    found = codings.medicines(session, {code}).get(code)
    if found is None:
        raise CodeMissing(system="medicine", value=code)
    told = found.model_dump(mode="json", exclude={"generic", "release", "name_fa", "short"})
    return CodeOut(
        system=GENERIC,
        code=found.generic,
        fa=found.name_fa,
        en=found.short,
        release=found.release,
        properties=told,
    )
