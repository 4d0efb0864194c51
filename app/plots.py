"""Plots as numbers: where each bar and each word stands, for `templates/macros/plot.html` to draw as SVG.

Pure functions of whole numbers. Lengths are differences of rounded-down sums, so that the parts of a bar lie on each
other without a gap and their sizes add up to the whole bar's, to the unit. In a page that reads from right to left a
plot does too: its first row or day stands at the right, and the words beside the plot say so.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

WIDTH = 340  # units of the drawing; a telephone shows about one a pixel
MARGIN = 50  # beside the columns, for the numbers of the scale
ROW = 40  # a row with its words above it
BAR = 14
TEXT = 13  # the size of its letters

Say = Callable[[int], str]  # a number in the reader's digits


@dataclass(frozen=True, slots=True)
class Bar:
    """One part of a bar. `mark` is its place in the legend, from 1; `words` are shown when it is pointed at."""

    x: int
    y: int
    width: int
    height: int
    mark: int
    words: str


@dataclass(frozen=True, slots=True)
class Text:
    """Words in the drawing. `anchor` says which of their ends stands at x, as SVG has it."""

    x: int
    y: int
    anchor: str
    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the scale, from side to side."""

    x: int
    y: int
    width: int


@dataclass(frozen=True, slots=True)
class Plot:
    """A drawing, in units of its own."""

    width: int
    height: int
    bars: tuple[Bar, ...]
    texts: tuple[Text, ...]
    lines: tuple[Line, ...]


def rows(
    stacks: Sequence[Sequence[int]],
    *,
    names: Sequence[str],
    parts: Sequence[str],
    say: Say,
    rtl: bool,
) -> Plot | None:
    """One bar a row, made of parts side by side, its name above it and its sum at its end. None without data."""
    longest = max((sum(stack) for stack in stacks), default=0)
    if longest == 0:
        return None
    span = WIDTH - MARGIN
    bars, texts = [], []
    for place, (stack, name) in enumerate(zip(stacks, names, strict=True)):
        top = place * ROW + TEXT + 6
        texts.append(Text(WIDTH if rtl else 0, top - 5, "start", name))
        for mark, (begin, end) in enumerate(_parts(stack, span, longest), start=1):
            if end > begin:
                told = f"{name}، {parts[mark - 1]}: " if rtl else f"{name}, {parts[mark - 1]}: "
                x = WIDTH - end if rtl else begin
                bars.append(Bar(x, top, end - begin, BAR, mark, told + say(stack[mark - 1])))
        length = sum(stack) * span // longest
        end_of_bar = WIDTH - length - 6 if rtl else length + 6
        texts.append(Text(end_of_bar, top + BAR - 3, "start", say(sum(stack))))
    return Plot(WIDTH, len(stacks) * ROW, tuple(bars), tuple(texts), ())


def columns(
    stacks: Sequence[Sequence[int]],
    *,
    names: Sequence[str],
    parts: Sequence[str],
    say: Say,
    rtl: bool,
    height: int = 150,
    first_mark: int = 1,
) -> Plot | None:
    """One bar a day or a batch, its parts upon each other, with a scale beside it. None without data.

    What is below zero hangs from the line of zero.
    """
    above = max((sum(n for n in stack if n > 0) for stack in stacks), default=0)
    below = max((-sum(n for n in stack if n < 0) for stack in stacks), default=0)
    if above == 0 and below == 0:
        return None
    top, bottom = _round_up(above), _round_up(below)
    zero = TEXT + height * top // (top + bottom)
    span, step = height, (WIDTH - MARGIN) // len(stacks)
    bars: list[Bar] = []
    for place, (stack, name) in enumerate(zip(stacks, names, strict=True)):
        x = _column(place, step, rtl=rtl)
        wide = max(step - max(step // 5, 1), 1)
        for sign in (1, -1):
            sized = [max(sign * n, 0) for n in stack]
            for part, (begin, end) in enumerate(_parts(sized, span, top + bottom)):
                if end > begin:
                    told = f"{name}، {parts[part]}: " if rtl else f"{name}, {parts[part]}: "
                    y = zero - end if sign > 0 else zero + begin
                    bars.append(Bar(x, y, wide, end - begin, part + first_mark, told + say(stack[part])))
    texts, lines = _scale(top, bottom, zero=zero, span=span, say=say, rtl=rtl)
    texts += _names(names, step, foot=TEXT + height + TEXT + 8, rtl=rtl)
    return Plot(WIDTH, height + 3 * TEXT, tuple(bars), tuple(texts), tuple(lines))


def unit_of(values: Sequence[int]) -> int:
    """The power of a thousand to write a scale in, so that its numbers stay short and whole."""
    largest = max((abs(value) for value in values), default=0)
    return next((unit for unit in (10**9, 10**6, 10**3) if largest >= 10 * unit), 1)


def _parts(stack: Sequence[int], span: int, whole: int) -> list[tuple[int, int]]:
    """Where each part begins and ends: rounded sums, so that nothing is lost between them."""
    told, seen = [], 0
    for number in stack:
        begin = seen * span // whole
        seen += number
        told.append((begin, seen * span // whole))
    return told


def _round_up(number: int) -> int:
    """The next of 2, 4, 10, 20, 40, 100, ...: a scale whose half is whole. Zero stays."""
    if number == 0:
        return 0
    size = 1
    while True:
        for step in (2, 4, 10):
            if step * size >= number:
                return step * size
        size *= 10


def _column(place: int, step: int, *, rtl: bool) -> int:
    return WIDTH - MARGIN - (place + 1) * step if rtl else MARGIN + place * step


def _scale(
    top: int, bottom: int, *, zero: int, span: int, say: Say, rtl: bool
) -> tuple[list[Text], list[Line]]:
    """The lines at zero, at the ends and half-way, each with its number at the side where reading begins."""
    ticks = sorted(
        {0, top, top // 2, -bottom, -(bottom // 2)} if min(top, bottom) == 0 else {0, top, -bottom}
    )
    texts, lines = [], []
    for tick in ticks:
        y = zero - tick * span // (top + bottom)
        lines.append(Line(0 if rtl else MARGIN, y, WIDTH - MARGIN))
        texts.append(Text(WIDTH if rtl else MARGIN - 6, y + 4, "end", say(tick)))
    return texts, lines


def _names(names: Sequence[str], step: int, *, foot: int, rtl: bool) -> list[Text]:
    """The names under the columns: as many as have room, the first and every so many after it."""
    room = 1 + max((len(name) for name in names), default=0) * 10 // max(step, 1)
    return [
        Text(_column(place, step, rtl=rtl) + step // 2, foot, "middle", name)
        for place, name in enumerate(names)
        if place % room == 0
    ]
