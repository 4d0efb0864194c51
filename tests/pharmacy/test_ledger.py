"""Packs: what is set aside, how much is left in each, and where the rest of an opened one lies."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select, text

from codings.base import new_id
from pharmacy import actions, queries
from pharmacy.outcomes import (
    AcceptanceExpired,
    AcceptanceUnknown,
    PackDiffers,
    PackNotEnough,
    PackOpenedElsewhere,
    PackReserved,
    PackTaken,
)
from pharmacy.tables import AuthenticityCheck, Pack, PackUse, PackUseStatus
from tests.factories import AT
from tests.pharmacy import counter
from tests.pharmacy.counter import TWENTY, barcode, hand_over, line, order, prescribe, set_aside, uid_of


@pytest.fixture
def held(session, here, number):
    return actions.accept(session, number=number, by=here.by()).acceptance


def steps(session, uid):
    """(from, to) of every change of every use of a pack, in order."""
    query = select(PackUseStatus).where(PackUseStatus.uid == uid)
    return [(row.from_state, row.to_state) for row in session.exec(query.order_by(col(PackUseStatus.id)))]


def taken(session, scan):
    pack = session.get_one(Pack, uid_of(scan), populate_existing=True)
    return pack.taken, pack.pharmacy


def hand(session, pharmacy, acceptance, scan, count=None, *, irc=TWENTY, quantity="20", by=None):
    wanted = order(acceptance, line({scan: count}, irc=irc, quantity=count or quantity))
    return hand_over(session, wanted, by=by or pharmacy.by())


class TestSettingAside:
    def test_a_pack_is_set_aside_as_long_as_its_acceptance(self, session, here, held):
        scan = barcode(session)
        use = set_aside(session, scan, held, by=here.by(minutes=5))
        assert (use.state, use.reserved_until) == ("reserved", AT + timedelta(minutes=30))
        assert taken(session, scan) == (0, None)
        assert steps(session, use.uid) == [(None, "reserved")]

    def test_twice_for_the_same_acceptance_is_once(self, session, here, held):
        scan = barcode(session)
        first = set_aside(session, scan, held, by=here.by())
        assert set_aside(session, scan, held, by=here.by(minutes=1)).id == first.id
        assert steps(session, first.uid) == [(None, "reserved")]

    def test_for_another_prescription_it_is_refused_until_then(self, session, clinic, here, elsewhere, held):
        scan = barcode(session)
        set_aside(session, scan, held, by=here.by())
        for pharmacy in (here, elsewhere):
            other = actions.accept(session, number=prescribe(session, clinic), by=pharmacy.by(minutes=10))
            with pytest.raises(PackReserved) as no:
                set_aside(session, scan, other.acceptance, by=pharmacy.by(minutes=29))
            assert no.value.facts["until_en"] == "12:00"
            with pytest.raises(PackReserved):
                hand(session, pharmacy, other.acceptance, scan, irc=counter.TEN, quantity="10")

    def test_what_ran_out_is_cleared_away(self, session, clinic, here, elsewhere, held):
        scan = barcode(session)
        set_aside(session, scan, held, by=here.by())
        by = elsewhere.by(minutes=30)
        other = actions.accept(session, number=prescribe(session, clinic), by=by)
        assert set_aside(session, scan, other.acceptance, by=by).acceptance == other.acceptance
        assert steps(session, uid_of(scan)) == [
            (None, "reserved"),
            ("reserved", "released"),
            (None, "reserved"),
        ]

    def test_a_dispense_consumes_what_was_set_aside_for_it(self, session, here, held):
        scan = barcode(session)
        use = set_aside(session, scan, held, by=here.by())
        view = hand(session, here, held, scan, irc=counter.TEN, quantity="10")
        assert [pack.use for pack in view.lines[0].packs] == [use.id]
        assert steps(session, use.uid) == [(None, "reserved"), ("reserved", "consumed")]
        assert queries.dispense(session, number=view.number, by=here.by()) == view

    def test_a_pack_that_was_not_set_aside_may_be_handed_over_all_the_same(self, session, here, held):
        scan = barcode(session)
        hand(session, here, held, scan, irc=counter.TEN, quantity="10")
        assert steps(session, uid_of(scan)) == [(None, "consumed")]

    def test_one_set_aside_and_then_handed_over_in_silence_is_a_use_of_its_own(self, session, here, held):
        scan = barcode(session)
        set_aside(session, scan, held, by=here.by())
        wanted = order(held, line({scan: None}))
        view = hand_over(session, wanted, by=here.by(), verdicts={scan: None})
        assert [pack.state for pack in view.lines[0].packs] == ["pending_verify"]
        assert steps(session, uid_of(scan)) == [
            (None, "reserved"),
            ("reserved", "released"),
            (None, "pending_verify"),
        ]

    def test_what_was_set_aside_and_not_needed_goes_with_the_acceptance(self, session, clinic, here):
        number = prescribe(session, clinic, counter.item(quantity="10"))
        held = actions.accept(session, number=number, by=here.by()).acceptance
        spare, used = barcode(session), barcode(session)
        for scan in (spare, used):
            set_aside(session, scan, held, by=here.by())
        hand(session, here, held, used, irc=counter.TEN, quantity="10")
        assert steps(session, uid_of(spare)) == [(None, "reserved"), ("reserved", "released")]

    def test_only_for_a_live_acceptance_of_ones_own(self, session, here, elsewhere, held):
        with pytest.raises(AcceptanceExpired):
            set_aside(session, barcode(session), held, by=here.by(minutes=30))
        with pytest.raises(AcceptanceUnknown):
            set_aside(session, barcode(session), held, by=elsewhere.by())


class TestOpenedPacks:
    """A pack of twenty, of which a part is taken."""

    @pytest.fixture
    def opened(self, session, here, held):
        scan = barcode(session, TWENTY)
        hand(session, here, held, scan, "8")
        return scan

    def test_the_whole_pack_is_taken_unless_a_count_is_given(self, session, here, held):
        scan = barcode(session, TWENTY)
        hand(session, here, held, scan)
        assert taken(session, scan) == (20, here.centre.siam)

    def test_the_rest_may_be_had_at_the_same_pharmacy(self, session, clinic, here, opened):
        held = actions.accept(session, number=prescribe(session, clinic), by=here.by()).acceptance
        hand(session, here, held, opened, "12")
        assert taken(session, opened) == (20, here.centre.siam)

    def test_and_nowhere_else(self, session, clinic, elsewhere, opened):
        held = actions.accept(session, number=prescribe(session, clinic), by=elsewhere.by()).acceptance
        for attempt in (
            lambda: hand(session, elsewhere, held, opened, "1"),
            lambda: set_aside(session, opened, held, by=elsewhere.by()),
        ):
            with pytest.raises(PackOpenedElsewhere):
                attempt()
        assert taken(session, opened)[0] == 8

    def test_more_than_the_rest_is_refused_and_says_how_much_there_is(self, session, here, held, opened):
        with pytest.raises(PackNotEnough) as no:
            hand(session, here, held, opened, "12.001")
        assert no.value.facts == {
            "uid": uid_of(opened),
            "left_en": "12",
            "left_fa": "۱۲",
            "count_en": "12.001",
            "count_fa": "۱۲٫۰۰۱",
        }

    def test_a_pack_handed_over_whole_is_gone(self, session, clinic, here, elsewhere, held):
        scan = barcode(session, TWENTY)
        hand(session, here, held, scan)
        for pharmacy in (here, elsewhere):
            other = actions.accept(session, number=prescribe(session, clinic), by=pharmacy.by()).acceptance
            with pytest.raises(PackTaken):
                hand(session, pharmacy, other, scan)
            with pytest.raises(PackTaken):
                set_aside(session, scan, other, by=pharmacy.by())


class TestTheLabel:
    @pytest.mark.parametrize(
        "other", [{"lot": "B2"}, {"expiry": date(2029, 1, 1)}, {"irc": counter.ANOTHER_TEN}]
    )
    def test_a_uid_seen_with_something_else_beside_it_is_a_copy(self, session, here, held, other):
        scan = barcode(session)
        set_aside(session, scan, held, by=here.by())
        copy = barcode(session, **({"irc": counter.TEN} | other), uid=uid_of(scan))
        with pytest.raises(PackDiffers):
            set_aside(session, copy, held, by=here.by())

    def test_the_database_itself_lets_no_pack_be_overdrawn_or_lie_nowhere(self, session, here, held):
        scan = barcode(session, TWENTY)
        hand(session, here, held, scan)
        for change in ("taken = taken + 0.001", "taken = -1", "pharmacy = NULL", "taken = 0"):
            with pytest.raises(IntegrityError), session.begin_nested():
                session.execute(text(f"UPDATE pack SET {change} WHERE uid = '{uid_of(scan)}'"))  # noqa: S608

    def test_nor_be_set_aside_twice(self, session, here, held):
        use = set_aside(session, barcode(session), held, by=here.by())
        again = insert(PackUse).values(use.model_dump() | {"id": new_id()})
        with pytest.raises(IntegrityError), session.begin_nested():
            session.execute(again)


class TestChecks:
    def test_what_was_said_is_kept_as_it_came(self, session, here):
        looked = counter.look(session, barcode(session), verdict="recalled", remaining="10")
        check = actions.record_check(
            session, code=looked.code, judgement=looked.judgement, answer=looked.answer, by=here.by()
        )
        assert (check.verdict, check.level, check.source) == ("recalled", 2, "authority")
        assert check.answer == {
            "verdict": "recalled",
            "remaining": "10",
            "answered_at": AT.isoformat(),
            "detail": {"status": "as asked"},
        }
        assert check.request_id == f"ask-{looked.code.uid}"

    def test_silence_is_kept_too(self, session, here):
        looked = counter.look(session, barcode(session), verdict=None)
        check = actions.record_check(
            session, code=looked.code, judgement=looked.judgement, answer=None, by=here.by()
        )
        assert (check.verdict, check.source, check.answer, check.request_id) == (
            "unverified",
            "local",
            None,
            None,
        )

    def test_every_pack_of_a_dispense_stands_on_a_check_of_its_own(self, session, here, held):
        scan = barcode(session)
        looked = counter.look(session, scan)
        actions.record_check(
            session, code=looked.code, judgement=looked.judgement, answer=looked.answer, by=here.by()
        )
        view = hand(session, here, held, scan, irc=counter.TEN, quantity="10", by=here.by(minutes=3))
        assert len(session.exec(select(AuthenticityCheck)).all()) == 2
        found = queries.checks_for(session, {uid_of(scan)}, view.number)
        assert found[uid_of(scan)].at == AT + timedelta(minutes=3)

    def test_a_pharmacy_knows_what_it_handed_over_itself(self, session, here, elsewhere, held):
        scan = barcode(session)
        assert queries.handed_over_here(session, uids=[uid_of(scan)], by=here.by()) == {}
        set_aside(session, scan, held, by=here.by())
        assert queries.handed_over_here(session, uids=[uid_of(scan)], by=here.by()) == {}
        view = hand(session, here, held, scan, irc=counter.TEN, quantity="10")
        assert queries.handed_over_here(session, uids=[uid_of(scan)], by=here.by()) == {
            uid_of(scan): view.number
        }
        assert queries.handed_over_here(session, uids=[uid_of(scan)], by=elsewhere.by()) == {}
        actions.take_back(session, number=view.number, reason="dispensing-error", by=here.by())
        assert queries.handed_over_here(session, uids=[uid_of(scan)], by=here.by()) == {}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(counts=st.lists(st.decimals(min_value="0.001", max_value="20", places=3), min_size=1, max_size=6))
def test_however_a_pack_is_split_it_gives_exactly_what_it_holds(session, clinic, here, counts):
    """Each count by itself, for a patient of its own; whatever is refused changes nothing."""
    scan = barcode(session, TWENTY)
    given_out = Decimal(0)
    for count in counts:
        held = actions.accept(session, number=prescribe(session, clinic), by=here.by()).acceptance
        units = f"{count.normalize():f}"
        fits = given_out + count <= 20
        try:
            with session.begin_nested():
                hand(session, here, held, scan, units)
        except PackNotEnough:
            assert not fits
            assert given_out < 20
        except PackTaken:
            assert given_out == 20
        else:
            assert fits
            given_out += count
        if given_out:
            assert taken(session, scan) == (given_out, here.centre.siam)
