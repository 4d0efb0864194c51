"""The counters: what is open is handed over, once, and comes back into the fill it was taken from."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import select

from prescriber import actions, queries
from prescriber.outcomes import (
    AlreadyCancelled,
    AlreadyDispensed,
    CancelRequested,
    ItemUnknown,
    NotEnoughLeft,
    NotOpenYet,
    PrescriptionExpired,
    PrescriptionNotFound,
    PutBackTooMuch,
)
from prescriber.states import Number, PrescriptionState
from prescriber.tables import ItemWindow
from tests import factories
from tests.factories import AT
from tests.prescriber import desk

P = PrescriptionState
DAY = timedelta(days=1)


def counter(at=AT):
    """Whoever stands at a counter; the pharmacy's room says who that may be."""
    return factories.actor(at=at)


def take(session, view, *lines, at=AT):
    pairs = [(item, Decimal(quantity)) for item, quantity in lines]
    return actions.draw_down(session, number=view.number, lines=pairs, by=counter(at))


def state(session, view):
    return queries.status_unscoped(session, number=view.number)


def left(session, view):
    rows = session.exec(
        select(ItemWindow)
        .where(ItemWindow.shabad == view.number.shabad, ItemWindow.n == view.number.n)
        .order_by(ItemWindow.item, ItemWindow.window)
        .execution_options(populate_existing=True)
    )
    return {(row.item, row.window): row.remaining for row in rows}


def steps(session, view):
    return [
        (h.from_state, h.to_state) for h in queries.prescription_unscoped(session, number=view.number).history
    ]


@pytest.fixture
def plain(session, clinic):
    """21 capsules and 10 tablets, no repeats."""
    return desk.prescribe(session, clinic, desk.item(), desk.PAIN)


def test_a_part_leaves_the_rest_and_the_whole_leaves_nothing(session, plain):
    done = take(session, plain, (1, "5"))
    assert (done.status, done.used, done.remaining) == (P.PARTLY_DISPENSED, [(1, 1, 5)], {1: 16, 2: 10})
    done = take(session, plain, (2, "10"))
    assert (done.status, done.remaining) == (P.PARTLY_DISPENSED, {1: 16, 2: 0})
    done = take(session, plain, (1, "15.5"), (1, "0.5"))
    assert (done.status, done.used, done.remaining) == (P.DISPENSED, [(1, 1, 16)], {1: 0, 2: 0})
    assert steps(session, plain) == [
        (None, "active"),
        ("active", "partly_dispensed"),
        ("partly_dispensed", "dispensed"),
    ]
    assert state(session, plain) is P.DISPENSED


def test_more_than_there_is_takes_nothing_at_all(session, plain):
    for lines in ([(2, "1"), (1, "21.001")], [(2, "1"), (1, "11"), (1, "11")]):
        with pytest.raises(NotEnoughLeft) as no:
            take(session, plain, *lines)
        assert no.value.pointer == f"/lines/{len(lines) - 1}/quantity"
    assert left(session, plain) == {(1, 1): 21, (2, 1): 10}
    assert state(session, plain) is P.ACTIVE
    assert (no.value.facts["left"], no.value.facts["asked"]) == ("10", "11")


def test_an_item_that_is_not_there_is_refused_at_its_place(session, plain):
    with pytest.raises(ItemUnknown) as no:
        take(session, plain, (1, "1"), (3, "1"))
    assert no.value.pointer == "/lines/1/item"


@pytest.mark.parametrize("quantity", ["0", "-1"])
def test_nothing_and_less_than_nothing_is_no_quantity(session, plain, quantity):
    with pytest.raises(ValueError, match="more than nothing"):
        take(session, plain, (1, quantity))
    assert left(session, plain)[1, 1] == 21


def test_a_number_that_does_not_exist_is_not_found(session):
    with pytest.raises(PrescriptionNotFound):
        actions.draw_down(session, number=Number("1057Y3KP0M4A", 1), lines=[(1, Decimal(1))], by=counter())
    with pytest.raises(PrescriptionNotFound):
        actions.lock(session, number=Number("1057Y3KP0M4A", 1))


# --- Time -----------------------------------------------------------------------------------------


def test_a_prescription_can_be_had_until_midnight_of_its_last_day_and_no_later(session, plain):
    until = plain.redeemable_until
    with pytest.raises(PrescriptionExpired) as no:
        take(session, plain, (1, "1"), at=until)
    assert "2027-01-31" in no.value.detail.en
    assert "۱۴۰۵/۱۱/۱۱" in no.value.detail.fa
    assert take(session, plain, (1, "1"), at=until - timedelta(seconds=1)).status is P.PARTLY_DISPENSED
    view = queries.prescription_unscoped(session, number=plain.number)
    assert (view.expired(until), view.expired(until - timedelta(seconds=1))) == (True, False)


def test_a_repeat_opens_on_its_day_and_the_oldest_fill_is_used_first(session, clinic):
    view = desk.prescribe(session, clinic, desk.item(repeats=2))
    assert [w.remaining for w in view.items[0].windows] == [21, 21, 21]
    assert view.items[0].remaining == 21
    take(session, view, (1, "21"))
    with pytest.raises(NotOpenYet) as no:
        take(session, view, (1, "1"), at=AT + 6 * DAY)
    assert "2026-12-08" in no.value.detail.en
    assert no.value.pointer == "/lines/0/item"
    done = take(session, view, (1, "30"), at=AT + 14 * DAY)
    assert done.used == [(1, 2, 21), (1, 3, 9)]
    assert (done.status, done.remaining) == (P.PARTLY_DISPENSED, {1: 12})
    assert take(session, view, (1, "12"), at=AT + 14 * DAY).status is P.DISPENSED


def test_a_fill_that_has_closed_is_lost_and_the_next_one_is_not(session, clinic):
    view = desk.prescribe(session, clinic, desk.item(repeats=1))
    at = AT + 61 * DAY  # the first fill closed yesterday
    assert queries.prescription(session, number=view.number, by=clinic.by(at)).items[0].remaining == 21
    with pytest.raises(NotEnoughLeft):
        take(session, view, (1, "21.001"), at=at)
    done = take(session, view, (1, "21"), at=at)
    assert (done.used, done.status) == ([(1, 2, 21)], P.PARTLY_DISPENSED)


# --- States ---------------------------------------------------------------------------------------


def test_what_is_dispensed_cancelled_or_asked_to_be_cancelled_is_not_handed_over(session, clinic, plain):
    actions.cancel(session, number=plain.number, reason="entered-in-error", held=True, by=clinic.by())
    with pytest.raises(CancelRequested) as no:
        take(session, plain, (1, "1"))
    assert "2026-12-01 11:30" in no.value.detail.en
    actions.settle_cancel(session, number=plain.number, by=counter())
    with pytest.raises(AlreadyCancelled):
        take(session, plain, (1, "1"))
    whole = desk.prescribe(session, clinic)
    take(session, whole, (1, "21"))
    with pytest.raises(AlreadyDispensed):
        take(session, whole, (1, "1"))
    assert left(session, plain) == {(1, 1): 21, (2, 1): 10}


def test_the_questions_before_accepting_are_the_same(session, clinic, plain):
    def ask(at=AT):
        row = actions.lock(session, number=plain.number)
        actions.require_dispensable(session, prescription=row, at=at)

    ask()
    with pytest.raises(PrescriptionExpired):
        ask(plain.redeemable_until)
    actions.cancel(session, number=plain.number, reason="entered-in-error", held=False, by=clinic.by())
    with pytest.raises(AlreadyCancelled):
        ask()


# --- Coming back ----------------------------------------------------------------------------------


def test_what_comes_back_can_be_handed_over_again(session, clinic):
    view = desk.prescribe(session, clinic, desk.item(repeats=1), desk.PAIN)
    at = AT + 7 * DAY
    first = take(session, view, (1, "30"), (2, "10"), at=at)
    rest = take(session, view, (1, "12"), at=at)
    assert rest.status is P.DISPENSED
    assert actions.put_back(session, number=view.number, used=rest.used, by=counter(at)) is P.PARTLY_DISPENSED
    assert left(session, view) == {(1, 1): 0, (1, 2): 12, (2, 1): 0}
    assert actions.put_back(session, number=view.number, used=first.used, by=counter(at)) is P.ACTIVE
    assert left(session, view) == {(1, 1): 21, (1, 2): 21, (2, 1): 10}
    assert steps(session, view)[-2:] == [("dispensed", "partly_dispensed"), ("partly_dispensed", "active")]
    assert take(session, view, (1, "42"), (2, "10"), at=at).status is P.DISPENSED


def test_no_more_comes_back_than_went_out(session, plain):
    with pytest.raises(PutBackTooMuch):
        actions.put_back(session, number=plain.number, used=[(1, 1, Decimal(1))], by=counter())
    done = take(session, plain, (1, "5"))
    for used in (
        [(1, 1, Decimal("5.001"))],
        [(1, 1, Decimal(3)), (1, 1, Decimal(3))],
        [(2, 1, Decimal(1))],
        [(1, 2, Decimal(1))],
        [],
    ):
        with pytest.raises(PutBackTooMuch), session.begin_nested():
            actions.put_back(session, number=plain.number, used=used, by=counter())
    assert left(session, plain) == {(1, 1): 16, (2, 1): 10}
    assert actions.put_back(session, number=plain.number, used=done.used, by=counter()) is P.ACTIVE


def test_what_was_cancelled_takes_a_return_and_stays_cancelled(session, clinic, plain):
    done = take(session, plain, (1, "5"))
    actions.cancel(session, number=plain.number, reason="adverse-reaction", held=True, by=clinic.by())
    half = [(1, 1, Decimal(2))]
    assert actions.put_back(session, number=plain.number, used=half, by=counter()) is P.CANCEL_REQUESTED
    actions.settle_cancel(session, number=plain.number, by=counter())
    assert (
        actions.put_back(session, number=plain.number, used=[(1, 1, Decimal(3))], by=counter()) is P.CANCELLED
    )
    assert left(session, plain)[1, 1] == 21
    assert done.status is P.PARTLY_DISPENSED
    desk.verify(session, plain.number)


# --- Any sequence ---------------------------------------------------------------------------------

thousandths = st.integers(1, 25_000).map(lambda amount: Decimal(amount) / 1000)
deeds = st.lists(
    st.tuples(st.just("take"), st.integers(1, 2), thousandths)
    | st.tuples(st.just("back"), st.integers(0, 9)),
    min_size=1,
    max_size=12,
)


@given(deeds)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_taken_and_given_back_the_books_agree(session, clinic, deeds):
    view = desk.prescribe(session, clinic, desk.item(), desk.PAIN)
    ordered = {1: Decimal(21), 2: Decimal(10)}
    out: list[list[tuple[int, int, Decimal]]] = []
    for deed, *words in deeds:
        gone = {item: sum((q for use in out for i, _, q in use if i == item), Decimal(0)) for item in ordered}
        if deed == "take":
            item, quantity = words
            if state(session, view) is P.DISPENSED:
                with pytest.raises(AlreadyDispensed):
                    take(session, view, (item, quantity))
            elif quantity <= ordered[item] - gone[item]:
                out.append(take(session, view, (item, quantity)).used)
            else:
                with pytest.raises(NotEnoughLeft):
                    take(session, view, (item, quantity))
        elif out:
            used = out.pop(words[0] % len(out))
            actions.put_back(session, number=view.number, used=used, by=counter())
    gone = {item: sum((q for use in out for i, _, q in use if i == item), Decimal(0)) for item in ordered}
    assert left(session, view) == {(item, 1): ordered[item] - gone[item] for item in ordered}
    wanted = P.ACTIVE if not out else P.DISPENSED if gone == ordered else P.PARTLY_DISPENSED
    assert state(session, view) is wanted
    desk.verify(session, view.number)
