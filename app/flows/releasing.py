"""A file of codes, checked by a job: read without a session, its progress told in small steps, decided in one write."""

from contextlib import suppress

from sqlmodel import Session

import codings.queries as codings
from app import audit
from app.db import reading, side_session, writing
from app.service import Service
from codings import actions, sheets
from codings.base import Actor
from codings.outcomes import ReleaseStateRefused
from codings.states import ReleaseState


def check_file(service: Service, *, system: str, release: str, by: Actor) -> None:
    """Check a received file whole: its release becomes ready, or refused with a report. Checked before: nothing."""
    with reading(service) as session:
        found = codings.release(session, system=system, release=release)
        file = codings.release_file(session, system=system, release=release)
        if found.state is not ReleaseState.IMPORTING or file is None:
            return
        sheet = sheets.sheet_of(system)
        known, taken = codings.known_codes(session, sheet), codings.taken_values(session, sheet)

    def told(checked: int, rows: int) -> None:
        with side_session(service) as apart:
            actions.note_progress(apart, system=system, release=release, checked=checked, rows=rows, by=by)

    whole = sheets.read(file.content, sheet, known=known, taken=taken, progress=told)
    with suppress(ReleaseStateRefused), writing(service) as writer:  # a second look may have been faster
        _decide(writer, system, release, whole, by)


def _decide(session: Session, system: str, release: str, found: sheets.Reading, by: Actor) -> None:
    names = {"system": system, "release": release}
    if found.faults:
        actions.refuse_file(session, **names, faults=found.faults, total=found.total, by=by)
    else:
        actions.accept_rows(session, **names, rows=found.rows, by=by)
    verb = "codings.refuse" if found.faults else "codings.accept"
    audit.did(session, by=by, verb=verb, subject=f"{codings.short_name(system)}:{release}")
