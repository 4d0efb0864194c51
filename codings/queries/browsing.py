"""The rows of a release page by page, the faults of a file as a list, and whom a register shuts out."""

from collections.abc import Mapping
from typing import Any, Final, TypeAlias

from sqlalchemy import Select, Text, func, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from codings.states import LicenceState
from codings.systems import CENTRE, PRACTITIONER
from codings.tables import ReleaseEntry, ReleaseProblem

Listed: TypeAlias = Select[*tuple[Any, ...]]
LICENCES: Final[Mapping[str, str]] = {CENTRE: "state", PRACTITIONER: "licence_state"}


def rows_of(
    session: Session, *, system: str, release: str, words: str = "", after: str = "", limit: int = 100
) -> list[tuple[str, Mapping[str, Any]]]:
    """The rows of a release by code, those after a code; with `words`, those in which each of the words stands."""
    query = select(col(ReleaseEntry.code), col(ReleaseEntry.row)).where(
        col(ReleaseEntry.system) == system, col(ReleaseEntry.release) == release
    )
    if after:
        query = query.where(col(ReleaseEntry.code) > after)
    for word in words.split():
        told = func.jsonb_each_text(col(ReleaseEntry.row)).table_valued("key", "value")
        holds = select(told.c.key).where(told.c.value.cast(Text).icontains(word, autoescape=True))
        query = query.where(holds.exists())
    found = session.execute(query.order_by(col(ReleaseEntry.code)).limit(limit))
    return [(code, row) for code, row in found]


def problems_listed(*, system: str, release: str) -> Listed:
    """Every fault of a file, in the order of its lines."""
    query = select(ReleaseProblem).where(
        col(ReleaseProblem.system) == system, col(ReleaseProblem.release) == release
    )
    return query.order_by(col(ReleaseProblem.number))


def licences_ending(session: Session, *, system: str, old: str | None, new: str) -> int:
    """How many who may work under one release of a register may not under another; 0 for what is no register."""
    state = LICENCES.get(system)
    if state is None or old is None:
        return 0
    before, after = aliased(ReleaseEntry), aliased(ReleaseEntry)
    active = LicenceState.ACTIVE.value
    still = select(col(after.code)).where(
        col(after.system) == system,
        col(after.release) == new,
        col(after.code) == col(before.code),
        col(after.row)[state].astext == active,
    )
    query = (
        select(func.count())
        .select_from(before)
        .where(
            col(before.system) == system,
            col(before.release) == old,
            col(before.row)[state].astext == active,
            ~still.exists(),
        )
    )
    return session.scalar(query) or 0
