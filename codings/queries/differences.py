"""In what two releases of a system differ, code by code."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, case, func, select
from sqlmodel import Session, col
from sqlmodel import select as select_rows

from codings.tables import Release, ReleaseEntry, ReleaseInForce


class Change(StrEnum):
    ADDED = "added"
    CHANGED = "changed"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class Differs:
    """One code in which two releases differ, as each of them has it."""

    code: str
    change: Change
    old: Mapping[str, Any] | None
    new: Mapping[str, Any] | None

    @property
    def fields(self) -> list[str]:
        """The columns that changed."""
        old, new = self.old or {}, self.new or {}
        return [name for name in {**old, **new} if old.get(name) != new.get(name)]

    @property
    def replacement(self) -> str | None:
        """The code to use instead of a retired one, where its last row names one."""
        properties = (self.old or {}).get("properties") or {}
        return properties.get("replaced_by") if isinstance(properties, dict) else None


def compared_with(session: Session, found: Release) -> str | None:
    """The release that this one is compared with: the one in force, or for that one itself the one before."""
    reigns = select_rows(ReleaseInForce).where(ReleaseInForce.system == found.system)
    order = reigns.order_by(col(ReleaseInForce.began_at), col(ReleaseInForce.id))
    ruled = session.exec(order).all()
    own = next((n for n, reign in enumerate(ruled) if reign.release == found.release), None)
    before = ruled if own is None else ruled[:own]
    return before[-1].release if before else None


def differences(session: Session, *, system: str, old: str | None, new: str) -> dict[Change, int]:
    """How many codes a release adds, changes and retires."""
    told = _differing(system, old, new).subquery()
    query = select(told.c.change, func.count()).group_by(told.c.change)
    counted = {Change(change): count for change, count in session.execute(query)}
    return {change: counted.get(change, 0) for change in Change}


def differing(
    session: Session,
    *,
    system: str,
    old: str | None,
    new: str,
    change: Change | None = None,
    after: str = "",
    limit: int = 100,
) -> list[Differs]:
    """The codes in which two releases differ, by code, those after a code."""
    told = _differing(system, old, new).subquery()
    query = select(told).where(told.c.code > after).order_by(told.c.code).limit(limit)
    if change is not None:
        query = query.where(told.c.change == change.value)
    return [Differs(row.code, Change(row.change), row.old, row.new) for row in session.execute(query).all()]


def _differing(system: str, old: str | None, new: str) -> Select[*tuple[Any, ...]]:
    """Both releases side by side, each row of either once. A full join is always read as a whole, never row by row."""
    before, after = _rows(system, old or ""), _rows(system, new)
    change = case(
        (before.c.code.is_(None), Change.ADDED.value),
        (after.c.code.is_(None), Change.RETIRED.value),
        else_=Change.CHANGED.value,
    )
    code = func.coalesce(after.c.code, before.c.code).label("code")
    return (
        select(code, change.label("change"), before.c.row.label("old"), after.c.row.label("new"))
        .select_from(before.outerjoin(after, before.c.code == after.c.code, full=True))
        .where(before.c.row.is_distinct_from(after.c.row))
    )


def _rows(system: str, release: str) -> Any:
    rows = select(col(ReleaseEntry.code), col(ReleaseEntry.row))
    return rows.where(col(ReleaseEntry.system) == system, col(ReleaseEntry.release) == release).subquery()
