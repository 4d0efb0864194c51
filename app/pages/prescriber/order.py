"""A draft read as the order it may become. Pure: what was typed comes in, models and words go out.

A draft is a flat mapping of field names to texts (`items.0.dose.amount`), kept whatever it holds; here it is read as
the same input model the API takes. What the buttons do to it stands in `changes`.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic import ValidationError

from app.pages.prescriber.changes import members, whole_number
from app.validation import malformed
from codings.base import Words
from codings.systems import amount_text
from prescriber.inputs import ItemInput, PrepareInput
from prescriber.queries import PrescriptionView
from prescriber.rules import Finding

_WHOLE: Final = ("duration_days", "repeats")

Typed = Mapping[str, str]


def values(typed: Typed, group: str, field: str) -> list[str]:
    """One field of every item or diagnosis, in order."""
    return [str(told.get(field, "")) for told in members(typed, group)]


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


def read_items(typed: Typed) -> list[ItemInput | None]:
    """Each item that is complete by itself, whatever the others are."""
    return [_item(told) for told in _items(typed)]


def _item(told: Mapping[str, Any]) -> ItemInput | None:
    try:
        return ItemInput.model_validate(told)
    except ValidationError:
        return None


def _items(typed: Typed) -> list[dict[str, Any]]:
    return [
        {
            name: whole_number(value) if name in _WHOLE else value
            for name, value in item.items()
            if name != "suggested"
        }
        for item in members(typed, "items")
    ]


def _body(typed: Typed, shabad: str) -> dict[str, Any]:
    items = _items(typed)
    replaces = {"replaces": int(typed["replaces"])} if typed.get("replaces") else {}
    return {"shabad": shabad, "diagnoses": members(typed, "diagnoses"), "items": items, **replaces}


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
    typed = {"replaces": str(view.number.n)} | diagnoses_of(view)
    for place, item in enumerate(items_of(view)):
        typed |= {f"items.{place}.{name}": value for name, value in item.items()}
    return typed


def diagnoses_of(view: PrescriptionView) -> dict[str, str]:
    """The diagnoses of a signed prescription as a draft has them."""
    typed: dict[str, str] = {}
    for place, told in enumerate(view.diagnoses):
        typed |= {f"diagnoses.{place}.code": told.code, f"diagnoses.{place}.system": told.system}
    return typed


def items_of(view: PrescriptionView) -> list[dict[str, str]]:
    """The items of a signed prescription, each with its fields as a draft has them."""
    listed = []
    for item in view.items:
        fields: dict[str, str | None] = {
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
        listed.append({name: value for name, value in fields.items() if value})
    return listed
