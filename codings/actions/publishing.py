"""Publishing a release, taking one back, and putting into force what waited for its day."""

from typing import Final

from sqlalchemy import text
from sqlmodel import Session, col, select

from codings.actions.releases import turn
from codings.actions.taking_effect import begin, end
from codings.base import Actor
from codings.outcomes import ReleaseAlone, ReleaseReasonMissing, ReleaseSamePerson, ReleaseUnknown
from codings.states import ReleaseState
from codings.tables import Release, ReleaseInForce
from codings.text import normalise, tehran_day

LONGEST_REASON: Final = 300


def publish_release(session: Session, *, system: str, release: str, by: Actor) -> Release:
    """Decide that a release is to be used: by somebody else than prepared it, from its day on.

    A retired one can be published again. Raises ReleaseUnknown, ReleaseSamePerson, ReleaseStateRefused.
    """
    found = session.get(Release, (system, release), populate_existing=True)
    if found is None:
        raise ReleaseUnknown(system=system, release=release)
    if found.prepared_by == by.id:
        raise ReleaseSamePerson
    published = turn(
        session,
        system=system,
        release=release,
        before={ReleaseState.READY, ReleaseState.RETIRED},
        after=ReleaseState.PUBLISHED,
        by=by,
        values={"published_by": by.id, "published_at": by.at},
    )
    if published.effective_from <= tehran_day(by.at):
        _replace(session, published, by)
    return published


def withdraw_release(session: Session, *, system: str, release: str, why: str, by: Actor) -> Release:
    """Take a release back, with the reason; was it in force, the one before it is again.

    Raises ReleaseUnknown, ReleaseReasonMissing, ReleaseStateRefused, ReleaseAlone.
    """
    reason = normalise(why)
    if not 0 < len(reason) <= LONGEST_REASON:
        raise ReleaseReasonMissing(pointer="/why", limit=LONGEST_REASON)
    withdrawn = turn(
        session,
        system=system,
        release=release,
        before={ReleaseState.READY, ReleaseState.PUBLISHED},
        after=ReleaseState.WITHDRAWN,
        by=by,
        values={"withdrawn_why": reason},
        why=reason,
    )
    if end(session, system=system, release=release, at=by.at):
        before = _before(session, withdrawn)
        if before is None:
            raise ReleaseAlone(system=system)
        again = turn(
            session,
            system=system,
            release=before,
            before={ReleaseState.RETIRED},
            after=ReleaseState.PUBLISHED,
            by=by,
            why=f"{release} was withdrawn",
        )
        begin(session, again, by=by)
    return withdrawn


def take_effect(session: Session, *, by: Actor) -> list[Release]:
    """Put into force what was published for a day that has come; the latest day of a system wins."""
    in_force = select(ReleaseInForce.id).where(
        ReleaseInForce.system == Release.system, ReleaseInForce.release == Release.release
    )
    waiting = (
        select(Release)
        .where(Release.state == ReleaseState.PUBLISHED, Release.effective_from <= tehran_day(by.at))
        .where(~in_force.where(col(ReleaseInForce.ended_at).is_(None)).exists())
        .order_by(Release.system, col(Release.effective_from), col(Release.published_at))
    )
    due = list(session.exec(waiting))
    for release in due:
        _replace(session, release, by)
    return due


def _replace(session: Session, release: Release, by: Actor) -> None:
    """This release instead of the one that was in force, which is retired."""
    session.execute(
        text("SELECT pg_advisory_xact_lock(hashtext(:name))"), {"name": f"release {release.system}"}
    )
    open_one = select(ReleaseInForce.release).where(
        ReleaseInForce.system == release.system, col(ReleaseInForce.ended_at).is_(None)
    )
    old = session.exec(open_one).first()
    if old == release.release:
        return
    if old is not None:
        end(session, system=release.system, release=old, at=by.at)
        turn(
            session,
            system=release.system,
            release=old,
            before={ReleaseState.PUBLISHED},
            after=ReleaseState.RETIRED,
            by=by,
            why=f"{release.release} took its place",
        )
    begin(session, release, by=by)


def _before(session: Session, release: Release) -> str | None:
    """The release that was in force before this one and can be again."""
    earlier = (
        select(ReleaseInForce.release)
        .join(
            Release,
            (col(Release.system) == col(ReleaseInForce.system))
            & (col(Release.release) == col(ReleaseInForce.release)),
        )
        .where(ReleaseInForce.system == release.system, Release.state == ReleaseState.RETIRED)
        .order_by(col(ReleaseInForce.ended_at).desc(), col(ReleaseInForce.id).desc())
    )
    return session.exec(earlier).first()
