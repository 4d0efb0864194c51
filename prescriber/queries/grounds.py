"""What an order rests on beside the prescriber's choices: the patient, the medicines, the codes.

It is read the same way when a prescription is prepared and when it is signed, so both see the same findings.
"""

import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

from sqlmodel import Session

import codings.queries as codings
from codings.outcomes import CodeUnknown
from codings.systems import (
    FREQUENCY,
    GENERIC,
    INGREDIENT,
    OVERRIDE_REASON,
    ROUTE,
    TIMING,
    Coding,
    doses_a_day,
)
from codings.tables import Concept, Dosing, Interaction, Medicine
from prescriber import rules, signing
from prescriber.outcomes import MedicineUnknown
from prescriber.queries.patients import asked_patient
from prescriber.queries.taken import taken
from prescriber.states import Number
from prescriber.tables import Patient, PatientFacts

AS_NEEDED = "urn:noskheh:as-needed"

Place = Callable[[str], str]  # where in what the caller sent a part of the order stands, as a JSON pointer


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounds:
    """What was read for one order."""

    patient: Patient
    facts: PatientFacts | None
    medicines: Mapping[str, Medicine]
    rates: Mapping[str, Fraction]
    classes: Mapping[str, frozenset[str]]
    taken: Sequence[rules.Taken]
    dosings: Mapping[str, Dosing] | None  # None: no release is in force
    interactions: Sequence[Interaction] | None
    substances: codings.Substances
    specialty: str | None

    def findings(self, items: Sequence[signing.Item], *, on: date) -> list[rules.Finding]:
        """What the safety rules say of these items for this patient."""
        return rules.findings(
            rules.Order(
                items=items,
                medicines=self.medicines,
                rates=self.rates,
                classes=self.classes,
                facts=self.facts,
                birth_date=self.patient.birth_date,
                on=on,
                sex=self.patient.sex,
                specialty=self.specialty,
                taken=self.taken,
                dosings=self.dosings,
                interactions=self.interactions,
                substances=self.substances,
            )
        )


def current_medicines(
    session: Session, generics: Sequence[str], *, place: Place
) -> tuple[dict[str, Medicine], str]:
    """The medicines of an order and the release they come from. Raises MedicineUnknown."""
    release = codings.release_of(session, GENERIC)
    medicines = codings.medicines(session, set(generics))
    for index, generic in enumerate(generics):
        medicine = medicines.get(generic)
        if medicine is None or medicine.release != release:
            raise MedicineUnknown(pointer=place(f"/items/{index}/medicine"), generic=generic)
    return medicines, release


def grounds(
    session: Session,
    *,
    patient: uuid.UUID,
    medicines: Mapping[str, Medicine],
    items: Sequence[signing.Item],
    diagnoses: Iterable[Coding],
    reasons: Iterable[str],
    place: Place,
    at: datetime,
    replaces: Number | None = None,
    specialty: str | None = None,
) -> Grounds:
    """Everything these items are judged by at an instant. `specialty` is the prescriber's.

    What they replace is not counted among what the patient takes. Raises CodeUnknown for a code that its list does
    not hold now.
    """
    person, asked = asked_patient(session, patient=patient)
    named = [*_of_items(items), *_of_diagnoses(diagnoses), *_of_reasons(reasons)]
    ingredients = {part for medicine in medicines.values() for part in medicine.ingredients}
    ingredients |= set(asked.allergies) if asked else set()
    known = _concepts(session, {coding for _, coding in named} | {Coding(INGREDIENT, i) for i in ingredients})
    for where, coding in named:
        if coding not in known or not codings.is_current(session, known[coding]):
            raise CodeUnknown(pointer=place(where), system=coding.system, value=coding.code)
    knowledge = codings.knowledge(session, medicines.values())
    return Grounds(
        patient=person,
        facts=asked,
        medicines=medicines,
        rates={
            coding.code: rate
            for coding, concept in known.items()
            if coding.system == FREQUENCY and (rate := doses_a_day(concept.properties)) is not None
        },
        classes={
            coding.code: frozenset(concept.properties.get("class", ()))
            for coding, concept in known.items()
            if coding.system == INGREDIENT
        },
        taken=taken(session, patient=patient, at=at, replaces=replaces),
        dosings=knowledge.dosings,
        interactions=knowledge.interactions,
        substances=knowledge.substances,
        specialty=specialty,
    )


def _of_items(items: Sequence[signing.Item]) -> Iterator[tuple[str, Coding]]:
    for index, item in enumerate(items):
        yield f"/items/{index}/frequency", Coding(FREQUENCY, item.frequency)
        yield f"/items/{index}/route", Coding(ROUTE, item.route)
        if item.timing is not None:
            yield f"/items/{index}/timing", Coding(TIMING, item.timing)
        if item.as_needed is not None:
            yield f"/items/{index}/as_needed", Coding(AS_NEEDED, item.as_needed)


def _of_diagnoses(diagnoses: Iterable[Coding]) -> Iterator[tuple[str, Coding]]:
    for index, diagnosis in enumerate(diagnoses):
        yield f"/diagnoses/{index}/code", diagnosis


def _of_reasons(reasons: Iterable[str]) -> Iterator[tuple[str, Coding]]:
    for index, reason in enumerate(reasons):
        yield f"/overrides/{index}/reason", Coding(OVERRIDE_REASON, reason)


def _concepts(session: Session, wanted: set[Coding]) -> dict[Coding, Concept]:
    """All codes of an order, whatever lists they come from."""
    codes: defaultdict[str, set[str]] = defaultdict(set)
    for coding in wanted:
        codes[coding.system].add(coding.code)
    return {
        Coding(system, code): concept
        for system, asked in codes.items()
        for code, concept in codings.concepts(session, system, asked).items()
    }
