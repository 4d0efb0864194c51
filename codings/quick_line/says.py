"""What a part of the line may say, and the units that stand in it."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Final

from codings.quick_line.order import Order
from codings.quick_line.vocabulary import UNITS, key_of, phrases


@dataclass(frozen=True, slots=True)
class Says:
    """What a part of the line may say."""

    either: tuple[Order, ...]
    otherwise: tuple[Order, ...] = ()
    refused: bool = False  # it has the shape of something that no code can say: «هر ۵ ساعت»


NOTHING: Final = Says(())
REFUSED: Final = Says((), refused=True)
Reader = Callable[[re.Match[str]], Says]


def one(order: Order) -> Says:
    return Says((order,))


def unit_of(text: str | None) -> str | None:
    """The code of a unit as it was typed."""
    return _units().get(text) if text else None


@cache
def _units() -> dict[str, str]:
    return {key_of(phrase): code for code, row in UNITS.items() for phrase in phrases(row)}
