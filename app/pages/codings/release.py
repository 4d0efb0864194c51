"""One release: where it stands, what it changes, what is wrong with its file; and the differences, code by code."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from sqlmodel import Session
from starlette.responses import Response, StreamingResponse

import codings.queries as codings
from app import audit
from app.csv_export import Column, lines
from app.db import Reading, reading
from app.forms import Form
from app.pages.codings.cells import cell, cells, title
from app.pages.codings.words import (
    IN_FORCE,
    LOOKS,
    STATES,
    Editor,
    Name,
    System,
    address,
    subject,
    system_words,
)
from app.service import Service, TheService
from app.web import language_of_page, page, see_other
from codings.base import Actor, Problem, Words
from codings.queries.browsing import LICENCES, licences_ending, problems_listed
from codings.sheets import sheet_of
from codings.states import RELEASE_ALLOWED, ReleaseState
from codings.tables import PRODUCT, Release

router = APIRouter(prefix="/codings/releases/{system}/{release}")
FAULTS = 50  # on the page; the file has them all
AT_ONCE = 100
SHRINKS = 0.9
REPORT = [
    Column(Words("سطر", "Line"), lambda fault: fault.line),
    Column(Words("ستون", "Column"), lambda fault: fault.column),
    Column(Words("مقدار", "Value"), lambda fault: fault.value),
    Column(Words("چه نادرست است", "What is wrong"), lambda fault: Words(fault.what_fa, fault.what_en)),
    Column(Words("چگونه درست شود", "How to mend it"), lambda fault: Words(fault.mend_fa, fault.mend_en)),
]


@router.get("")
def show(request: Request, system: System, release: Name, by: Editor, service: TheService) -> Response:
    """One release; while its file is being checked the page asks again by itself."""
    return draw(request, service, by=by, system=system, release=release)


@router.get("/report.csv")
def report(request: Request, system: System, release: Name, by: Editor, service: TheService) -> Response:
    """Everything that is wrong in a refused file, as a file."""
    uri = codings.system_of(system)
    with reading(service) as session:
        found = codings.release(session, system=uri, release=release)
    audit.saw(service, by=by, verb="codings.report", subject=subject(found))
    name = f"report-{codings.short_name(uri)}-{release}.csv"
    return StreamingResponse(
        lines(
            service,
            problems_listed(system=uri, release=release),
            REPORT,
            language=language_of_page(request),
        ),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@router.get("/differences")
def differences(
    request: Request,
    system: System,
    release: Name,
    by: Editor,
    session: Reading,
    change: Annotated[str, Query(max_length=10)] = "",
    after: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """What this release adds, changes and retires, a hundred codes at a time."""
    found = codings.release(session, system=codings.system_of(system), release=release)
    wanted = codings.Change(change) if change in set(codings.Change) else None
    old = codings.compared_with(session, found)
    told = codings.differing(
        session,
        system=found.system,
        old=old,
        new=release,
        change=wanted,
        after=after.replace("\0", ""),
        limit=AT_ONCE + 1,
    )
    return page(
        request,
        "codings/differences.html",
        by=by,
        release=found,
        old=old,
        counts=codings.differences(session, system=found.system, old=old, new=release),
        wanted=wanted,
        after=after,
        rows=told[:AT_ONCE],
        next=told[AT_ONCE - 1].code if len(told) > AT_ONCE else None,
        here=address(found),
        short=codings.short_name(found.system),
        system_words=system_words,
        title=title,
        cell=cell,
        cells=cells,
        columns=sheet_of(found.system).columns,
    )


@router.get("/{what}")
def back(system: System, release: Name, what: str, _by: Editor) -> Response:  # noqa: ARG001
    return see_other(f"/codings/releases/{system}/{release}")


def draw(
    request: Request,
    service: Service,
    *,
    by: Actor,
    system: str,
    release: str,
    form: Form[Any] | None = None,
    problem: Problem | None = None,
    status: int = 200,
) -> Response:
    """The page of a release, also after a decision about it was refused."""
    uri = codings.system_of(system)
    with reading(service) as session:
        found = codings.release(session, system=uri, release=release)
        facts = _facts(session, found, by)
    return page(
        request,
        "codings/release.html",
        block="standing",
        status=status,
        by=by,
        release=found,
        here=address(found),
        short=codings.short_name(uri),
        address=address,
        system_words=system_words,
        state_words=STATES,
        in_force_words=IN_FORCE,
        looks=LOOKS,
        form=form,
        problem=problem,
        **facts,
    )


def _facts(session: Session, found: Release, by: Actor) -> dict[str, Any]:
    """What the page tells of a release beside its own row."""
    which = {"system": found.system, "release": found.release}
    file = codings.release_file(session, **which)
    return {
        "in_force": codings.is_in_force(session, **which),
        "file": (file.name, len(file.content)) if file else None,
        "steps": codings.release_history(session, **which),
        "others": [r for r in codings.releases(session, system=found.system) if r.release != found.release],
        "faults": codings.release_problems(session, **which, limit=FAULTS) if found.problems else (),
        "may": {
            "publish": ReleaseState.PUBLISHED in RELEASE_ALLOWED[found.state],
            "withdraw": ReleaseState.WITHDRAWN in RELEASE_ALLOWED[found.state],
            "own": found.prepared_by == by.id,
        },
        **_compared(session, found),
    }


def _compared(session: Session, found: Release) -> dict[str, Any]:
    """How many codes differ from the release it is compared with, and what to be careful about."""
    if found.state in {ReleaseState.IMPORTING, ReleaseState.REFUSED}:
        return {"old": None, "counts": None, "shrinks": None, "licences": None}
    old = codings.compared_with(session, found)
    before = codings.release(session, system=found.system, release=old).rows if old else 0
    less = found.system == PRODUCT and found.rows < before * SHRINKS
    ends = (
        licences_ending(session, system=found.system, old=old, new=found.release)
        if found.system in LICENCES
        else None
    )
    return {
        "old": old,
        "counts": codings.differences(session, system=found.system, old=old, new=found.release),
        "shrinks": before if less else None,
        "licences": ends,
    }
