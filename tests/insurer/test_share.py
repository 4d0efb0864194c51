"""Shares: every Rial is somebody's, nobody pays a negative one, and more cover never costs the patient more."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from insurer.share import FULL, CostLine, Cover, PlanShare, Rounding, SupplementaryBase, cost, percentage

rials = st.integers(0, 10**12)
basis_points = st.integers(0, FULL)
plans = st.builds(
    PlanShare,
    insurer=st.just("1"),
    plan=st.just("general/1405"),
    bp=basis_points,
    rounding=st.sampled_from(Rounding),
    base=st.sampled_from(SupplementaryBase),
)
covers = st.builds(Cover, basic=st.none() | plans, supplementary=st.none() | plans)
lines = st.lists(
    st.builds(CostLine, item=st.integers(1, 30), gross=rials, allowed=st.none() | rials), max_size=8
)


def share(*, gross=1_000_000, allowed=None, basic=None, supplementary=None):
    cover = Cover(basic, supplementary)
    return cost([CostLine(1, gross, allowed)], cover).lines[0]


def plan(bp, **more):
    return PlanShare(insurer="1", plan="general/1405", bp=bp, **more)


@given(lines, covers)
def test_each_line_and_the_totals_add_up_to_the_rial(lines, cover):
    result = cost(lines, cover)
    for line in result.lines:
        assert line.basic + line.supplementary + line.patient == line.gross
    totals = result.totals
    assert totals["basic"] + totals["supplementary"] + totals["patient"] == totals["gross"]
    assert totals["gross"] == sum(line.gross for line in lines)


@given(lines, covers)
def test_nobody_ever_pays_less_than_nothing(lines, cover):
    for line in cost(lines, cover).lines:
        assert min(line.basic, line.supplementary, line.patient) >= 0
        assert line.basic <= line.allowed <= line.gross


@given(rials, st.none() | rials, plans, st.none() | plans, basis_points)
def test_a_higher_basic_percentage_never_raises_what_the_patient_pays(gross, allowed, basic, second, more):
    low, high = sorted((basic.bp, more))
    patients = [
        share(
            gross=gross,
            allowed=allowed,
            basic=plan(bp, rounding=basic.rounding, base=basic.base),
            supplementary=second,
        ).patient
        for bp in (low, high)
    ]
    assert patients[1] <= patients[0]


@given(rials, st.none() | rials, st.none() | plans, plans, basis_points)
def test_a_higher_supplementary_percentage_never_raises_what_the_patient_pays(
    gross, allowed, basic, second, more
):
    low, high = sorted((second.bp, more))
    patients = [
        share(
            gross=gross,
            allowed=allowed,
            basic=basic,
            supplementary=plan(bp, rounding=second.rounding, base=second.base),
        ).patient
        for bp in (low, high)
    ]
    assert patients[1] <= patients[0]


@given(rials, basis_points, st.sampled_from(Rounding))
def test_a_percentage_is_off_by_less_than_one_rial(amount, bp, rounding):
    exact = Fraction(amount * bp, FULL)
    off = abs(percentage(amount, bp, rounding) - exact)
    assert off < 1 if rounding is Rounding.DOWN else off <= Fraction(1, 2)


@pytest.mark.parametrize(
    ("rounding", "one_and_a_half", "two_and_a_half"),
    [(Rounding.HALF_UP, 2, 3), (Rounding.HALF_EVEN, 2, 2), (Rounding.DOWN, 1, 2)],
)
def test_half_a_rial_goes_where_the_plan_says(rounding, one_and_a_half, two_and_a_half):
    assert percentage(3, 5000, rounding) == one_and_a_half
    assert percentage(5, 5000, rounding) == two_and_a_half


@given(lines, covers)
def test_the_same_inputs_give_the_same_statement(lines, cover):
    assert cost(lines, cover) == cost(lines, cover)
    assert cost(lines, cover).as_json() == cost(lines, cover).as_json()


def test_seventy_percent_of_the_whole_price_leaves_thirty_to_the_patient():
    line = share(gross=1_000_000, basic=plan(7000))
    assert (line.basic, line.supplementary, line.patient) == (700_000, 0, 300_000)


def test_the_price_gap_above_what_the_insurer_recognises_is_the_patients():
    line = share(gross=1_000_000, allowed=600_000, basic=plan(7000))
    assert (line.allowed, line.basic, line.patient) == (600_000, 420_000, 580_000)


def test_a_recognised_price_above_the_real_one_does_not_count():
    assert share(gross=1_000, allowed=5_000, basic=plan(7000)).basic == 700


def test_a_franchise_plan_pays_of_what_the_basic_insurer_recognised_only():
    second = plan(8000, base=SupplementaryBase.FRANCHISE)
    line = share(gross=1_000_000, allowed=600_000, basic=plan(7000), supplementary=second)
    assert (line.basic, line.supplementary, line.patient) == (420_000, 144_000, 436_000)


def test_a_residual_plan_pays_of_the_price_gap_too():
    second = plan(8000, base=SupplementaryBase.RESIDUAL)
    line = share(gross=1_000_000, allowed=600_000, basic=plan(7000), supplementary=second)
    assert (line.basic, line.supplementary, line.patient) == (420_000, 464_000, 116_000)


def test_without_cover_the_patient_pays_all_of_it():
    line = share(gross=123_457)
    assert (line.basic, line.supplementary, line.patient) == (0, 0, 123_457)


def test_the_explanation_tells_each_step_in_both_languages_and_ends_with_the_patient():
    second = plan(9000, base=SupplementaryBase.FRANCHISE)
    line = share(gross=1_000_000, basic=plan(6250), supplementary=second)
    steps = {step["step"]: step for step in line.explanation}
    assert list(steps) == ["gross", "allowed", "basic", "franchise", "patient"]
    assert steps["basic"]["amount"] == line.basic == 625_000
    assert steps["basic"]["words"]["en"] == "Basic insurer: 62.5 % of the recognised amount"
    assert "۶۲٫۵ درصد" in steps["basic"]["words"]["fa"]
    assert "۹۰ درصد" in steps["franchise"]["words"]["fa"]
    assert steps["patient"]["amount"] == line.patient
    assert all(step["words"]["fa"] and step["words"]["en"] for step in line.explanation)


@pytest.mark.parametrize("bp", [-1, FULL + 1])
def test_a_percentage_outside_the_whole_is_our_own_fault_and_stops(bp):
    with pytest.raises(ValueError, match="basis points"):
        share(basic=plan(bp))


@pytest.mark.parametrize(("gross", "allowed"), [(-1, None), (10, -1)])
def test_a_negative_price_is_our_own_fault_and_stops(gross, allowed):
    with pytest.raises(ValueError, match="negative"):
        share(gross=gross, allowed=allowed, basic=plan(7000))
