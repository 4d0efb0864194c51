"""The shared words: code systems, search, releases. Public, since everyone writes with them."""

from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Body, Path, Query
from pydantic import BaseModel, Field
from starlette.responses import Response

import codings.queries as codings
from app import audit
from app.access import Anyone, Machine
from app.db import GivesBack, Reading
from app.flows.problems import CodeMissing
from app.idempotency import Once
from codings import actions as coding_actions
from codings.base import Actor
from codings.systems import GENERIC, Day
from codings.tables import Release
from prescriber.inputs import Line

router = APIRouter(route_class=GivesBack, prefix="/api/v1/codings", tags=["codings"])
Public = Annotated[Actor, Anyone()]
Office = Annotated[Actor, Machine("codings")]
CsvOrFhir = Annotated[bytes, Body(media_type="text/csv")]
ReleaseName = Annotated[str, Path(max_length=60, examples=["1405-09-1a2b3c4d"])]
SystemName = Annotated[
    str,
    Path(
        max_length=120,
        examples=["medicine"],
        description="a short name such as `medicine`, `icd-10`, `route`",
    ),
]


class ReleaseOut(BaseModel):
    """One release and where it stands; `checked` of `rows` lines were looked at so far."""

    system: str
    release: str
    state: str = Field(examples=["importing", "refused", "ready", "published", "retired", "withdrawn"])
    in_force: bool
    effective_from: date
    sha256: str
    source: str
    licence: str
    rows: int
    checked: int
    problems: int = Field(description="faults in the file; the report names each")
    prepared_by: str
    published_by: str | None
    withdrawn_why: str | None
    loaded_at: datetime


class FaultOut(BaseModel):
    """One fault of a file: its line (0 is the whole file), its column, what is wrong and how to mend it."""

    line: int
    column: str
    value: str
    what: dict[str, str] = Field(examples=[{"fa": "این تاریخ نیست.", "en": "This is not a date."}])
    mend: dict[str, str]


class ReportOut(BaseModel):
    """Everything that is wrong in a file."""

    items: list[FaultOut]


class CodeOut(BaseModel):
    system: str
    code: str
    fa: str
    en: str
    release: str
    matched: str | None = Field(default=None, description="the brand or ingredient by which it was found")
    why: str | None = Field(
        default=None,
        examples=["name", "ingredient", "synonym", "brand", "spelling"],
        description="what was found",
    )
    read_as: str | None = Field(
        default=None, description="the spelling it was read as, where it was corrected"
    )
    properties: dict[str, Any] = Field(default_factory=dict)


class FoundOut(BaseModel):
    items: list[CodeOut]
    next: None = None


@router.get("/releases")
def releases(_by: Public, session: Reading) -> list[ReleaseOut]:
    """Every release of each code system; the first of a system is the one in force."""
    now = {(r.system, r.release) for r in codings.releases_in_force(session).values()}
    return [_release_out(r, (r.system, r.release) in now) for r in codings.releases(session)]


@router.post("/releases/{system}", status_code=202, response_model=ReleaseOut)
def upload(
    system: SystemName,
    by: Office,
    once: Once,
    body: CsvOrFhir,
    effective_from: Annotated[Day, Query(description="from which day on it may be in force")],
    source: Annotated[Line, Query(min_length=1, max_length=300, description="publisher and edition")],
    licence: Annotated[Line, Query(min_length=1, max_length=300, description="terms of use")],
) -> Response:
    """Send a release: CSV (UTF-8) or a FHIR R4 CodeSystem. A job checks it whole; a person publishes it."""

    def write(session: Any) -> tuple[int, BaseModel]:
        uri = codings.require_system(session, system)
        kept = coding_actions.receive_release(
            session,
            system=uri,
            name="upload",
            content=body,
            effective_from=effective_from,
            source=source,
            licence=licence,
            by=by,
        )
        audit.did(session, by=by, verb="codings.upload", subject=f"{system}:{kept.release}")
        return 202, _release_out(kept, in_force=False)

    return once.write(write)


@router.get("/releases/{system}/{release}")
def read_release(system: SystemName, release: ReleaseName, _by: Public, session: Reading) -> ReleaseOut:
    """Where a release stands."""
    uri = codings.system_of(system)
    found = codings.release(session, system=uri, release=release)
    return _release_out(found, codings.is_in_force(session, system=uri, release=release))


@router.get("/releases/{system}/{release}/report")
def report(system: SystemName, release: ReleaseName, _by: Office, session: Reading) -> ReportOut:
    """What is wrong in a refused file, in the order of its lines."""
    uri = codings.system_of(system)
    codings.release(session, system=uri, release=release)
    return ReportOut(
        items=[
            FaultOut(
                line=p.line,
                column=p.column,
                value=p.value,
                what={"fa": p.what_fa, "en": p.what_en},
                mend={"fa": p.mend_fa, "en": p.mend_en},
            )
            for p in codings.release_problems(session, system=uri, release=release)
        ]
    )


def _release_out(found: Release, in_force: bool) -> ReleaseOut:
    return ReleaseOut.model_validate({**found.model_dump(), "in_force": in_force})


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
    system: SystemName,
    code: Annotated[str, Path(max_length=160)],
    _by: Public,
    session: Reading,
    release: Annotated[str | None, Query(max_length=60, description="as this release has it")] = None,
) -> CodeOut:
    """One code, also when a later release retired it; with `release`, as that release has it, for ever."""
    uri = codings.system_of(system)
    if release is not None:
        return _as_released(session, system, uri, code, release)
    if uri == GENERIC:
        return _medicine_out(session, code)
    found = codings.concepts(session, uri, {code}).get(code)
    if found is None:
        raise CodeMissing(system=system, value=code)
    return CodeOut.model_validate(found, from_attributes=True)


def _as_released(session: Reading, system: str, uri: str, code: str, release: str) -> CodeOut:
    row = codings.entries(session, system=uri, codes={code}, release=release).get(code)
    if row is None:
        raise CodeMissing(system=system, value=code)
    fa, en = row.get("fa", row.get("name_fa", "")), row.get("en", row.get("short", row.get("name_en", "")))
    named = {"code", "fa", "en", "properties", "generic", "name_fa", "short"}
    properties = {**row.get("properties", {}), **{k: v for k, v in row.items() if k not in named}}
    return CodeOut(system=uri, code=code, fa=fa, en=en, release=release, properties=properties)


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
