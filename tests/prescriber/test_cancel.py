"""Cancelling: at once, or when the pharmacy lets go; by the centre that wrote it; with the reason kept."""

from datetime import timedelta
from decimal import Decimal
from itertools import product

import pytest

from prescriber import actions, queries
from prescriber.actions import status
from prescriber.outcomes import (
    AlreadyDispensed,
    PrescriptionCancelled,
    PrescriptionNotFound,
    Replaced,
)
from prescriber.states import ALLOWED, PrescriptionState
from prescriber.tables import Patient
from tests import factories
from tests.factories import AT
from tests.prescriber import desk

P = PrescriptionState
LATER = AT + timedelta(minutes=5)


@pytest.fixture
def view(session, clinic):
    return desk.prescribe(session, clinic)


def cancel(session, clinic, view, *, held=False, reason="entered-in-error", by=None):
    return actions.cancel(session, number=view.number, reason=reason, held=held, by=by or clinic.by(LATER))


def take(session, view, quantity):
    return actions.draw_down(
        session, number=view.number, lines=[(1, Decimal(quantity))], by=factories.actor(at=AT)
    )


def last(session, view):
    return queries.prescription_unscoped(session, number=view.number).history[-1]


def cancelled(session):
    return [event for event in session.info["events"] if isinstance(event, PrescriptionCancelled)]


def test_what_nobody_holds_is_cancelled_at_once(session, clinic, view):
    assert cancel(session, clinic, view) is P.CANCELLED
    change = last(session, view)
    assert (change.from_state, change.to_state, change.why) == ("active", "cancelled", "entered-in-error")
    assert (change.at, change.by) == (LATER, f"account:{clinic.physician.council}")
    assert cancelled(session) == [PrescriptionCancelled(shabad=view.number.shabad, n=1)]
    assert not queries.any_live(session, shabad=view.number.shabad)


def test_what_a_pharmacy_holds_waits_until_it_lets_go(session, clinic, view):
    assert cancel(session, clinic, view, held=True, reason="interaction") is P.CANCEL_REQUESTED
    assert cancelled(session) == []
    assert queries.any_live(session, shabad=view.number.shabad)
    assert queries.cancellations_waiting(session) == [view.number]
    pharmacy = factories.actor(at=LATER)
    assert actions.settle_cancel(session, number=view.number, by=pharmacy) is P.CANCELLED
    change = last(session, view)
    assert (change.to_state, change.why, change.by) == ("cancelled", "interaction", pharmacy.id)
    assert len(cancelled(session)) == 1
    assert queries.cancellations_waiting(session) == []


def test_a_part_that_was_dispensed_stays_dispensed(session, clinic, view):
    take(session, view, "5")
    assert cancel(session, clinic, view) is P.CANCELLED
    assert last(session, view).from_state == "partly_dispensed"


def test_what_is_dispensed_cannot_be_cancelled_and_says_since_when(session, clinic, view):
    take(session, view, "21")
    with pytest.raises(AlreadyDispensed) as no:
        cancel(session, clinic, view)
    assert "2026-12-01 11:30" in no.value.detail.en
    assert queries.status_unscoped(session, number=view.number) is P.DISPENSED


def test_what_was_replaced_is_not_cancelled_but_its_successor_is(session, clinic, view):
    facts = desk.shabad(clinic, session.get(Patient, view.patient), shabad=view.number.shabad)
    ready = desk.prepare(session, clinic, facts, replaces=1)
    second, _ = desk.register(session, clinic, facts, desk.signed(clinic, ready.payload))
    with pytest.raises(Replaced):
        cancel(session, clinic, view)
    assert cancel(session, clinic, second) is P.CANCELLED


def test_cancelling_twice_is_cancelling_once(session, clinic, view):
    cancel(session, clinic, view)
    assert cancel(session, clinic, view, held=True, reason="patient-request") is P.CANCELLED
    assert last(session, view).why == "entered-in-error"
    assert len(cancelled(session)) == 1


def test_asking_again_after_the_pharmacy_went_away_takes_effect(session, clinic, view):
    cancel(session, clinic, view, held=True)
    assert cancel(session, clinic, view, held=True) is P.CANCEL_REQUESTED
    assert len(queries.prescription_unscoped(session, number=view.number).history) == 2
    assert cancel(session, clinic, view, held=False) is P.CANCELLED


def test_settling_what_nobody_asked_to_cancel_changes_nothing(session, clinic, view):
    assert actions.settle_cancel(session, number=view.number, by=factories.actor()) is P.ACTIVE
    assert len(queries.prescription_unscoped(session, number=view.number).history) == 1


def test_another_centre_cancels_nothing_and_learns_nothing(session, clinic, elsewhere, view):
    for stranger in (elsewhere.by(), elsewhere.system(), factories.regulator()):
        for number in (view.number, view.number._replace(n=2)):
            with pytest.raises(PrescriptionNotFound):
                actions.cancel(session, number=number, reason="entered-in-error", held=False, by=stranger)
    assert queries.status_unscoped(session, number=view.number) is P.ACTIVE


def test_a_colleague_and_the_clinics_system_may_cancel(session, clinic, view):
    colleague = factories.working(factories.physician(session, clinic.centre), clinic.centre)
    assert cancel(session, clinic, view, by=colleague) is P.CANCELLED
    assert cancel(session, clinic, desk.prescribe(session, clinic), by=clinic.system()) is P.CANCELLED


@pytest.mark.parametrize(("before", "after"), list(product(P, P)))
def test_every_pair_of_states_moves_only_as_the_table_says_and_only_from_the_state_it_is_in(
    session, clinic, view, before, after
):
    by = clinic.by()
    if after not in ALLOWED[before]:
        with pytest.raises(ValueError, match="never followed"):
            status.move(session, number=view.number, from_state=before, to_state=after, by=by)
        assert queries.status_unscoped(session, number=view.number) is P.ACTIVE
        return
    moved = status.move(session, number=view.number, from_state=before, to_state=after, by=by)
    assert moved == (before is P.ACTIVE)
    assert queries.status_unscoped(session, number=view.number) is (after if moved else P.ACTIVE)
    assert len(queries.prescription_unscoped(session, number=view.number).history) == 1 + moved
