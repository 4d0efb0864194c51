"""Who pays how much of each line: the basic insurer, the supplementary one, and the patient.

Integers of Rial in, integers of Rial out; percentages are basis points (7000 is 70 %). What the patient pays
is what the others leave, so every line adds up exactly, whatever the rounding.

The order of the steps, for one line:

1. `gross`: what the line costs.
2. `allowed`: how much of it the basic insurer recognises (never above gross).
3. `basic` = allowed x the plan's percentage, rounded as the plan says.
4. `supplementary` = its base x its percentage, rounded, never above what is left. The base is either the
   `franchise` (allowed - basic) or the whole `residual` (gross - basic, the price gap included).
5. `patient` = gross - basic - supplementary.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from codings.base import Words
from codings.text import persian_digits

FULL = 10_000  # basis points


class Rounding(StrEnum):
    """How a fraction of a Rial is decided; a property of the plan."""

    HALF_UP = "half_up"
    HALF_EVEN = "half_even"
    DOWN = "down"


class SupplementaryBase(StrEnum):
    """What a supplementary percentage is taken of."""

    FRANCHISE = "franchise"  # the part the basic insurer recognises but leaves to the patient
    RESIDUAL = "residual"  # everything the basic insurer leaves, above its price too


@dataclass(frozen=True, slots=True)
class PlanShare:
    """What one insurer's plan pays on a service day."""

    insurer: str
    plan: str  # "fund/code" of the plan row
    bp: int
    rounding: Rounding = Rounding.HALF_UP
    base: SupplementaryBase = SupplementaryBase.FRANCHISE  # read only when it stands second


@dataclass(frozen=True, slots=True)
class Cover:
    """Who stands in for the patient. Both None is self-pay."""

    basic: PlanShare | None = None
    supplementary: PlanShare | None = None


@dataclass(frozen=True, slots=True)
class CostLine:
    """One line to be shared. `allowed` is the basic insurer's recognised price; None: all of it."""

    item: int
    gross: int
    allowed: int | None = None


@dataclass(frozen=True, slots=True)
class SharedLine:
    """One line with its shares; `explanation` says step by step how they came about."""

    item: int
    gross: int
    allowed: int
    basic: int
    supplementary: int
    patient: int
    explanation: tuple[dict[str, Any], ...]

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"explanation": list(self.explanation)}


@dataclass(frozen=True, slots=True)
class Cost:
    """All lines, and their sums under the same names."""

    lines: tuple[SharedLine, ...]
    totals: dict[str, int]

    def as_json(self) -> dict[str, Any]:
        return {"lines": [line.as_json() for line in self.lines], "totals": self.totals}


_ROUND: dict[Rounding, Callable[[int, int], int]] = {
    # (whole Rials, ten-thousandths of a Rial left over) -> Rials
    Rounding.HALF_UP: lambda whole, rest: whole + (2 * rest >= FULL),
    Rounding.HALF_EVEN: lambda whole, rest: whole + (2 * rest > FULL or (2 * rest == FULL and whole % 2)),
    Rounding.DOWN: lambda whole, _rest: whole,
}

STEPS: dict[str, Words] = {
    "gross": Words("قیمت این قلم", "Price of this line"),
    "allowed": Words("مبلغی که بیمهٔ پایه می‌پذیرد", "Amount the basic insurer recognises"),
    "basic": Words(
        "سهم بیمهٔ پایه: {percent_fa} درصد مبلغ پذیرفته‌شده",
        "Basic insurer: {percent} % of the recognised amount",
    ),
    "no_basic": Words("بیمهٔ پایه‌ای در کار نیست", "No basic insurer pays here"),
    "franchise": Words(
        "سهم بیمهٔ تکمیلی: {percent_fa} درصد فرانشیز", "Supplementary insurer: {percent} % of the franchise"
    ),
    "residual": Words(
        "سهم بیمهٔ تکمیلی: {percent_fa} درصد باقی‌مانده",
        "Supplementary insurer: {percent} % of what the basic insurer left",
    ),
    "no_supplementary": Words("بیمهٔ تکمیلی‌ای در کار نیست", "No supplementary insurer pays here"),
    "patient": Words("سهم بیمار: باقی‌ماندهٔ قیمت", "Patient: what is left of the price"),
}


def percentage(amount: int, bp: int, rounding: Rounding) -> int:
    """`bp` basis points of `amount` Rials, exactly, then rounded to one Rial."""
    whole, rest = divmod(amount * bp, FULL)
    return int(_ROUND[rounding](whole, rest))


def cost(lines: Sequence[CostLine], cover: Cover) -> Cost:
    """Share every line among the insurers and the patient, and add them up.

    Raises ValueError for a negative price or a percentage outside 0..100 %: those are our own faults,
    refused where prices and plans come in.
    """
    shared = tuple(_share(line, cover) for line in lines)
    names = ("gross", "allowed", "basic", "supplementary", "patient")
    return Cost(shared, {name: sum(getattr(line, name) for line in shared) for name in names})


def _share(line: CostLine, cover: Cover) -> SharedLine:
    for plan in (cover.basic, cover.supplementary):
        if plan is not None and not 0 <= plan.bp <= FULL:
            raise ValueError(f"{plan.plan}: a share lies between 0 and {FULL} basis points")
    if line.gross < 0 or (line.allowed is not None and line.allowed < 0):
        raise ValueError(f"item {line.item}: a price is never negative")
    allowed = line.gross if line.allowed is None else min(line.allowed, line.gross)
    steps = [_step("gross", line.gross), _step("allowed", allowed)]

    basic = 0
    if cover.basic is None:
        steps.append(_step("no_basic", 0))
    else:
        basic = percentage(allowed, cover.basic.bp, cover.basic.rounding)
        steps.append(_step("basic", basic, cover.basic))

    supplementary = 0
    if cover.supplementary is None:
        steps.append(_step("no_supplementary", 0))
    else:
        second = cover.supplementary
        base = (allowed if second.base is SupplementaryBase.FRANCHISE else line.gross) - basic
        supplementary = min(percentage(base, second.bp, second.rounding), line.gross - basic)
        steps.append(_step(second.base.value, supplementary, second))

    patient = line.gross - basic - supplementary
    steps.append(_step("patient", patient))
    return SharedLine(line.item, line.gross, allowed, basic, supplementary, patient, tuple(steps))


def _step(name: str, amount: int, plan: PlanShare | None = None) -> dict[str, Any]:
    """One row of the explanation: `{step, amount, words: {fa, en}}`, and which plan was read."""
    words, row = STEPS[name], {"step": name, "amount": amount}
    if plan is not None:
        percent = f"{plan.bp // 100}" + (f".{plan.bp % 100:02}".rstrip("0") if plan.bp % 100 else "")
        words = words.format(percent=percent, percent_fa=persian_digits(percent.replace(".", "٫")))
        row |= {"insurer": plan.insurer, "plan": plan.plan, "bp": plan.bp}
    return row | {"words": {"fa": words.fa, "en": words.en}}
