"""What the buttons of the form do to a draft. Pure: a flat mapping of fields comes in, the changed one goes out.

Items and diagnoses are numbered from 0 without gaps. What a medicine was is never lost with it: an item that is
removed stays beside the draft (`removed.0.…`) until it is put back or pushed out, and the reasons given for findings
keep to their items when the numbers move.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from app.forms import tree_of
from codings.queries import Term
from codings.systems import amount_text, doses_a_day, parse_amount
from codings.tables import Concept, Medicine
from codings.text import ascii_digits

ITEM_FIELDS: Final = (
    "medicine",
    "dose.amount",
    "dose.unit",
    "frequency",
    "timing",
    "route",
    "as_needed",
    "duration_days",
    "quantity",
    "repeats",
    "substitution",
    "instruction",
)
# What an earlier order says of an item, shown as a choice to confirm and never taken by itself.
SUGGESTED: Final = ("dose.amount", "frequency", "timing", "as_needed", "duration_days", "quantity", "repeats")
ORIGIN: Final = "suggested.from"
CARRIED: Final = ("replaces", "identity")  # decided by the service, never typed
MOST_REMOVED: Final = 3
MOST_DAYS: Final = 366

_ITEM: Final = "|".join(map(re.escape, (*ITEM_FIELDS, *(f"suggested.{name}" for name in SUGGESTED), ORIGIN)))
_FIELD: Final = re.compile(
    r"diagnoses\.[0-9]{1,2}\.(code|system)"
    rf"|items\.[0-9]{{1,2}}\.({_ITEM})"
    rf"|removed\.[0-9]\.(place|{_ITEM})"
    r"|reasons\.[A-Z0-9-]{1,60}(:[0-9,]{1,60})?"
)

Typed = Mapping[str, str]
Fields = dict[str, str]  # of one item, without its number


def kept(sent: Iterable[tuple[str, Any]], *, before: Typed) -> Fields:
    """What of a form belongs to the draft; what the service decided is carried over from `before`."""
    typed = {name: value for name, value in sent if isinstance(value, str) and _FIELD.fullmatch(name)}
    return _closed_up(typed) | {name: before[name] for name in CARRIED if before.get(name)}


def _closed_up(typed: Typed) -> Fields:
    """Everything numbered without gaps, as it is listed when it is read."""
    parts = {name: name.split(".", 2) for name in typed}
    used = {(part[0], int(part[1])) for name, part in parts.items() if len(part) == 3 and typed[name].strip()}
    groups = {group: sorted(number for g, number in used if g == group) for group, _ in used}
    closed: Fields = {}
    for name, part in parts.items():
        if len(part) < 3:
            closed[name] = typed[name]
        elif (part[0], int(part[1])) in used:
            closed[f"{part[0]}.{groups[part[0]].index(int(part[1]))}.{part[2]}"] = typed[name]
    return closed


# --- Medicines and diagnoses ----------------------------------------------------------------------


def with_medicine(typed: Typed, medicine: Medicine) -> Fields:
    """One more item: the medicine with its own unit and route, and nothing of how much."""
    return _put(typed, "items", [*fields_of(typed, "items"), _started(medicine)])


def with_order(typed: Typed, medicine: Medicine, order: Typed, *, origin: str, confirm: bool) -> Fields:
    """One more item as it was ordered once before; where it is to be confirmed, its numbers are only shown."""
    said = {name: order[name] for name in SUGGESTED if order.get(name)}
    item = _started(medicine)
    if order.get("substitution") == "false":
        item["substitution"] = "false"
    if confirm:
        item |= {ORIGIN: origin} | {f"suggested.{name}": value for name, value in said.items()}
    else:
        item |= said
    return _put(typed, "items", [*fields_of(typed, "items"), item])


def with_said(typed: Typed, medicine: Medicine, said: Typed) -> Fields:
    """One more item with these fields; its unit is the medicine's own, and so is its route where none is said."""
    return _put(typed, "items", [*fields_of(typed, "items"), {**_started(medicine), **said}])


def _started(medicine: Medicine) -> Fields:
    return {"medicine": medicine.generic, "dose.unit": medicine.unit, "route": medicine.route}


def with_diagnosis(typed: Typed, code: str) -> Fields:
    """One more diagnosis, unless it is there."""
    listed = fields_of(typed, "diagnoses")
    if code in [told.get("code") for told in listed]:
        return dict(typed)
    return _put(typed, "diagnoses", [*listed, {"code": code}])


def without_diagnosis(typed: Typed, place: int) -> Fields:
    """The draft without one diagnosis."""
    return _put(typed, "diagnoses", [d for n, d in enumerate(fields_of(typed, "diagnoses")) if n != place])


def without_item(typed: Typed, place: int) -> Fields:
    """The draft without one item, which stays at hand to be put back."""
    listed = fields_of(typed, "items")
    if place >= len(listed):
        return dict(typed)
    gone = {"place": str(place)} | listed[place]
    left = _put(typed, "items", [item for n, item in enumerate(listed) if n != place])
    left = _put(left, "removed", [gone, *fields_of(typed, "removed")][:MOST_REMOVED])
    return _renumbered(left, lambda n: None if n == place else n - (n > place))


def restored(typed: Typed, which: int) -> Fields:
    """An item that was removed stands where it stood."""
    away, listed = fields_of(typed, "removed"), fields_of(typed, "items")
    if which >= len(away):
        return dict(typed)
    back = dict(away.pop(which))
    said = back.pop("place", "")
    place = min(int(said), len(listed)) if said.isascii() and said.isdigit() else len(listed)
    whole = _put(typed, "items", [*listed[:place], back, *listed[place:]])
    return _renumbered(_put(whole, "removed", away), lambda n: n + (n >= place))


def moved(typed: Typed, place: int, step: int) -> Fields:
    """An item one place up (-1) or down (1); its reasons go with it."""
    listed, other = fields_of(typed, "items"), place + step
    if not (0 <= place < len(listed) and 0 <= other < len(listed)):
        return dict(typed)
    listed[place], listed[other] = listed[other], listed[place]
    return _renumbered(_put(typed, "items", listed), lambda n: {place: other, other: place}.get(n, n))


def taken(typed: Typed, place: int) -> Fields:
    """What an earlier order says of an item becomes what is ordered now."""
    listed = fields_of(typed, "items")
    if place >= len(listed):
        return dict(typed)
    said = {name: value for name in SUGGESTED if (value := listed[place].get(f"suggested.{name}"))}
    listed[place] = {n: v for n, v in listed[place].items() if not n.startswith("suggested.")} | said
    return _put(typed, "items", listed)


def fields_of(typed: Typed, group: str) -> list[Fields]:
    """The members of a group in order, each with its own flat fields."""
    listed: dict[int, Fields] = {}
    for name, value in typed.items():
        head, _, rest = name.partition(".")
        number, _, field = rest.partition(".")
        if head == group and field and value.strip():
            listed.setdefault(int(number), {})[field] = value
    return [listed[number] for number in sorted(listed)]


def _put(typed: Typed, group: str, members: list[Fields]) -> Fields:
    """The draft with these members of a group in the place of what it had."""
    rest = {name: value for name, value in typed.items() if not name.startswith(f"{group}.")}
    return rest | {f"{group}.{n}.{name}": v for n, one in enumerate(members) for name, v in one.items()}


def _renumbered(typed: Typed, place_of: Callable[[int], int | None]) -> Fields:
    """The reasons after items moved: a finding is named by its items, counted from 1. Without an item, no reason."""
    changed: Fields = {}
    for name, value in typed.items():
        finding, colon, numbers = name.partition(":")
        if not (name.startswith("reasons.") and colon):
            changed[name] = value
            continue
        now = [place_of(int(number) - 1) for number in numbers.split(",") if number]
        if None not in now:
            moved_to = ",".join(str(n + 1) for n in sorted(n for n in now if n is not None))
            changed[f"{finding}:{moved_to}"] = value
    return changed


# --- Quantities -----------------------------------------------------------------------------------


def with_quantities(
    typed: Typed, frequencies: Mapping[str, Concept | Term], *, before: Typed | None = None
) -> Fields:
    """Quantities left open are computed, and those computed before follow the dose: dose x doses a day x days.

    `before` is the draft as it was saved last; a quantity that a person typed is never touched.
    """
    filled = dict(typed)
    last = fields_of(before or {}, "items")
    for place, item in enumerate(fields_of(typed, "items")):
        said = item.get("quantity", "")
        was = last[place] if place < len(last) else {}
        computed = was.get("quantity") == said and said == needed_text(was, frequencies)
        if (not said or computed) and (needed := needed_text(item, frequencies)) is not None:
            filled[f"items.{place}.quantity"] = needed
    return filled


def needed_text(item: Typed, frequencies: Mapping[str, Concept | Term]) -> str | None:
    """The quantity one fill of an item needs, none while the order does not say."""
    needed = _needed(item, frequencies)
    return amount_text(needed) if needed is not None else None


def _needed(item: Typed, frequencies: Mapping[str, Concept | Term]) -> Decimal | None:
    concept = frequencies.get(item.get("frequency", ""))
    rate = doses_a_day(concept.properties if concept else {})
    days = whole_number(item.get("duration_days", ""))
    if concept is not None and "once" in concept.properties:
        rate, days = Fraction(1), 1  # one dose, whatever stands beside it
    if rate is None or not isinstance(days, int) or not 1 <= days <= MOST_DAYS:
        return None
    try:
        exact = Fraction(parse_amount(item.get("dose.amount", "").strip())) * rate * days
        return parse_amount(str(-(-exact.numerator // exact.denominator)))
    except ValueError:
        return None


def whole_number(text: Any) -> Any:
    """A whole number written in any digits; anything else stays what it is, for the model to refuse."""
    plain = ascii_digits(str(text)).strip()
    return int(plain) if re.fullmatch(r"[0-9]{1,6}", plain) else text


def members(typed: Typed, group: str) -> list[dict[str, Any]]:
    """The items or diagnoses as trees, in their order."""
    listed = tree_of({name: value for name, value in typed.items() if name.startswith(f"{group}.")})
    return list(listed.get(group, []))
