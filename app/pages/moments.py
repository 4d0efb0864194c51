"""Days and times as people here type them: a Jalali date, a time of day in Tehran, whole numbers in any digits."""

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any

from pydantic import BeforeValidator

from codings.base import Words
from codings.identifiers import spoken
from codings.text import TEHRAN, ascii_digits, parse_jalali, tehran_day

NOT_A_DAY = Words(
    "تاریخ را به شمسی و به شکل ۱۴۰۵/۰۹/۰۱ بنویسید.",
    "Write the date in the Jalali calendar, such as 1405/09/01.",
)
NOT_A_TIME = Words("ساعت را به شکل ۰۸:۳۰ (بیست‌وچهارساعته) بنویسید.", "Write the time as 08:30, in 24 hours.")
_CLOCK = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")
_WHOLE = re.compile(r"[0-9]{1,6}")


def _jalali_day(value: Any) -> Any:
    if isinstance(value, date):
        return value
    try:
        return parse_jalali(str(value))
    except ValueError:
        raise spoken("date.jalali", NOT_A_DAY) from None


def _time_of_day(value: Any) -> Any:
    if isinstance(value, time):
        return value
    found = _CLOCK.fullmatch(ascii_digits(str(value)).strip())
    if found is None:
        raise spoken("time", NOT_A_TIME)
    return time(int(found[1]), int(found[2]))


def _whole(value: Any) -> Any:
    """A form sends text where the API sends a number; what is no number stays for the model to refuse."""
    plain = ascii_digits(value).strip() if isinstance(value, str) else ""
    return int(plain) if _WHOLE.fullmatch(plain) else value


JalaliDay = Annotated[date, BeforeValidator(_jalali_day)]
TimeOfDay = Annotated[time, BeforeValidator(_time_of_day)]
WHOLE = BeforeValidator(_whole)


def instant(day: date, clock: time) -> datetime:
    """This time of this day in Tehran, as aware UTC."""
    return datetime.combine(day, clock, tzinfo=TEHRAN).astimezone(UTC)


def last_day(until: datetime) -> date:
    """The last day on which something can be had that ends, exclusively, at an instant."""
    return tehran_day(until - timedelta(microseconds=1))
