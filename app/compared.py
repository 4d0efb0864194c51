"""The newest nightly comparison of dispenses and claims, and whether it is an alarm: numbers, and nobody's data."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from sqlmodel import Session, col, select

from app.standing import ReconciliationRun

LATE: Final = timedelta(hours=26)  # it is due every 24


class Light(StrEnum):
    GREEN = "green"
    AMBER = "amber"  # nobody compared for more than a day: it may fit or not
    RED = "red"  # something does not fit


@dataclass(frozen=True, slots=True)
class Compared:
    """The last comparison, if there was one, and what it means now."""

    light: Light
    run: ReconciliationRun | None


def last_compared(session: Session, *, at: datetime) -> Compared:
    """What the last nightly run found; a fault stays red however old it is."""
    newest = select(ReconciliationRun).order_by(col(ReconciliationRun.ran_at).desc()).limit(1)
    run = session.exec(newest).first()
    if run is not None and run.faults:
        return Compared(Light.RED, run)
    late = run is None or at - run.ran_at > LATE
    return Compared(Light.AMBER if late else Light.GREEN, run)


def remember(session: Session, *, at: datetime, first: date, last: date, counts: Mapping[str, Any]) -> None:
    """Keep what a run of these days found, under the names of the row's numbers."""
    session.add(ReconciliationRun(ran_at=at, first=first, last=last, **counts))


def counters(session: Session) -> Mapping[str, tuple[str, float]]:
    """The same for monitoring: name -> (what it is, value); none before the first run."""
    run = session.exec(
        select(ReconciliationRun).order_by(col(ReconciliationRun.ran_at).desc()).limit(1)
    ).first()
    if run is None:
        return {}
    return {
        "noskheh_reconciliation_last_run_seconds": ("When it last ran, Unix time.", run.ran_at.timestamp()),
        "noskheh_reconciliation_unclaimed": ("Parts owed without claim or reason.", run.unclaimed),
        "noskheh_reconciliation_undispensed": ("Claims for which nothing is owed.", run.undispensed),
        "noskheh_reconciliation_faults": ("Whatever does not fit, these two included.", run.faults),
    }
