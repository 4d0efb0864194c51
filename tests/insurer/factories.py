"""Insurers, insured people and claims for tests, made by the rooms' own verbs.

Insurer 1 (TAM) pays 70 %; insurer 20 (BSN) stands behind it and pays 80 % of the franchise.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import count

from sqlmodel import Session

from codings.base import Actor, Role
from codings.tables import Centre, Practitioner
from codings.text import tehran_day
from insurer.actions import coverage, shabads
from insurer.inputs import CoverageLine
from insurer.queries import coverage as queries
from insurer.queries.coverage import CoverageFact
from insurer.states import ClaimKind, Cob, InsurerKind, ShabadState
from insurer.tables.coverage import Inquiry
from prescriber.actions.patients import PatientIdentity, register_patient
from prescriber.states import Sex
from prescriber.tables import Patient
from tests import factories
from tests.factories import AT

SERVICE = factories.actor()
FUND = "general"
_people = count(1)


def later(by: Actor, **time: float) -> Actor:
    """The same actor, some time afterwards."""
    return replace(by, at=by.at + timedelta(**time))


def officer(insurer: str, *, at=AT) -> Actor:
    """Somebody at an insurer."""
    return factories.actor(role=Role.INSURER_OFFICER, id=f"account:officer-{insurer}", insurer=insurer, at=at)


def register_insurers(session: Session, *, cob: Cob = Cob.PARALLEL) -> None:
    """Two basic insurers, a supplementary one, and self-pay, each with the plan of its one fund."""
    for code, kind, abbr in (
        ("1", InsurerKind.BASIC, "TAM"),
        ("2", InsurerKind.BASIC, "SLM"),
        ("20", InsurerKind.SUPPLEMENTARY, "BSN"),
        ("37", InsurerKind.SELF_PAY, "AZD"),
    ):
        coverage.put_insurer(
            session,
            code=code,
            name_fa=f"بیمهٔ {abbr}",
            name_en=f"Insurer {abbr}",
            kind=kind,
            abbr=abbr,
            by=SERVICE,
        )
    for code, basic, second in (("1", 7000, 0), ("2", 7000, 0), ("20", 0, 8000)):
        coverage.put_plan(
            session,
            insurer=code,
            fund=FUND,
            code="1405",
            basic_bp=basic,
            supplementary_bp=second,
            cob=cob,
            effective_from=date(2026, 3, 21),
            source="test",
            by=SERVICE,
        )


def national_id() -> str:
    """Another valid national ID of nobody."""
    body = f"{900_000_000 + next(_people):09d}"
    rest = sum(int(digit) * (10 - place) for place, digit in enumerate(body)) % 11
    return f"{body}{rest if rest < 2 else 11 - rest}"


def insured(person: str, insurer: str, **changes) -> CoverageLine:
    """One insured person, basic with any insurer but 20."""
    told = {
        "member_no": f"M-{insurer}-{person}",
        "national_id": person,
        "kind": ClaimKind.SUPPLEMENTARY if insurer == "20" else ClaimKind.BASIC,
        "fund": FUND,
        "name": "سارا نمونه",
        "birth_date": date(1990, 5, 1),
        "sex": Sex.FEMALE,
        "valid_from": date(2026, 3, 21),
        "valid_to": date(2027, 3, 20),
    }
    return CoverageLine.model_validate(told | changes)


@dataclass(frozen=True, slots=True)
class Desk:
    """A physician's desk with a patient in front of it."""

    clinic: Centre
    physician: Practitioner
    patient: Patient
    by: Actor
    facts: Sequence[CoverageFact]  # basic 1 in force, supplementary 20 in force, basic 2 ended
    stranger: uuid.UUID  # a cover of somebody else

    @property
    def basic(self) -> uuid.UUID:
        return self._of("1")

    @property
    def second(self) -> uuid.UUID:
        return self._of("20")

    @property
    def ended(self) -> uuid.UUID:
        return self._of("2")

    def _of(self, insurer: str) -> uuid.UUID:
        [fact] = [fact for fact in self.facts if fact.insurer == insurer]
        return fact.coverage


def desk(session: Session, *, cob: Cob = Cob.PARALLEL) -> Desk:
    register_insurers(session, cob=cob)
    clinic = factories.clinic(session)
    physician = factories.physician(session, clinic)
    by = factories.working(physician, clinic)
    person, other = national_id(), national_id()
    coverage.put_coverages(session, insurer="1", rows=[insured(person, "1"), insured(other, "1")], by=SERVICE)
    coverage.put_coverages(session, insurer="20", rows=[insured(person, "20")], by=SERVICE)
    ended = insured(person, "2", valid_to=date(2026, 11, 30))
    coverage.put_coverages(session, insurer="2", rows=[ended], by=SERVICE)
    identity = PatientIdentity(
        national_id=person, name="سارا نمونه", birth_date=date(1990, 5, 1), sex=Sex.FEMALE, verified=True
    )
    return Desk(
        clinic=clinic,
        physician=physician,
        patient=register_patient(session, identity=identity, by=by),
        by=by,
        facts=queries.coverages_of(session, national_id=person, on=tehran_day(AT)),
        stranger=queries.coverages_of(session, national_id=other, on=tehran_day(AT))[0].coverage,
    )


def inquire(session: Session, desk: Desk, *, by: Actor | None = None) -> Inquiry:
    """What the eligibility service said at the desk."""
    return coverage.record_inquiry(
        session,
        patient=desk.patient.id,
        national_id=desk.patient.national_id,
        practitioner=desk.physician.council,
        centre=desk.clinic.siam,
        coverages=desk.facts,
        source="online",
        by=by or desk.by,
    )


def shabad_in(session: Session, desk: Desk, state: ShabadState) -> str:
    """A SHABAD that came to this state by the verbs that lead there, with a prescription bound where one can be."""
    if state in (ShabadState.ISSUED, ShabadState.VERIFIED, ShabadState.USED, ShabadState.ELIMINATED):
        made = shabads.issue_shabad(
            session, inquiry=inquire(session, desk).id, coverage=desk.basic, by=desk.by
        ).shabad
        shabads.bind_shabad(session, shabad=made, n=1, by=desk.by)
        if state is ShabadState.ELIMINATED:
            shabads.eliminate_shabad(session, shabad=made, reason="test", live=False, by=desk.by)
        if state in (ShabadState.VERIFIED, ShabadState.USED):
            shabads.verify_shabad(session, shabad=made, proof={"ref": "1"}, by=SERVICE)
        if state is ShabadState.USED:
            shabads.use_shabads(session, shabads=[made], why="test", by=SERVICE)
        return made
    pool = shabads.reserve_shabads(session, insurer="1", count=1, by=desk.by)
    made = pool.shabads[0].shabad
    match state:
        case ShabadState.RETURNED:
            shabads.return_reserved(session, pool=pool.pool.id, by=desk.by)
        case ShabadState.STOLEN:
            shabads.report_stolen(session, pool=pool.pool.id, by=desk.by)
        case ShabadState.EXPIRED:
            shabads.expire_reserved(session, by=later(SERVICE, days=31))
        case ShabadState.ASSIGNED_OFFLINE | ShabadState.REJECTED:
            shabads.assign_reserved(
                session,
                shabad=made,
                patient=desk.patient.id,
                practitioner=desk.physician.council,
                centre=desk.clinic.siam,
                coverages=desk.facts,
                by=desk.by,
            )
            shabads.bind_shabad(session, shabad=made, n=1, by=desk.by)
            if state is ShabadState.REJECTED:
                shabads.reject_shabad(session, shabad=made, reason="test", by=SERVICE)
    return made
