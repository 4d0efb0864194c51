"""A FHIR R4 CodeSystem as the lines of a sheet: each concept a line, each property the cell of that column.

https://hl7.org/fhir/R4/codesystem.html
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from codings.sheets.faults import Fault, fault
from codings.sheets.lines import Sheet

SEEN_AS_LIST: Final = "properties"  # the column that holds what has no column of its own


class _Part(BaseModel):
    """What FHIR writes is read strictly; what it may write beside is left alone."""

    model_config = ConfigDict(strict=True, extra="allow")


class _Designation(_Part):
    language: str = ""
    value: str


class _Property(_Part):
    code: str

    @property
    def value(self) -> Any:
        """The one of `valueCode`, `valueString`, ... that stands there."""
        return next((v for name, v in (self.model_extra or {}).items() if name.startswith("value")), "")


class _Concept(_Part):
    code: str = ""
    display: str = ""
    designation: list[_Designation] = []
    property: list[_Property] = []
    concept: list[Any] = []


class _CodeSystem(_Part):
    resourceType: Literal["CodeSystem"]  # noqa: N815  FHIR's own spelling
    content: str = "complete"
    concept: list[Any]


def concepts(content: bytes, sheet: Sheet) -> tuple[list[tuple[int, Mapping[str, Any]]], list[Fault]]:
    """The concepts as lines; the number of a line is the place of the concept, children included, from 1."""
    try:
        read = json.loads(content, parse_float=str)
    except (ValueError, RecursionError) as no:
        return [], [fault(getattr(no, "lineno", 0), "", "", "json", why=no)]
    try:
        resource = _CodeSystem.model_validate(read)
    except ValidationError:
        return [], [fault(0, "", read.get("resourceType", ""), "not_code_system")]
    if resource.content != "complete":
        return [], [fault(0, "content", "", "not_complete", content=resource.content)]
    lines: list[tuple[int, Mapping[str, Any]]] = []
    faults: list[Fault] = []
    for place, (concept, parent) in enumerate(_flat(resource.concept), start=1):
        if isinstance(concept, _Concept):
            lines.append((place, _cells(concept, parent, sheet)))
        else:
            faults += [
                fault(place, ".".join(map(str, error["loc"])), error["input"], "shape")
                for error in concept.errors(include_url=False)
            ]
    return lines, faults


def _flat(found: Iterable[Any]) -> Iterator[tuple[_Concept | ValidationError, str | None]]:
    """All concepts in order, each with the code of the one it stands under; or why it is none."""
    waiting: list[tuple[Any, str | None]] = [(one, None) for one in reversed(tuple(found))]
    while waiting:
        told, parent = waiting.pop()
        try:
            concept = _Concept.model_validate(told)
        except ValidationError as no:
            yield no, parent
            continue
        yield concept, parent
        waiting += [(child, concept.code) for child in reversed(concept.concept)]


def _cells(concept: _Concept, parent: str | None, sheet: Sheet) -> dict[str, Any]:
    """A concept as the cells of a line: its code, its names, and each property as the column of that name."""
    names = {"en": concept.display} | {
        one.language[:2]: one.value for one in concept.designation if one.language
    }
    columns = set(sheet.columns)
    cells: dict[str, Any] = {sheet.key: concept.code}
    cells |= {target: names.get("fa", "") for target in ("fa", "name_fa") if target in columns}
    cells |= {target: names["en"] for target in ("en", "short", "name_en") if target in columns}
    rest: dict[str, Any] = {} if parent is None else {"parent": parent}
    for told in concept.property:
        if told.code in columns:
            cells[told.code] = told.value if isinstance(told.value, str) else json.dumps(told.value)
        else:
            rest[told.code] = told.value
    if SEEN_AS_LIST in columns:
        cells[SEEN_AS_LIST] = rest
    return cells
