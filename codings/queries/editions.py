"""How a code read: in one release, at one instant, and through all releases."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select, tuple_
from sqlmodel import Session, col
from sqlmodel import select as select_rows

from codings.states import ReleaseState
from codings.tables import Release, ReleaseEntry, ReleaseInForce


@dataclass(frozen=True, slots=True)
class Edition:
    """A code in one release: its row, and when that release was in force."""

    release: str
    state: ReleaseState
    row: Mapping[str, Any]
    began_at: datetime | None
    ended_at: datetime | None
    source: str


def code_history(session: Session, *, system: str, code: str) -> list[Edition]:
    """A code in every release that has it, the newest first."""
    query = (
        select(ReleaseEntry, Release, ReleaseInForce)
        .join(
            Release,
            tuple_(Release.system, Release.release) == tuple_(ReleaseEntry.system, ReleaseEntry.release),
        )
        .outerjoin(
            ReleaseInForce,
            tuple_(ReleaseInForce.system, ReleaseInForce.release)
            == tuple_(ReleaseEntry.system, ReleaseEntry.release),
        )
        .where(col(ReleaseEntry.system) == system, col(ReleaseEntry.code) == code)
        .order_by(col(ReleaseInForce.began_at).desc().nulls_first(), col(Release.loaded_at).desc())
    )
    return [
        Edition(
            release.release,
            release.state,
            entry.row,
            reign.began_at if reign else None,
            reign.ended_at if reign else None,
            release.source,
        )
        for entry, release, reign in session.execute(query)
    ]


def entries(
    session: Session, *, system: str, codes: Collection[str], release: str
) -> dict[str, Mapping[str, Any]]:
    """Codes as one release has them; those it does not have are absent."""
    query = select_rows(ReleaseEntry.code, ReleaseEntry.row).where(
        ReleaseEntry.system == system,
        ReleaseEntry.release == release,
        col(ReleaseEntry.code).in_(set(codes)),
    )
    return dict(session.exec(query).all())


def entries_at(
    session: Session, codes: Collection[tuple[str, str]], *, at: datetime
) -> dict[tuple[str, str], Mapping[str, Any]]:
    """Codes, each with its system, as the releases in force at an instant had them; others are absent."""
    if not codes:
        return {}
    query = (
        select(col(ReleaseEntry.system), col(ReleaseEntry.code), col(ReleaseEntry.row))
        .join(
            ReleaseInForce,
            (col(ReleaseInForce.system) == col(ReleaseEntry.system))
            & (col(ReleaseInForce.release) == col(ReleaseEntry.release)),
        )
        .where(
            tuple_(ReleaseEntry.system, ReleaseEntry.code).in_(sorted(codes)),
            col(ReleaseInForce.began_at) <= at,
            or_(col(ReleaseInForce.ended_at).is_(None), col(ReleaseInForce.ended_at) > at),
        )
    )
    return {(system, code): row for system, code, row in session.execute(query)}


@dataclass(frozen=True, slots=True)
class Term:
    """An entry of a list as it read once."""

    code: str
    fa: str
    en: str
    properties: Mapping[str, Any]


def lists_at(session: Session, systems: Collection[str], *, at: datetime) -> dict[str, list[Term]]:
    """Whole lists as they read at an instant, in their editors' order; one that had no release then is absent."""
    query = (
        select(ReleaseEntry)
        .join(
            ReleaseInForce,
            (col(ReleaseInForce.system) == col(ReleaseEntry.system))
            & (col(ReleaseInForce.release) == col(ReleaseEntry.release)),
        )
        .where(
            col(ReleaseEntry.system).in_(set(systems)),
            col(ReleaseInForce.began_at) <= at,
            or_(col(ReleaseInForce.ended_at).is_(None), col(ReleaseInForce.ended_at) > at),
        )
        .order_by(col(ReleaseEntry.system), col(ReleaseEntry.position))
    )
    found: dict[str, list[Term]] = {}
    for entry in session.scalars(query):
        row = entry.row
        told = Term(entry.code, row["fa"], row["en"], row["properties"])
        found.setdefault(entry.system, []).append(told)
    return found
