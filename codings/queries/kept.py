"""Rows of releases, kept in process memory while the release that is in force stays the one they were read under.

What is in force is asked once a transaction, in one short statement; a row is read once a process. Only coming into
force changes these rows (`codings.actions.taking_effect`), and it begins a reign with an id of its own.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar
from uuid import UUID
from weakref import WeakKeyDictionary

from sqlalchemy import Engine
from sqlmodel import Session

from codings import sql
from codings.base import Row
from codings.outcomes import SystemUnknown
from codings.tables import Concept, Dosing, Medicine, Product, ReleaseInForce

T = TypeVar("T", bound=Row)

_IN_FORCE: Final = "SELECT id, system, release FROM release_in_force WHERE ended_at IS NULL"
_OF_REIGN: Final = "JOIN release_in_force ON release_in_force.system = %(system)s AND ended_at IS NULL"
_MOST: Final = 50_000  # codes of one system; nobody fills the memory by asking
_MEMO: Final = "codings.reigns"


@dataclass(frozen=True, slots=True)
class Reign:
    """A release as the one in force; another time is another reign."""

    id: UUID
    release: str


def reigns(session: Session) -> Mapping[str, Reign]:
    """What is in force, by system: as this transaction first saw it."""
    known: dict[str, Reign] | None = session.info.get(_MEMO)
    if known is None:
        rows = sql.run(session, _IN_FORCE)
        known = session.info[_MEMO] = {row.system: Reign(row.id, row.release) for row in rows}
    return known


def look_again(session: Session) -> None:
    """For whoever changes in this session what is in force."""
    session.info.pop(_MEMO, None)


def release_of(session: Session, system: str) -> str:
    """The name of the release in force. Raises SystemUnknown."""
    reign = reigns(session).get(system)
    if reign is None:
        raise SystemUnknown(system=system)
    return reign.release


class Shelf(Generic[T]):
    """The rows of one table by code, those dropped by a newer release included. They belong to no session."""

    def __init__(self, table: type[T], key: str) -> None:
        self._table, self._key = table, key
        self._held: WeakKeyDictionary[Engine, dict[str, tuple[UUID, dict[str, T]]]] = WeakKeyDictionary()

    def rows(self, session: Session, system: str, codes: Collection[str]) -> dict[str, T]:
        """Of these codes those that are known, by code."""
        reign = reigns(session).get(system)
        held = self._held_of(session, system, reign.id) if reign else {}
        found = {code: held[code] for code in codes if code in held}
        missing = [code for code in codes if code not in found]
        if missing:
            found |= self._read(session, system, missing, held, reign)
        return found

    def _held_of(self, session: Session, system: str, reign: UUID) -> dict[str, T]:
        systems = self._held.setdefault(session.get_bind().engine, {})
        known = systems.get(system)
        if known is None or known[0] != reign:
            known = systems[system] = (reign, {})
        return known[1]

    def _read(
        self, session: Session, system: str, codes: list[str], held: dict[str, T], reign: Reign | None
    ) -> dict[str, T]:
        """Read from the database, and kept if the reign is still the one: both in one statement."""
        name = self._table.__tablename__
        of_system = f" AND {name}.system = %(system)s" if "system" in self._table.model_fields else ""
        asked: dict[str, Any] = {"system": system, "codes": codes}
        rest = f"LEFT {_OF_REIGN} WHERE {name}.{self._key} = ANY(%(codes)s){of_system}"
        rows: list[tuple[T, ReleaseInForce | None]] = sql.joined(
            session, (self._table, ReleaseInForce), rest, asked
        )
        found = {getattr(row, self._key): row for row, _ in rows}
        if reign and all(now is not None and now.id == reign.id for _, now in rows):
            if len(held) > _MOST:
                held.clear()
            held.update(found)
        return found


MEDICINES: Final = Shelf(Medicine, "generic")
PRODUCTS: Final = Shelf(Product, "irc")
PRODUCTS_BY_GTIN: Final = Shelf(Product, "gtin")
CONCEPTS: Final = Shelf(Concept, "code")
DOSINGS: Final = Shelf(Dosing, "code")
