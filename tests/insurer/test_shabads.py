"""SHABADs: issued on an inquiry, reserved for outages, bound, verified, given up; and every step that is refused."""

import random as chance
from datetime import timedelta
from itertools import product
from threading import Barrier, Thread

import pytest
from sqlmodel import Session, col, select

from codings.base import Role
from codings.identifiers import make_shabad, shabad_check_ok
from insurer.actions import shabads
from insurer.outcomes import (
    CoverageNotChosen,
    InquiryExpired,
    InquiryUnknown,
    PoolUnknown,
    ShabadBoundLater,
    ShabadExpired,
    ShabadInUse,
    ShabadIssued,
    ShabadNotBound,
    ShabadOfAnotherInsurer,
    ShabadQuota,
    ShabadStateRefused,
    ShabadUnknown,
)
from insurer.queries import coverage as queries
from insurer.states import SHABAD_ALLOWED, ShabadState
from insurer.tables.coverage import Shabad, ShabadStatus
from tests import factories
from tests.factories import AT
from tests.insurer import factories as make


@pytest.fixture
def desk(session):
    return make.desk(session)


def issue(session, desk, **changes):
    inquiry = make.inquire(session, desk)
    given = {"inquiry": inquiry.id, "coverage": desk.basic, "by": desk.by} | changes
    return shabads.issue_shabad(session, **given)


def assign(session, desk, **changes):
    given = {
        "patient": desk.patient.id,
        "practitioner": desk.physician.council,
        "centre": desk.clinic.siam,
        "coverages": desk.facts,
        "by": desk.by,
    }
    return shabads.assign_reserved(session, **(given | changes))


def steps(session, shabad):
    rows = session.exec(
        select(ShabadStatus).where(ShabadStatus.shabad == shabad).order_by(col(ShabadStatus.id))
    )
    return [(row.from_state, row.to_state, row.by, row.why) for row in rows]


# --- Issued ---------------------------------------------------------------------------------------


def test_a_shabad_is_issued_on_the_chosen_cover_with_the_supplementary_one_beside_it(session, desk):
    made = issue(session, desk)
    assert made.insurer == "1"
    assert made.state is ShabadState.ISSUED
    assert made.shabad.startswith("105")  # insurer 1, Jalali year 1405
    assert shabad_check_ok(made.shabad)
    assert made.basic is not None
    assert made.basic["coverage"] == str(desk.basic)
    assert made.supplementary is not None
    assert made.supplementary["insurer"] == "20"
    assert made.valid_until == AT + timedelta(hours=24)
    assert steps(session, made.shabad) == [(None, "issued", desk.by.id, None)]
    assert session.info["events"] == [ShabadIssued(shabad=made.shabad)]


def test_without_a_cover_it_is_self_pay_and_carries_no_insurer_at_all(session, desk):
    made = issue(session, desk, coverage=None)
    assert (made.insurer, made.basic, made.supplementary) == ("37", None, None)
    assert made.shabad.startswith("3705")


def test_an_inquiry_serves_for_one_hour_and_not_a_second_longer(session, desk):
    inquiry = make.inquire(session, desk)
    just_in_time = make.later(desk.by, minutes=59, seconds=59)
    made = shabads.issue_shabad(session, inquiry=inquiry.id, coverage=desk.basic, by=just_in_time)
    assert made.state is ShabadState.ISSUED
    with pytest.raises(InquiryExpired):
        shabads.issue_shabad(
            session, inquiry=inquiry.id, coverage=desk.basic, by=make.later(desk.by, hours=1)
        )


def test_another_centres_inquiry_looks_like_none(session, desk):
    inquiry = make.inquire(session, desk)
    stranger = factories.actor(role=Role.PHYSICIAN, centre=factories.clinic(session).siam)
    with pytest.raises(InquiryUnknown) as there:
        shabads.issue_shabad(session, inquiry=inquiry.id, coverage=desk.basic, by=stranger)
    with pytest.raises(InquiryUnknown) as nowhere:
        shabads.issue_shabad(session, inquiry=desk.patient.id, coverage=desk.basic, by=desk.by)
    assert there.value.detail == nowhere.value.detail


@pytest.mark.parametrize("which", ["ended", "second", "stranger"])
def test_only_a_basic_cover_in_force_of_this_inquiry_can_be_chosen(session, desk, which):
    with pytest.raises(CoverageNotChosen):
        issue(session, desk, coverage=getattr(desk, which))


def test_a_number_that_exists_already_is_drawn_again(session, desk):
    first = issue(session, desk, random=chance.Random(7).randbytes)
    second = issue(session, desk, random=chance.Random(7).randbytes)
    assert first.shabad != second.shabad
    expected = chance.Random(7)
    expected.randbytes(16)
    assert second.shabad == make_shabad("1", 1405, expected.randbytes)


# --- Reserved -------------------------------------------------------------------------------------


def test_a_pool_is_marked_with_a_leading_z_and_serves_thirty_days(session, desk):
    reserved = shabads.reserve_shabads(session, insurer="1", count=25, by=desk.by)
    assert len({row.shabad for row in reserved.shabads}) == 25
    for row in reserved.shabads:
        assert row.shabad.startswith("Z105")
        assert row.state is ShabadState.RESERVED
        assert row.valid_until == reserved.pool.valid_until == AT + timedelta(days=30)
        assert (row.patient, row.pool) == (None, reserved.pool.id)


def test_a_centre_holds_two_hundred_live_reserves_and_no_more(session, desk):
    shabads.reserve_shabads(session, insurer="1", count=150, by=desk.by)
    shabads.reserve_shabads(session, insurer="2", count=50, by=desk.by)
    with pytest.raises(ShabadQuota) as no:
        shabads.reserve_shabads(session, insurer="1", count=1, by=desk.by)
    assert no.value.facts == {"quota": 200, "live": 200, "count": 1}
    month_later = make.later(desk.by, days=30)
    assert len(shabads.reserve_shabads(session, insurer="1", count=200, by=month_later).shabads) == 200
    with pytest.raises(ShabadQuota):
        shabads.reserve_shabads(session, insurer="1", count=0, by=make.later(desk.by, days=61))


def test_the_oldest_reserve_of_the_right_insurer_is_taken(session, desk):
    shabads.reserve_shabads(session, insurer="2", count=1, by=make.later(desk.by, days=-3))
    newer = shabads.reserve_shabads(session, insurer="1", count=1, by=desk.by)
    older = shabads.reserve_shabads(session, insurer="1", count=1, by=make.later(desk.by, days=-2))
    first, second = assign(session, desk), assign(session, desk)
    assert (first.pool, second.pool) == (older.pool.id, newer.pool.id)
    assert first.state is ShabadState.ASSIGNED_OFFLINE
    assert first.basic is not None
    assert (first.patient, first.basic["insurer"]) == (desk.patient.id, "1")
    assert [step[1] for step in steps(session, first.shabad)] == ["reserved", "assigned_offline"]


def test_an_empty_pool_is_filled_with_ten(session, desk):
    taken = assign(session, desk)
    assert taken.insurer == "1"
    assert queries.live_reserves(session, centre=desk.clinic.siam, at=AT) == 9


def test_an_expired_reserve_is_never_taken(session, desk):
    old = shabads.reserve_shabads(session, insurer="1", count=1, by=make.later(desk.by, days=-30))
    assert assign(session, desk).pool != old.pool.id
    with pytest.raises(ShabadExpired):
        assign(session, desk, shabad=old.shabads[0].shabad)


def test_a_reserve_of_one_centre_is_of_no_use_to_another(session, desk):
    other = factories.clinic(session)
    theirs = shabads.reserve_shabads(session, insurer="1", count=1, by=factories.machine(other))
    with pytest.raises(ShabadUnknown):
        assign(session, desk, shabad=theirs.shabads[0].shabad)


def test_a_reserve_is_burnt_on_use(session, desk):
    [one] = shabads.reserve_shabads(session, insurer="1", count=1, by=desk.by).shabads
    assign(session, desk, shabad=one.shabad)
    with pytest.raises(ShabadStateRefused) as no:
        assign(session, desk, shabad=one.shabad)
    assert "تخصیص‌یافته" in no.value.detail.fa


def test_a_reserve_of_an_insurer_who_does_not_cover_the_patient_is_refused(session, desk):
    [other] = shabads.reserve_shabads(session, insurer="2", count=1, by=desk.by).shabads
    with pytest.raises(ShabadOfAnotherInsurer):
        assign(session, desk, shabad=other.shabad)


def test_when_nobody_knows_the_cover_a_reserve_of_any_insurer_serves_without_one(session, desk):
    [one] = shabads.reserve_shabads(session, insurer="2", count=1, by=desk.by).shabads
    taken = assign(session, desk, shabad=one.shabad, coverages=[])
    assert (taken.insurer, taken.basic) == ("2", None)
    assert assign(session, desk, coverages=[]).insurer == "37"


def test_what_is_left_of_a_pool_can_be_returned_or_reported_stolen_by_its_centre_only(session, desk):
    for verb, state in (
        (shabads.return_reserved, ShabadState.RETURNED),
        (shabads.report_stolen, ShabadState.STOLEN),
    ):
        pool = shabads.reserve_shabads(session, insurer="1", count=5, by=desk.by)
        used = assign(session, desk, shabad=pool.shabads[0].shabad)
        stranger = factories.machine(factories.clinic(session))
        with pytest.raises(PoolUnknown):
            verb(session, pool=pool.pool.id, by=stranger)
        assert verb(session, pool=pool.pool.id, by=desk.by) == 4
        assert verb(session, pool=pool.pool.id, by=desk.by) == 0
        rows = session.exec(select(Shabad).where(Shabad.pool == pool.pool.id)).all()
        assert sorted(row.state for row in rows) == sorted([used.state] + [state] * 4)
        gone = next(row for row in rows if row.state is state)
        with pytest.raises(ShabadStateRefused):
            assign(session, desk, shabad=gone.shabad)


def test_reserves_are_marked_expired_once_their_time_has_passed(session, desk):
    pool = shabads.reserve_shabads(session, insurer="1", count=3, by=desk.by)
    service = factories.actor(at=AT + timedelta(days=30) - timedelta(seconds=1))
    assert shabads.expire_reserved(session, by=service) == 0
    assert shabads.expire_reserved(session, by=make.later(service, seconds=1)) == 3
    [*rows] = session.exec(select(Shabad).where(Shabad.pool == pool.pool.id))
    assert {row.state for row in rows} == {ShabadState.EXPIRED}
    assert steps(session, rows[0].shabad)[-1][:2] == ("reserved", "expired")


# --- Bound, verified, rejected, eliminated ---------------------------------------------------------


def test_a_prescription_is_bound_and_a_correction_after_it(session, desk):
    made = issue(session, desk)
    assert shabads.bind_shabad(session, shabad=made.shabad, n=1, by=desk.by).bound_n == 1
    assert shabads.bind_shabad(session, shabad=made.shabad, n=2, by=make.later(desk.by, days=5)).bound_n == 2
    assert shabads.bind_shabad(session, shabad=made.shabad, n=2, by=desk.by).bound_n == 2
    with pytest.raises(ShabadBoundLater):
        shabads.bind_shabad(session, shabad=made.shabad, n=1, by=desk.by)


def test_a_first_prescription_has_a_day_to_be_signed_on_it(session, desk):
    made = issue(session, desk)
    with pytest.raises(ShabadExpired):
        shabads.bind_shabad(session, shabad=made.shabad, n=1, by=make.later(desk.by, hours=24))
    assert (
        shabads.bind_shabad(session, shabad=made.shabad, n=1, by=make.later(desk.by, hours=23)).bound_n == 1
    )


def test_another_centre_can_neither_bind_nor_eliminate_nor_see_it(session, desk):
    made = issue(session, desk)
    stranger = factories.machine(factories.clinic(session))
    for verb in (
        lambda: shabads.bind_shabad(session, shabad=made.shabad, n=1, by=stranger),
        lambda: shabads.eliminate_shabad(session, shabad=made.shabad, reason="x", live=False, by=stranger),
        lambda: queries.shabad(session, shabad=made.shabad, by=stranger),
        lambda: queries.shabad_facts(session, shabad=made.shabad, by=stranger),
        lambda: queries.shabad(session, shabad="1050000000000", by=desk.by),
    ):
        with pytest.raises(ShabadUnknown) as no:
            verb()
        assert no.value.detail.en == "There is no such SHABAD."


def test_an_issuer_confirms_only_what_a_prescription_stands_on(session, desk):
    made = issue(session, desk)
    service = factories.actor()
    with pytest.raises(ShabadNotBound):
        shabads.verify_shabad(session, shabad=made.shabad, proof={"ok": True}, by=service)
    shabads.bind_shabad(session, shabad=made.shabad, n=1, by=desk.by)
    verified = shabads.verify_shabad(session, shabad=made.shabad, proof={"ref": "A1"}, by=service)
    assert (verified.state, verified.verified_proof) == (ShabadState.VERIFIED, {"ref": "A1"})
    again = shabads.verify_shabad(session, shabad=made.shabad, proof={"ref": "B2"}, by=service)
    assert again.verified_proof == {"ref": "A1"}
    assert len(steps(session, made.shabad)) == 2


def test_a_live_prescription_keeps_its_shabad(session, desk):
    made = issue(session, desk)
    with pytest.raises(ShabadInUse):
        shabads.eliminate_shabad(session, shabad=made.shabad, reason="mistake", live=True, by=desk.by)
    gone = shabads.eliminate_shabad(session, shabad=made.shabad, reason="mistake", live=False, by=desk.by)
    assert gone.state is ShabadState.ELIMINATED
    shabads.eliminate_shabad(session, shabad=made.shabad, reason="again", live=False, by=desk.by)
    assert steps(session, made.shabad)[1:] == [("issued", "eliminated", desk.by.id, "mistake")]


def test_its_centre_sees_it_with_its_history(session, desk):
    made = issue(session, desk)
    shabads.eliminate_shabad(session, shabad=made.shabad, reason="mistake", live=False, by=desk.by)
    view = queries.shabad(session, shabad=made.shabad, by=desk.by)
    assert (view.state, view.insurer, view.valid_until) == (ShabadState.ELIMINATED, "1", made.valid_until)
    assert [(change.from_state, change.to_state, change.why) for change in view.history] == [
        (None, "issued", None),
        ("issued", "eliminated", "mistake"),
    ]


def test_the_prescribers_room_is_told_plain_facts_and_never_of_a_bare_reserve(session, desk):
    facts = queries.shabad_facts(session, shabad=issue(session, desk).shabad, by=desk.by)
    assert (facts.insurer, facts.patient, facts.state, facts.offline) == (
        "1",
        desk.patient.id,
        "issued",
        False,
    )
    assert queries.facts_of(assign(session, desk)).offline
    [bare] = shabads.reserve_shabads(session, insurer="1", count=1, by=desk.by).shabads
    with pytest.raises(ShabadStateRefused):
        queries.shabad_facts(session, shabad=bare.shabad, by=desk.by)


# --- Every step from every state --------------------------------------------------------------------

VERBS = {
    "assign": (ShabadState.ASSIGNED_OFFLINE, lambda s, d, x: assign(s, d, shabad=x)),
    "verify": (
        ShabadState.VERIFIED,
        lambda s, d, x: shabads.verify_shabad(s, shabad=x, proof={"ok": True}, by=factories.actor()),
    ),
    "reject": (
        ShabadState.REJECTED,
        lambda s, d, x: shabads.reject_shabad(s, shabad=x, reason="no", by=factories.actor()),
    ),
    "eliminate": (
        ShabadState.ELIMINATED,
        lambda s, d, x: shabads.eliminate_shabad(s, shabad=x, reason="no", live=False, by=d.by),
    ),
}
CHANGES_NOTHING = {
    ("reject", ShabadState.ISSUED),
    ("verify", ShabadState.VERIFIED),
    ("verify", ShabadState.USED),
    ("eliminate", ShabadState.ELIMINATED),
}


@pytest.mark.parametrize(("verb", "state"), list(product(VERBS, ShabadState)))
def test_each_verb_in_each_state_goes_where_the_table_says_or_changes_nothing(session, desk, verb, state):
    shabad = make.shabad_in(session, desk, state)
    before = steps(session, shabad)
    target, act = VERBS[verb]
    if (verb, state) in CHANGES_NOTHING:
        act(session, desk, shabad)
        assert steps(session, shabad) == before
    elif target in SHABAD_ALLOWED[state]:
        act(session, desk, shabad)
        assert steps(session, shabad)[len(before) :][0][:2] == (state, target)
    else:
        with pytest.raises(ShabadStateRefused):
            act(session, desk, shabad)
        assert steps(session, shabad) == before
        assert session.get_one(Shabad, shabad, populate_existing=True).state is state


# --- Races ------------------------------------------------------------------------------------------


def test_eight_desks_at_once_never_get_the_same_reserve(database):
    with Session(database, expire_on_commit=False) as session:
        desk = make.desk(session)
        shabads.reserve_shabads(session, insurer="1", count=8, by=desk.by)
        session.commit()
    taken, gate = [], Barrier(8)

    def at_a_desk():
        with Session(database) as session:
            gate.wait()
            taken.append(assign(session, desk).shabad)
            session.commit()

    threads = [Thread(target=at_a_desk) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == len(set(taken)) == 8


def test_two_reservations_at_once_never_pass_the_quota(database):
    with Session(database, expire_on_commit=False) as session:
        desk = make.desk(session)
        session.commit()
    answers, gate = [], Barrier(4)

    def reserve():
        with Session(database) as session:
            gate.wait()
            try:
                shabads.reserve_shabads(session, insurer="1", count=120, by=desk.by)
                session.commit()
                answers.append("made")
            except ShabadQuota:
                answers.append("refused")

    threads = [Thread(target=reserve) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["made", "refused", "refused", "refused"]
    with Session(database) as session:
        assert queries.live_reserves(session, centre=desk.clinic.siam, at=AT) == 120
