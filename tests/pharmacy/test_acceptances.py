"""One pharmacy holds a prescription at a time, for thirty minutes by the clock."""

from datetime import timedelta

import pytest
from sqlmodel import col, select

from codings.base import Role
from pharmacy import actions, queries
from pharmacy.outcomes import (
    AcceptanceExpired,
    AcceptanceReleased,
    AcceptanceUnknown,
    HeldElsewhere,
    NoPharmacy,
)
from pharmacy.tables import AcceptanceStatus, PackUse
from prescriber import actions as prescriber_actions
from prescriber.outcomes import AlreadyCancelled, AlreadyDispensed, CancelRequested, PrescriptionExpired
from tests import factories
from tests.factories import AT
from tests.pharmacy import counter


def steps(session, number):
    rows = session.exec(
        select(AcceptanceStatus)
        .where(AcceptanceStatus.shabad == number.shabad, AcceptanceStatus.n == number.n)
        .order_by(col(AcceptanceStatus.at), col(AcceptanceStatus.id))
    )
    return [(row.from_state, row.to_state, row.why) for row in rows]


def test_a_free_prescription_is_held_for_thirty_minutes(session, here, number):
    held = actions.accept(session, number=number, by=here.by())
    assert (held.pharmacy, held.accepted_at) == (here.centre.siam, AT)
    assert held.expires_at == AT + timedelta(minutes=30)
    assert steps(session, number) == [(None, "held", None)]


def test_another_pharmacy_is_told_until_when_and_not_by_whom(session, here, elsewhere, number):
    actions.accept(session, number=number, by=here.by())
    with pytest.raises(HeldElsewhere) as no:
        actions.accept(session, number=number, by=elsewhere.by(minutes=29, seconds=59))
    assert no.value.facts == {"until_fa": "۱۲:۰۰", "until_en": "12:00"}  # 08:30 UTC in Tehran
    said = [no.value.detail, no.value.remedy]
    for words in [text for one in said if one is not None for text in one]:
        assert here.centre.siam not in words
        assert here.centre.name_fa not in words


def test_the_same_pharmacy_gets_its_own_acceptance_again_for_another_thirty_minutes(session, here, number):
    first = actions.accept(session, number=number, by=here.by())
    name, began = first.acceptance, first.accepted_at
    again = actions.accept(session, number=number, by=here.by(minutes=20))
    assert (again.acceptance, again.accepted_at) == (name, began)
    assert again.expires_at == AT + timedelta(minutes=50)
    assert steps(session, number) == [(None, "held", None), ("held", "held", "resumed")]


def test_the_same_pharmacy_resumes_even_what_ran_out_while_nobody_else_took_it(session, here, number):
    name = actions.accept(session, number=number, by=here.by()).acceptance
    assert actions.accept(session, number=number, by=here.by(minutes=45)).acceptance == name


def test_a_colleague_of_the_same_pharmacy_resumes_it_too(session, here, number):
    name = actions.accept(session, number=number, by=here.by()).acceptance
    till = factories.machine(here.centre, "pharmacy", at=AT + timedelta(minutes=1))
    assert actions.accept(session, number=number, by=till).acceptance == name


def test_what_ran_out_is_free_for_others_and_the_first_one_s_name_for_it_is_gone(
    session, here, elsewhere, number
):
    lost = actions.accept(session, number=number, by=here.by()).acceptance
    held = actions.accept(session, number=number, by=elsewhere.by(minutes=30))
    assert held.pharmacy == elsewhere.centre.siam
    assert held.acceptance != lost
    with pytest.raises(AcceptanceUnknown):
        queries.acceptance(session, acceptance=lost, by=here.by(minutes=31))


def test_what_is_released_is_free_for_others_at_once(session, here, elsewhere, number):
    held = actions.accept(session, number=number, by=here.by())
    actions.release(session, acceptance=held.acceptance, by=here.by(minutes=1))
    assert queries.held(session, number=number, at=AT + timedelta(minutes=1)) is None
    assert (
        actions.accept(session, number=number, by=elsewhere.by(minutes=2)).pharmacy == elsewhere.centre.siam
    )
    assert steps(session, number) == [(None, "held", None), ("held", "released", None), (None, "held", None)]


def test_accepting_after_a_release_is_another_acceptance(session, here, number):
    first = actions.accept(session, number=number, by=here.by()).acceptance
    actions.release(session, acceptance=first, by=here.by())
    second = actions.accept(session, number=number, by=here.by(minutes=1))
    assert second.acceptance != first
    assert second.accepted_at == AT + timedelta(minutes=1)


def test_releasing_twice_is_releasing_once(session, here, number):
    held = actions.accept(session, number=number, by=here.by()).acceptance
    for _ in range(2):
        actions.release(session, acceptance=held, by=here.by())
    assert steps(session, number) == [(None, "held", None), ("held", "released", None)]


def test_only_the_holder_releases(session, here, elsewhere, number):
    held = actions.accept(session, number=number, by=here.by())
    with pytest.raises(AcceptanceUnknown):
        actions.release(session, acceptance=held.acceptance, by=elsewhere.by())
    assert queries.held(session, number=number, at=AT) is not None


def test_releasing_lets_the_packs_go_that_were_set_aside(session, here, number):
    held = actions.accept(session, number=number, by=here.by())
    use = counter.set_aside(session, counter.barcode(session), held.acceptance, by=here.by())
    actions.release(session, acceptance=held.acceptance, by=here.by())
    assert session.get_one(PackUse, (use.uid, use.id)).state == "released"


def test_resuming_keeps_the_packs_set_aside_as_long(session, here, number):
    held = actions.accept(session, number=number, by=here.by())
    use = counter.set_aside(session, counter.barcode(session), held.acceptance, by=here.by())
    actions.accept(session, number=number, by=here.by(minutes=10))
    assert session.get_one(PackUse, (use.uid, use.id)).reserved_until == AT + timedelta(minutes=40)


@pytest.mark.parametrize(("minutes", "live"), [(0, True), (29.99, True), (30, False), (31, False)])
def test_held_is_asked_of_the_clock(session, here, number, minutes, live):
    actions.accept(session, number=number, by=here.by())
    found = queries.held(session, number=number, at=AT + timedelta(minutes=minutes))
    assert (found is not None) is live


def test_the_queue_shows_what_this_pharmacy_holds_now(session, clinic, here, elsewhere):
    numbers = [counter.prescribe(session, clinic) for _ in range(4)]
    held = [
        actions.accept(session, number=number, by=here.by(minutes=minutes))
        for minutes, number in enumerate(numbers[:3])
    ]
    actions.release(session, acceptance=held[2].acceptance, by=here.by(minutes=3))
    actions.accept(session, number=numbers[3], by=elsewhere.by())
    shown = queries.queue(session, by=here.by(minutes=29))
    assert [row.number for row in shown] == numbers[:2]
    assert shown[0].patient.startswith("بیمار نمونه")
    assert [row.number for row in queries.queue(session, by=here.by(minutes=30, seconds=30))] == numbers[1:2]


def test_an_acceptance_is_read_by_its_own_pharmacy_and_by_the_service_alone(session, here, elsewhere, number):
    held = actions.accept(session, number=number, by=here.by())
    assert queries.acceptance(session, acceptance=held.acceptance, by=here.by()).expires_at == held.expires_at
    job = factories.actor(role=Role.SERVICE)
    assert queries.acceptance(session, acceptance=held.acceptance, by=job).expires_at == held.expires_at
    with pytest.raises(AcceptanceUnknown):
        queries.acceptance(session, acceptance=held.acceptance, by=elsewhere.by())


def test_somebody_without_a_pharmacy_holds_nothing(session, number):
    with pytest.raises(NoPharmacy):
        actions.accept(session, number=number, by=factories.actor(role=Role.PHARMACIST))


def test_what_cannot_be_dispensed_is_not_held_either(session, clinic, here):
    gone = counter.prescribe(session, clinic)
    prescriber_actions.cancel(session, number=gone, reason="wrong-patient", held=False, by=clinic.by())
    with pytest.raises(AlreadyCancelled):
        actions.accept(session, number=gone, by=here.by())
    old = counter.prescribe(session, clinic)
    with pytest.raises(PrescriptionExpired):
        actions.accept(session, number=old, by=here.by(days=62))
    done = counter.prescribe(session, clinic, counter.item(quantity="10"))
    counter.dispensed(session, here, done, counter.barcode(session))
    with pytest.raises(AlreadyDispensed):
        actions.accept(session, number=done, by=here.by())


def test_a_holder_is_not_given_more_time_once_a_cancellation_waits_for_it(session, clinic, here, number):
    actions.accept(session, number=number, by=here.by())
    prescriber_actions.cancel(session, number=number, reason="wrong-patient", held=True, by=clinic.by())
    with pytest.raises(CancelRequested):
        actions.accept(session, number=number, by=here.by(minutes=1))


class TestADispenseNeedsALiveAcceptance:
    def test_of_ones_own(self, session, here, elsewhere, number):
        held = actions.accept(session, number=number, by=here.by())
        wanted = counter.order(held.acceptance, counter.line({counter.barcode(session): None}))
        with pytest.raises(AcceptanceUnknown):
            counter.hand_over(session, wanted, by=elsewhere.by())

    def test_that_has_not_run_out(self, session, here, number):
        held = actions.accept(session, number=number, by=here.by())
        wanted = counter.order(held.acceptance, counter.line({counter.barcode(session): None}))
        with pytest.raises(AcceptanceExpired) as no:
            counter.hand_over(session, wanted, by=here.by(minutes=30))
        assert no.value.facts["expired_en"] == "12:00"

    def test_that_is_not_released(self, session, here, number):
        held = actions.accept(session, number=number, by=here.by())
        actions.release(session, acceptance=held.acceptance, by=here.by())
        wanted = counter.order(held.acceptance, counter.line({counter.barcode(session): None}))
        with pytest.raises(AcceptanceReleased):
            counter.hand_over(session, wanted, by=here.by())

    def test_and_accepting_again_makes_it_live(self, session, here, number):
        held = actions.accept(session, number=number, by=here.by())
        actions.accept(session, number=number, by=here.by(minutes=40))
        wanted = counter.order(held.acceptance, counter.line({counter.barcode(session): None}))
        assert counter.hand_over(session, wanted, by=here.by(minutes=41)).number.d == 1
