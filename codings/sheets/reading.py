"""Reading a file whole: every line is looked at, every fault is told, and rows come out only when there is none."""

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from pydantic import ValidationError

from codings.sheets.code_systems import SEEN_AS_LIST, concepts
from codings.sheets.faults import Fault, fault, fault_of
from codings.sheets.lines import ListLine, Sheet

STEP: Final = 1000  # rows between two words about progress
MOST_FAULTS: Final = 20_000

Progress = Callable[[int, int], None]  # rows looked at, rows in all
Told = tuple[int, Mapping[str, Any]]  # the number of a line, and its cells by column


@dataclass(slots=True)
class Reading:
    """What a file holds. With faults there are no rows."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    total: int = 0


def read(
    content: bytes,
    sheet: Sheet,
    *,
    known: Mapping[str, frozenset[str]],
    taken: Mapping[str, Mapping[str, str]] | None = None,
    progress: Progress | None = None,
) -> Reading:
    """Every row of a file, or every fault in it.

    `known` has the codes of each system that `sheet.known` names, as they are in force; a code of the file's own
    system may also be one of the file. `taken` has values of a column that belong to a code already. Never raises
    for what a file holds.
    """
    told, faults = _lines(content, sheet)
    if not told and not faults:
        faults = [fault(0, "", "", "empty_file")]
    reading = check(told, sheet, known=known, taken=taken, progress=progress)
    reading.faults = [*faults, *reading.faults][:MOST_FAULTS]
    if reading.faults:
        reading.rows = []
    return reading


def check(
    told: Sequence[Told],
    sheet: Sheet,
    *,
    known: Mapping[str, frozenset[str]],
    taken: Mapping[str, Mapping[str, str]] | None = None,
    progress: Progress | None = None,
) -> Reading:
    """Lines already split into cells, checked one by one, against each other and against other lists."""
    reading = Reading(total=len(told))
    seen: dict[tuple[str, str], int] = {}
    own = {str(cells.get(sheet.key, "")).strip() for _, cells in told}
    for number, (line, cells) in enumerate(told, start=1):
        try:
            row = sheet.line.model_validate(dict(cells)).model_dump(mode="json")
        except ValidationError as no:
            reading.faults += [fault_of(line, error, cells) for error in no.errors(include_url=False)]
        else:
            reading.faults += _twice(line, row, sheet, seen)
            reading.faults += _unknown(line, row, sheet, known, own)
            for column, owners in (taken or {}).items():
                if owners.get(row[column], row[sheet.key]) != row[sheet.key]:
                    reading.faults.append(
                        fault(line, column, row[column], "taken", owner=owners[row[column]])
                    )
            reading.rows.append(row)
        if progress is not None and (number % STEP == 0 or number == len(told)):
            progress(number, len(told))
    return reading


def _twice(
    line: int, row: Mapping[str, Any], sheet: Sheet, seen: dict[tuple[str, str], int]
) -> Iterator[Fault]:
    for column in sheet.unique:
        first = seen.setdefault((column, row[column]), line)
        if first != line:
            yield fault(line, column, row[column], "twice", first=first)


def _unknown(
    line: int, row: Mapping[str, Any], sheet: Sheet, known: Mapping[str, frozenset[str]], own: set[str]
) -> Iterator[Fault]:
    for column, system in sheet.known.items():
        codes = row[column] if isinstance(row[column], list) else [row[column]]
        for code in codes:
            listed = code in known.get(system, frozenset()) or (column == "parent" and code in own)
            if code is not None and not listed:
                yield fault(line, column, code, "unknown", code=code, system=system.rpartition(":")[2])
    parent = row[SEEN_AS_LIST].get("parent") if sheet.line is ListLine else None
    if parent is not None and parent not in own:
        yield fault(line, "parent", parent, "unknown", code=parent, system="code")


# --- Comma-separated text -------------------------------------------------------------------------


def _lines(content: bytes, sheet: Sheet) -> tuple[list[Told], list[Fault]]:
    if content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{":
        return concepts(content, sheet)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as no:
        line = content.count(b"\n", 0, no.start) + 1
        return [], [fault(line, "", "", "encoding", byte=no.start)]
    if "\0" in text:
        return [], [fault(text.count("\n", 0, text.index("\0")) + 1, "", "", "nul")]
    return _rows(text, sheet)


def _rows(text: str, sheet: Sheet) -> tuple[list[Told], list[Fault]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    told: list[Told] = []
    faults: list[Fault] = []
    try:
        header = [name.strip() for name in next(reader, [])]
        faults += _header(header, sheet)
        if faults:
            return [], faults
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(header):
                faults.append(fault(reader.line_num, "", len(cells), "cells"))
                continue
            told.append((reader.line_num, dict(zip(header, cells, strict=True))))
    except csv.Error as no:
        faults.append(fault(reader.line_num, "", "", "csv", why=no))
    return told, faults


def _header(header: Sequence[str], sheet: Sheet) -> Iterator[Fault]:
    if not any(header):
        return
    columns = ", ".join(sheet.columns)
    for name in sheet.needed:
        if name not in header:
            yield fault(1, name, "", "no_column", columns=", ".join(sheet.needed))
    for place, name in enumerate(header):
        if name not in sheet.columns or name in header[:place]:
            yield fault(1, name, name, "strange_column", columns=columns)
