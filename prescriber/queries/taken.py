"""What a patient takes already: medicines of earlier prescriptions whose days are still running."""

import uuid
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func
from sqlmodel import Session, col, select

from codings.tables import Medicine
from codings.text import tehran_day
from prescriber.rules import Taken
from prescriber.states import Number, PrescriptionState
from prescriber.tables import Prescription, PrescriptionItem

GONE: Final = (PrescriptionState.CANCELLED, PrescriptionState.REPLACED)  # nobody takes what these say
ONE_DAY: Final = timedelta(days=1)


def taken(session: Session, *, patient: uuid.UUID, at: datetime, replaces: Number | None) -> list[Taken]:
    """What still runs on that day, whoever prescribed it, in one statement; the newest of each medicine.

    The days count from the prescription on, with every repeat. Nothing of the prescriber is read: it is for the
    physician's eyes as a medicine and a date.
    """
    lasts = col(PrescriptionItem.duration_days) * (col(PrescriptionItem.repeats) + 1)
    query = (
        select(Medicine, PrescriptionItem, Prescription.issued_at)
        .join(PrescriptionItem, col(PrescriptionItem.generic) == col(Medicine.generic))
        .join(
            Prescription,
            (col(Prescription.shabad) == PrescriptionItem.shabad)
            & (col(Prescription.n) == PrescriptionItem.n),
        )
        .where(
            Prescription.patient == patient,
            Prescription.issued_at <= at,
            col(Prescription.issued_at) + func.make_interval(0, 0, 0, lasts) > at - ONE_DAY,
            col(Prescription.status).not_in(GONE),
        )
        .order_by(col(Prescription.issued_at).desc(), col(PrescriptionItem.item))
    )
    running: dict[str, Taken] = {}
    for medicine, item, issued_at in session.execute(query):
        since = tehran_day(issued_at)
        days = item.duration_days * (item.repeats + 1)
        left = (since + timedelta(days=days) - tehran_day(at)).days
        if left > 0 and Number(item.shabad, item.n) != replaces:
            running.setdefault(medicine.generic, Taken(medicine=medicine, since=since, days_left=left))
    return list(running.values())
