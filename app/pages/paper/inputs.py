"""The transcription form as the same input as the API's: dates in Jalali, codes found by what was typed.

A code is typed as itself, or chosen from the list as "amoxicillin 500 mg cap [90012]", or looked for by some words:
then its candidates come back to be chosen from (`pick.<field>`), and nothing is ever taken by guess.
"""

import re
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Final

from pydantic import Field
from sqlmodel import Session
from starlette.datastructures import FormData

import codings.queries as codings
from app.forms import Form, read
from app.pages.moments import WHOLE, JalaliDay
from codings.base import Words
from codings.queries.search import Found
from codings.systems import GENERIC, ICD10
from codings.text import ascii_digits
from prescriber.inputs import DeclaredInput, ItemInput, PaperInput, PatientInput

ROWS: Final = 10  # items on the form, the first few of them open
OPEN_ROWS: Final = 3
DIAGNOSES: Final = 2
CANDIDATES: Final = 8

CHOOSE = Words(
    "یکی از موارد زیر را انتخاب کنید، یا نام را دقیق‌تر بنویسید.",
    "Choose one of these, or type the name more exactly.",
)
NOT_FOUND = Words(
    "با این نام چیزی در فهرست پیدا نشد. چند حرف نخست نام آن را بنویسید.",
    "Nothing in the list has this name. Type its first letters.",
)
NO_IMAGE = uuid.UUID(int=0)

_CODE_AT_END = re.compile(r"\[([0-9A-Za-z.]{1,20})\]\s*$")
_MEDICINE = re.compile(r"items\.[0-9]{1,2}\.medicine")
_DIAGNOSIS = re.compile(r"diagnoses\.[0-9]{1,2}\.code")
_ROW = re.compile(r"(pick\.)?(items|diagnoses)\.([0-9]{1,2})\.(.+)")


class DeclaredForm(DeclaredInput):
    birth_date: JalaliDay


class PatientForm(PatientInput):
    declared: DeclaredForm | None = None


class ItemForm(ItemInput):
    duration_days: Annotated[int, Field(ge=1, le=366), WHOLE]


class PaperForm(PaperInput):
    """What a person copies from the paper; its picture comes as a file and gets its id when it is stored."""

    patient: PatientForm
    written_on: JalaliDay
    items: Annotated[tuple[ItemForm, ...], Field(min_length=1, max_length=ROWS)]
    image: uuid.UUID = NO_IMAGE


@dataclass(frozen=True, slots=True)
class Transcript:
    """The form as it was read: candidates by field where words were ambiguous, names of what was chosen."""

    form: Form[PaperForm]
    candidates: Mapping[str, Sequence[Found]] = field(default_factory=dict)
    chosen: Mapping[str, Found] = field(default_factory=dict)


def read_paper(session: Session, sent: FormData) -> Transcript:
    """Read the form: rows closed up, codes found, everything else as the model says."""
    typed = closed_up((name, value) for name, value in sent.multi_items() if isinstance(value, str))
    shown, codes = dict(typed), dict(typed)
    candidates: dict[str, Sequence[Found]] = {}
    chosen: dict[str, Found] = {}
    errors: dict[str, Words] = {}
    for name, value in typed.items():
        system = GENERIC if _MEDICINE.fullmatch(name) else ICD10 if _DIAGNOSIS.fullmatch(name) else None
        if system is None or not (value.strip() or typed.get(f"pick.{name}")):
            continue
        exact = _exact(session, system, typed.get(f"pick.{name}") or code_in(value))
        if exact is not None:
            chosen[name], codes[name], shown[name] = exact, exact.code, label(exact)
            continue
        candidates[name] = codings.search(session, system, value, CANDIDATES)
        errors[name] = CHOOSE if candidates[name] else NOT_FOUND
    told = FormData([(name, value) for name, value in codes.items() if not name.startswith("pick.")])
    form = read(told, PaperForm)
    form.typed = {name: value for name, value in shown.items() if not name.startswith("pick.")}
    form.errors |= errors
    return Transcript(form, candidates, chosen)


def closed_up(typed: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The fields with the empty rows between others taken out, so that the third item is not the fifth."""
    fields = {name: value for name, value in typed if name != "key"}
    used: dict[str, list[int]] = {"items": [], "diagnoses": []}
    for name, value in fields.items():
        row = _ROW.fullmatch(name)
        if row and value.strip() and int(row[3]) not in used[row[2]]:
            used[row[2]].append(int(row[3]))
    closed: dict[str, str] = {}
    for name, value in fields.items():
        row = _ROW.fullmatch(name)
        if row is None:
            closed[name] = value
        elif int(row[3]) in used[row[2]]:
            place = sorted(used[row[2]]).index(int(row[3]))
            closed[f"{row[1] or ''}{row[2]}.{place}.{row[4]}"] = value
    return closed


def label(found: Found) -> str:
    """A code with its name, as the list offers it and the field then shows it."""
    return f"{found.en} [{found.code}]"


def code_in(text: str) -> str:
    """The code that a text names: the one in brackets at its end, or the text itself."""
    at_end = _CODE_AT_END.search(ascii_digits(text))
    return at_end[1] if at_end else ascii_digits(text).strip()


def _exact(session: Session, system: str, code: str) -> Found | None:
    """The entry of exactly this code."""
    found = codings.search(session, system, code, 1)
    return found[0] if found and found[0].code.casefold() == code.casefold() else None
