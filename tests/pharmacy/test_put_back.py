"""One pack that was scanned by mistake goes back to the shelf; what is handed over does not, whoever is quicker."""

from functools import partial

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from pharmacy import actions
from pharmacy.outcomes import (
    AcceptanceExpired,
    AcceptanceReleased,
    AcceptanceUnknown,
    PackHandedOver,
    PackNotSetAside,
)
from pharmacy.tables import Pack, PackUse, PackUseStatus
from tests.pharmacy import counter
from tests.pharmacy.counter import barcode, hand_over, item, line, order, prescribe, set_aside, uid_of
from tests.pharmacy.test_races import race, told


def states(session: Session, uid: str) -> list[str]:
    return sorted(use.state.value for use in session.exec(select(PackUse).where(PackUse.uid == uid)))


@pytest.fixture
def held(session, clinic, here):
    return actions.accept(session, number=prescribe(session, clinic), by=here.by()).acceptance


def test_a_pack_is_put_back_and_another_prescription_may_have_it(session, clinic, here, held):
    scan = barcode(session)
    set_aside(session, scan, held, by=here.by())
    kept = barcode(session)
    set_aside(session, kept, held, by=here.by())
    actions.release_pack(session, uid=uid_of(scan), acceptance=held, by=here.by())
    assert states(session, uid_of(scan)) == ["released"]
    assert states(session, uid_of(kept)) == ["reserved"]  # the others stay
    other = actions.accept(session, number=prescribe(session, clinic), by=here.by()).acceptance
    set_aside(session, scan, other, by=here.by())
    assert states(session, uid_of(scan)) == ["released", "reserved"]


def test_it_is_written_down_who_put_it_back_and_when(session, here, held):
    scan = barcode(session)
    set_aside(session, scan, held, by=here.by())
    by = here.by(minutes=3)
    actions.release_pack(session, uid=uid_of(scan), acceptance=held, by=by)
    history = select(PackUseStatus).where(PackUseStatus.uid == uid_of(scan)).order_by(PackUseStatus.at)
    last = session.exec(history).all()[-1]
    assert (last.from_state, last.to_state, last.why) == ("reserved", "released", "put_back")
    assert (last.at, last.by) == (by.at, by.id)


def test_putting_back_twice_is_putting_back_once(session, here, held):
    scan = barcode(session)
    set_aside(session, scan, held, by=here.by())
    for _ in range(2):
        actions.release_pack(session, uid=uid_of(scan), acceptance=held, by=here.by())
    assert len(session.exec(select(PackUseStatus).where(PackUseStatus.uid == uid_of(scan))).all()) == 2


def test_a_pack_put_back_may_be_scanned_again(session, here, held):
    scan = barcode(session)
    set_aside(session, scan, held, by=here.by())
    actions.release_pack(session, uid=uid_of(scan), acceptance=held, by=here.by())
    set_aside(session, scan, held, by=here.by(minutes=1))
    assert states(session, uid_of(scan)) == ["released", "reserved"]


def test_only_the_pharmacy_that_set_it_aside_puts_it_back(session, here, held):
    scan = barcode(session)
    set_aside(session, scan, held, by=here.by())
    stranger = counter.open_pharmacy(session)
    with pytest.raises(AcceptanceUnknown):
        actions.release_pack(session, uid=uid_of(scan), acceptance=held, by=stranger.by())
    assert states(session, uid_of(scan)) == ["reserved"]


def test_a_pack_of_another_prescription_stays_where_it_is(session, clinic, here, held):
    scan = barcode(session)
    set_aside(session, scan, held, by=here.by())
    other = actions.accept(session, number=prescribe(session, clinic), by=here.by()).acceptance
    with pytest.raises(PackNotSetAside):
        actions.release_pack(session, uid=uid_of(scan), acceptance=other, by=here.by())
    assert states(session, uid_of(scan)) == ["reserved"]


def test_what_was_handed_over_is_not_put_back(session, here, held):
    scan = barcode(session)
    set_aside(session, scan, held, by=here.by())
    hand_over(session, order(held, line({scan: None})), by=here.by())  # ten of thirty: still held
    with pytest.raises(PackHandedOver):
        actions.release_pack(session, uid=uid_of(scan), acceptance=held, by=here.by())
    assert states(session, uid_of(scan)) == ["consumed"]


def test_after_the_acceptance_nothing_is_put_back(session, here, held):
    scan = barcode(session)
    set_aside(session, scan, held, by=here.by())
    with pytest.raises(AcceptanceExpired):
        actions.release_pack(session, uid=uid_of(scan), acceptance=held, by=here.by(minutes=31))
    actions.release(session, acceptance=held, by=here.by())
    with pytest.raises(AcceptanceReleased):
        actions.release_pack(session, uid=uid_of(scan), acceptance=held, by=here.by())


def test_put_back_and_hand_over_at_once_leave_the_pack_in_one_place(database: Engine):
    """Either it is with the patient and cannot be put back, or it was put back first and is then taken fresh."""
    seen = set()
    for turn in range(6):
        with Session(database, expire_on_commit=False) as prepared:
            clinic, here = counter.open_clinic(prepared), counter.open_pharmacy(prepared)
            number = prescribe(prepared, clinic, item())
            held = actions.accept(prepared, number=number, by=here.by()).acceptance
            scan = barcode(prepared)
            set_aside(prepared, scan, held, by=here.by())
            prepared.commit()
        back = partial(actions.release_pack, uid=uid_of(scan), acceptance=held, by=here.by())
        give = partial(hand_over, wanted=order(held, line({scan: None})), by=here.by())
        answers = race(database, [back, give] if turn % 2 else [give, back])
        assert set(told(answers)) <= {"done", "pack.handed_over"}
        with Session(database) as session:
            assert session.get_one(Pack, uid_of(scan)).taken == 10  # the hand-over stands in every case
            after = states(session, uid_of(scan))
            assert after == (
                ["consumed"] if "pack.handed_over" in told(answers) else ["consumed", "released"]
            )
            steps = select(PackUseStatus).where(PackUseStatus.uid == uid_of(scan))
            assert len(session.exec(steps).all()) == (2 if len(after) == 1 else 3)
        seen.add(len(after))
    assert seen
