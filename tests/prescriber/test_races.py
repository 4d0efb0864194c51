"""Many hands at once: nothing is handed over twice, and of two that exclude each other exactly one wins."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from decimal import Decimal
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlmodel import Session, col, select

from codings.base import Problem
from prescriber import actions, queries
from prescriber.actions import dispensing
from prescriber.inputs import ShabadFacts
from prescriber.queries import PrescriptionView
from prescriber.states import Number, PrescriptionState
from prescriber.tables import ItemWindow, Patient, PrescriptionStatus
from tests import factories
from tests.prescriber import desk
from tests.prescriber.desk import Clinic

P = PrescriptionState
ROUNDS = 12


@dataclass(frozen=True)
class World:
    """A database of its own with one clinic in it."""

    engine: Engine
    clinic: Clinic

    def prescribe(self, *items: dict[str, Any]) -> PrescriptionView:
        with Session(self.engine) as session:
            view = desk.prescribe(session, self.clinic, *items)
            session.commit()
        return view

    def at_once(self, *deeds: Callable[[Session], Any]) -> list[Any]:
        """Each deed in a transaction of its own, all begun together; a Problem is an answer too."""
        gate = Barrier(len(deeds))

        def do(deed: Callable[[Session], Any]) -> Any:
            with Session(self.engine) as session:
                session.execute(text("SELECT 1"))  # connected before the gate opens
                session.rollback()
                gate.wait()
                try:
                    answer = deed(session)
                except Problem as no:
                    session.rollback()
                    return no
                session.commit()
                return answer

        with ThreadPoolExecutor(len(deeds)) as hands:
            return list(hands.map(do, deeds))

    def look(self, number: Number) -> tuple[PrescriptionState, list[Decimal]]:
        with Session(self.engine) as session:
            rows = session.exec(
                select(col(ItemWindow.remaining))
                .where(ItemWindow.shabad == number.shabad, ItemWindow.n == number.n)
                .order_by(ItemWindow.item, ItemWindow.window)
            ).all()
            desk.verify(session, number)
            return queries.status_unscoped(session, number=number), list(rows)


@pytest.fixture
def world(database):
    with Session(database, expire_on_commit=False) as session:
        clinic = desk.open_clinic(session)
        session.commit()
    return World(database, clinic)


def taking(view, quantity, item=1):
    def take(session):
        lines = [(item, Decimal(quantity))]
        return actions.draw_down(session, number=view.number, lines=lines, by=factories.actor()).used

    return take


def refused(answers):
    return [answer for answer in answers if isinstance(answer, Problem)]


def test_eight_counters_that_want_the_last_pack_hand_it_over_once(world):
    for _ in range(ROUNDS):
        view = world.prescribe()
        answers = world.at_once(*[taking(view, 21)] * 8)
        assert {no.code for no in refused(answers)} == {"prescription.already_dispensed"}
        assert len(refused(answers)) == 7
        assert world.look(view.number) == (P.DISPENSED, [0])


def test_eight_counters_that_want_parts_hand_over_no_more_than_there_is(world):
    for _ in range(ROUNDS):
        view = world.prescribe()
        answers = world.at_once(*[taking(view, 5)] * 8)
        assert len(refused(answers)) == 4
        assert {no.code for no in refused(answers)} == {"item.not_enough_left"}
        assert world.look(view.number) == (P.PARTLY_DISPENSED, [1])


def test_the_guard_holds_even_for_counters_that_never_locked(world):
    """The lock is the first belt; this is the second one alone."""
    view = world.prescribe()

    def naive(session):
        dispensing._lower(session, view.number, [(1, 1, Decimal(5))], view.items[0].windows[0].opens_on)
        return "done"

    answers = world.at_once(*[naive] * 8)
    assert answers.count("done") == 4
    assert {no.code for no in refused(answers)} == {"item.not_enough_left"}
    with Session(world.engine) as session:
        assert session.exec(select(col(ItemWindow.remaining))).all() == [Decimal(1)]


def test_takers_and_returners_together_keep_the_books(world):
    for _ in range(ROUNDS // 3):
        view = world.prescribe()
        with Session(world.engine) as session:
            used = taking(view, 10)(session)
            session.commit()

        def give_back(session, used=used, view=view):
            actions.put_back(session, number=view.number, used=used, by=factories.actor())
            return []

        answers = world.at_once(give_back, give_back, *[taking(view, 4)] * 6)
        went_back = sum(answer == [] for answer in answers)
        taken = sum(
            (use[2] for answer in answers if not isinstance(answer, Problem) for use in answer), Decimal(0)
        )
        state, (left,) = world.look(view.number)
        assert went_back >= 1
        assert left == 21 - 10 + 10 * went_back - taken
        assert state is (P.ACTIVE if left == 21 else P.DISPENSED if left == 0 else P.PARTLY_DISPENSED)


def test_a_cancellation_and_a_dispense_never_both_win(world):
    seen = set()
    for _ in range(ROUNDS):
        view = world.prescribe()

        def cancel(session, view=view):
            by = world.clinic.by()
            return actions.cancel(session, number=view.number, reason="entered-in-error", held=False, by=by)

        cancelled, taken = world.at_once(cancel, taking(view, 21))
        state, (left,) = world.look(view.number)
        if isinstance(taken, Problem):
            assert (cancelled, taken.code, state, left) == (
                P.CANCELLED,
                "prescription.cancelled",
                P.CANCELLED,
                21,
            )
        else:
            assert (cancelled.code, state, left) == ("prescription.already_dispensed", P.DISPENSED, 0)
        seen.add(state)
    assert seen <= {P.CANCELLED, P.DISPENSED}


def test_a_cancellation_and_a_part_agree_on_what_was_dispensed(world):
    for _ in range(ROUNDS):
        view = world.prescribe()

        def cancel(session, view=view):
            by = world.clinic.by()
            return actions.cancel(session, number=view.number, reason="entered-in-error", held=False, by=by)

        cancelled, taken = world.at_once(cancel, taking(view, 5))
        state, (left,) = world.look(view.number)
        assert (cancelled, state) == (P.CANCELLED, P.CANCELLED)
        assert left == (21 if isinstance(taken, Problem) else 16)


def test_eight_cancellations_at_once_are_one(world):
    view = world.prescribe()

    def cancel(session):
        by = world.clinic.by()
        return actions.cancel(session, number=view.number, reason="entered-in-error", held=False, by=by)

    assert world.at_once(*[cancel] * 8) == [P.CANCELLED] * 8
    with Session(world.engine) as session:
        assert len(session.exec(select(PrescriptionStatus)).all()) == 2


def test_a_correction_and_a_dispense_never_both_win(world):
    for _ in range(ROUNDS):
        view = world.prescribe()
        with Session(world.engine) as session:
            facts = correction_of(session, world.clinic, view)
            token = desk.signed(world.clinic, desk.prepare(session, world.clinic, facts, replaces=1).payload)

        def replace(session, facts=facts, token=token):
            return desk.register(session, world.clinic, facts, token)[0].number

        replaced, taken = world.at_once(replace, taking(view, 21))
        state, (left,) = world.look(view.number)
        if isinstance(taken, Problem):
            assert (replaced.n, taken.code, state, left) == (2, "prescription.replaced", P.REPLACED, 21)
        else:
            assert (replaced.code, state, left) == ("prescription.cannot_replace", P.DISPENSED, 0)
            with Session(world.engine) as session:
                assert queries.next_n(session, view.number.shabad) == 2


def correction_of(session: Session, clinic: Clinic, view: PrescriptionView) -> ShabadFacts:
    patient = session.get(Patient, view.patient)
    assert patient is not None
    return desk.shabad(clinic, patient, shabad=view.number.shabad)


def test_items_asked_for_in_any_order_never_deadlock(world):
    view = world.prescribe(desk.item(), desk.PAIN)

    def both(first, second):
        def take(session):
            lines = [(first, Decimal(1)), (second, Decimal(1))]
            return actions.draw_down(session, number=view.number, lines=lines, by=factories.actor()).used

        return take

    answers = world.at_once(*[both(1, 2), both(2, 1)] * 4)
    assert not refused(answers)
    assert world.look(view.number) == (P.PARTLY_DISPENSED, [13, 2])
