"""Every step that is allowed and every one that is not, read from the tables the verbs guard with."""

from enum import StrEnum
from itertools import product
from typing import Any

import pytest

from pharmacy import states
from pharmacy.states import (
    AcceptanceState,
    DispenseNumber,
    DispenseState,
    PackUseState,
    Verdict,
    before,
    can,
)
from prescriber.states import Number

STEPS: dict[type[StrEnum], tuple[dict[Any, Any], set[tuple[str | None, str]]]] = {
    AcceptanceState: (
        states.ACCEPTANCE_ALLOWED,
        {(None, "held"), ("held", "held"), ("held", "released")},
    ),
    DispenseState: (states.DISPENSE_ALLOWED, {(None, "recorded"), ("recorded", "returned")}),
    PackUseState: (
        states.PACK_USE_ALLOWED,
        {
            (None, "reserved"),
            (None, "consumed"),
            (None, "pending_verify"),
            ("reserved", "consumed"),
            ("reserved", "released"),
            ("pending_verify", "consumed"),
            ("pending_verify", "refused"),
            ("pending_verify", "returned"),
            ("consumed", "returned"),
            ("refused", "returned"),
            ("refused", "pending_verify"),
        },
    ),
}
PAIRS = [
    pytest.param(kind, start, end, id=f"{kind.__name__}: {start} -> {end}")
    for kind in STEPS
    for start, end in product((None, *kind), kind)
]


@pytest.mark.parametrize(("kind", "start", "end"), PAIRS)
def test_a_step_is_allowed_exactly_when_it_is_listed(kind, start, end):
    allowed, listed = STEPS[kind]
    assert (end in allowed[start]) is ((start, end.value) in listed)


@pytest.mark.parametrize(("kind", "start", "end"), PAIRS)
def test_before_is_the_same_table_read_backwards(kind, start, end):
    allowed, _ = STEPS[kind]
    if start is not None:
        assert (start in before(allowed, end)) is (end in allowed[start])


def test_a_birth_is_not_a_state_to_come_from():
    assert None not in before(states.PACK_USE_ALLOWED, PackUseState.RESERVED)
    assert before(states.PACK_USE_ALLOWED, PackUseState.RESERVED) == frozenset()


@pytest.mark.parametrize("state", DispenseState)
def test_the_return_button_shows_exactly_when_the_verb_would_go_through(state):
    assert can(state, "return") is (DispenseState.RETURNED in states.DISPENSE_ALLOWED[state])


def test_only_a_genuine_and_an_unverified_pack_may_ever_be_handed_over():
    assert {verdict for verdict in Verdict if not verdict.refuses} == {Verdict.GENUINE, Verdict.UNVERIFIED}


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (DispenseState, states.DISPENSE_WORDS),
        (PackUseState, states.PACK_USE_WORDS),
        (Verdict, states.VERDICT_WORDS),
    ],
)
def test_every_state_has_words_of_its_own_in_both_languages(kind, words):
    assert set(words) == set(kind)
    assert len({said.fa for said in words.values()}) == len(kind)
    assert len({said.en for said in words.values()}) == len(kind)


def test_a_dispense_number_is_read_as_it_is_written():
    number = DispenseNumber("1057Y3KP0M4A", 1, 2)
    assert str(number) == "1057Y3KP0M4A-1.2"
    assert DispenseNumber.parse("1057Y3KP0M4A-1.2") == number
    assert number.prescription == Number("1057Y3KP0M4A", 1)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1057Y3KP0M4A",
        "1057Y3KP0M4A-1",
        "1057Y3KP0M4A-1.",
        "1057Y3KP0M4A-0.1",
        "1057Y3KP0M4A-1.0",
        "1057Y3KP0M4A-01.1",
        "1057y3kp0m4a-1.1",
        "1057Y3KP0M4A-1.2 ",
        "1057Y3KP0M4A-1.2\n",
        "1057Y3KP0M4A-۱.۲",
        "1057Y3KP0M4A-1.2-TAM",
        "1057Y3KP0M4A-12345.1",
    ],
)
def test_anything_else_is_no_dispense_number(text):
    with pytest.raises(ValueError, match="SHABAD-1\\.2"):
        DispenseNumber.parse(text)
