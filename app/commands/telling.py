"""python -m app settings: the reference of all settings, as docs/settings.md holds it."""

import types
from typing import Any, Union, get_args, get_origin

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from app.commands.words import command
from app.settings import Settings

HEAD = """# Settings

Read from the environment once, as a process starts. Made by `python -m app settings > docs/settings.md`.

A secret may stand in a file: `NOSKHEH_DATABASE_URL_FILE=/run/secrets/database_url`, and so for every name.

| name | default | meaning |
|---|---|---|
"""


def add(commands: Any) -> None:
    """Put settings on the command line."""
    command(commands, "settings", "the reference of all settings", lambda _: print(reference(), end=""))


def reference() -> str:
    """The whole page in Markdown."""
    return HEAD + "".join(_row(name, field) for name, field in Settings.model_fields.items())


def _row(name: str, field: FieldInfo) -> str:
    plain = name.upper()
    names = f"`NOSKHEH_{plain}`" + (f" or `{plain}`" if field.validation_alias else "")
    default = "must be given" if field.default is PydanticUndefined else _shown(field.default)
    limits = ", ".join(_limit(limit) for limit in field.metadata if _limit(limit))
    kind = _kind(field.annotation)
    meaning = f"{field.description or ''} ({'; '.join(filter(None, (kind, limits)))})"
    return f"| {names} | {default} | {meaning} |\n".replace("||", "\\|\\|")


def _shown(default: object) -> str:
    if default in (None, ""):
        return "empty"
    return f"`{str(default).lower() if isinstance(default, bool) else default}`"


def _kind(annotation: Any) -> str:
    if get_origin(annotation) in (Union, types.UnionType):
        return _kind(get_args(annotation)[0])
    words = {bool: "true or false", int: "whole number", float: "number", str: "text"}
    return words.get(annotation, "path")


def _limit(limit: object) -> str:
    for sign, words in (("ge", "at least"), ("gt", "more than"), ("le", "at most"), ("lt", "less than")):
        value = getattr(limit, sign, None)
        if value is not None:
            return f"{words} {value}"
    return ""
