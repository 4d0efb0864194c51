"""Figures of an insurer's desk: sums of a filter, how old the open claims are in each state, what was sealed by day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from sqlalchemy import case, func, literal_column, select
from sqlmodel import Session, col

from codings.base import Actor
from codings.text import tehran_midnight
from insurer.queries.claims import visible
from insurer.queries.lists import Listed
from insurer.states import ClaimState
from insurer.tables.batches import Batch
from insurer.tables.claims import Claim

COUNTED_AT_MOST: Final = 100_000
# Whole days since the service day, the last of each class; what is older stands in one more.
AGES: Final = (1, 7, 30, 60)
OPEN: Final = tuple(
    state
    for state in ClaimState
    if state not in {ClaimState.PAID, ClaimState.CLOSED, ClaimState.VOID, ClaimState.REVERSED}
)


@dataclass(frozen=True, slots=True)
class Totals:
    """What a filter comes to. None of the sums holds when there is more than was counted."""

    count: int
    amount: int
    approved: int
    paid: int

    @property
    def whole(self) -> bool:
        return self.count <= COUNTED_AT_MOST


@dataclass(frozen=True, slots=True)
class DayValue:
    """What was sealed on one Tehran day."""

    day: date
    batches: int
    claims: int
    amount: int


def totals(session: Session, listed: Listed) -> Totals:
    """Count and sums over a list of claims, as far as COUNTED_AT_MOST of them."""
    some = (
        listed.with_only_columns(col(Claim.amount), col(Claim.approved), col(Claim.paid))
        .limit(COUNTED_AT_MOST + 1)
        .subquery()
    )
    sums = (func.coalesce(func.sum(column), 0) for column in some.c)
    count, amount, approved, paid = session.execute(select(func.count(), *sums).select_from(some)).one()
    return Totals(count, int(amount), int(approved), int(paid))


def open_by_state_and_age(
    session: Session, *, by: Actor, today: date
) -> Mapping[ClaimState, tuple[int, ...]]:
    """How many open claims stand in each state, by age: one number for each of AGES and one for older."""
    bounds = [
        (col(Claim.service_day) >= today - timedelta(days=last), place) for place, last in enumerate(AGES)
    ]
    age = case(*bounds, else_=len(AGES))
    query = (
        select(col(Claim.state), age.label("age"), func.count())
        .where(visible(by), col(Claim.state).in_(OPEN))
        .group_by(col(Claim.state), literal_column("age"))
    )
    found: dict[ClaimState, list[int]] = {}
    for state, place, count in session.execute(query):
        found.setdefault(state, [0] * (len(AGES) + 1))[place] = count
    return {state: tuple(found[state]) for state in OPEN if state in found}


def sealed_by_day(session: Session, *, insurer: str, first: date, last: date) -> Sequence[DayValue]:
    """What was sealed on each Tehran day from first to last, days without a batch included."""
    query = select(col(Batch.sealed_at), col(Batch.claim_count), col(Batch.amount_total)).where(
        col(Batch.insurer) == insurer,
        col(Batch.sealed_at) >= tehran_midnight(first),
        col(Batch.sealed_at) < tehran_midnight(last + timedelta(days=1)),
    )
    rows = query.subquery()
    on = func.date(func.timezone("Asia/Tehran", rows.c.sealed_at)).label("day")
    summed = select(on, func.count(), func.sum(rows.c.claim_count), func.sum(rows.c.amount_total)).group_by(
        on
    )
    known = {
        told: DayValue(told, n, int(claims), int(amount))
        for told, n, claims, amount in session.execute(summed)
    }
    days = ((first + timedelta(days=n)) for n in range((last - first).days + 1))
    return [known.get(one, DayValue(one, 0, 0, 0)) for one in days]
