"""A draft as it is typed, and the order it may become. Pure: what was typed comes in, models and words go out.

A draft is a flat mapping of field names to texts (`items.0.dose.amount`), kept whatever it holds. Here it is
changed by the buttons of the form, and read as the same input model the API takes.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from pydantic import ValidationError

from app.forms import tree_of
from app.validation import malformed
from codings.base import Words
from codings.systems import amount_text, parse_amount
from codings.tables import Concept, Medicine
from codings.text import ascii_digits
from prescriber.inputs import PrepareInput
from prescriber.queries import PrescriptionView
from prescriber.rules import Finding

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
_FIELD = re.compile(
    r"diagnoses\.[0-9]{1,2}\.(code|system)"
    rf"|items\.[0-9]{{1,2}}\.({'|'.join(map(re.escape, ITEM_FIELDS))})"
    r"|reasons\.[A-Z-]{1,40}(:[0-9,]{1,60})?"
)
_WHOLE: Final = ("duration_days", "repeats")
MOST_DAYS: Final = 366
DAYS_OF_WEEK: Final = 7

Typed = Mapping[str, str]


def kept(sent: Iterable[tuple[str, Any]], *, replaces: str | None) -> dict[str, str]:
    """What of a form belongs to the draft. Which number it replaces is decided once, never typed."""
    typed = {name: value for name, value in sent if isinstance(value, str) and _FIELD.fullmatch(name)}
    return _closed_up(typed) | ({"replaces": replaces} if replaces else {})


def _closed_up(typed: Typed) -> dict[str, str]:
    """Items and diagnoses numbered without gaps, as they are listed when they are read."""
    parts = {name: name.split(".", 2) for name in typed}
    used = {(part[0], int(part[1])) for name, part in parts.items() if len(part) == 3 and typed[name].strip()}
    groups = {group: sorted(number for g, number in used if g == group) for group, _ in used}
    closed: dict[str, str] = {}
    for name, part in parts.items():
        if len(part) < 3:
            closed[name] = typed[name]
        elif (part[0], int(part[1])) in used:
            closed[f"{part[0]}.{groups[part[0]].index(int(part[1]))}.{part[2]}"] = typed[name]
    return closed


# --- The buttons of the form ----------------------------------------------------------------------


def with_medicine(typed: Typed, medicine: Medicine) -> dict[str, str]:
    """One more item: the medicine with its own unit and route, and nothing of how much."""
    place = len(tree_of(typed).get("items", []))
    started = {"medicine": medicine.generic, "dose.unit": medicine.unit, "route": medicine.route}
    return dict(typed) | {f"items.{place}.{name}": value for name, value in started.items()}


def with_diagnosis(typed: Typed, code: str) -> dict[str, str]:
    """One more diagnosis, unless it is there."""
    codes = [told.get("code") for told in _members(typed, "diagnoses")]
    return dict(typed) if code in codes else dict(typed) | {f"diagnoses.{len(codes)}.code": code}


def without(typed: Typed, group: str, place: int) -> dict[str, str]:
    """The draft without one item or diagnosis. Items move up, so reasons given for their numbers are dropped."""
    left: dict[str, str] = {}
    for name, value in typed.items():
        head, _, rest = name.partition(".")
        if group == "items" and head == "reasons":
            continue
        if head == group:
            number, _, field = rest.partition(".")
            if int(number) == place:
                continue
            name = f"{group}.{int(number) - (int(number) > place)}.{field}"  # noqa: PLW2901  its new place
        left[name] = value
    return left


def with_quantities(typed: Typed, frequencies: Mapping[str, Concept]) -> dict[str, str]:
    """Quantities left open are computed: dose x doses a day x days, up to the next whole unit."""
    filled = dict(typed)
    for place, item in enumerate(_members(typed, "items")):
        if not item.get("quantity") and (needed := _needed(item, frequencies)) is not None:
            filled[f"items.{place}.quantity"] = amount_text(needed)
    return filled


def _needed(item: Mapping[str, Any], frequencies: Mapping[str, Concept]) -> Decimal | None:
    concept = frequencies.get(str(item.get("frequency")))
    rate = doses_a_day(concept.properties if concept else {})
    days = _int(item.get("duration_days"))
    if rate is None or not isinstance(days, int) or not 1 <= days <= MOST_DAYS:
        return None
    try:
        dose = parse_amount(str(item.get("dose", {}).get("amount", "")).strip())
        exact = Fraction(dose) * rate * days
        return parse_amount(str(-(-exact.numerator // exact.denominator)))
    except ValueError:
        return None


def doses_a_day(properties: Mapping[str, Any]) -> Fraction | None:
    """How often a frequency of the codings is; None when it does not say."""
    if "per_day" in properties:
        return Fraction(properties["per_day"])
    if "per_week" in properties:
        return Fraction(properties["per_week"]) / DAYS_OF_WEEK
    return None


def values(typed: Typed, group: str, field: str) -> list[str]:
    """One field of every item or diagnosis, in order."""
    return [str(told.get(field, "")) for told in _members(typed, group)]


# --- The order in it ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Read:
    """A draft read as an order. `checkable` is what of it can be checked already: its first complete items."""

    whole: PrepareInput | None
    checkable: PrepareInput | None
    errors: Mapping[str, Words]  # by field: what is wrong
    missing: Mapping[str, Words]  # by field: what is still to be filled in


def read_order(typed: Typed, *, shabad: str) -> Read:
    """The order, as far as the draft holds one."""
    body = _body(typed, shabad)
    try:
        whole = PrepareInput.model_validate(body)
    except ValidationError as no:
        found = malformed([{**error, "loc": ("body", *error["loc"])} for error in no.errors()]).errors
    else:
        return Read(whole, whole, {}, {})
    fields = [(_field_of(error["pointer"]), error) for error in found]
    told = [
        (name, error) for name, error in fields if not body.get(name)
    ]  # a list is not short for a bad member
    missing = {name: error["detail"] for name, error in told if error["code"] in {"missing", "too_short"}}
    errors = {name: error["detail"] for name, error in told if name not in missing}
    return Read(None, _checkable(body, {name for name, _ in told}), errors, missing)


def _checkable(body: Mapping[str, Any], wrong: set[str]) -> PrepareInput | None:
    """The items before the first that is not complete, so that their numbers are what they will be."""
    places = [int(name.split(".")[1]) for name in wrong if re.match(r"items\.[0-9]", name)]
    complete = body["items"][: min(places)] if places else body["items"]
    try:
        return PrepareInput.model_validate({**body, "items": complete})
    except ValidationError:
        return None


def _body(typed: Typed, shabad: str) -> dict[str, Any]:
    items = [
        {**item, **{name: _int(item[name]) for name in _WHOLE if name in item}}
        for item in _members(typed, "items")
    ]
    replaces = {"replaces": int(typed["replaces"])} if typed.get("replaces") else {}
    return {"shabad": shabad, "diagnoses": _members(typed, "diagnoses"), "items": items, **replaces}


def _members(typed: Typed, group: str) -> list[dict[str, Any]]:
    """The items or diagnoses as trees, in their order."""
    listed = tree_of({name: value for name, value in typed.items() if name.startswith(f"{group}.")})
    return list(listed.get(group, []))


def _int(text: Any) -> Any:
    """A whole number written in any digits; anything else stays what it is, for the model to refuse."""
    plain = ascii_digits(str(text)).strip()
    return int(plain) if re.fullmatch(r"[0-9]{1,6}", plain) else text


def _field_of(pointer: str) -> str:
    return pointer.removeprefix("/").replace("/", ".")


# --- The reasons ----------------------------------------------------------------------------------


def reasons(typed: Typed, findings: Iterable[Finding]) -> dict[str, str]:
    """The reasons given for findings that ask and are there now; others answer nothing any more."""
    asking = {finding.id for finding in findings if finding.severity == "ask"}
    given = (
        (name.removeprefix("reasons."), value) for name, value in typed.items() if name.startswith("reasons.")
    )
    return {finding: reason for finding, reason in given if finding in asking and reason}


# --- From a signed prescription -------------------------------------------------------------------


def typed_from(view: PrescriptionView) -> dict[str, str]:
    """A draft that says the same as a signed prescription and replaces it."""
    typed = {"replaces": str(view.number.n)}
    for place, told in enumerate(view.diagnoses):
        typed |= {f"diagnoses.{place}.code": told.code, f"diagnoses.{place}.system": told.system}
    for place, item in enumerate(view.items):
        values: dict[str, str | None] = {
            "medicine": item.medicine,
            "dose.amount": amount_text(item.dose),
            "dose.unit": item.unit,
            "frequency": item.frequency,
            "timing": item.timing,
            "route": item.route,
            "as_needed": item.as_needed,
            "duration_days": str(item.duration_days),
            "quantity": amount_text(item.quantity),
            "repeats": str(item.repeats),
            "substitution": str(item.substitution).lower(),
            "instruction": item.instruction,
        }
        typed |= {f"items.{place}.{name}": value for name, value in values.items() if value}
    return typed
