"""Codes as people read them: the labels of lists, and the choices of a select in the reader's language."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session

import codings.queries as codings
import insurer.queries.coverage as coverage_queries
from app.language import Language
from app.pages.ordered import direction_of
from codings.base import Words
from codings.directions import sentence
from codings.queries.terms import system_of
from codings.systems import FREQUENCY, ROUTE, TIMING, UNIT
from prescriber.queries import ItemView, PrescriptionView

AS_NEEDED = system_of("as-needed")
Choices = list[tuple[str, str]]  # value and label, in the order of the list


@dataclass(frozen=True, slots=True)
class Directions:
    """The labels that an item's directions are written with; Persian name and form by the medicine's code."""

    unit: Mapping[str, Words]
    frequency: Mapping[str, Words]
    route: Mapping[str, Words]
    timing: Mapping[str, Words]
    as_needed: Mapping[str, Words]
    medicine: Mapping[str, str]
    form: Mapping[str, str]

    def said(self, item: ItemView) -> Words:
        """How an item is taken, in one sentence."""
        return sentence(
            direction_of(item, form=self.form.get(item.medicine, "")),
            {
                "unit": self.unit,
                "frequency": self.frequency,
                "route": self.route,
                "timing": self.timing,
                "as-needed": self.as_needed,
            },
        )


def labels(session: Session, system: str, codes: Iterable[str | None]) -> dict[str, Words]:
    """The labels of some codes of one system; unknown codes are absent."""
    wanted = {code for code in codes if code is not None}
    return {code: Words(c.fa, c.en) for code, c in codings.concepts(session, system, wanted).items()}


def directions(session: Session, view: PrescriptionView) -> Directions:
    """Everything needed to write out how its items are to be taken, as the lists read when it was signed."""
    known = codings.medicines_as_signed(
        session, {item.medicine for item in view.items}, release=view.coding_release
    )
    then = codings.lists_at(session, {UNIT, FREQUENCY, ROUTE, TIMING, AS_NEEDED}, at=view.issued_at)
    words = {system: {row.code: Words(row.fa, row.en) for row in rows} for system, rows in then.items()}
    return Directions(
        unit=words.get(UNIT, {}),
        frequency=words.get(FREQUENCY, {}),
        route=words.get(ROUTE, {}),
        timing=words.get(TIMING, {}),
        as_needed=words.get(AS_NEEDED, {}),
        medicine={code: medicine.name_fa for code, medicine in known.items()},
        form={code: medicine.form for code, medicine in known.items()},
    )


def choices(session: Session, system: str, language: Language) -> Choices:
    """The whole list, as a select offers it."""
    return [(c.code, c.en if language == "en" else c.fa) for c in codings.concept_list(session, system)]


def insurer_names(session: Session) -> dict[str, Words]:
    """Every insurer's name, by code."""
    return {row.code: Words(row.name_fa, row.name_en) for row in coverage_queries.insurers(session)}


def centre_names(session: Session, among: Collection[str] | None = None) -> dict[str, Words]:
    """The names of all centres, or of some, by SIAM id."""
    return {row.siam: Words(row.name_fa, row.name_en) for row in codings.centres(session, among=among)}


def age(birth_date: date, on: date) -> int:
    """Whole years lived on a day."""
    return on.year - birth_date.year - ((on.month, on.day) < (birth_date.month, birth_date.day))
