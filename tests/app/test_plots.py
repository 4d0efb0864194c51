"""Plots: the sizes of the parts add up, everything stands inside the drawing, and both directions are mirror images."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.plots import MARGIN, WIDTH, Bar, Plot, columns, rows, unit_of

stacks = st.lists(st.lists(st.integers(0, 10**12), min_size=3, max_size=3), min_size=1, max_size=31)
PARTS = ("new", "middling", "old")


def drawn_rows(told, *, rtl=False) -> Plot | None:
    return rows(told, names=[f"row {n}" for n in range(len(told))], parts=PARTS, say=str, rtl=rtl)


def drawn_columns(told, *, rtl=False, parts=PARTS) -> Plot | None:
    return columns(told, names=[f"{n:02}" for n in range(len(told))], parts=parts, say=str, rtl=rtl)


@given(stacks)
def test_the_parts_of_a_row_add_up_to_the_row(told):
    plot = drawn_rows(told)
    longest = max(sum(stack) for stack in told)
    if longest == 0:
        assert plot is None
        return
    by_row: dict[int, list[Bar]] = {}
    for bar in plot.bars:
        by_row.setdefault(bar.y, []).append(bar)
    tops = sorted({text.y for text in plot.texts})
    assert len(tops) == 2 * len(told)
    for bars in by_row.values():
        ends = sorted((bar.x, bar.x + bar.width) for bar in bars)
        assert ends[0][0] == 0
        assert all(end == begin for (_, end), (begin, _) in itertools.pairwise(ends))
    whole = [sum(stack) * (WIDTH - MARGIN) // longest for stack in told]
    assert sorted(sum(bar.width for bar in bars) for bars in by_row.values()) == sorted(n for n in whole if n)


@given(stacks)
def test_the_parts_of_a_column_add_up_and_stand_inside_the_drawing(told):
    plot = drawn_columns(told)
    if plot is None:
        assert not any(map(sum, told))
        return
    by_column: dict[int, list[Bar]] = {}
    for bar in plot.bars:
        assert bar.x >= 0
        assert bar.x + bar.width <= WIDTH
        assert bar.y >= 0
        assert bar.y + bar.height <= plot.height
        by_column.setdefault(bar.x, []).append(bar)
    for bars in by_column.values():
        top, bottom = min(bar.y for bar in bars), max(bar.y + bar.height for bar in bars)
        assert sum(bar.height for bar in bars) == bottom - top
        assert len({bar.y + bar.height for bar in bars}) == len(bars)


@given(stacks)
def test_reading_from_the_right_is_the_mirror_image(told):
    for draw in (drawn_rows, drawn_columns):
        left, right = draw(told), draw(told, rtl=True)
        if left is None:
            assert right is None
            continue
        mirrored = {(WIDTH - bar.x - bar.width, bar.y, bar.height, bar.mark) for bar in right.bars}
        sides = {(bar.x, bar.y, bar.height, bar.mark) for bar in left.bars}
        pairs = zip(sorted(sides), sorted(mirrored), strict=True)
        gap = {there[0] - here[0] for here, there in pairs} if draw is drawn_columns else {0}
        assert len(gap) <= 1
        assert len(mirrored) == len(sides)


@pytest.mark.parametrize("told", [[], [[0, 0, 0]], [[0, 0, 0], [0, 0, 0]]])
def test_without_data_nothing_is_drawn(told):
    assert drawn_rows(told) is None
    assert drawn_columns(told) is None


def test_what_is_below_zero_hangs_from_the_line_of_zero():
    plot = drawn_columns([[500], [-250]], parts=("value",))
    above, below = plot.bars
    assert above.y + above.height == below.y
    assert abs(above.height - 2 * below.height) <= 1
    assert "-250" in {text.text for text in plot.texts} | {bar.words.rpartition(" ")[2] for bar in plot.bars}


def test_the_scale_is_written_in_round_numbers():
    plot = drawn_columns([[7, 0, 0], [3, 0, 0]])
    assert {"0", "5", "10"} <= {text.text for text in plot.texts}


def test_as_many_days_are_named_as_have_room():
    few, many = drawn_columns([[1, 0, 0]] * 7), drawn_columns([[1, 0, 0]] * 31)
    named = [sum(text.anchor == "middle" for text in plot.texts) for plot in (few, many)]
    assert named[0] == 7
    assert 4 <= named[1] < 31


@pytest.mark.parametrize(
    ("largest", "unit"), [(0, 1), (9_999, 1), (10_000, 10**3), (12_345_678, 10**6), (-(10**10), 10**9)]
)
def test_large_amounts_are_written_in_thousands_or_more(largest, unit):
    assert unit_of([5, largest]) == unit


def test_every_bar_says_what_it_is():
    plot = drawn_rows([[1, 2, 3]])
    assert [bar.words for bar in plot.bars] == ["row 0, new: 1", "row 0, middling: 2", "row 0, old: 3"]
    assert [bar.mark for bar in plot.bars] == [1, 2, 3]
