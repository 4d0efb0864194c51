"""Who is licensed, where, and who works for whom."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Final

from sqlmodel import Session, col, select

from codings import sql
from codings.outcomes import CentreSuspended, NotHere, PractitionerSuspended
from codings.states import CentreKind, HolderKind
from codings.tables import Affiliation, Centre, Certificate, Practitioner
from codings.text import tehran_day

_AT_WORK: Final = """
    JOIN affiliation ON affiliation.practitioner = practitioner.council
    JOIN centre ON centre.siam = affiliation.centre
    WHERE practitioner.council = %(council)s AND centre.siam = %(siam)s AND affiliation.since <= %(day)s
"""

_WORKING: Final = """
    JOIN affiliation ON affiliation.practitioner = practitioner.council
    JOIN centre ON centre.siam = affiliation.centre
    WHERE centre.siam = %(siam)s AND practitioner.kind = %(kind)s AND affiliation.since <= %(day)s
    ORDER BY affiliation.since, practitioner.council
"""
# Nested on purpose: as a chain of left joins PostgreSQL 18.6 finds the centre without an affiliation, since it takes
# the constant of the second join for one of the third.
_SIGNER: Final = """
    LEFT JOIN (practitioner JOIN affiliation ON affiliation.practitioner = practitioner.council
               JOIN centre ON centre.siam = affiliation.centre)
      ON practitioner.council = %(council)s AND centre.siam = %(siam)s AND affiliation.since <= %(day)s
    WHERE certificate.kid = %(kid)s
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
    person, place = found[0] if found else (None, None)
    return require_at_work(person, place, council=council, siam=siam, at=at)


def at_work(session: Session, *, siam: str, kind: HolderKind, on: date) -> list[tuple[Practitioner, Centre]]:
    """Who of a kind works at a centre by this day, the longest there first, each with the centre.

    Licences are not looked at.
    """
    asked = {"siam": siam, "kind": kind, "day": on}
    return [(row[0], row[1]) for row in sql.joined(session, (Practitioner, Centre), _WORKING, asked)]


def signer(
    session: Session, *, kid: str, council: str, siam: str, at: datetime
) -> tuple[Certificate, Practitioner | None, Centre | None] | None:
    """A certificate, and beside it the person and the centre they work at, as `require_at_work` takes them."""
    asked = {"kid": kid, "council": council, "siam": siam, "day": tehran_day(at)}
    found = sql.joined(session, (Certificate, Practitioner, Centre), _SIGNER, asked)
    return (found[0][0], found[0][1], found[0][2]) if found else None


def require_at_work(
    person: Practitioner | None, place: Centre | None, *, council: str, siam: str, at: datetime
) -> Practitioner:
    """The person, licensed and at a licensed centre on the day of this instant; the problems of `practises`."""
    day = tehran_day(at)
    if person is None or place is None:
        raise NotHere(council=council, siam=siam)
    if not place.licensed_on(day):
        raise CentreSuspended(siam=siam)
    if not person.licensed_on(day):
        raise PractitionerSuspended(council=council)
    return person
