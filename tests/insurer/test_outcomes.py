"""Every no of this room: a code of its own, words in both languages about the same facts, in proper letters."""

import re
from string import Formatter

import pytest

from codings.base import Problem, Words
from codings.text import normalise
from insurer import decisions, outcomes
from insurer.actions.payments import remittances, results

PROBLEMS = [
    found
    for found in vars(outcomes).values()
    if isinstance(found, type) and issubclass(found, Problem) and found is not Problem
]
SPOKEN = [
    words
    for module in (remittances, results, decisions)
    for words in vars(module).values()
    if isinstance(words, Words)
]


def facts(text):
    """What a text names; `state_fa` and `state_en` are one fact, told in each language."""
    return {re.sub("_?(fa|en)$", "", name) for _, name, _, _ in Formatter().parse(text) if name}


def test_each_has_a_code_nobody_else_has():
    codes = [problem.code for problem in PROBLEMS]
    assert len(codes) == len(set(codes)) >= 25
    assert all(re.fullmatch(r"[a-z]+\.[a-z_]+", code) for code in codes)


@pytest.mark.parametrize(
    "words",
    [*(p.words for p in PROBLEMS), *(p.fix for p in PROBLEMS if p.fix), *SPOKEN],
    ids=lambda words: words.en[:40],
)
def test_both_languages_say_the_same_of_the_same_facts(words):
    assert facts(words.fa) == facts(words.en)
    assert words.fa == normalise(words.fa)
    assert re.search("[آ-ی]", words.fa)
    assert not re.search("[آ-ی]", words.en)
    assert words.fa.endswith((".", "؟"))
    assert words.en.endswith(".")


@pytest.mark.parametrize("problem", PROBLEMS, ids=lambda problem: problem.code)
def test_a_no_that_can_be_mended_says_how(problem):
    hopeless = {
        outcomes.ShabadNotBound,
        outcomes.PoolUnknown,
        outcomes.RangeUnsatisfiable,
        outcomes.SubmissionUnknown,
        outcomes.RemittanceUnknown,
    }
    assert (problem.fix is None) == (problem in hopeless)
