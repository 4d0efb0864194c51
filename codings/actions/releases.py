"""Releasing a code system: received, checked whole, published by a second person, in force from its day on.

receive_release -> IMPORTING      the file is kept as it came
accept_rows     -> READY          every row was right; the rows are kept for ever
refuse_file     -> REFUSED        with a report of every fault; nothing else changed
publish_release -> PUBLISHED      by somebody else; in force at once, or when its day has come (`take_effect`)
withdraw_release -> WITHDRAWN     with a reason; the one before is in force again
"""

import hashlib
from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import bindparam, text, update
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlmodel import Session, col

from codings.base import Actor, emit
from codings.outcomes import (
    ReleaseExists,
    ReleaseFileEmpty,
    ReleaseReceived,
    ReleaseSourceMissing,
    ReleaseStateRefused,
    ReleaseUnknown,
)
from codings.sheets import Fault, sheet_of
from codings.states import RELEASE_ALLOWED, ReleaseState
from codings.tables import Release, ReleaseFile, ReleaseProblem, ReleaseStatus
from codings.text import jalali, normalise

LONGEST_SOURCE: Final = 300


def receive_release(
    session: Session,
    *,
    system: str,
    name: str,
    content: bytes,
    effective_from: date,
    source: str,
    licence: str,
    by: Actor,
) -> Release:
    """Keep a file as it came, to be checked by a job. Raises ReleaseFileEmpty, ReleaseSourceMissing, ReleaseExists.

    A release is named after its edition and its content, so the same file is the same release.
    """
    if not content.strip():
        raise ReleaseFileEmpty(pointer="/file")
    for pointer, told in (("/source", source), ("/licence", licence)):
        if not 0 < len(normalise(told)) <= LONGEST_SOURCE:
            raise ReleaseSourceMissing(pointer=pointer)
    release = new_release(
        session,
        system=system,
        sha256=hashlib.sha256(content).hexdigest(),
        effective_from=effective_from,
        source=normalise(source),
        licence=normalise(licence),
        by=by,
    )
    session.add(ReleaseFile(system=system, release=release.release, name=name[:200], content=content))
    emit(session, ReleaseReceived(system=system, release=release.release))
    return release


def new_release(
    session: Session, *, system: str, sha256: str, effective_from: date, source: str, licence: str, by: Actor
) -> Release:
    """The row of a release that is being imported. Raises ReleaseExists."""
    release = Release(
        system=system,
        release=f"{jalali(effective_from)[:7].replace('/', '-')}-{sha256[:8]}",
        state=ReleaseState.IMPORTING,
        effective_from=effective_from,
        sha256=sha256,
        source=source,
        licence=licence,
        prepared_by=by.id,
        loaded_at=by.at,
    )
    new = insert(Release).values(release.model_dump()).on_conflict_do_nothing().returning(Release)
    added = session.scalars(new).first()
    if added is None:
        known = session.get_one(Release, (system, release.release))
        raise ReleaseExists(pointer="/file", release=known.release, state=known.state)
    _told(session, added, None, by)
    return added


def note_progress(
    session: Session,
    *,
    system: str,
    release: str,
    checked: int,
    rows: int,
    by: Actor,  # noqa: ARG001  every verb says who acts
) -> None:
    """How far the check of a file has come."""
    session.execute(
        update(Release)
        .where(_is(system, release), col(Release.state) == ReleaseState.IMPORTING)
        .values(checked=checked, rows=rows)
    )


def accept_rows(
    session: Session, *, system: str, release: str, rows: Sequence[dict[str, Any]], by: Actor
) -> Release:
    """Keep the checked rows of a release: it is ready to be published. Raises ReleaseStateRefused.

    The rows travel as one JSON document, whatever their number.
    """
    count = len(rows)
    ready = turn(
        session,
        system=system,
        release=release,
        before={ReleaseState.IMPORTING},
        after=ReleaseState.READY,
        by=by,
        values={"rows": count, "checked": count},
    )
    keep = text(
        "INSERT INTO release_entry (system, release, code, position, row)"
        " SELECT :system, :release, told.row ->> :key, told.position, told.row"
        " FROM jsonb_array_elements(:rows) WITH ORDINALITY AS told (row, position)"
    ).bindparams(bindparam("rows", type_=JSONB))
    key = sheet_of(system).key
    session.execute(keep, {"system": system, "release": release, "key": key, "rows": list(rows)})
    return ready


def refuse_file(
    session: Session, *, system: str, release: str, faults: Sequence[Fault], total: int, by: Actor
) -> Release:
    """Keep the report of a file that is wrong; nothing else of it is kept. Raises ReleaseStateRefused."""
    refused = turn(
        session,
        system=system,
        release=release,
        before={ReleaseState.IMPORTING},
        after=ReleaseState.REFUSED,
        by=by,
        values={"rows": total, "checked": total, "problems": len(faults)},
    )
    told = [
        {
            "system": system,
            "release": release,
            "number": number,
            "line": fault.line,
            "column": fault.column,
            "value": fault.value,
            "what_fa": fault.what.fa,
            "what_en": fault.what.en,
            "mend_fa": fault.mend.fa,
            "mend_en": fault.mend.en,
        }
        for number, fault in enumerate(faults, start=1)
    ]
    if told:
        session.execute(insert(ReleaseProblem), told)
    return refused


def turn(
    session: Session,
    *,
    system: str,
    release: str,
    before: set[ReleaseState],
    after: ReleaseState,
    by: Actor,
    values: dict[str, Any] | None = None,
    why: str | None = None,
) -> Release:
    """The one change of a state, by compare-and-set, with its row in the history."""
    assert all(after in RELEASE_ALLOWED[state] for state in before)  # noqa: S101
    seen = session.get(Release, (system, release), populate_existing=True)
    if seen is None:
        raise ReleaseUnknown(system=system, release=release)
    old = seen.state
    change = (
        update(Release)
        .where(_is(system, release), col(Release.state).in_(before), col(Release.state) == old)
        .values(state=after, **(values or {}))
        .returning(Release)
        .execution_options(populate_existing=True)
    )
    changed = session.scalars(change).first()
    if changed is None:
        raise ReleaseStateRefused(state=old)
    _told(session, changed, old, by, why)
    return changed


def _told(
    session: Session, release: Release, old: ReleaseState | None, by: Actor, why: str | None = None
) -> None:
    session.add(
        ReleaseStatus(
            system=release.system,
            release=release.release,
            from_state=old,
            to_state=release.state,
            at=by.at,
            by=by.id,
            why=why,
        )
    )


def _is(system: str, release: str) -> Any:
    return (col(Release.system) == system) & (col(Release.release) == release)
