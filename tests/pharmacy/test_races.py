"""Eight at once, each on a connection of its own and really committing: one wins, and the others are told why."""

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from codings.base import Problem, Role
from pharmacy import actions, queries
from pharmacy.tables import Acceptance, AcceptanceStatus, Dispense, Pack, PackUse
from tests import factories
from tests.pharmacy import counter
from tests.pharmacy.counter import TWENTY, barcode, hand_over, line, order, prescribe, uid_of

EIGHT = 8
ROUNDS = 5


@pytest.fixture
def prepared(database: Engine):
    """A session that commits at its end, for what has to be there before the race."""
    with Session(database, expire_on_commit=False) as session:
        yield session


@pytest.fixture
def clinic(prepared):
    return counter.open_clinic(prepared)


@pytest.fixture
def pharmacies(prepared):
    return [counter.open_pharmacy(prepared) for _ in range(EIGHT)]


def race(database: Engine, runners: Sequence[Callable[[Session], Any]]) -> list[Any]:
    """Run all at once, each in a transaction of its own; a Problem rolls its own back and is the answer."""
    start = threading.Barrier(len(runners))

    def run(runner: Callable[[Session], Any]) -> Any:
        with Session(database, expire_on_commit=False) as session:
            start.wait()
            try:
                answer = runner(session)
                session.commit()
            except Problem as no:
                session.rollback()
                return no.code
            return answer

    with ThreadPoolExecutor(len(runners)) as pool:
        return list(pool.map(run, runners))


def told(answers):
    """How often each problem was the answer; every success counts as "done"."""
    return Counter(answer if isinstance(answer, str) else "done" for answer in answers)


def test_one_prescription_and_eight_pharmacies_that_accept_it(database, prepared, clinic, pharmacies):
    for _ in range(ROUNDS):
        number = prescribe(prepared, clinic)
        prepared.commit()
        answers = race(
            database, [partial(actions.accept, number=number, by=pharmacy.by()) for pharmacy in pharmacies]
        )
        assert told(answers) == {"done": 1, "prescription.held_elsewhere": EIGHT - 1}
        (winner,) = [answer for answer in answers if isinstance(answer, Acceptance)]
        with Session(database) as session:
            held = queries.held(session, number=number, at=winner.accepted_at)
            assert held is not None
            assert (held.acceptance, held.pharmacy) == (winner.acceptance, winner.pharmacy)
            steps = select(AcceptanceStatus).where(AcceptanceStatus.shabad == number.shabad)
            assert len(session.exec(steps).all()) == 1


def test_one_pharmacy_that_accepts_eight_times_has_one_acceptance(database, prepared, clinic, pharmacies):
    number = prescribe(prepared, clinic)
    prepared.commit()
    answers = race(database, [partial(actions.accept, number=number, by=pharmacies[0].by())] * EIGHT)
    assert len({answer.acceptance for answer in answers}) == 1


def test_one_pack_and_eight_prescriptions_at_eight_pharmacies(database, prepared, clinic, pharmacies):
    for _ in range(ROUNDS):
        scan = barcode(prepared)
        tills = []
        for pharmacy in pharmacies:
            held = actions.accept(prepared, number=prescribe(prepared, clinic), by=pharmacy.by())
            wanted = order(held.acceptance, line({scan: None}))
            tills.append(partial(hand_over, wanted=wanted, by=pharmacy.by()))
        prepared.commit()
        assert told(race(database, tills)) == {"done": 1, "pack.taken": EIGHT - 1}
        with Session(database) as session:
            assert session.get_one(Pack, uid_of(scan)).taken == 10
            assert len(session.exec(select(PackUse).where(PackUse.uid == uid_of(scan))).all()) == 1


def test_one_opened_pack_and_eight_prescriptions_at_one_pharmacy(database, prepared, clinic, pharmacies):
    """Three tablets each of a pack of twenty: six are served and two are told that there are only two left."""
    here = pharmacies[0]
    scan = barcode(prepared, TWENTY)
    tills = []
    for _ in range(EIGHT):
        held = actions.accept(prepared, number=prescribe(prepared, clinic), by=here.by())
        wanted = order(held.acceptance, line({scan: "3"}, irc=TWENTY, quantity="3"))
        tills.append(partial(hand_over, wanted=wanted, by=here.by()))
    prepared.commit()
    assert told(race(database, tills)) == {"done": 6, "pack.not_enough_left": 2}
    with Session(database) as session:
        assert session.get_one(Pack, uid_of(scan)).taken == 18


def test_one_pack_that_eight_want_set_aside(database, prepared, clinic, pharmacies):
    scan = barcode(prepared)
    tills = []
    for pharmacy in pharmacies:
        held = actions.accept(prepared, number=prescribe(prepared, clinic), by=pharmacy.by())
        tills.append(partial(counter.set_aside, scan=scan, acceptance=held.acceptance, by=pharmacy.by()))
    prepared.commit()
    assert told(race(database, tills)) == {"done": 1, "pack.reserved": EIGHT - 1}


def test_packs_in_any_order_never_lock_each_other_out(database, prepared, clinic, pharmacies):
    """Everybody wants the same four packs, each in another order: one gets them all, and nobody deadlocks."""
    scans = [barcode(prepared) for _ in range(4)]
    tills = []
    for turn, pharmacy in enumerate(pharmacies):
        number = prescribe(prepared, clinic, counter.item(quantity="60", days=20))
        held = actions.accept(prepared, number=number, by=pharmacy.by())
        turned = scans[turn % 4 :] + scans[: turn % 4]
        mine = turned[::-1] if turn >= 4 else turned
        wanted = order(held.acceptance, line(dict.fromkeys(mine), quantity="40"))
        tills.append(partial(hand_over, wanted=wanted, by=pharmacy.by()))
    prepared.commit()
    assert told(race(database, tills)) == {"done": 1, "pack.taken": EIGHT - 1}


def test_one_acceptance_and_eight_tills_never_give_more_than_was_prescribed(
    database, prepared, clinic, pharmacies
):
    """Thirty tablets, eight tills with a pack of ten each: three are served, whatever order they come in."""
    here = pharmacies[0]
    number = prescribe(prepared, clinic)
    held = actions.accept(prepared, number=number, by=here.by()).acceptance
    wanted = [order(held, line({barcode(prepared): None})) for _ in range(EIGHT)]
    prepared.commit()
    answers = race(database, [partial(hand_over, wanted=what, by=here.by()) for what in wanted])
    assert told(answers) == {"done": 3, "prescription.already_dispensed": EIGHT - 3}
    assert sorted(answer.number.d for answer in answers if not isinstance(answer, str)) == [1, 2, 3]
    with Session(database) as session:
        assert counter.remaining(session, number) == [Decimal(0)]
        assert len(session.exec(select(Dispense)).all()) == 3
        assert len(session.exec(select(Pack)).all()) == 3


def test_a_dispense_that_eight_take_back_comes_back_once(database, prepared, clinic, pharmacies):
    here = pharmacies[0]
    number = prescribe(prepared, clinic)
    view = counter.dispensed(prepared, here, number, barcode(prepared))
    prepared.commit()
    back = partial(actions.take_back, number=view.number, reason="dispensing-error", by=here.by())
    assert told(race(database, [back] * EIGHT)) == {"done": 1, "dispense.already_returned": EIGHT - 1}
    with Session(database) as session:
        assert counter.remaining(session, number) == [Decimal(30)]


def registering(pack):
    """The authority's proof for a pack of a dispense, arriving at a job."""
    job = factories.actor(role=Role.SERVICE)
    return partial(actions.record_supply, uid=pack.uid, use=pack.use, proof={"status": "SUPPLIED"}, by=job)


def test_the_last_packs_of_a_dispense_told_at_once_complete_it_exactly_once(
    database, prepared, clinic, pharmacies
):
    for _ in range(ROUNDS):
        scans = [barcode(prepared) for _ in range(3)]
        view = counter.dispensed(prepared, pharmacies[0], prescribe(prepared, clinic), *scans)
        prepared.commit()
        answers = race(database, [registering(pack) for pack in view.lines[0].packs])
        assert sorted(answers) == [False, False, True]


def test_a_return_and_a_registration_at_once_leave_nothing_forgotten(database, prepared, clinic, pharmacies):
    """Whoever is first: the pack is back, and where the authority was told, it will be told again."""
    here = pharmacies[0]
    for _ in range(ROUNDS):
        view = counter.dispensed(prepared, here, prescribe(prepared, clinic), barcode(prepared))
        prepared.commit()
        (pack,) = view.lines[0].packs
        back = partial(actions.take_back, number=view.number, reason="not-collected", by=here.by())
        race(database, [back, registering(pack)])
        with Session(database) as session:
            (use,) = queries.pack_uses(session, number=view.number)
            assert use.state == "returned"
            assert use.supplied_at is not None
            assert pack.uid in {one.uid for one in queries.packs_to_reactivate(session)}
