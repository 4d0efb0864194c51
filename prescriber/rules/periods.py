"""How long a prescription can be redeemed, and when each of its fills opens. Pure: days in, days out.

A fill can be had for sixty days from the day it opens (joint instruction of the basic insurers). The first
opens on the day of the prescription, each repeat when the fills before it are used up. All of it is counted
in calendar days in Tehran; the prescription ends with the last day of its last fill.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import NamedTuple, Protocol

from codings.text import tehran_midnight

REDEEMABLE_DAYS = 60


class Fill(NamedTuple):
    """One fill of an item: `window` counts from 1, `closes_on` is the last day."""

    window: int
    opens_on: date
    closes_on: date


class Repeated(Protocol):
    @property
    def duration_days(self) -> int: ...
    @property
    def repeats(self) -> int: ...


def fills(first_day: date, item: Repeated) -> list[Fill]:
    """The fills of an item prescribed on `first_day`: one, and one more for each repeat."""
    opening = [
        first_day + timedelta(days=item.duration_days * earlier) for earlier in range(item.repeats + 1)
    ]
    return [Fill(w, day, day + timedelta(days=REDEEMABLE_DAYS)) for w, day in enumerate(opening, start=1)]


def redeemable_until(first_day: date, items: Iterable[Repeated]) -> datetime:
    """The first instant at which nothing of these items can be had any more."""
    last_day = max(fill.closes_on for item in items for fill in fills(first_day, item))
    return tehran_midnight(last_day + timedelta(days=1))
