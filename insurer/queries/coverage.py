"""Reading insurers, cover, inquiries and SHABADs, each through who asks."""

import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import func
from sqlmodel import Session, col, select

from codings import sql
from codings.base import Actor, Role, Words
from insurer.outcomes import InquiryUnknown, InsurerUnknown, PlanMissing, ShabadStateRefused, ShabadUnknown
from insurer.share import Cover, PlanShare
from insurer.states import SHABAD_WORDS, ClaimKind, Cob, CoverageState, InquirySource, ShabadState
from insurer.tables.coverage import Coverage, Inquiry, Insurer, Plan, Shabad, ShabadStatus
from prescriber.inputs import ShabadFacts
from prescriber.states import Sex

NOT_BEGUN = Words("اعتبار این بیمه از {day} آغاز می‌شود.", "This cover begins on {day}.")
ENDED = Words("اعتبار این بیمه در {day} پایان یافته است.", "This cover ended on {day}.")
SUSPENDED = Words("بیمه‌گر این پوشش را معلق کرده است.", "The insurer has suspended this cover.")

_NEWEST_PLAN: Final = """
    WHERE insurer = %(insurer)s AND fund = %(fund)s AND effective_from <= %(on)s
    ORDER BY effective_from DESC LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class CoverageFact:
    """One cover of a person as it stood on a service day; kept in inquiries and SHABADs as JSON."""

    coverage: uuid.UUID
    insurer: str
    kind: ClaimKind
    fund: str
    member_no: str
    name: str
    birth_date: date
    sex: Sex
    valid_from: date
    valid_to: date | None
    in_force: bool
    reason: Words | None  # why it is not in force

    def as_json(self) -> dict[str, Any]:
        """Texts only, so that it can be stored, hashed and sent."""
        return asdict(self) | {
            "coverage": str(self.coverage),
            "birth_date": self.birth_date.isoformat(),
            "valid_from": self.valid_from.isoformat(),
            "valid_to": self.valid_to.isoformat() if self.valid_to else None,
            "reason": self.reason._asdict() if self.reason else None,
        }

    @classmethod
    def from_json(cls, told: dict[str, Any]) -> "CoverageFact":
        """What `as_json` wrote."""
        reason, until = told["reason"], told["valid_to"]
        return cls(
            **told
            | {
                "coverage": uuid.UUID(told["coverage"]),
                "kind": ClaimKind(told["kind"]),
                "sex": Sex(told["sex"]),
                "birth_date": date.fromisoformat(told["birth_date"]),
                "valid_from": date.fromisoformat(told["valid_from"]),
                "valid_to": date.fromisoformat(until) if until else None,
                "reason": Words(**reason) if reason else None,
            }
        )


@dataclass(frozen=True, slots=True)
class StateChange:
    """One row of a history."""

    from_state: str | None
    to_state: str
    at: datetime
    by: str
    why: str | None


@dataclass(frozen=True, slots=True)
class ShabadView:
    """A SHABAD as its centre sees it."""

    shabad: str
    insurer: str
    state: ShabadState
    patient: uuid.UUID | None
    practitioner: str | None
    centre: str
    bound_n: int | None
    valid_until: datetime
    issued_at: datetime
    declaration: str | None
    history: tuple[StateChange, ...]


def insurers(session: Session) -> Sequence[Insurer]:
    """Every insurer, by code."""
    return session.exec(select(Insurer).order_by(col(Insurer.code))).all()


def known_insurers(session: Session, *, codes: set[str]) -> dict[str, Insurer]:
    """The insurers with these codes, by code; InsurerUnknown when one is not registered."""
    there = "WHERE code = ANY(%(codes)s)"
    found = {row.code: row for row in sql.rows(session, Insurer, there, {"codes": sorted(codes)})}
    for missing in sorted(codes - found.keys()):
        raise InsurerUnknown(insurer=missing)
    return found


def coverages_of(
    session: Session, *, national_id: str | None = None, fida: str | None = None, on: date
) -> list[CoverageFact]:
    """Every cover of a person, in force on this day or not: those in force first, basic before supplementary."""
    if (national_id is None) == (fida is None):
        raise ValueError("a person is looked up by one identifier")
    who = col(Coverage.national_id) == national_id if national_id else col(Coverage.fida) == fida
    facts = [_fact(row, on) for row in session.exec(select(Coverage).where(who))]
    return sorted(
        facts, key=lambda f: (not f.in_force, f.kind is not ClaimKind.BASIC, f.insurer, f.member_no)
    )


def _fact(row: Coverage, on: date) -> CoverageFact:
    reason = None
    if row.state is CoverageState.SUSPENDED:
        reason = SUSPENDED
    elif row.valid_from > on:
        reason = NOT_BEGUN.format(day=row.valid_from.isoformat())
    elif row.valid_to is not None and row.valid_to < on:
        reason = ENDED.format(day=row.valid_to.isoformat())
    return CoverageFact(
        coverage=row.id,
        insurer=row.insurer,
        kind=row.kind,
        fund=row.fund,
        member_no=row.member_no,
        name=row.name,
        birth_date=row.birth_date,
        sex=row.sex,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        in_force=reason is None,
        reason=reason,
    )


def inquiry(session: Session, *, inquiry: uuid.UUID, by: Actor) -> Inquiry:
    """An inquiry of the actor's own centre and, where a person acts, of that person; InquiryUnknown otherwise."""
    found = session.get(Inquiry, inquiry, populate_existing=True)
    if found is None or (by.role is not Role.SERVICE and found.centre != by.centre):
        raise InquiryUnknown(pointer="/inquiry")
    if by.practitioner not in {None, found.practitioner}:  # its SHABAD would be issued in another's name
        raise InquiryUnknown(pointer="/inquiry")
    return found


def last_answer(session: Session, *, patient: uuid.UUID, after: datetime) -> Inquiry | None:
    """The newest online answer about a patient since `after`: what stands in while nobody answers."""
    return session.exec(
        select(Inquiry)
        .where(
            Inquiry.patient == patient, Inquiry.source == InquirySource.ONLINE, col(Inquiry.made_at) >= after
        )
        .order_by(col(Inquiry.made_at).desc())
        .limit(1)
    ).first()


def shabad(session: Session, *, shabad: str, by: Actor) -> ShabadView:
    """A SHABAD and its history, for its centre and its insurer; ShabadUnknown for anybody else."""
    row = _mine(session, shabad, by)
    rows = session.exec(
        select(ShabadStatus)
        .where(ShabadStatus.shabad == shabad)
        .order_by(col(ShabadStatus.at), col(ShabadStatus.id))
    )
    history = tuple(StateChange(r.from_state, r.to_state, r.at, r.by, r.why) for r in rows)
    return ShabadView(
        shabad=row.shabad,
        insurer=row.insurer,
        state=row.state,
        patient=row.patient,
        practitioner=row.practitioner,
        centre=row.centre,
        bound_n=row.bound_n,
        valid_until=row.valid_until,
        issued_at=row.issued_at,
        declaration=row.declaration,
        history=history,
    )


def shabad_facts(session: Session, *, shabad: str, by: Actor) -> ShabadFacts:
    """What the prescriber's room is told about a SHABAD; ShabadUnknown for another centre's.

    Also of one that is over, since the same signed prescription may be sent again later: whether a new one
    can stand on it is decided by `bind_shabad`. A reserve nobody was given stands for nothing: ShabadStateRefused.
    """
    return facts_of(_mine(session, shabad, by))


def facts_of(row: Shabad) -> ShabadFacts:
    """The plain facts of a SHABAD that stands for a patient; ShabadStateRefused for a bare reserve."""
    if row.patient is None or row.practitioner is None:
        words = SHABAD_WORDS[row.state]
        raise ShabadStateRefused(pointer="/shabad", shabad=row.shabad, state_fa=words.fa, state_en=words.en)
    return ShabadFacts(
        shabad=row.shabad,
        insurer=row.insurer,
        patient=row.patient,
        practitioner=row.practitioner,
        centre=row.centre,
        state=row.state.value,
        offline=row.pool is not None,
        valid_until=row.valid_until,
        declaration=row.declaration,
    )


def _mine(session: Session, shabad: str, by: Actor) -> Shabad:
    row = _row(session, shabad)
    if row is None or not (by.role is Role.SERVICE or row.centre == by.centre or row.insurer == by.insurer):
        raise ShabadUnknown(pointer="/shabad")
    return row


def _row(session: Session, shabad: str) -> Shabad | None:
    found = sql.rows(session, Shabad, "WHERE shabad = %(shabad)s", {"shabad": shabad})
    return found[0] if found else None


def live_reserves(session: Session, *, centre: str, at: datetime) -> int:
    """How many reserved SHABADs a centre could use at this instant."""
    return session.exec(
        select(func.count())
        .select_from(Shabad)
        .where(Shabad.centre == centre, Shabad.state == ShabadState.RESERVED, col(Shabad.valid_until) > at)
    ).one()


def plan_of(session: Session, *, insurer: str, fund: str, on: date) -> Plan:
    """The plan of a fund on a service day: the newest that has begun. PlanMissing when none has."""
    asked = {"insurer": insurer, "fund": fund, "on": on}
    plans = sql.rows(session, Plan, _NEWEST_PLAN, asked)
    if not plans:
        raise PlanMissing(insurer=insurer, fund=fund, on=on.isoformat())
    return plans[0]


def cover_of(session: Session, *, shabad: str, on: date) -> Cover:
    """Who stands in for the patient of this SHABAD, with the percentages that hold on the service day."""
    row = _row(session, shabad)
    if row is None:
        raise ShabadUnknown(pointer="/shabad")
    return Cover(
        basic=_plan_share(session, row.basic, on), supplementary=_plan_share(session, row.supplementary, on)
    )


def waits_for_basic(session: Session, *, insurer: str, fund: str, on: date) -> bool:
    """Whether a supplementary plan wants the basic insurer's decision before its own claim goes out."""
    return plan_of(session, insurer=insurer, fund=fund, on=on).cob is Cob.AFTER_BASIC


def _plan_share(session: Session, fact: dict[str, Any] | None, on: date) -> PlanShare | None:
    if fact is None:
        return None
    plan = plan_of(session, insurer=fact["insurer"], fund=fact["fund"], on=on)
    return PlanShare(
        insurer=plan.insurer,
        plan=f"{plan.fund}/{plan.code}",
        bp=plan.basic_bp if fact["kind"] == ClaimKind.BASIC else plan.supplementary_bp,
        rounding=plan.rounding,
        base=plan.supplementary_base,
    )
