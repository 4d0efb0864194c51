"""Directions that read themselves: the codes of an order become one sentence in Persian and one in English.

    sentence(Direction(dose=Decimal(1), unit="tablet", form="tablet", route="oral", frequency="3x1",
                       timing="after-meal", days=7), {})

    «روزی سه بار، هر بار یک قرص، پس از غذا، به مدت ۷ روز بخورید.»
    "Take 1 tablet by mouth three times a day after meals for 7 days."

The form page, the review, the slip, the pharmacy's counter, its label and the patient's page all say this sentence.
It is plain text with Persian digits in Persian and ASCII ones in English, without abbreviations, and a number never
stands on another line than what it counts. Codes that a later list brought are said in that list's own words.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from codings.base import Words
from codings.directions.amounts import Measured, measured
from codings.directions.manners import Manner
from codings.directions.phrases import (
    AT_A_TIME,
    INTERVALS,
    Labels,
    frequency_words,
    label,
    site_words,
    timing_words,
)
from codings.directions.ways import manner
from codings.text import persian_digits

__all__ = ["Direction", "Labels", "sentence"]

ONCE: Final = "once"
WHEN_NEEDED: Final = "prn"
_WEEKDAYS: Final = frozenset(
    {"saturday", "sunday", "monday", "tuesday", "wednesday", "thursday", "friday"},
)
_NUMBER_AND_WORD = re.compile(r"(?<=[0-9۰-۹]) (?=[^\W\d_])")
_NO_BREAK: Final = "\u00a0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Direction:
    """How one medicine is taken, in codes. `form` is the medicine's own, empty where the medicine is not known."""

    dose: Decimal
    unit: str
    form: str
    route: str
    frequency: str
    timing: str | None = None
    as_needed: str | None = None
    days: int | None = None
    site: str | None = None


def sentence(direction: Direction, labels: Labels) -> Words:
    """The sentence in both languages. `labels` are the words of the lists, asked only for codes not known here."""
    how = manner(direction.form, direction.route, direction.unit, labels)
    dose = measured(direction.dose, direction.unit, form=direction.form, route=direction.route, labels=labels)
    return Words(
        _kept_together(persian_digits(_persian(direction, how, dose, labels))),
        _kept_together(_english(direction, how, dose, labels)),
    )


def _kept_together(text: str) -> str:
    return _NUMBER_AND_WORD.sub(_NO_BREAK, text)


# --- Persian ----------------------------------------------------------------------------------------


def _persian(direction: Direction, how: Manner, dose: Measured, labels: Labels) -> str:
    """How often, each time how much and where, when, for how long; the verb comes last."""
    each = "" if direction.frequency in AT_A_TIME else "هر بار "
    amount = " ".join(part for part in (each + dose.words.fa, _place(direction, how, labels).fa) if part)
    parts = [*_often_fa(direction, labels), amount, *_timing_fa(direction, labels)]
    if _lasting(direction):
        parts.append(f"به مدت {'یک' if direction.days == 1 else direction.days} روز")
    told = f"{'، '.join(parts)} {how.verb.fa}."
    notes = how.notes(many=dose.many, broken=dose.broken)
    return " ".join([told, *(note.fa for note in notes if note.fa)])


def _often_fa(direction: Direction, labels: Labels) -> list[str]:
    """«فقط در صورت نیاز برای درد»، «حداکثر روزی چهار بار»; without a need only how often."""
    often = frequency_words(direction.frequency, labels).fa
    day = [timing_words(direction.timing, labels).fa] if direction.timing in _WEEKDAYS else []
    if not _needed(direction):
        return [often, *day]
    reason = label(labels, "as-needed", direction.as_needed).fa if direction.as_needed else ""
    needed = f"فقط در صورت نیاز {reason}".strip()
    if direction.frequency == WHEN_NEEDED:
        return [needed, *day]
    if direction.frequency == ONCE:
        return [needed, often, *day]
    once = " یک بار" if direction.frequency in INTERVALS else ""
    return [needed, f"حداکثر {often}{once}", *day]


def _timing_fa(direction: Direction, labels: Labels) -> list[str]:
    if not direction.timing or direction.timing in _WEEKDAYS:
        return []
    return [timing_words(direction.timing, labels).fa]


# --- English ----------------------------------------------------------------------------------------


def _english(direction: Direction, how: Manner, dose: Measured, labels: Labels) -> str:
    """What to do with how much and where; how often, when, for how long."""
    verb = how.verb.en
    start = f"{dose.words.en} {verb}" if how.by else f"{verb} {dose.words.en}"
    place = _place(direction, how, labels).en
    told = " ".join(part for part in (start, place) if part) + _often_en(direction, labels)
    if _lasting(direction):
        told += f" for {direction.days} {'day' if direction.days == 1 else 'days'}"
    if how.by:
        told += f"{',' if _needed(direction) else ''} by {how.by.en}"
    notes = how.notes(many=dose.many, broken=dose.broken)
    return " ".join([f"{told[0].upper()}{told[1:]}.", *(note.en for note in notes if note.en)])


def _often_en(direction: Direction, labels: Labels) -> str:
    often = frequency_words(direction.frequency, labels).en
    timing = timing_words(direction.timing, labels).en if direction.timing else ""
    if _needed(direction):
        reason = label(labels, "as-needed", direction.as_needed).en if direction.as_needed else ""
        once = "once " if direction.frequency in INTERVALS else ""
        most = {WHEN_NEEDED: "", ONCE: often}.get(direction.frequency, f"at most {once}{often}")
        parts = [f" only when needed {reason}".rstrip(), most, timing]
        return ", ".join(part for part in parts if part) + (
            "," if _lasting(direction) and len(parts) > 1 else ""
        )
    if direction.timing in _WEEKDAYS:
        return f" {often}, {timing}{',' if _lasting(direction) else ''}"
    return f" {often}" + (f" {timing}" if timing else "")


# --- Both -------------------------------------------------------------------------------------------


def _needed(direction: Direction) -> bool:
    return direction.as_needed is not None or direction.frequency == WHEN_NEEDED


def _lasting(direction: Direction) -> bool:
    """What is taken once only has no duration."""
    return bool(direction.days) and direction.frequency != ONCE


def _place(direction: Direction, how: Manner, labels: Labels) -> Words:
    """Where it goes: the site named by the order, or what the form and the route say by themselves."""
    if direction.site is None:
        return how.place
    site = site_words(direction.site, labels)
    if how.onto is None:
        return Words(f"{how.place.fa} ({site.fa})".strip(), f"{how.place.en} ({site.en})".strip())
    return Words(f"{how.onto.fa} {site.fa}", f"{how.onto.en} {site.en}")
