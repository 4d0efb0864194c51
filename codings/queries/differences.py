"""In what two releases of a system differ, code by code."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, case, func, literal, or_, select, union_all
from sqlalchemy.orm import aliased
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
    before, after = aliased(ReleaseEntry), aliased(ReleaseEntry)
    mine = (col(before.system) == system) & (col(before.release) == (old or ""))
    theirs = (col(after.system) == system) & (col(after.release) == new)
    same = (col(before.code) == col(after.code)) & mine
    kept: Any = (
        select(
            col(after.code).label("code"),
            case((col(before.code).is_(None), Change.ADDED.value), else_=Change.CHANGED.value).label(
                "change"
            ),
            col(before.row).label("old"),
            col(after.row).label("new"),
        )
        .select_from(after)
        .outerjoin(before, same)
        .where(theirs, or_(col(before.code).is_(None), col(before.row) != col(after.row)))
    )
    there = select(literal(1)).where(theirs, col(after.code) == col(before.code)).correlate(before)
    gone: Any = select(
        col(before.code).label("code"),
        literal(Change.RETIRED.value).label("change"),
        col(before.row).label("old"),
        literal(None).label("new"),
    ).where(mine, ~there.exists())
    return select(union_all(kept, gone).subquery())
