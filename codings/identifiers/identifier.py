"""What an identifier is: one definition that parses, checks, masks and describes itself to pydantic."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from codings.base import Words
from codings.text import ascii_digits, normalise


class InvalidIdentifier(ValueError):  # noqa: N818  it says what is invalid, not that something broke
    """A text that is not the identifier it should be; `words` say what to do, in both languages."""

    def __init__(self, name: str, words: Words) -> None:
        self.name = name
        self.words = words
        super().__init__(words.en)


def spoken(error_type: str, words: Words) -> PydanticCustomError:
    """A pydantic error that carries its words in both languages in `ctx`, for the shell to choose."""
    return PydanticCustomError(error_type, "{en}", {"fa": words.fa, "en": words.en})


@dataclass(frozen=True, slots=True, kw_only=True)
class Identifier:
    """One kind of identifier; an instance in `Annotated[str, ...]` makes pydantic check it."""

    name: str
    meaning: str  # for the API's documentation
    pattern: str  # of the whole normalised form
    example: str
    words: Words  # said when it is refused: what it looks like, where to find it
    fillers: str = ""  # what people put in for legibility; dropped
    shown: int = 2  # how many of its last characters a log may show
    fold: Callable[[str], str] = str  # one spelling of what may be written in two ways
    check: Callable[[str], bool] = bool  # what a pattern cannot say

    def parse(self, text: str) -> str:
        """The identifier in its one stored form; InvalidIdentifier when the text is not one."""
        typed = ascii_digits(normalise(text))
        value = self.fold("".join(character for character in typed if character not in self.fillers))
        if re.fullmatch(self.pattern, value) is None or not self.check(value):
            raise InvalidIdentifier(self.name, self.words)
        return value

    def mask(self, value: str) -> str:
        """All but the last few characters starred, for logs; a text too short to hide any is all starred."""
        hidden = len(value) - self.shown
        return "*" * hidden + value[hidden:] if hidden > 0 else "*" * len(value)

    def _validate(self, value: Any) -> str:
        if not isinstance(value, str):
            raise spoken(f"identifier.{self.name}", self.words)
        try:
            return self.parse(value)
        except InvalidIdentifier as invalid:
            raise spoken(f"identifier.{self.name}", invalid.words) from None

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(self._validate, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """The stored form; more spellings are understood, but a machine has no need of them."""
        described = {"pattern": f"^{self.pattern}$", "description": self.meaning, "examples": [self.example]}
        return handler(schema) | described
