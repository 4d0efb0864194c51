"""How prescriptions were written: electronically or on paper, by day and by centre, within some days.

The days are bounded by whoever asks, and one index holds all that is read here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final, NamedTuple, TypeAlias

from sqlalchemy import BigInteger, Select, String, func, literal_column, select
from sqlmodel import Session, col

from codings.tables import Centre
from codings.text import tehran_midnight
from prescriber.states import Source
from prescriber.tables import Prescription

Listed: TypeAlias = Select[*tuple[Any, ...]]  # rows of whatever kind


@dataclass(frozen=True, slots=True)
class DaySources:
    """Prescriptions of one Tehran day, or of some days that are shown as one."""

    day: date
    electronic: int
    paper: int


class CentreSources(NamedTuple):
    """Prescriptions of one centre within some days: a row of `by_centre`."""

    siam: str
    province: str
    electronic: int
    paper: int


# The columns of `by_centre`, by name: it is a sum, and sums have no table.
_PAPER, _ELECTRONIC = literal_column("paper", BigInteger()), literal_column("electronic", BigInteger())
_SIAM, _PROVINCE = literal_column("siam", String()), literal_column("province", String())
CENTRES_BY: Final[Mapping[str, Any]] = {
    "paper": _PAPER,
    "electronic": _ELECTRONIC,
    "province": _PROVINCE,
    "centre": _SIAM,
}
CENTRES_KEY: Final = (_SIAM,)


def by_day(session: Session, *, first: date, last: date) -> Sequence[DaySources]:
    """What was written on each Tehran day from first to last, days without any included."""
    on = func.date(func.timezone("Asia/Tehran", col(Prescription.issued_at))).label("day")
    query = (
        select(on, col(Prescription.source), func.count())
        .where(*_within(first, last))
        .group_by(on, col(Prescription.source))
    )
    counted: dict[tuple[date, Source], int] = {
        (day, source): count for day, source, count in session.execute(query)
    }
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return [
        DaySources(
            day=day,
            electronic=sum(n for (on, s), n in counted.items() if on == day and s is not Source.PAPER),
            paper=counted.get((day, Source.PAPER), 0),
        )
        for day in days
    ]


def by_week(days: Sequence[DaySources]) -> Sequence[DaySources]:
    """The same in weeks that begin on a Saturday, each under its first day that was asked for."""
    weeks: list[DaySources] = []
    for one in days:
        if not weeks or one.day.weekday() == 5:
            weeks.append(one)
        else:
            last = weeks[-1]
            weeks[-1] = DaySources(last.day, last.electronic + one.electronic, last.paper + one.paper)
    return weeks


def by_centre(*, first: date, last: date, province: str | None = None) -> Listed:
    """The CentreSources of each centre that wrote anything in these days."""
    paper = func.count().filter(col(Prescription.source) == Source.PAPER)
    counted: Listed = (
        select(
            col(Centre.siam).label("siam"),
            col(Centre.province).label("province"),
            (func.count() - paper).label("electronic"),
            paper.label("paper"),
        )
        .join(Centre, col(Centre.siam) == col(Prescription.centre))
        .where(*_within(first, last))
        .group_by(col(Centre.siam), col(Centre.province))
    )
    if province is not None:
        counted = counted.where(col(Centre.province) == province)
    sums = counted.subquery()
    return select(sums.c.siam, sums.c.province, sums.c.electronic, sums.c.paper)


def _within(first: date, last: date) -> tuple[Any, ...]:
    issued = col(Prescription.issued_at)
    return issued >= tehran_midnight(first), issued < tehran_midnight(last + timedelta(days=1))
