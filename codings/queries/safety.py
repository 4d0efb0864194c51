"""What is known of the use of medicines: doses by substance and route, and which of them harm together.

All that one order needs of it is one statement. The interactions, a few hundred small rows, are kept in process
memory and read anew when another release of them is in force.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock

from sqlalchemy import and_, select
from sqlmodel import Session, col

from codings.queries.terms import current_release
from codings.systems import DOSING, INTERACTION
from codings.tables import Dosing, Interaction, Medicine, Release


@dataclass(frozen=True, slots=True, kw_only=True)
class Knowledge:
    """What the releases in force know of some medicines. None: no release of that kind is in force."""

    dosings: Mapping[str, Dosing] | None  # by generic code; absent where nothing is known
    interactions: Sequence[Interaction] | None  # all of them


def knowledge(session: Session, medicines: Iterable[Medicine]) -> Knowledge:
    """The doses of these medicines and all interactions, in one statement."""
    codes = {medicine.generic: _code(medicine) for medicine in medicines}
    now = select(
        current_release(DOSING).label("dosing"), current_release(INTERACTION).label("interaction")
    ).subquery()
    edition = (
        select(col(Release.sha256))
        .where(col(Release.system) == INTERACTION, col(Release.release) == now.c.interaction)
        .scalar_subquery()
    )
    asked = and_(col(Dosing.release) == now.c.dosing, col(Dosing.code).in_(set(codes.values())))
    rows = session.execute(
        select(now.c.dosing, now.c.interaction, edition, Dosing).select_from(now).outerjoin(Dosing, asked)
    ).all()
    dosing, interaction, sha256, _ = rows[0]
    found = {row.code: row for *_, row in rows if row is not None}
    return Knowledge(
        dosings={g: found[code] for g, code in codes.items() if code in found} if dosing else None,
        interactions=_interactions(session, interaction, sha256) if interaction else None,
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


# --- The interactions, kept while their release is the one in force --------------------------------

_kept: tuple[tuple[str, str], Sequence[Interaction]] | None = None
_reading = Lock()


def _interactions(session: Session, release: str, sha256: str) -> Sequence[Interaction]:
    """One release as rows of no session, so that every thread may read them."""
    global _kept  # noqa: PLW0603  one tuple, replaced whole
    known = _kept
    if known is None or known[0] != (release, sha256):
        with _reading:
            known = _kept
            if known is None or known[0] != (release, sha256):
                query = select(Interaction).where(col(Interaction.release) == release)
                rows = session.scalars(query.order_by(col(Interaction.code))).all()
                for row in rows:
                    session.expunge(row)
                known = _kept = ((release, sha256), tuple(rows))
    return known[1]
