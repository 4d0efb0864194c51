"""Decisions: every Rial of every line is approved or deducted with a reason, and the outcome is what the sums say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from insurer.decisions import approved_total, outcome_of, unsound
from insurer.inputs import ResultLine
from insurer.states import Outcome

REQUESTED = {1: 700, 2: 300}


def decision(outcome, *lines):
    told = [
        {
            "line": line,
            "approved": approved,
            "deductions": [{"reason": "PRC", "amount": amount} for amount in deducted],
        }
        for line, approved, deducted in lines
    ]
    return ResultLine.model_validate(
        {"claim": "X", "version": 1, "result_no": 1, "outcome": outcome, "lines": told}
    )


@pytest.mark.parametrize(
    "sound",
    [
        decision("approved", (1, 700, []), (2, 300, [])),
        decision("approved", (2, 300, []), (1, 700, [])),
        decision("partly", (1, 600, [60, 40]), (2, 300, [])),
        decision("partly", (1, 0, [700]), (2, 300, [])),
        decision("rejected", (1, 0, [700]), (2, 0, [300])),
    ],
)
def test_a_decision_that_accounts_for_every_rial_stands(sound):
    assert unsound(1, sound, REQUESTED) is None


@pytest.mark.parametrize(
    ("broken", "code", "pointer"),
    [
        (decision("approved", (1, 700, [])), "result.lines", "/lines"),
        (decision("approved", (1, 700, []), (2, 300, []), (3, 1, [])), "result.lines", "/lines"),
        (decision("approved", (1, 700, []), (1, 300, [])), "result.lines", "/lines"),
        (decision("partly", (1, 600, [99]), (2, 300, [])), "result.sum", "/lines/0"),
        (decision("partly", (1, 700, []), (2, 301, [])), "result.sum", "/lines/1"),
        (decision("partly", (1, 700, []), (2, 300, [])), "result.outcome", "/outcome"),
        (decision("approved", (1, 600, [100]), (2, 300, [])), "result.outcome", "/outcome"),
        (decision("rejected", (1, 1, [699]), (2, 0, [300])), "result.outcome", "/outcome"),
        (decision("partly", (1, 0, [700]), (2, 0, [300])), "result.outcome", "/outcome"),
    ],
)
def test_a_decision_that_does_not_is_refused_where_it_goes_wrong(broken, code, pointer):
    failure = unsound(7, broken, REQUESTED)
    assert failure is not None
    assert (failure.line, failure.code, failure.pointer) == (7, code, pointer)
    assert failure.words.fa
    assert failure.words.en


@given(
    st.dictionaries(st.integers(1, 50), st.tuples(st.integers(0, 10**9), st.integers(1, 10**9)), min_size=1)
)
def test_whatever_is_approved_and_deducted_is_what_was_asked_for(amounts):
    requested = {line: approved + deducted for line, (approved, deducted) in amounts.items()}
    lines = [(line, approved, [deducted]) for line, (approved, deducted) in amounts.items()]
    approved = sum(approved for approved, _ in amounts.values())
    said = decision(outcome_of(approved, sum(requested.values())).value, *lines)
    assert unsound(1, said, requested) is None
    deducted = sum(deduction.amount for line in said.lines for deduction in line.deductions)
    assert approved_total(said) + deducted == sum(requested.values())
    assert said.outcome is (Outcome.PARTLY if approved else Outcome.REJECTED)
