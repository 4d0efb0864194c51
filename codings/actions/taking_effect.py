"""Coming into force: the rows of a release become what is looked up, each kind in its own table.

A row that the new release drops keeps its place, marked by its old release, so that what was prescribed can be read.
In the registers a centre or a person who is dropped may not work any more: the licence is suspended, with the reason.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import text, update
from sqlmodel import Session, col

from codings.base import Actor, Row, emit, new_id
from codings.outcomes import ReleaseTookEffect
from codings.queries.kept import look_again
from codings.systems import CENTRE, DOSING, GENERIC, INTERACTION, PRACTITIONER
from codings.tables import (
    PRODUCT,
    Centre,
    Concept,
    Dosing,
    Interaction,
    Medicine,
    Practitioner,
    Product,
    Release,
    ReleaseInForce,
)

TABLES: Final[Mapping[str, type[Row]]] = {
    GENERIC: Medicine,
    PRODUCT: Product,
    DOSING: Dosing,
    INTERACTION: Interaction,
    CENTRE: Centre,
    PRACTITIONER: Practitioner,
}
_STATE: Final = {
    CENTRE: ("centre_status", "siam", "state"),
    PRACTITIONER: ("practitioner_status", "council", "licence_state"),
}


def begin(session: Session, release: Release, *, by: Actor) -> None:
    """Make this release the one that is looked up. No other release of its system may be in force."""
    session.add(ReleaseInForce(id=new_id(), system=release.system, release=release.release, began_at=by.at))
    session.flush()
    _put(session, release, by)
    if release.system in _STATE:
        _suspend_dropped(session, release, by)
    if release.system == PRACTITIONER:
        _affiliate(session, release, by)
    emit(session, ReleaseTookEffect(system=release.system, release=release.release))
    look_again(session)
    session.expire_all()


def end(session: Session, *, system: str, release: str, at: datetime) -> bool:
    """Whether this release was in force until now."""
    closed = session.execute(
        update(ReleaseInForce)
        .where(
            col(ReleaseInForce.system) == system,
            col(ReleaseInForce.release) == release,
            col(ReleaseInForce.ended_at).is_(None),
        )
        .values(ended_at=at)
    )
    look_again(session)
    return bool(closed.rowcount)  # type: ignore[attr-defined]


def _put(session: Session, release: Release, by: Actor) -> None:
    """Write every row by one statement, from the rows that were checked; in a register with its history.

    Both at once: the history needs the states from before, and the rows to be there when it ends.
    """
    row = TABLES.get(release.system, Concept)
    table = row.__table__  # type: ignore[attr-defined]
    names = [column.name for column in table.columns]
    keys = [column.name for column in table.primary_key]
    values = ", ".join(f'told."{name}"' for name in names)
    changes = ", ".join(f'"{name}" = excluded."{name}"' for name in names if name not in keys)
    facts: dict[str, Any] = {"system": release.system, "release": release.release}
    put = (
        f"INSERT INTO {table.name} ({', '.join(names)}) SELECT {values}"  # noqa: S608  names of our own columns
        f" FROM release_entry e, jsonb_populate_record(NULL::{table.name}, e.row || jsonb_build_object("
        " 'release', e.release, 'system', e.system, 'code', e.code, 'position', e.position)) told"
        f" WHERE e.system = :system AND e.release = :release"
        f" ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {changes}"
    )
    if release.system in _STATE:
        put = f"WITH put AS ({put}) {_licences_noted(release.system)}"
        facts |= {"at": by.at, "by": by.id, "listed": f"register {release.release}"}
    session.execute(text(put), facts)


def _licences_noted(system: str) -> str:
    """The statement that writes down every licence that a register changes."""
    history, key, state = _STATE[system]
    return (
        f"INSERT INTO {history} (id, from_state, to_state, at, by, why, {key})"  # noqa: S608
        f" SELECT gen_random_uuid(), known.{state}, e.row ->> '{state}', :at, :by, :listed, e.code"
        f" FROM release_entry e LEFT JOIN {TABLES[system].__tablename__} known ON known.{key} = e.code"
        " WHERE e.system = :system AND e.release = :release"
        f" AND known.{state} IS DISTINCT FROM e.row ->> '{state}'"
    )


def _suspend_dropped(session: Session, release: Release, by: Actor) -> None:
    """Nobody works under a licence that the register no longer has."""
    history, key, state = _STATE[release.system]
    table = TABLES[release.system].__tablename__
    facts: dict[str, Any] = {
        "system": release.system,
        "release": release.release,
        "at": by.at,
        "by": by.id,
        "dropped": f"not in register {release.release}",
    }
    gone = (
        f"SELECT known.{key} FROM {table} known WHERE known.release IS NOT NULL AND known.{state} = 'active'"  # noqa: S608
        " AND NOT EXISTS (SELECT FROM release_entry e WHERE e.system = :system AND e.release = :release"
        f" AND e.code = known.{key})"
    )
    session.execute(
        text(
            f"WITH gone AS (UPDATE {table} SET {state} = 'suspended' WHERE {key} IN ({gone}) RETURNING {key})"  # noqa: S608
            f" INSERT INTO {history} (id, from_state, to_state, at, by, why, {key})"
            f" SELECT gen_random_uuid(), 'active', 'suspended', :at, :by, :dropped, {key} FROM gone"
        ),
        facts,
    )


def _affiliate(session: Session, release: Release, by: Actor) -> None:
    """Who works where, as the register says; what was said before stays."""
    session.execute(
        text(
            "INSERT INTO affiliation (practitioner, centre, since, added_by)"
            " SELECT e.code, place.siam, :since, :by FROM release_entry e,"
            " jsonb_array_elements_text(e.row -> 'centres') AS place (siam)"
            " WHERE e.system = :system AND e.release = :release ON CONFLICT DO NOTHING"
        ),
        {
            "system": release.system,
            "release": release.release,
            "since": release.effective_from,
            "by": by.id,
        },
    )
