"""The values of a row as pages show them: each with its column, its kind, and never a tag of its own."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.pages.codings.words import column_words
from codings.base import Words

_MONEY = frozenset({"price"})


@dataclass(frozen=True, slots=True)
class Cell:
    """One value: its column and what that is called, how it is drawn, its parts (one, unless it is a list)."""

    column: str
    words: Words
    kind: str  # "none", "flag", "money" or "text"
    parts: tuple[Any, ...]


def cell(column: str, value: Any) -> Cell:
    """A value of a column."""
    words = column_words(column)
    if value is None or value == "" or value in ([], {}):
        return Cell(column, words, "none", ())
    if isinstance(value, bool):
        return Cell(column, words, "flag", (value,))
    if column in _MONEY and isinstance(value, int):
        return Cell(column, words, "money", (value,))
    many = value if isinstance(value, list) else [value]
    return Cell(column, words, "text", tuple(_plain(one) for one in many))


def cells(
    row: Mapping[str, Any], *, columns: Sequence[str] = (), without: frozenset[str] = frozenset()
) -> list[Cell]:
    """Every value of a row that says something, in the order of `columns`; properties as values of their own."""
    inner = row.get("properties")
    whole = {k: v for k, v in row.items() if k != "properties"} | (inner if isinstance(inner, dict) else {})
    order = [column for column in columns if column in whole]
    told = [
        cell(column, whole[column]) for column in dict.fromkeys([*order, *whole]) if column not in without
    ]
    return [one for one in told if one.kind != "none"]


def title(row: Mapping[str, Any]) -> tuple[str, str]:
    """The Persian and the Latin name of a row; empty where it has none."""
    fa = str(row.get("fa") or row.get("name_fa") or row.get("mechanism_fa") or "")
    en = str(row.get("en") or row.get("short") or row.get("name_en") or row.get("mechanism_en") or "")
    return fa, en


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
