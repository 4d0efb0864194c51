"""Releases: which there are, which are in force, what happened to one, and what is wrong with its file."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

from sqlmodel import Session, col
from sqlmodel import select as select_rows

from codings.outcomes import ReleaseUnknown, SystemUnknown
from codings.queries.terms import system_of
from codings.sheets import SHEETS
from codings.states import ReleaseState
from codings.tables import (
    Release,
    ReleaseFile,
    ReleaseInForce,
    ReleaseProblem,
    ReleaseStatus,
)

IN_FORCE: Final = (
    select_rows(ReleaseInForce.id)
    .where(
        ReleaseInForce.system == Release.system,
        ReleaseInForce.release == Release.release,
        col(ReleaseInForce.ended_at).is_(None),
    )
    .exists()
)


def releases(session: Session, *, system: str | None = None) -> Sequence[Release]:
    """Every release that was ever received, the one in force first in its system, then the newest."""
    query = select_rows(Release).order_by(Release.system, IN_FORCE.desc(), col(Release.loaded_at).desc())
    return session.exec(query if system is None else query.where(Release.system == system)).all()


def releases_in_force(session: Session, systems: Collection[str] | None = None) -> dict[str, Release]:
    """The release in force of each system, or of some."""
    query = select_rows(Release).where(IN_FORCE).order_by(Release.system)
    if systems is not None:
        query = query.where(col(Release.system).in_(set(systems)))
    return {release.system: release for release in session.exec(query)}


def release(session: Session, *, system: str, release: str) -> Release:
    """One release, whatever became of it. Raises ReleaseUnknown."""
    found = session.get(Release, (system, release))
    if found is None:
        raise ReleaseUnknown(system=system, release=release)
    return found


def require_system(session: Session, name: str) -> str:
    """The URI of a system that files can be sent for, by its short name. Raises SystemUnknown."""
    system = system_of(name)
    if system not in SHEETS:
        known = session.exec(select_rows(Release.system).where(Release.system == system).limit(1)).first()
        if known is None:
            raise SystemUnknown(system=name)
    return system


def is_in_force(session: Session, *, system: str, release: str) -> bool:
    """Whether it is this release that codes are chosen from now."""
    query = select_rows(Release.release).where(IN_FORCE, Release.system == system, Release.release == release)
    return session.exec(query).first() is not None


def release_history(session: Session, *, system: str, release: str) -> Sequence[ReleaseStatus]:
    """What happened to a release, in order."""
    query = select_rows(ReleaseStatus).where(ReleaseStatus.system == system, ReleaseStatus.release == release)
    return session.exec(query.order_by(col(ReleaseStatus.at), col(ReleaseStatus.id))).all()


def release_problems(
    session: Session, *, system: str, release: str, limit: int | None = None
) -> Sequence[ReleaseProblem]:
    """The report of a file that was refused, in the order of its lines."""
    query = (
        select_rows(ReleaseProblem)
        .where(ReleaseProblem.system == system, ReleaseProblem.release == release)
        .order_by(col(ReleaseProblem.number))
    )
    return session.exec(query.limit(limit)).all()


def release_file(session: Session, *, system: str, release: str) -> ReleaseFile | None:
    """The file a release came in; none for what was shipped with the service."""
    return session.get(ReleaseFile, (system, release))


def unread_releases(session: Session, *, before: datetime, limit: int) -> Sequence[tuple[str, str]]:
    """Files received before an instant and not yet checked, the oldest first."""
    query = select_rows(Release.system, Release.release).where(
        Release.state == ReleaseState.IMPORTING, Release.loaded_at < before
    )
    return session.exec(query.order_by(col(Release.loaded_at)).limit(limit)).all()
