"""Declared emergencies: one officer drafts, another approves, the service seals, the clock begins and ends.

While a declaration is in force for a province, paper prescriptions written there are accepted. It lasts at
most 72 hours and ends by itself; to go on there is a new one, with a new number and two new decisions. It
may begin up to 24 hours before it was drafted, since whoever lost the network could not declare it.
"""

from collections.abc import Callable, Collection
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import func, text, update
from sqlmodel import Session, col, select

from codings import jws
from codings.base import Actor, emit
from codings.outcomes import (
    DeclarationApproved,
    DeclarationBackdated,
    DeclarationEndsBeforeStart,
    DeclarationIncomplete,
    DeclarationOver,
    DeclarationSameOfficer,
    DeclarationStateRefused,
    DeclarationTooLong,
    DeclarationUnknown,
)
from codings.queries.terms import require_code
from codings.states import DECLARATION_ALLOWED, DeclarationState, declaration_state
from codings.systems import DECLARATION_CAUSE, PROVINCE
from codings.tables import Declaration, DeclarationStatus
from codings.text import jalali, normalise

LONGEST: Final = timedelta(hours=72)
BACKDATED_AT_MOST: Final = timedelta(hours=24)
LONGEST_WORDS: Final = 200
TYP: Final = "declaration+jws"


def draft_declaration(
    session: Session,
    *,
    provinces: Collection[str],
    cause: str,
    words: str,
    starts_at: datetime,
    ends_at: datetime,
    by: Actor,
) -> Declaration:
    """Write a declaration down; it has no effect until another officer approves it.

    Provinces and cause are codes of their lists. Raises DeclarationIncomplete, CodeUnknown,
    DeclarationEndsBeforeStart, DeclarationTooLong, DeclarationBackdated, DeclarationOver.
    """
    said = normalise(words)
    if not provinces or not said or len(said) > LONGEST_WORDS:
        raise DeclarationIncomplete(pointer="/words" if provinces else "/provinces", limit=LONGEST_WORDS)
    for place, province in enumerate(provinces):
        require_code(session, PROVINCE, province, pointer=f"/provinces/{place}")
    require_code(session, DECLARATION_CAUSE, cause, pointer="/cause")
    _require_span(starts_at, ends_at, at=by.at)
    declaration = Declaration(
        number=_next_number(session, by.at),
        provinces=sorted(set(provinces)),
        cause=cause,
        words=said,
        starts_at=starts_at,
        ends_at=ends_at,
        state=DeclarationState.DRAFTED,
        drafted_by=by.id,
        drafted_at=by.at,
    )
    session.add(declaration)
    session.flush()
    _note(session, declaration, None, by=by)
    return declaration


def approve_declaration(
    session: Session, *, number: str, seal: Callable[[bytes, str], str], by: Actor
) -> Declaration:
    """The second officer's word; the service's seal over the content goes with it.

    Raises DeclarationUnknown, DeclarationStateRefused, DeclarationSameOfficer, DeclarationOver.
    """
    drafted = _declaration(session, number)
    _require_follows(drafted, DeclarationState.IN_FORCE, at=by.at)
    if by.id == drafted.drafted_by:
        raise DeclarationSameOfficer
    if by.at >= drafted.ends_at:
        raise DeclarationOver
    sealed = seal(_content(drafted, approved_by=by.id), TYP)
    approved = _move(
        session,
        drafted,
        DeclarationState.IN_FORCE,
        by=by,
        approved_by=by.id,
        approved_at=by.at,
        seal=sealed,
    )
    emit(session, DeclarationApproved(number=number))
    return approved


def refuse_declaration(session: Session, *, number: str, why: str, by: Actor) -> Declaration:
    """Put a draft aside for good, with the reason in words; its author may do so too."""
    return _move(session, _declaration(session, number), DeclarationState.REFUSED, by=by, why=why)


def content(declaration: Declaration) -> bytes:
    """The canonical JSON that an approved declaration's seal covers."""
    if declaration.approved_by is None:
        raise DeclarationStateRefused(state=declaration.state)
    return _content(declaration, approved_by=declaration.approved_by)


def _content(declaration: Declaration, *, approved_by: str) -> bytes:
    return jws.canonical(
        {
            "number": declaration.number,
            "provinces": declaration.provinces,
            "cause": declaration.cause,
            "words": declaration.words,
            "starts_at": _rfc3339(declaration.starts_at),
            "ends_at": _rfc3339(declaration.ends_at),
            "drafted_by": declaration.drafted_by,
            "approved_by": approved_by,
        }
    )


def _rfc3339(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _require_span(starts_at: datetime, ends_at: datetime, *, at: datetime) -> None:
    if ends_at <= starts_at:
        raise DeclarationEndsBeforeStart(pointer="/ends_at")
    if ends_at - starts_at > LONGEST:
        raise DeclarationTooLong(pointer="/ends_at", hours=LONGEST // timedelta(hours=1))
    if ends_at <= at:
        raise DeclarationOver(pointer="/ends_at")
    if at - starts_at > BACKDATED_AT_MOST:
        raise DeclarationBackdated(pointer="/starts_at", hours=BACKDATED_AT_MOST // timedelta(hours=1))


def _next_number(session: Session, at: datetime) -> str:
    """D, the Jalali year, and the place in it: gapless, since drafts wait for each other here."""
    session.execute(text("SELECT pg_advisory_xact_lock(hashtext('codings.declaration'))"))
    year = f"D{jalali(at)[:4]}-"
    last = session.exec(
        select(func.max(Declaration.number)).where(col(Declaration.number).startswith(year))
    ).one()
    return f"{year}{int(last.removeprefix(year)) + 1 if last else 1:04d}"


def _declaration(session: Session, number: str) -> Declaration:
    found = session.get(Declaration, number)
    if found is None:
        raise DeclarationUnknown(number=number)
    return found


def _require_follows(declaration: Declaration, to: DeclarationState, *, at: datetime) -> None:
    now = declaration_state(declaration.state, declaration.ends_at, at)
    if to not in DECLARATION_ALLOWED[now]:
        raise DeclarationStateRefused(state=now)


def _move(
    session: Session,
    declaration: Declaration,
    to: DeclarationState,
    *,
    by: Actor,
    why: str | None = None,
    **facts: object,
) -> Declaration:
    """Change the state only if it is still the one that was seen, and note the change."""
    _require_follows(declaration, to, at=by.at)
    seen = declaration.state
    change = (
        update(Declaration)
        .where(col(Declaration.number) == declaration.number, col(Declaration.state) == seen)
        .values(state=to, **facts)
        .returning(Declaration)
        .execution_options(populate_existing=True)
    )
    moved = session.scalars(change).first()
    if moved is None:  # another officer was faster
        session.refresh(declaration)
        raise DeclarationStateRefused(state=declaration_state(declaration.state, declaration.ends_at, by.at))
    _note(session, moved, seen, by=by, why=why)
    return moved


def _note(
    session: Session,
    declaration: Declaration,
    seen: DeclarationState | None,
    *,
    by: Actor,
    why: str | None = None,
) -> None:
    session.add(
        DeclarationStatus(
            number=declaration.number,
            from_state=seen,
            to_state=declaration.state,
            at=by.at,
            by=by.id,
            why=why,
        )
    )
