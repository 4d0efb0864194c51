"""What the rules of the counter read, and how they say what they found."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Final, Protocol

from pharmacy.packs import CheckedPack
from prescriber.rules import Finding

found: Final = partial(Finding, version="1", source="noskheh:pharmacy-rules")


class OnShelf(Protocol):
    """What the catalogue says of a product; `codings.tables.Product` is one."""

    irc: str
    generic: str
    name_fa: str
    name_en: str
    pack_size: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Prescribed:
    """An item as it stands today. `open` is what may be dispensed now, in the prescribing unit."""

    item: int
    name: str
    generic: str
    duration_days: int
    open: Decimal
    guarded: bool  # controlled, or of high risk: never without a word of the authority


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line to be handed over. `product` is None where the IRC is unknown; a count of None is the whole pack."""

    line: int
    item: int
    irc: str
    product: OnShelf | None
    quantity: Decimal
    counts: tuple[Decimal | None, ...]
    packs: tuple[CheckedPack, ...] | None = None  # in the order of `counts`; None: not looked at

    def units(self) -> list[Decimal]:
        """The units taken of each pack; empty where the product, and so its size, is unknown."""
        if self.product is None:
            return []
        size = self.product.pack_size
        return [size if count is None else count for count in self.counts]

    def looked_at(self) -> Iterator[tuple[CheckedPack, Decimal]]:
        """The packs that were looked at, each with the units taken of it."""
        if self.packs is not None and self.product is not None:
            yield from zip(self.packs, self.units(), strict=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Everything the rules read: the prescription, the lines, what is said not to be dispensed, the day in Tehran."""

    prescribed: Mapping[int, Prescribed]
    lines: Sequence[Line]
    not_dispensed: Collection[int]
    on: date

    def known(self) -> Iterator[tuple[Line, Prescribed]]:
        """The lines whose item is on the prescription."""
        for line in self.lines:
            if line.item in self.prescribed:
                yield line, self.prescribed[line.item]

    def asked(self) -> dict[int, Decimal]:
        """How much is to be handed over of each item that is on the prescription."""
        sums: defaultdict[int, Decimal] = defaultdict(Decimal)
        for line, prescribed in self.known():
            sums[prescribed.item] += line.quantity
        return dict(sums)


def of_line(rule: str, line: Line) -> str:
    """The id of a finding about one line, where an item may have several: "PH-COUNT:1.2" is item 1, line 2."""
    return f"{rule}:{line.item}.{line.line}"
