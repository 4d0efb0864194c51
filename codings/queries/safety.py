"""What is known of the use of medicines: doses by substance and route, and which of them harm together.

The interactions, a few hundred small rows, and the ATC codes of the
single substances are kept in process memory and read anew when another release of them is in force.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Final, Generic, TypeAlias, TypeVar
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import Session, col

from codings.queries.kept import DOSINGS, reigns
from codings.queries.terms import current_release
from codings.systems import DOSING, GENERIC, INTERACTION
from codings.tables import Dosing, Interaction, Medicine

Substances: TypeAlias = Mapping[tuple[str, str], frozenset[str]]
"""The ATC codes under which a substance stands alone, by ingredient and route."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Knowledge:
    """What the releases in force know of some medicines. None: no release of that kind is in force."""

    dosings: Mapping[str, Dosing] | None  # by generic code; absent where nothing is known
    interactions: Sequence[Interaction] | None  # all of them
    substances: Substances


def knowledge(session: Session, medicines: Iterable[Medicine]) -> Knowledge:
    """The doses of these medicines and all interactions."""
    codes = {medicine.generic: _code(medicine) for medicine in medicines}
    now = reigns(session)
    dosings = None
    if DOSING in now:
        known = DOSINGS.rows(session, DOSING, set(codes.values()))
        dosings = {
            generic: known[code]
            for generic, code in codes.items()
            if code in known and known[code].release == now[DOSING].release
        }
    return Knowledge(
        dosings=dosings,
        interactions=_INTERACTIONS.of(session, now[INTERACTION].id) if INTERACTION in now else None,
        substances=_SUBSTANCES.of(session, now[GENERIC].id) if GENERIC in now else {},
    )


def dosings(session: Session, medicines: Iterable[Medicine]) -> dict[str, Dosing]:
    """What the current release knows of the doses of these medicines, by generic code."""
    return dict(knowledge(session, medicines).dosings or {})


def interactions(session: Session) -> Sequence[Interaction]:
    """All interactions of the current release, by code. The rows belong to no session: read them only."""
    return knowledge(session, ()).interactions or ()


def _code(medicine: Medicine) -> str:
    """The key of a dosing: the ingredients, and the route by which they are given."""
    return f"{medicine.substance}/{medicine.route}"


# --- Kept while their release is the one in force ---------------------------------------------------

T = TypeVar("T")


class _Kept(Generic[T]):
    """Something read once a reign, for every thread."""

    def __init__(self, read: Callable[[Session], T]) -> None:
        self._read = read
        self._held: tuple[UUID, T] | None = None
        self._reading = Lock()

    def of(self, session: Session, reign: UUID) -> T:
        held = self._held
        if held is None or held[0] != reign:
            with self._reading:
                held = self._held
                if held is None or held[0] != reign:
                    held = self._held = (reign, self._read(session))
        return held[1]


def _interactions(session: Session) -> Sequence[Interaction]:
    """As rows of no session, so that every thread may read them."""
    query = select(Interaction).where(col(Interaction.release) == current_release(INTERACTION))
    rows = session.scalars(query.order_by(col(Interaction.code))).all()
    for row in rows:
        session.expunge(row)
    return tuple(rows)


def _substances(session: Session) -> Substances:
    alone = func.jsonb_array_length(col(Medicine.ingredients)) == 1
    query = select(col(Medicine.ingredients), col(Medicine.route), col(Medicine.atc)).distinct()
    codes: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for (ingredient,), route, atc in session.execute(query.where(alone, col(Medicine.atc) != "")):
        codes[ingredient, route].add(atc)
    return {key: frozenset(found) for key, found in codes.items()}


_INTERACTIONS: Final = _Kept(_interactions)
_SUBSTANCES: Final = _Kept(_substances)
