"""Instants and days as a person reads them, one fact for each language."""

from datetime import date, datetime

from codings.text import TEHRAN, jalali, persian_digits


def moment(name: str, instant: datetime) -> dict[str, str]:
    """The facts `<name>_fa` and `<name>_en` of an instant, in Tehran time."""
    clock = f"{instant.astimezone(TEHRAN):%H:%M}"
    return {
        f"{name}_fa": persian_digits(f"{jalali(instant)} ساعت {clock}"),
        f"{name}_en": f"{instant.astimezone(TEHRAN):%Y-%m-%d} {clock}",
    }


def calendar_day(name: str, day: date) -> dict[str, str]:
    """The facts `<name>_fa` and `<name>_en` of a calendar day."""
    return {f"{name}_fa": persian_digits(jalali(day)), f"{name}_en": day.isoformat()}
