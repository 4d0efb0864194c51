"""Forms read into the same input models as the API's bodies, with every error at its field.

A field's name is the path to its value (`items.0.dose.amount`). Empty fields are absent ones. What was typed stays in
`Form.typed`, so that a refused form comes back as it was.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Depends, Request
from pydantic import BaseModel, ValidationError
from starlette.datastructures import FormData, UploadFile

from app.refusals import Malformed
from app.validation import malformed
from codings.base import Problem, Words

Shape = TypeVar("Shape", bound=BaseModel)
_OURS = {"key"}  # the idempotency key is the form's, not the model's


async def _form(request: Request) -> FormData:
    return await request.form()


Sent = Annotated[FormData, Depends(_form)]


@dataclass(slots=True)
class Form(Generic[Shape]):
    """What was typed, the model it became (none when it could not), and words for each field that was wrong."""

    typed: Mapping[str, str]
    value: Shape | None = None
    errors: dict[str, Words] = field(default_factory=dict)

    def blame(self, problem: Problem) -> None:
        """Put a refusal of a room beside the field it points to."""
        if isinstance(problem, Malformed):
            for error in problem.errors:
                self.errors.setdefault(_field_of(error["pointer"]), error["detail"])
        elif problem.pointer is not None:
            self.errors.setdefault(_field_of(problem.pointer), problem.detail)


def read(sent: FormData, shape: type[Shape], **fixed: Any) -> Form[Shape]:
    """Check a form against `shape`; `fixed` are values the page knows and nobody types."""
    typed = {
        name: value for name, value in sent.multi_items() if isinstance(value, str) and name not in _OURS
    }
    form: Form[Shape] = Form(typed)
    try:
        form.value = shape.model_validate({**tree_of(typed), **fixed})
    except ValidationError as no:
        form.blame(malformed([{**e, "loc": ("body", *e["loc"])} for e in no.errors()]))
    return form


def tree_of(typed: Mapping[str, str]) -> dict[str, Any]:
    """`{"items.0.dose.amount": "1"}` becomes `{"items": [{"dose": {"amount": "1"}}]}`; empty fields are left out."""
    root: dict[str, Any] = {}
    for name, value in typed.items():
        if value.strip() == "":
            continue
        place = root
        *way, last = name.split(".")
        for part in way:
            inner = place.setdefault(part, {})
            if not isinstance(inner, dict):  # `items=x` beside `items.0=y`: no form of ours sends that
                raise Malformed
            place = inner
        place[last] = value
    return {name: _listed(value) for name, value in root.items()}


def file_of(sent: FormData, name: str) -> UploadFile | None:
    """An uploaded file, none when nothing was chosen."""
    given = sent.get(name)
    return given if isinstance(given, UploadFile) and given.filename else None


def _listed(value: Any) -> Any:
    """Numbered members become a list in the order of their numbers; gaps close."""
    if not isinstance(value, dict):
        return value
    inner = {name: _listed(member) for name, member in value.items()}
    if inner and all(name.isascii() and name.isdigit() for name in inner):
        return [inner[name] for name in sorted(inner, key=int)]
    return inner


def _field_of(pointer: str) -> str:
    return pointer.removeprefix("/").replace("/", ".")
