"""Who the patient is, as the band on top of every page about them shows it."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlmodel import Session

import codings.queries as codings
import insurer.queries.coverage as coverage_queries
import prescriber.queries as prescriber_queries
from codings.base import Actor, Words
from codings.identifiers import mask_fida, mask_national_id
from codings.systems import INGREDIENT
from codings.text import tehran_day
from prescriber.tables import PatientFacts


@dataclass(frozen=True, slots=True)
class Banner:
    """A patient of this centre: never the whole identifier, and what is not known is said."""

    patient: UUID
    name: str
    birth_date: date
    years: int
    months: int  # of age, for those below two years
    sex: str
    identifier: str | None
    verified: bool
    insurer: Words | None
    facts: PatientFacts | None
    allergies: tuple[Words, ...]


def banner(session: Session, *, patient: UUID, insurer: str | None = None, by: Actor) -> Banner:
    """The band of a patient seen at the actor's centre. Raises PatientNotFound for everybody else."""
    person = prescriber_queries.patient(session, patient=patient, by=by)
    facts = prescriber_queries.facts(session, patient=patient)
    known = codings.concepts(session, INGREDIENT, facts.allergies) if facts else {}
    payer = coverage_queries.known_insurers(session, codes={insurer})[insurer] if insurer else None
    whole = _months(person.birth_date, tehran_day(by.at))
    return Banner(
        patient=person.id,
        name=person.name,
        birth_date=person.birth_date,
        years=whole // 12,
        months=whole,
        sex=person.sex.value,
        identifier=grouped(person.national_id or person.fida),
        verified=person.verified,
        insurer=Words(payer.name_fa, payer.name_en) if payer else None,
        facts=facts,
        allergies=tuple(
            Words(known[code].fa, known[code].en) if code in known else Words(code, code)
            for code in (facts.allergies if facts else ())
        ),
    )


def grouped(identifier: str | None) -> str | None:
    """The identifier as the physician compares it with a card: in groups, its middle digits hidden."""
    if not identifier:
        return None
    return f"{identifier[:3]} •••• {identifier[-3:]}"


def masked(national_id: str | None, fida: str | None) -> str | None:
    """The identifier as a screen or a slip may show it."""
    if national_id:
        return mask_national_id(national_id)
    return mask_fida(fida) if fida else None


def _months(born: date, on: date) -> int:
    return (on.year - born.year) * 12 + on.month - born.month - (on.day < born.day)
