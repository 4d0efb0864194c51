"""Sixty days from the day a fill opens, in days of Tehran."""

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st

from codings.text import tehran_day
from prescriber.rules.periods import Fill, fills, redeemable_until

FIRST = date(2026, 12, 1)


def ordered(days=7, repeats=0):
    return SimpleNamespace(duration_days=days, repeats=repeats)


def test_one_fill_stays_open_for_sixty_days():
    assert fills(FIRST, ordered()) == [Fill(1, FIRST, FIRST + timedelta(days=60))]


def test_each_repeat_opens_when_the_fills_before_it_are_used_up():
    assert [fill.opens_on for fill in fills(FIRST, ordered(30, 2))] == [
        FIRST,
        FIRST + timedelta(days=30),
        FIRST + timedelta(days=60),
    ]


def test_a_prescription_ends_at_midnight_in_tehran_after_its_last_day():
    until = redeemable_until(FIRST, [ordered()])
    assert until == datetime(2027, 1, 30, 20, 30, tzinfo=UTC)
    assert tehran_day(until - timedelta(seconds=1)) == FIRST + timedelta(days=60)


@given(
    st.dates(date(2020, 1, 1), date(2060, 1, 1)),
    st.lists(st.builds(ordered, st.integers(1, 90), st.integers(0, 3)), min_size=1, max_size=5),
)
def test_no_fill_outlives_its_prescription_and_the_last_one_just_fits(day, items):
    until = redeemable_until(day, items)
    closing = [fill.closes_on for item in items for fill in fills(day, item)]
    assert max(closing) == tehran_day(until) - timedelta(days=1)
    assert all(fill.opens_on <= fill.closes_on for item in items for fill in fills(day, item))
