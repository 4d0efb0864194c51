"""A return unwinds everything, once, at the same pharmacy, within ten days; what was stays on record."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlmodel import col, select

from codings.outcomes import CodeUnknown
from pharmacy import actions, queries
from pharmacy.outcomes import AlreadyReturned, DispenseReturned, DispenseUnknown, ReturnTooLate
from pharmacy.states import DispenseState, PackUseState
from pharmacy.tables import DispenseStatus, Pack
from prescriber import actions as prescriber_actions
from tests.factories import AT
from tests.pharmacy import counter
from tests.pharmacy.counter import TWENTY, barcode, hand_over, line, order, prescribe, uid_of

WHY = "dispensing-error"


@pytest.fixture
def scan(session):
    return barcode(session)


@pytest.fixture
def view(session, here, number, scan):
    return counter.dispensed(session, here, number, scan)


def test_everything_is_as_it_was_before(session, here, number, scan, view):
    back = actions.take_back(session, number=view.number, reason=WHY, by=here.by(days=1))
    assert (back.state, back.returned_at, back.return_reason) == (
        DispenseState.RETURNED,
        AT + timedelta(days=1),
        WHY,
    )
    assert counter.remaining(session, number) == [Decimal(30)]
    assert counter.status(session, number) == "active"
    pack = session.get_one(Pack, uid_of(scan), populate_existing=True)
    assert (pack.taken, pack.pharmacy) == (0, None)
    assert counter.open_uses(session, view) == [(uid_of(scan), "returned")]


def test_what_it_was_stays_on_record(session, here, view):
    back = actions.take_back(session, number=view.number, reason=WHY, by=here.by())
    assert [(one.quantity, one.gross, [pack.uid for pack in one.packs]) for one in back.lines] == [
        (one.quantity, one.gross, [pack.uid for pack in one.packs]) for one in view.lines
    ]
    steps = session.exec(
        select(DispenseStatus)
        .where(DispenseStatus.shabad == view.number.shabad)
        .order_by(col(DispenseStatus.id))
    ).all()
    assert [(step.from_state, step.to_state, step.why) for step in steps] == [
        (None, "recorded", None),
        ("recorded", "returned", WHY),
    ]


def test_an_event_goes_out(session, here, view):
    actions.take_back(session, number=view.number, reason=WHY, by=here.by())
    assert session.info["events"][-1] == DispenseReturned(**view.number._asdict())


def test_a_second_return_is_told_that_it_happened_and_changes_nothing(session, here, number, view):
    actions.take_back(session, number=view.number, reason=WHY, by=here.by())
    with pytest.raises(AlreadyReturned):
        actions.take_back(session, number=view.number, reason=WHY, by=here.by())
    assert counter.remaining(session, number) == [Decimal(30)]


@pytest.mark.parametrize("days", [0, 9.999, 10])
def test_within_ten_days(session, here, view, days):
    assert actions.take_back(session, number=view.number, reason=WHY, by=here.by(days=days)).returned_at


def test_and_not_after_them(session, here, number, view):
    with pytest.raises(ReturnTooLate):
        actions.take_back(session, number=view.number, reason=WHY, by=here.by(days=10, seconds=1))
    assert counter.remaining(session, number) == [Decimal(20)]


def test_another_pharmacy_s_dispense_is_none(session, elsewhere, view):
    with pytest.raises(DispenseUnknown):
        actions.take_back(session, number=view.number, reason=WHY, by=elsewhere.by())
    with pytest.raises(DispenseUnknown):
        actions.take_back(session, number=view.number._replace(d=7), reason=WHY, by=elsewhere.by())


def test_the_reason_comes_from_the_list(session, here, view):
    with pytest.raises(CodeUnknown):
        actions.take_back(session, number=view.number, reason="just because", by=here.by())


def test_what_came_back_can_be_handed_over_to_somebody_else(session, clinic, here, scan, view):
    actions.take_back(session, number=view.number, reason=WHY, by=here.by())
    again = counter.dispensed(session, counter.open_pharmacy(session), prescribe(session, clinic), scan)
    assert [pack.uid for pack in again.lines[0].packs] == [uid_of(scan)]


def test_the_same_prescription_is_dispensed_anew_under_the_next_number(session, here, number, view):
    actions.take_back(session, number=view.number, reason=WHY, by=here.by())
    again = counter.dispensed(session, here, number, barcode(session))
    assert again.number.d == 2
    states = [one.state for one in queries.dispenses_of(session, number=number)]
    assert states == [DispenseState.RETURNED, DispenseState.RECORDED]


def test_one_part_comes_back_and_the_other_stays(session, here, number):
    views = [counter.dispensed(session, here, number, barcode(session)) for _ in range(3)]
    assert counter.status(session, number) == "dispensed"
    actions.take_back(session, number=views[1].number, reason=WHY, by=here.by())
    assert counter.remaining(session, number) == [Decimal(10)]
    assert counter.status(session, number) == "partly_dispensed"
    assert [one.state.value for one in queries.dispenses_of(session, number=number)] == [
        "recorded",
        "returned",
        "recorded",
    ]


def test_a_part_of_an_opened_pack_comes_back_and_the_rest_stays_taken(session, clinic, here, number):
    scan = barcode(session, TWENTY)
    views = []
    for whose, count in ((number, "8"), (prescribe(session, clinic), "5")):
        held = actions.accept(session, number=whose, by=here.by()).acceptance
        wanted = order(held, line({scan: count}, irc=TWENTY, quantity=count))
        views.append(hand_over(session, wanted, by=here.by()))
    actions.take_back(session, number=views[0].number, reason=WHY, by=here.by())
    pack = session.get_one(Pack, uid_of(scan), populate_existing=True)
    assert (pack.taken, pack.pharmacy) == (5, here.centre.siam)
    actions.take_back(session, number=views[1].number, reason=WHY, by=here.by())
    session.refresh(pack)
    assert (pack.taken, pack.pharmacy) == (0, None)


def test_each_fill_gets_back_what_was_drawn_from_it(session, clinic, here):
    number = prescribe(session, clinic, counter.item(quantity="30", days=10, repeats=1))
    by = here.by(days=11)
    held = actions.accept(session, number=number, by=by).acceptance
    scans = dict.fromkeys([barcode(session, TWENTY), barcode(session, TWENTY)])
    view = hand_over(session, order(held, line(scans, irc=TWENTY, quantity="40")), by=by)
    actions.take_back(session, number=view.number, reason=WHY, by=by)
    assert counter.remaining(session, number) == [Decimal(60)]


def test_an_unverified_pack_comes_back_too(session, here, number):
    scan = barcode(session)
    held = actions.accept(session, number=number, by=here.by()).acceptance
    view = hand_over(session, order(held, line({scan: None})), by=here.by(), verdicts={scan: None})
    back = actions.take_back(session, number=view.number, reason=WHY, by=here.by())
    assert back.lines[0].packs[0].state is PackUseState.RETURNED
    assert queries.packs_to_verify(session) == []


def test_a_return_after_the_rest_was_cancelled_leaves_it_cancelled(session, clinic, here, number, view):
    actions.release(session, acceptance=view.acceptance, by=here.by())
    prescriber_actions.cancel(session, number=number, reason="wrong-patient", held=False, by=clinic.by())
    actions.take_back(session, number=view.number, reason="prescription-cancelled", by=here.by())
    assert counter.status(session, number) == "cancelled"
