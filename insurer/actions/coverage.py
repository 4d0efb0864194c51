"""Verbs on insurers, plans and the insured, and the record of what was asked at the desk."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import literal_column, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col

from codings.base import Actor, Role, Words, new_id
from insurer.inputs import CoverageLine, Failure
from insurer.outcomes import InsurerUnknown, PlanEditionTaken
from insurer.queries.coverage import CoverageFact
from insurer.share import Rounding, SupplementaryBase
from insurer.states import Cob, InquirySource, InsurerKind
from insurer.tables.coverage import Coverage, Inquiry, Insurer, Plan

INQUIRY_MINUTES = 60
_AT_ONCE = 1_000  # rows a statement
_TWICE = Words(
    "شمارهٔ عضویت «{member_no}» پیش‌تر در همین پرونده آمده است؛ سطر نخست ثبت شد.",
    "Member “{member_no}” stands earlier in this file; the first line was taken.",
)


@dataclass(slots=True)
class Taken:
    """What became of the lines of a file: how many, and only the failures in full."""

    counts: dict[str, int]
    failures: list[Failure] = field(default_factory=list)


def put_insurer(
    session: Session, *, code: str, name_fa: str, name_en: str, kind: InsurerKind, abbr: str, by: Actor
) -> Insurer:
    """Register an insurer, or correct its names. Its code and abbreviation stay, since numbers carry them."""
    require_insurer_of(by, code)
    values = {"name_fa": name_fa, "name_en": name_en, "kind": kind}
    session.execute(
        insert(Insurer)
        .values(code=code, abbr=abbr, **values)
        .on_conflict_do_update(index_elements=["code"], set_=values)
    )
    return session.get_one(Insurer, code, populate_existing=True)


def put_plan(
    session: Session,
    *,
    insurer: str,
    fund: str,
    code: str,
    name_fa: str = "",
    name_en: str = "",
    basic_bp: int,
    supplementary_bp: int = 0,
    supplementary_base: SupplementaryBase = SupplementaryBase.FRANCHISE,
    cob: Cob = Cob.PARALLEL,
    rounding: Rounding = Rounding.HALF_UP,
    effective_from: date,
    source: str,
    by: Actor,
) -> Plan:
    """Publish an edition of a fund's plan. The same again changes nothing; other content is PlanEditionTaken."""
    require_insurer_of(by, insurer)
    plan = Plan(
        insurer=insurer,
        fund=fund,
        code=code,
        name_fa=name_fa,
        name_en=name_en,
        basic_bp=basic_bp,
        supplementary_bp=supplementary_bp,
        supplementary_base=supplementary_base,
        cob=cob,
        rounding=rounding,
        effective_from=effective_from,
        source=source,
    )
    told = plan.model_dump()
    session.execute(insert(Plan).values(told).on_conflict_do_nothing())
    kept = session.get(Plan, (insurer, fund, code), populate_existing=True)
    if kept is None or kept.model_dump() != told:  # None: another edition begins on the same day
        raise PlanEditionTaken(edition=code, fund=fund)
    return kept


def put_coverages(session: Session, *, insurer: str, rows: Iterable[CoverageLine], by: Actor) -> Taken:
    """Add or bring up to date the insured of one insurer, by member number; nobody is removed.

    A cover ends by its `valid_to`. Raises InsurerUnknown when the actor stands for another insurer.
    """
    return put_numbered_coverages(session, insurer=insurer, rows=enumerate(rows, start=1), by=by)


def put_numbered_coverages(
    session: Session, *, insurer: str, rows: Iterable[tuple[int, CoverageLine | Failure]], by: Actor
) -> Taken:
    """`put_coverages` for the lines of a file, among which some may not have been readable."""
    require_insurer_of(by, insurer)
    if session.get(Insurer, insurer) is None:
        raise InsurerUnknown(insurer=insurer)
    taken = Taken({"lines": 0, "added": 0, "changed": 0, "unchanged": 0, "failed": 0})
    seen: set[str] = set()
    waiting: list[CoverageLine] = []
    for number, row in rows:
        taken.counts["lines"] += 1
        if isinstance(row, Failure):
            taken.failures.append(row)
        elif row.member_no in seen:
            words = _TWICE.format(member_no=row.member_no)
            taken.failures.append(Failure(number, "coverage.twice", words, "/member_no"))
        else:
            seen.add(row.member_no)
            waiting.append(row)
        if len(waiting) == _AT_ONCE:
            _upsert(session, insurer, waiting, taken, by)
            waiting.clear()
    if waiting:
        _upsert(session, insurer, waiting, taken, by)
    taken.counts["failed"] = len(taken.failures)
    return taken


def _upsert(session: Session, insurer: str, rows: Sequence[CoverageLine], taken: Taken, by: Actor) -> None:
    """One statement for many rows; a row that says what is known already is not written at all."""
    values = [{"insurer": insurer, "id": new_id(), "updated_at": by.at} | row.model_dump() for row in rows]
    names = list(CoverageLine.model_fields)
    statement = insert(Coverage).values(values)
    new = statement.excluded
    statement = statement.on_conflict_do_update(
        index_elements=["insurer", "member_no"],
        set_={name: new[name] for name in (*names, "updated_at")},
        where=tuple_(*(col(getattr(Coverage, name)) for name in names)).is_distinct_from(
            tuple_(*(new[name] for name in names))
        ),
    )
    # xmax is 0 on a row version that nobody updated: it was inserted just now.
    written = session.execute(statement.returning(literal_column("(coverage.xmax = 0)"))).scalars().all()
    added = sum(written)
    taken.counts["added"] += added
    taken.counts["changed"] += len(written) - added
    taken.counts["unchanged"] += len(rows) - len(written)


def record_inquiry(
    session: Session,
    *,
    patient: uuid.UUID,
    national_id: str | None = None,
    fida: str | None = None,
    practitioner: str,
    centre: str,
    coverages: Sequence[CoverageFact],
    source: str,
    last_good: datetime | None = None,
    by: Actor,
) -> Inquiry:
    """Keep what was answered about a person's cover; a SHABAD can be issued on it for an hour.

    `source` is "online", "cache" or "declared"; `last_good` says when the partner answered last, when it did not now.
    """
    asked = Inquiry(
        patient=patient,
        national_id=national_id,
        fida=fida,
        practitioner=practitioner,
        centre=centre,
        result=[fact.as_json() for fact in coverages],
        source=InquirySource(source),
        made_at=by.at,
        expires_at=by.at + timedelta(minutes=INQUIRY_MINUTES),
        last_good=last_good,
    )
    session.add(asked)
    session.flush()
    return asked


def require_insurer_of(by: Actor, insurer: str) -> None:
    """An insurer's officers and machines act for that insurer only; another looks like one that is not there."""
    if by.role in (Role.MACHINE, Role.INSURER_OFFICER) and by.insurer != insurer:
        raise InsurerUnknown(insurer=insurer)
