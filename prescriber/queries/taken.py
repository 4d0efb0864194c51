"""What a patient takes already: medicines of earlier prescriptions whose days are still running."""

import uuid
from datetime import date, datetime, timedelta
from typing import Final

from sqlmodel import Session

import codings.queries as codings
from codings import sql
from codings.text import tehran_day
from prescriber.rules import Taken
from prescriber.states import Number, PrescriptionState

GONE: Final = (PrescriptionState.CANCELLED, PrescriptionState.REPLACED)  # nobody takes what these say
ONE_DAY: Final = timedelta(days=1)
_RUNNING: Final = """
    SELECT shabad, n, generic, issued_at, duration_days * (repeats + 1) AS days
    FROM prescription JOIN prescription_item USING (shabad, n)
    WHERE patient = %(patient)s AND issued_at <= %(at)s AND status <> ALL(%(gone)s)
      AND issued_at + make_interval(days => duration_days * (repeats + 1)) > %(since)s
    ORDER BY issued_at DESC, item
"""


def taken(session: Session, *, patient: uuid.UUID, at: datetime, replaces: Number | None) -> list[Taken]:
    """What still runs on that day, whoever prescribed it; the newest of each medicine.

    The days count from the prescription on, with every repeat. Nothing of the prescriber is read: it is for the
    physician's eyes as a medicine and a date.
    """
    asked = {"patient": patient, "at": at, "since": at - ONE_DAY, "gone": list(GONE)}
    running: dict[str, tuple[date, int]] = {}
    for row in sql.run(session, _RUNNING, asked):
        since = tehran_day(row.issued_at)
        left = (since + timedelta(days=row.days) - tehran_day(at)).days
        if left > 0 and Number(row.shabad, row.n) != replaces:
            running.setdefault(row.generic, (since, left))
    medicines = codings.medicines(session, running)
    return [
        Taken(medicine=medicines[generic], since=since, days_left=left)
        for generic, (since, left) in running.items()
    ]
