"""One prescription as it stands, with parties, counters and history: everything in one statement."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from operator import itemgetter
from typing import Final

from sqlmodel import Session

from codings import jws, sql
from codings.base import Words
from codings.tables import Centre, Practitioner
from codings.text import tehran_day
from prescriber import signing
from prescriber.outcomes import PrescriptionNotFound
from prescriber.queries.views import ItemView, PrescriptionView, StatusChange, WindowView
from prescriber.states import Number, PrescriptionState
from prescriber.tables import Patient, Prescription

_WITH_PARTIES: Final = """
    JOIN patient ON patient.id = prescription.patient
    JOIN practitioner ON practitioner.council = prescription.practitioner
    JOIN centre ON centre.siam = prescription.centre
    WHERE prescription.shabad = %(shabad)s AND prescription.n = %(n)s
"""
# Counters and history beside it, as JSON without a number in it: a quantity is never a float.
_COUNTERS: Final = """
    (SELECT json_agg(json_build_array(item::text, "window"::text, opens_on, closes_on, quantity::text, remaining::text)
                     ORDER BY item, "window")
     FROM item_window AS w WHERE w.shabad = prescription.shabad AND w.n = prescription.n)
"""
_STEPS: Final = """
    (SELECT json_agg(json_build_array(from_state, to_state, at, by, why) ORDER BY step)
     FROM prescription_status AS s WHERE s.shabad = prescription.shabad AND s.n = prescription.n)
"""
_OF_CENTRE: Final = " AND (%(centre)s::varchar IS NULL OR prescription.centre = %(centre)s::varchar)"


def whole(
    session: Session, *, number: Number, at: datetime | None = None, centre: str | None = None
) -> PrescriptionView:
    """A prescription, if it is of this `centre` (any centre: None). `at` is the instant `remaining` is told for.

    Order, diagnoses and overrides are read from the signed bytes, not from the rows beside them.
    Raises PrescriptionNotFound.
    """
    found = sql.joined(
        session,
        (Prescription, Patient, Practitioner, Centre),
        _WITH_PARTIES + _OF_CENTRE,
        {**number._asdict(), "centre": centre},
        also=f"{_COUNTERS}, {_STEPS}",
    )
    if not found:
        raise PrescriptionNotFound
    [(row, patient, practitioner, place, counters, steps)] = found
    content = signing.read(jws.peek(row.jws)[1])
    windows = _windows(counters or ())
    day = tehran_day(at) if at is not None else None
    return PrescriptionView(
        number=number,
        status=row.status,
        source=row.source,
        replaces=row.replaces,
        patient=patient.id,
        patient_name=patient.name,
        birth_date=patient.birth_date,
        sex=patient.sex,
        national_id=patient.national_id,
        fida=patient.fida,
        verified=patient.verified,
        practitioner=row.practitioner,
        practitioner_names=Words(practitioner.name_fa, practitioner.name_en),
        centre=row.centre,
        centre_names=Words(place.name_fa, place.name_en),
        insurer=row.insurer,
        declaration=row.declaration,
        written_on=content.paper[1] if content.paper else None,
        issued_at=row.issued_at,
        received_at=row.received_at,
        redeemable_until=row.redeemable_until,
        payable_until=row.payable_until,
        coding_release=row.coding_release,
        kid=row.kid,
        jws=row.jws,
        payload_sha256=row.payload_sha256,
        diagnoses=content.codings,
        items=tuple(
            _item(nth, item, windows.get(nth, ()), day) for nth, item in enumerate(content.items, start=1)
        ),
        overrides=content.overrides,
        history=tuple(_step(*step) for step in steps or ()),
    )


def _windows(counters: Sequence[Sequence[str]]) -> dict[int, tuple[WindowView, ...]]:
    return {
        int(item): tuple(
            WindowView(
                window=int(window),
                opens_on=date.fromisoformat(opens_on),
                closes_on=date.fromisoformat(closes_on),
                quantity=Decimal(quantity),
                remaining=Decimal(remaining),
            )
            for _, window, opens_on, closes_on, quantity, remaining in of_item
        )
        for item, of_item in groupby(counters, key=itemgetter(0))
    }


def _step(from_state: str | None, to_state: str, at: str, by: str, why: str | None) -> StatusChange:
    return StatusChange(
        from_state=from_state and PrescriptionState(from_state),
        to_state=PrescriptionState(to_state),
        at=datetime.fromisoformat(at),
        by=by,
        why=why,
    )


def _item(place: int, item: signing.Item, windows: tuple[WindowView, ...], day: date | None) -> ItemView:
    left = (window.remaining for window in windows if day is None or window.open_on(day))
    return ItemView(
        item=place,
        medicine=item.generic,
        name=item.name,
        dose=item.dose,
        unit=item.unit,
        frequency=item.frequency,
        timing=item.timing,
        route=item.route,
        as_needed=item.as_needed,
        duration_days=item.duration_days,
        quantity=item.quantity,
        repeats=item.repeats,
        substitution=item.substitution,
        instruction=item.instruction,
        remaining=sum(left, Decimal(0)),
        windows=windows,
    )
