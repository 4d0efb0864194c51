"""What is about to be handed over: worked out from the packs on the counter, changed on the page, read back from it.

Field names on the page: `count.<uid>` units taken of a pack, `item.<uid>` the item it is for (asked only when two
items are of one medicine), `quantity.<item>.<irc>` and `substitution.<item>.<irc>` of a line, `reason.<item>` why
something is not handed over, `override.<finding>` why a finding is passed. A pack with no count stays on the counter.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from starlette.datastructures import FormData

from app.forms import Form
from app.pages.pharmacy.packs import OnCounter
from app.validation import malformed
from codings.base import Problem, Words
from codings.systems import amount_text
from codings.tables import Product
from pharmacy.inputs import DispenseInput
from prescriber.queries import ItemView

NOTHING_TAKEN = Words(
    "هنوز از هیچ جعبه‌ای چیزی برداشته نشده است. جعبه‌ای اسکن کنید و شمار واحدها را بنویسید.",
    "Nothing is taken from any pack yet. Scan a pack and write the units taken.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedPack:
    """A pack with the units to be taken of it; zero leaves it on the counter."""

    pack: OnCounter
    count: Decimal
    choices: tuple[int, ...]  # the items it may be for


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedLine:
    """One product for one item."""

    item: int
    product: Product
    packs: tuple[PlannedPack, ...]

    @property
    def name(self) -> str:
        """The line's part of its fields' names."""
        return f"{self.item}.{self.product.irc}"

    @property
    def quantity(self) -> Decimal:
        return sum((planned.count for planned in self.packs), Decimal(0))


def plan(
    items: Sequence[ItemView], packs: Sequence[OnCounter], typed: Mapping[str, str]
) -> dict[int, list[PlannedLine]]:
    """By item, the lines that the packs on the counter make: each gives what is still needed and it still has."""
    needed = {item.item: item.remaining for item in items}
    taken: defaultdict[tuple[int, str], list[PlannedPack]] = defaultdict(list)
    products: dict[str, Product] = {}
    for pack in packs:
        fitting = tuple(item.item for item in items if item.medicine == pack.product.generic)
        if not fitting:
            continue
        number = _chosen(typed.get(f"item.{pack.uid}"), fitting) or next(
            (item for item in fitting if needed[item] > 0), fitting[0]
        )
        count = min(pack.left, needed[number])
        needed[number] -= count
        taken[number, pack.product.irc].append(PlannedPack(pack=pack, count=count, choices=fitting))
        products[pack.product.irc] = pack.product
    lines: dict[int, list[PlannedLine]] = {item.item: [] for item in items}
    for (number, irc), planned in taken.items():
        lines[number].append(PlannedLine(item=number, product=products[irc], packs=tuple(planned)))
    return lines


def _chosen(typed: str | None, fitting: tuple[int, ...]) -> int | None:
    return next((item for item in fitting if str(item) == typed), None)


def proposed(lines: Mapping[int, Sequence[PlannedLine]]) -> dict[str, str]:
    """The plan as the page's fields hold it before anybody changed them."""
    fields: dict[str, str] = {}
    for line in (line for of_item in lines.values() for line in of_item):
        fields[f"quantity.{line.name}"] = amount_text(line.quantity)
        for planned in line.packs:
            fields[f"count.{planned.pack.uid}"] = amount_text(planned.count)
            if len(planned.choices) > 1:
                fields[f"item.{planned.pack.uid}"] = str(line.item)
    return fields


@dataclass(frozen=True, slots=True)
class Asked:
    """An order as it was typed: the model it became, and which field each of its pointers stands for."""

    form: Form[DispenseInput]
    fields: Mapping[str, str]

    def blame(self, problem: Problem) -> None:
        """Put a room's refusal beside the field of the page that it is about."""
        self.form.blame(problem)
        for pointer in [name for name in self.form.errors if name in self.fields]:
            self.form.errors.setdefault(self.fields[pointer], self.form.errors.pop(pointer))


def order_of(
    sent: FormData, *, acceptance: UUID, items: Sequence[ItemView], packs: Sequence[OnCounter]
) -> Asked:
    """Read the page's fields into the same input as the API's; only packs on the counter can be meant."""
    typed = {n: v for n, v in sent.multi_items() if isinstance(v, str) and n != "key"}
    fields: dict[str, str] = {}
    lines: list[dict[str, Any]] = []
    for line in (line for of_item in plan(items, packs, typed).values() for line in of_item):
        taken = [planned.pack for planned in line.packs if _given(typed, f"count.{planned.pack.uid}")]
        if not taken:
            continue
        place = f"lines.{len(lines)}"
        fields[f"{place}.quantity"] = f"quantity.{line.name}"
        fields[f"{place}.substitution_reason"] = f"substitution.{line.name}"
        for j, pack in enumerate(taken):
            fields[f"{place}.packs.{j}.count"] = fields[f"{place}.packs.{j}.barcode"] = f"count.{pack.uid}"
        lines.append(
            {
                "item": line.item,
                "irc": line.product.irc,
                "quantity": typed.get(f"quantity.{line.name}", "").strip(),
                "packs": [{"barcode": p.barcode, "count": typed[f"count.{p.uid}"].strip()} for p in taken],
                "substitution_reason": typed.get(f"substitution.{line.name}") or None,
            }
        )
    left_out = [item.item for item in items if typed.get(f"reason.{item.item}")]
    fields |= {f"not_dispensed.{i}.reason": f"reason.{item}" for i, item in enumerate(left_out)}
    passed = sorted(n.removeprefix("override.") for n, v in typed.items() if n.startswith("override.") and v)
    fields |= {f"overrides.{i}.reason": f"override.{finding}" for i, finding in enumerate(passed)}
    asked = Asked(Form(typed), fields)
    if not lines:
        asked.form.errors["lines"] = NOTHING_TAKEN
        return asked
    try:
        asked.form.value = DispenseInput.model_validate(
            {
                "acceptance": acceptance,
                "lines": lines,
                "not_dispensed": [{"item": i, "reason": typed[f"reason.{i}"]} for i in left_out],
                "overrides": [{"finding": f, "reason": typed[f"override.{f}"]} for f in passed],
            }
        )
    except ValidationError as no:
        asked.blame(malformed([{**error, "loc": ("body", *error["loc"])} for error in no.errors()]))
    return asked


def _given(typed: Mapping[str, str], name: str) -> bool:
    """Whether something is taken: an empty field and a nought, in either digits, leave the pack alone."""
    return typed.get(name, "").strip() not in {"", "0", "۰", "٠"}
