"""Keeping the registers of centres and people: add, affiliate, suspend, reinstate.

Adding what is there already, with the same details, changes nothing; with other details it is refused,
since a register's entry is somebody's licence and not to be overwritten by a second form.
"""

from datetime import date

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col

from codings.base import Actor
from codings.identifiers import COUNCIL_NUMBER, SIAM, Identifier, InvalidIdentifier
from codings.outcomes import (
    CentreExists,
    CentreUnknown,
    IdentifierRefused,
    LicenceStateUnchanged,
    PractitionerExists,
    PractitionerUnknown,
)
from codings.queries.terms import require_code
from codings.states import LICENCE_ALLOWED, CentreKind, HolderKind, LicenceState
from codings.systems import PROVINCE
from codings.tables import Affiliation, Centre, CentreStatus, Practitioner, PractitionerStatus
from codings.text import normalise


def add_centre(
    session: Session,
    *,
    siam: str,
    kind: CentreKind,
    name_fa: str,
    name_en: str,
    province: str,
    address_fa: str,
    phone: str,
    licence_from: date,
    licence_to: date | None = None,
    by: Actor,
) -> Centre:
    """Enter a licensed clinic or pharmacy, active. Raises IdentifierRefused, CodeUnknown, CentreExists."""
    require_code(session, PROVINCE, province, pointer="/province")
    centre = Centre(
        siam=_parsed(SIAM, siam, "/siam"),
        kind=CentreKind(kind),
        name_fa=normalise(name_fa),
        name_en=normalise(name_en),
        province=province,
        address_fa=normalise(address_fa),
        phone=normalise(phone),
        licence_from=licence_from,
        licence_to=licence_to,
        state=LicenceState.ACTIVE,
    )
    new = insert(Centre).values(centre.model_dump()).on_conflict_do_nothing().returning(Centre)
    added = session.scalars(new).first()
    if added is None:
        known = session.get_one(Centre, centre.siam)
        if known.model_dump(exclude={"state"}) != centre.model_dump(exclude={"state"}):
            raise CentreExists(pointer="/siam", siam=centre.siam)
        return known
    session.add(CentreStatus(siam=added.siam, to_state=added.state, at=by.at, by=by.id))
    return added


def add_practitioner(
    session: Session,
    *,
    council: str,
    kind: HolderKind,
    name_fa: str,
    name_en: str,
    specialty: str = "",
    licence_to: date | None = None,
    by: Actor,
) -> Practitioner:
    """Enter a licensed person, active. Raises IdentifierRefused, PractitionerExists."""
    person = Practitioner(
        council=_parsed(COUNCIL_NUMBER, council, "/council"),
        kind=HolderKind(kind),
        name_fa=normalise(name_fa),
        name_en=normalise(name_en),
        specialty=normalise(specialty),
        licence_state=LicenceState.ACTIVE,
        licence_to=licence_to,
    )
    new = insert(Practitioner).values(person.model_dump()).on_conflict_do_nothing().returning(Practitioner)
    added = session.scalars(new).first()
    if added is None:
        known = session.get_one(Practitioner, person.council)
        if known.model_dump(exclude={"licence_state"}) != person.model_dump(exclude={"licence_state"}):
            raise PractitionerExists(pointer="/council", council=person.council)
        return known
    session.add(PractitionerStatus(council=added.council, to_state=added.licence_state, at=by.at, by=by.id))
    return added


def affiliate(session: Session, *, council: str, siam: str, since: date, by: Actor) -> Affiliation:
    """Say that a person works at a centre since a day. Said before, the earlier saying stays.

    Raises PractitionerUnknown, CentreUnknown.
    """
    if session.get(Practitioner, council) is None:
        raise PractitionerUnknown(pointer="/council", council=council)
    if session.get(Centre, siam) is None:
        raise CentreUnknown(pointer="/siam", siam=siam)
    link = Affiliation(practitioner=council, centre=siam, since=since, added_by=by.id)
    session.execute(insert(Affiliation).values(link.model_dump()).on_conflict_do_nothing())
    return session.get_one(Affiliation, (council, siam))


def set_licence(
    session: Session, *, council: str, state: LicenceState, why: str | None = None, by: Actor
) -> Practitioner:
    """Suspend or reinstate a person; it counts from the next request on.

    Raises PractitionerUnknown, and LicenceStateUnchanged when it is so already.
    """
    (seen,) = (s for s, following in LICENCE_ALLOWED.items() if state in following)
    change = (
        update(Practitioner)
        .where(col(Practitioner.council) == council, col(Practitioner.licence_state) == seen)
        .values(licence_state=state)
        .returning(Practitioner)
        .execution_options(populate_existing=True)
    )
    person = session.scalars(change).first()
    if person is None:
        if session.get(Practitioner, council) is None:
            raise PractitionerUnknown(pointer="/council", council=council)
        raise LicenceStateUnchanged(subject=council)
    session.add(
        PractitionerStatus(council=council, from_state=seen, to_state=state, at=by.at, by=by.id, why=why)
    )
    return person


def set_centre_licence(
    session: Session, *, siam: str, state: LicenceState, why: str | None = None, by: Actor
) -> Centre:
    """Suspend or reinstate a centre; it counts from the next request on.

    Raises CentreUnknown, and LicenceStateUnchanged when it is so already.
    """
    (seen,) = (s for s, following in LICENCE_ALLOWED.items() if state in following)
    change = (
        update(Centre)
        .where(col(Centre.siam) == siam, col(Centre.state) == seen)
        .values(state=state)
        .returning(Centre)
        .execution_options(populate_existing=True)
    )
    centre = session.scalars(change).first()
    if centre is None:
        if session.get(Centre, siam) is None:
            raise CentreUnknown(pointer="/siam", siam=siam)
        raise LicenceStateUnchanged(subject=siam)
    session.add(CentreStatus(siam=siam, from_state=seen, to_state=state, at=by.at, by=by.id, why=why))
    return centre


def _parsed(identifier: Identifier, text: str, pointer: str) -> str:
    try:
        return identifier.parse(text)
    except InvalidIdentifier as no:
        raise IdentifierRefused(pointer=pointer, fa=no.words.fa, en=no.words.en) from no
