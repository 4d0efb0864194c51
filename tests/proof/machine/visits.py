"""What happens before anything is written: visits, SHABADs, and the reserve for when the issuer is away."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

import insurer.queries.coverage as coverage_queries
import prescriber.queries as prescriber_queries
from app.db import reading
from app.flows import visit
from app.flows.visit import Found, VisitInput
from codings.text import tehran_day
from insurer.actions import shabads
from prescriber import actions
from prescriber.inputs import FactsInput, PatientInput
from tests.proof.machine.book import Encounter
from tests.proof.machine.ground import Pen
from tests.proof.machine.walk import Walk, newest

which = st.integers(0, 5)


class Visits(Walk):
    @rule(pen=st.integers(0, 1), person=st.integers(0, 3), self_pay=st.sampled_from([False] * 4 + [True]))
    def visit(self, pen: int, person: int, self_pay: bool) -> None:
        self.come(self.place.pens[pen], self.place.people[person], self_pay=self_pay)

    def come(self, pen: Pen, person: str, *, self_pay: bool = False) -> Encounter | None:
        """A visit as far as its SHABAD."""
        by = self.at_desk(pen)
        asked = VisitInput(
            patient=PatientInput(national_id=person), practitioner=pen.person.council, centre=pen.centre.siam
        )
        seen = self.ask(
            "open_visit",
            by,
            lambda session, found: visit.open_visit(session, visit=asked, found=found, by=by),
            ahead=lambda: self.found(asked, by),
        )
        if seen is None:
            return None
        facts = FactsInput.model_validate(
            {"allergies": {"state": "none_known"}, "as_of": tehran_day(self.now)}
        )
        self.ask(
            "record_facts",
            by,
            lambda session: actions.record_facts(session, patient=seen.patient.id, facts=facts, by=by),
        )
        covers = [one.coverage for one in seen.coverages if one.kind == "basic" and one.in_force]
        made = self.ask(
            "issue_shabad",
            by,
            lambda session: visit.issue_shabad(
                session,
                inquiry=seen.inquiry.id,
                coverage=covers[0] if covers and not self_pay else None,
                by=by,
            ),
        )
        if made is None:
            return None
        self.book.encounters.append(Encounter(made.shabad, pen, person))
        return self.book.encounters[-1]

    def found(self, asked: VisitInput, by: Any) -> Found:
        """What the eligibility service says; a person nobody knows is declared at the desk."""
        told = {"name": "سارا نمونه", "birth_date": "1990-05-01", "sex": "female"}
        declared = asked.model_copy(
            update={
                "patient": PatientInput.model_validate(
                    {"national_id": asked.patient.national_id, "declared": told}
                )
            }
        )
        return visit.look_up(self.service, visit=declared, by=by)

    @rule(
        what=st.sampled_from(["reserve", "assign", "assign", "end", "end", "expire"]),
        i=which,
        insurer=st.sampled_from(["1", "2", "37"]),
        count=st.sampled_from([1, 2, 3, 300]),
        pen=st.integers(0, 1),
        person=st.integers(0, 3),
        stolen=st.booleans(),
    )
    def reserves(
        self, *, what: str, i: int, insurer: str, count: int, pen: int, person: int, stolen: bool
    ) -> None:
        if what == "assign":
            self.assign_offline(pen, person)
        elif what == "reserve" or not self.book.pools:
            self.reserve(insurer, count)
        elif what == "end":
            self.end_pool(i, "report_stolen" if stolen else "return_reserved")
        else:
            by = self.service.itself("sweep")
            self.ask("expire_reserved", by, lambda session: shabads.expire_reserved(session, by=by))

    def reserve(self, insurer: str, count: int) -> None:
        by = self.at_desk(self.place.pens[0])
        made = self.ask(
            "reserve_shabads",
            by,
            lambda session: shabads.reserve_shabads(session, insurer=insurer, count=count, by=by),
        )
        if made is not None:
            self.book.pools.append(made.pool.id)

    def assign_offline(self, pen: int, person: int) -> None:
        """The issuer is away: a SHABAD from the reserve."""
        writer, who = self.place.pens[pen], self.place.people[person]
        by = self.at_desk(writer)
        with reading(self.service) as session:
            patient = prescriber_queries.find_patient(session, national_id=who, fida=None)
            covers = coverage_queries.coverages_of(session, national_id=who, on=tehran_day(self.now))
        if patient is None:
            return
        made = self.ask(
            "assign_reserved",
            by,
            lambda session: shabads.assign_reserved(
                session,
                patient=patient.id,
                practitioner=writer.person.council,
                centre=writer.centre.siam,
                coverages=covers,
                by=by,
            ),
        )
        if made is not None:
            self.book.encounters.append(Encounter(made.shabad, writer, who))

    def end_pool(self, i: int, end: str) -> None:
        by = self.at_desk(self.place.pens[0])
        verb = {"return_reserved": shabads.return_reserved, "report_stolen": shabads.report_stolen}[end]
        self.ask(end, by, lambda session: verb(session, pool=newest(self.book.pools, i), by=by))

    @precondition(lambda self: self.book.encounters)
    @rule(i=which)
    def eliminate(self, i: int) -> None:
        encounter = newest(self.book.encounters, i)
        by = self.at_desk(encounter.pen)
        self.ask(
            "eliminate_shabad",
            by,
            lambda session: visit.eliminate_shabad(
                session, shabad=encounter.shabad, reason="visit-cancelled", by=by
            ),
        )
