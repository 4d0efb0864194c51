"""Who is licensed, where, and who works for whom."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

from sqlmodel import Session, col, select

from codings import sql
from codings.outcomes import CentreSuspended, NotHere, PractitionerSuspended
from codings.states import CentreKind, HolderKind
from codings.tables import Affiliation, Centre, Practitioner
from codings.text import tehran_day

_AT_WORK: Final = """
    JOIN affiliation ON affiliation.practitioner = practitioner.council
    JOIN centre ON centre.siam = affiliation.centre
    WHERE practitioner.council = %(council)s AND centre.siam = %(siam)s AND affiliation.since <= %(day)s
"""


def centre(session: Session, siam: str) -> Centre | None:
    """A centre by its SIAM id, suspended ones included."""
    return session.get(Centre, siam)


def centres(
    session: Session, *, kind: CentreKind | None = None, among: Collection[str] | None = None
) -> Sequence[Centre]:
    """All centres, or those of one kind, or those `among` some SIAM ids; by SIAM id."""
    query = select(Centre).order_by(Centre.siam)
    if among is not None:
        query = query.where(col(Centre.siam).in_(set(among)))
    return session.exec(query if kind is None else query.where(Centre.kind == kind)).all()


def practitioner(session: Session, council: str) -> Practitioner | None:
    """A person by council number, suspended ones included."""
    return session.get(Practitioner, council)


def practitioners(session: Session, councils: Collection[str]) -> dict[str, Practitioner]:
    """People by council number; unknown ones are absent."""
    if not councils:
        return {}
    query = select(Practitioner).where(col(Practitioner.council).in_(set(councils)))
    return {person.council: person for person in session.exec(query)}


def staff(session: Session, siam: str, *, kind: HolderKind | None = None) -> Sequence[Practitioner]:
    """Who works at a centre, the longest there first; their licences are not looked at."""
    query = (
        select(Practitioner)
        .join(Affiliation, col(Affiliation.practitioner) == col(Practitioner.council))
        .where(Affiliation.centre == siam)
        .order_by(col(Affiliation.since), col(Practitioner.council))
    )
    return session.exec(query if kind is None else query.where(Practitioner.kind == kind)).all()


def practises(session: Session, *, council: str, siam: str, at: datetime) -> Practitioner:
    """The practitioner, when they may work at this centre at this instant.

    Both licences must be active and within their dates, by the calendar day in Tehran. Raises NotHere
    (unknown people, unknown centres and people of other centres alike), CentreSuspended,
    PractitionerSuspended.
    """
    day = tehran_day(at)
    asked = {"council": council, "siam": siam, "day": day}
    found = sql.joined(session, (Practitioner, Centre), _AT_WORK, asked)
    if not found:
        raise NotHere(council=council, siam=siam)
    person: Practitioner = found[0][0]
    place: Centre = found[0][1]
    if not place.licensed_on(day):
        raise CentreSuspended(siam=siam)
    if not person.licensed_on(day):
        raise PractitionerSuspended(council=council)
    return person
