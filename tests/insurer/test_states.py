"""Every pair of states, legal or not, of SHABADs, claims and batches; and how a claim number is read."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from insurer import states
from insurer.states import BatchState, ClaimNumber, ClaimState, ShabadState, can

# Written out again, apart from the code, as an arrow a line: what is not here must be refused.
SHABAD_ARROWS = """
    - issued, - reserved
    reserved assigned_offline, reserved expired, reserved returned, reserved stolen, reserved eliminated
    issued verified, issued eliminated
    assigned_offline verified, assigned_offline rejected, assigned_offline eliminated
    verified used, verified eliminated
"""
CLAIM_ARROWS = """
    - held
    held ready, held void
    ready sealed, ready void, ready reversed
    sealed received, sealed returned, sealed reversed
    returned ready, returned reversed
    received in_review, received reversed
    in_review approved, in_review partly_approved, in_review rejected, in_review reversed
    approved accepted, approved reversed
    partly_approved accepted, partly_approved appealed, partly_approved reversed
    rejected accepted, rejected appealed, rejected reversed
    appealed in_review, appealed reversed
    accepted payable, accepted closed, accepted reversed
    payable paid, payable reversed
    paid closed, paid reversed
    closed reversed
    reversed closed
"""
BATCH_ARROWS = """
    - sealed
    sealed acknowledged
"""


def arrows(text):
    return {tuple(arrow.split()) for line in text.strip().splitlines() for arrow in line.split(",")}


@pytest.mark.parametrize(
    ("enum", "allowed", "expected"),
    [
        (ShabadState, states.SHABAD_ALLOWED, SHABAD_ARROWS),
        (ClaimState, states.CLAIM_ALLOWED, CLAIM_ARROWS),
        (BatchState, states.BATCH_ALLOWED, BATCH_ARROWS),
    ],
)
def test_every_pair_of_states_is_allowed_or_refused_as_written(enum, allowed, expected):
    wanted = arrows(expected)
    for before, after in product([None, *enum], enum):
        arrow = ("-" if before is None else before.value, after.value)
        assert (after in allowed[before]) == (arrow in wanted), arrow


@pytest.mark.parametrize(
    ("enum", "words"),
    [
        (ShabadState, states.SHABAD_WORDS),
        (ClaimState, states.CLAIM_WORDS),
        (BatchState, states.BATCH_WORDS),
    ],
)
def test_every_state_has_words_of_its_own_in_both_languages(enum, words):
    assert set(words) == set(enum)
    for language in ("fa", "en"):
        said = [getattr(words[state], language) for state in enum]
        assert len(set(said)) == len(said)
        assert all(said)


def test_a_button_shows_exactly_where_the_verb_is_possible():
    assert [s for s in ClaimState if can(s, "accept")] == [
        ClaimState.APPROVED,
        ClaimState.PARTLY_APPROVED,
        ClaimState.REJECTED,
    ]
    assert [s for s in ClaimState if can(s, "void")] == [ClaimState.HELD, ClaimState.READY]
    assert [s for s in ShabadState if can(s, "eliminate")] == [
        ShabadState.RESERVED,
        ShabadState.ISSUED,
        ShabadState.ASSIGNED_OFFLINE,
        ShabadState.VERIFIED,
    ]
    assert not can(ClaimState.RETURNED, "accept")
    assert not can(ShabadState.RETURNED, "verify")


def test_no_sealed_claim_can_ever_become_void():
    for state in set(ClaimState) - states.UNSEALED - {ClaimState.RETURNED}:
        assert ClaimState.VOID not in states.CLAIM_ALLOWED[state]
        assert ClaimState.SEALED not in states.CLAIM_ALLOWED[state]


@given(
    st.text("0123456789ABCDEFGHJKMNPRTVWXYZ", min_size=8, max_size=20),
    st.integers(1, 9_999),
    st.integers(1, 9_999),
    st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=2, max_size=8),
)
def test_a_claim_number_is_read_back_as_it_was_written(shabad, n, d, insurer):
    number = ClaimNumber(shabad, n, d, insurer)
    assert str(number) == f"{shabad}-{n}.{d}-{insurer}"
    assert ClaimNumber.parse(str(number)) == number


@pytest.mark.parametrize(
    "text",
    [
        "",
        "105XXXXXXXX",
        "105XXXXXXXX-1.1",
        "105XXXXXXXX-1-TAM",
        "105XXXXXXXX-01.1-TAM",
        "105XXXXXXXX-1.0-TAM",
        "105xxxxxxxx-1.1-TAM",
        "105XXXXXXXX-1.1-tam",
        "105XXXXXXXX-1.1-TAM\n",
        " 105XXXXXXXX-1.1-TAM",
        "105XXXXXXXX-1.1-TAM-2",
        "105XXXXXXXX-1.1-TA1",
        "105XXXXXXXX-۱.۱-TAM",
        "1-1.1-TAM",
    ],
)
def test_what_is_not_a_claim_number_to_the_letter_is_refused(text):
    with pytest.raises(ValueError, match="claim number"):
        ClaimNumber.parse(text)
