"""Which state may follow which, pair by pair, and that verbs and transitions agree."""

from itertools import product

import pytest

from prescriber.states import (
    ALLOWED,
    DRAFT_ALLOWED,
    LIVE,
    VERBS,
    DraftState,
    Number,
    PrescriptionState,
    Verb,
    can,
)

P = PrescriptionState
FOLLOWS = {
    (P.ACTIVE, P.PARTLY_DISPENSED),
    (P.ACTIVE, P.DISPENSED),
    (P.ACTIVE, P.CANCEL_REQUESTED),
    (P.ACTIVE, P.CANCELLED),
    (P.ACTIVE, P.REPLACED),
    (P.PARTLY_DISPENSED, P.ACTIVE),
    (P.PARTLY_DISPENSED, P.DISPENSED),
    (P.PARTLY_DISPENSED, P.CANCEL_REQUESTED),
    (P.PARTLY_DISPENSED, P.CANCELLED),
    (P.DISPENSED, P.PARTLY_DISPENSED),
    (P.DISPENSED, P.ACTIVE),
    (P.CANCEL_REQUESTED, P.CANCELLED),
}
# What each verb leads to, where it changes the state at all.
LEADS_TO = {
    Verb.DISPENSE: {P.PARTLY_DISPENSED, P.DISPENSED},
    Verb.TAKE_BACK: {P.PARTLY_DISPENSED, P.ACTIVE},
    Verb.CANCEL: {P.CANCELLED, P.CANCEL_REQUESTED},
    Verb.SETTLE_CANCEL: {P.CANCELLED},
    Verb.REPLACE: {P.REPLACED},
}
OFFERED = {
    (P.ACTIVE, Verb.DISPENSE),
    (P.PARTLY_DISPENSED, Verb.DISPENSE),
    (P.PARTLY_DISPENSED, Verb.TAKE_BACK),
    (P.DISPENSED, Verb.TAKE_BACK),
    (P.CANCEL_REQUESTED, Verb.TAKE_BACK),
    (P.CANCELLED, Verb.TAKE_BACK),
    (P.ACTIVE, Verb.CANCEL),
    (P.PARTLY_DISPENSED, Verb.CANCEL),
    (P.CANCEL_REQUESTED, Verb.SETTLE_CANCEL),
    (P.ACTIVE, Verb.REPLACE),
}
ENDED = {P.CANCELLED, P.REPLACED}


@pytest.mark.parametrize(("before", "after"), list(product(P, P)))
def test_every_pair_of_prescription_states_is_decided(before, after):
    assert (after in ALLOWED[before]) == ((before, after) in FOLLOWS)


def test_a_prescription_is_born_active_and_a_draft_open():
    assert ALLOWED[None] == {P.ACTIVE}
    assert DRAFT_ALLOWED[None] == {DraftState.OPEN}


@pytest.mark.parametrize(("before", "after"), list(product(DraftState, DraftState)))
def test_a_draft_only_ever_closes(before, after):
    closes = before is DraftState.OPEN and after is not DraftState.OPEN
    assert (after in DRAFT_ALLOWED[before]) == closes


@pytest.mark.parametrize(("state", "verb"), list(product(P, Verb)))
def test_each_verb_is_offered_where_it_can_be_asked_and_nowhere_else(state, verb):
    assert can(state, verb) == ((state, verb) in OFFERED)


@pytest.mark.parametrize(("state", "verb"), sorted(OFFERED - {(P.CANCELLED, Verb.TAKE_BACK)}))
def test_an_offered_verb_leads_somewhere_that_is_allowed(state, verb):
    stays = (state, verb) == (P.CANCEL_REQUESTED, Verb.TAKE_BACK)  # the quantity comes back, the end stays
    assert stays or ALLOWED[state] & LEADS_TO[verb]


def test_what_has_ended_stays_ended_and_what_is_live_can_still_be_used_or_ended():
    for state in ENDED:
        assert ALLOWED[state] == frozenset()
        assert not can(state, Verb.DISPENSE)
    assert frozenset(P) - ENDED - {P.DISPENSED} == LIVE
    assert set(VERBS) == set(Verb)


def test_a_number_is_shown_as_it_stands_on_the_slip():
    assert str(Number("1057Y3KP0M4A", 2)) == "1057Y3KP0M4A-2"
