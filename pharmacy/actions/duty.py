"""Which pharmacist answers for a dispense."""

from sqlmodel import Session

import codings.queries as codings
from codings.base import Actor
from codings.states import HolderKind
from codings.text import tehran_day
from pharmacy.actions.holding import pharmacy_of
from pharmacy.outcomes import NoPharmacist


def on_duty(session: Session, *, named: str | None, by: Actor) -> str:
    """The council number: of who is signed in, else of who is named, else of the pharmacy's own pharmacist.

    Both the pharmacist and the pharmacy must be licensed today. Raises NoPharmacist, and the codings room's
    NotHere, CentreSuspended and PractitionerSuspended.
    """
    siam = pharmacy_of(by)
    council = by.practitioner or named
    if council is not None:
        person = codings.practises(session, council=council, siam=siam, at=by.at)
        if person.kind is not HolderKind.PHARMACIST:
            raise NoPharmacist(pointer="/pharmacist")
        return person.council
    day = tehran_day(by.at)
    for person, place in codings.at_work(session, siam=siam, kind=HolderKind.PHARMACIST, on=day):
        if person.licensed_on(day):
            return codings.require_at_work(person, place, council=person.council, siam=siam, at=by.at).council
    raise NoPharmacist
