"""What the authority says afterwards: registered, refused, verified late, taken back; asked twice, done once."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlmodel import col, select

from codings.base import Role
from codings.gs1 import write_pack
from pharmacy import actions, queries
from pharmacy.outcomes import CaseUnknown, PackRefused
from pharmacy.tables import PackCase, PackUse, PackUseStatus
from tests import factories
from tests.factories import AT
from tests.pharmacy import counter
from tests.pharmacy.counter import barcode, hand_over, line, order

PROOF = {"registered": True, "status": "SUPPLIED"}
LATER = AT + timedelta(minutes=1)


@pytest.fixture
def job():
    return factories.actor(role=Role.SERVICE, id="service:packs", at=LATER)


@pytest.fixture
def view(session, here, number):
    """Two packs, handed over."""
    return counter.dispensed(session, here, number, barcode(session), barcode(session))


@pytest.fixture
def silent(session, here, number):
    """One pack, handed over while the authority did not answer."""
    scan = barcode(session)
    held = actions.accept(session, number=number, by=here.by()).acceptance
    return hand_over(session, order(held, line({scan: None})), by=here.by(), verdicts={scan: None})


def uses(view):
    return [(pack.uid, pack.use) for one in view.lines for pack in one.packs]


def use_of(session, uid, use):
    return session.get_one(PackUse, (uid, use), populate_existing=True)


def judged(session, waiting, verdict):
    code = waiting.code
    scan = write_pack(code.gtin, code.uid, code.expiry, code.lot)
    looked = counter.look(session, scan, verdict=verdict)
    return {"judgement": looked.judgement, "answer": looked.answer}


class TestRegistering:
    def test_what_was_handed_over_waits_to_be_registered_oldest_first(self, session, here, view):
        waiting = queries.packs_to_register(session)
        assert [(one.uid, one.use) for one in waiting] == sorted(uses(view))
        first = waiting[0]
        assert (first.count, first.pharmacy, first.number) == (Decimal(10), here.centre.siam, view.number)
        assert (first.gtin, first.code.lot, first.code.expiry) == ("02909000100018", "A1", counter.FRESH)
        assert len(queries.packs_to_register(session, limit=1)) == 1

    def test_the_dispense_is_complete_with_its_last_pack(self, session, view, job):
        (one, other) = uses(view)
        assert actions.record_supply(session, uid=one[0], use=one[1], proof=PROOF, by=job) is False
        assert [(row.uid, row.use) for row in queries.packs_to_register(session)] == [other]
        assert actions.record_supply(session, uid=other[0], use=other[1], proof=PROOF, by=job) is True
        assert queries.packs_to_register(session) == []
        stored = queries.pack_uses(session, number=view.number)
        assert [(use.supplied_at, use.supply_proof) for use in stored] == [(LATER, PROOF)] * 2

    def test_the_same_proof_again_is_the_same_proof(self, session, view, job):
        for uid, use in uses(view):
            actions.record_supply(session, uid=uid, use=use, proof=PROOF, by=job)
        uid, use = uses(view)[0]
        later = factories.actor(role=Role.SERVICE, at=LATER + timedelta(hours=1))
        assert actions.record_supply(session, uid=uid, use=use, proof={"other": 1}, by=later) is True
        assert use_of(session, uid, use).supply_proof == PROOF
        assert use_of(session, uid, use).supplied_at == LATER

    def test_a_refusal_opens_one_case_and_holds_the_dispense(self, session, here, elsewhere, view, job):
        (bad, good) = uses(view)
        for _ in range(2):
            assert actions.record_supply(session, uid=bad[0], use=bad[1], refused="STOLEN", by=job) is False
        assert actions.record_supply(session, uid=good[0], use=good[1], proof=PROOF, by=job) is False
        (case,) = queries.open_cases(session, by=here.by())
        assert (case.uid, case.use, case.reason, case.opened_at) == (*bad, "STOLEN", LATER)
        assert (case.shabad, case.n, case.d) == view.number
        assert queries.open_cases(session, by=elsewhere.by()) == []
        refused = [one for one in session.info["events"] if isinstance(one, PackRefused)]
        assert refused == [
            PackRefused(uid=bad[0], case=str(case.id), **view.number._asdict(), reason="STOLEN")
        ]
        assert queries.packs_to_register(session) == []

    def test_a_refusal_after_a_proof_is_too_late_to_count(self, session, here, view, job):
        uid, use = uses(view)[0]
        actions.record_supply(session, uid=uid, use=use, proof=PROOF, by=job)
        actions.record_supply(session, uid=uid, use=use, refused="SUPPLIED", by=job)
        assert queries.open_cases(session, by=here.by()) == []
        assert use_of(session, uid, use).supply_refused is None

    def test_a_pack_that_was_only_set_aside_has_nothing_to_be_told(self, session, here, number, job):
        held = actions.accept(session, number=number, by=here.by()).acceptance
        use = counter.set_aside(session, barcode(session), held, by=here.by())
        assert queries.packs_to_register(session) == []
        with pytest.raises(ValueError, match="never handed over"):
            actions.record_supply(session, uid=use.uid, use=use.id, proof=PROOF, by=job)


class TestReturning:
    @pytest.fixture
    def registered(self, session, view, job):
        for uid, use in uses(view):
            actions.record_supply(session, uid=uid, use=use, proof=PROOF, by=job)
        return view

    def test_what_was_registered_is_taken_back_at_the_authority_once(self, session, here, registered, job):
        actions.take_back(session, number=registered.number, reason="not-collected", by=here.by(days=1))
        waiting = queries.packs_to_reactivate(session)
        assert [(one.uid, one.use) for one in waiting] == sorted(uses(registered))
        for one in waiting:
            for proof in ({"status": "ACTIVE"}, {"status": "again"}):
                actions.record_reactivation(session, uid=one.uid, use=one.use, proof=proof, by=job)
        assert queries.packs_to_reactivate(session) == []
        assert [use.reactivation_proof for use in queries.pack_uses(session, number=registered.number)] == [
            {"status": "ACTIVE"}
        ] * 2

    def test_what_was_never_registered_need_not_be(self, session, here, view):
        actions.take_back(session, number=view.number, reason="not-collected", by=here.by())
        assert queries.packs_to_reactivate(session) == []
        assert queries.packs_to_register(session) == []

    def test_a_proof_that_comes_after_the_return_is_kept_and_taken_back(self, session, here, view, job):
        actions.take_back(session, number=view.number, reason="not-collected", by=here.by())
        for uid, use in uses(view):  # both of them, and still nothing is complete: it is returned
            assert actions.record_supply(session, uid=uid, use=use, proof=PROOF, by=job) is False
        assert {one.uid for one in queries.packs_to_reactivate(session)} == {uid for uid, _ in uses(view)}

    def test_a_refusal_to_take_it_back_opens_a_case(self, session, here, registered, job):
        actions.take_back(session, number=registered.number, reason="not-collected", by=here.by())
        uid, use = uses(registered)[0]
        for _ in range(2):
            actions.record_reactivation(session, uid=uid, use=use, refused="NOT_SUPPLIED_HERE", by=job)
        assert [case.uid for case in queries.open_cases(session, by=here.by())] == [uid]
        assert uid not in {one.uid for one in queries.packs_to_reactivate(session)}

    def test_what_is_still_out_is_not_taken_back(self, session, registered, job):
        uid, use = uses(registered)[0]
        actions.record_reactivation(session, uid=uid, use=use, proof={"status": "ACTIVE"}, by=job)
        assert use_of(session, uid, use).reactivated_at is None


class TestVerifiedLate:
    @pytest.fixture
    def waiting(self, session, silent):
        (one,) = queries.packs_to_verify(session)
        return one

    def settle(self, session, waiting, verdict, job):
        return actions.settle_unverified(
            session, uid=waiting.uid, use=waiting.use, **judged(session, waiting, verdict), by=job
        )

    def test_it_is_not_registered_before_it_is_verified(self, session, waiting):
        assert queries.packs_to_register(session) == []

    def test_a_late_genuine_makes_it_like_any_other(self, session, here, silent, waiting, job):
        assert self.settle(session, waiting, "genuine", job) == "consumed"
        assert [one.uid for one in queries.packs_to_register(session)] == [waiting.uid]
        pack = queries.dispense(session, number=silent.number, by=here.by()).lines[0].packs[0]
        assert (pack.state, pack.verdict, pack.checked_at) == ("consumed", "genuine", LATER)
        assert queries.checks_for(session, {waiting.uid}, silent.number)[waiting.uid].verdict == "genuine"
        assert actions.record_supply(session, uid=waiting.uid, use=waiting.use, proof=PROOF, by=job) is True

    @pytest.mark.parametrize("verdict", ["already_supplied", "unknown", "recalled", "stolen", "mismatch"])
    def test_anything_else_refuses_it_with_a_case(self, session, here, waiting, job, verdict):
        assert self.settle(session, waiting, verdict, job) == "refused"
        (case,) = queries.open_cases(session, by=here.by())
        assert (case.uid, case.reason) == (waiting.uid, verdict)
        assert session.info["events"][-1] == PackRefused(
            uid=waiting.uid, case=str(case.id), **waiting.number._asdict(), reason=verdict
        )
        assert queries.packs_to_register(session) == []
        assert queries.packs_to_verify(session) == []

    def test_while_it_is_silent_nothing_changes(self, session, waiting, job):
        assert self.settle(session, waiting, None, job) == "pending_verify"
        assert queries.packs_to_verify(session) == [waiting]

    def test_settled_is_settled(self, session, here, waiting, job):
        self.settle(session, waiting, "genuine", job)
        assert self.settle(session, waiting, "stolen", job) == "consumed"
        assert queries.open_cases(session, by=here.by()) == []

    def test_what_came_back_meanwhile_stays_returned(self, session, here, silent, waiting, job):
        actions.take_back(session, number=silent.number, reason="not-collected", by=here.by())
        assert self.settle(session, waiting, "stolen", job) == "returned"

    def test_a_refused_pack_may_come_back(self, session, here, silent, waiting, job):
        self.settle(session, waiting, "stolen", job)
        back = actions.take_back(session, number=silent.number, reason="recalled", by=here.by())
        assert back.lines[0].packs[0].state == "returned"

    def test_each_change_is_a_row_with_its_reason(self, session, waiting, job):
        self.settle(session, waiting, "recalled", job)
        rows = session.exec(
            select(PackUseStatus).where(PackUseStatus.uid == waiting.uid).order_by(col(PackUseStatus.id))
        ).all()
        assert [(row.from_state, row.to_state, row.why) for row in rows] == [
            (None, "pending_verify", None),
            ("pending_verify", "refused", "recalled"),
        ]
        assert rows[-1].by == "service:packs"


class TestCases:
    @pytest.fixture
    def case(self, session, here, view, job):
        uid, use = uses(view)[0]
        actions.record_supply(session, uid=uid, use=use, refused="UNKNOWN", by=job)
        return queries.open_cases(session, by=here.by())[0]

    def close(self, session, case, by, **more):
        actions.close_case(
            session, uid=case.uid, case=case.id, resolution="maker uploaded it late", by=by, **more
        )

    def test_it_is_closed_with_what_came_of_it(self, session, here, case):
        self.close(session, case, here.by(days=1))
        assert queries.open_cases(session, by=here.by()) == []
        stored = session.get_one(PackCase, (case.uid, case.id), populate_existing=True)
        assert (stored.closed_at, stored.resolution) == (AT + timedelta(days=1), "maker uploaded it late")
        assert queries.packs_to_register(session, limit=9)[0].uid != case.uid

    def test_asking_again_puts_it_back_in_line(self, session, here, case):
        self.close(session, case, here.by(), ask_again=True)
        assert case.uid in {one.uid for one in queries.packs_to_register(session)}

    def test_a_second_refusal_is_a_second_case(self, session, here, case, job):
        self.close(session, case, here.by(), ask_again=True)
        actions.record_supply(session, uid=case.uid, use=case.use, refused="UNKNOWN", by=job)
        assert [one.id for one in queries.open_cases(session, by=here.by())] != [case.id]
        assert len(queries.open_cases(session, by=here.by())) == 1

    def test_a_refused_unverified_pack_is_verified_again(self, session, here, silent, job):
        (waiting,) = queries.packs_to_verify(session)
        actions.settle_unverified(
            session, uid=waiting.uid, use=waiting.use, **judged(session, waiting, "unknown"), by=job
        )
        (case,) = queries.open_cases(session, by=here.by())
        self.close(session, case, here.by(), ask_again=True)
        assert [one.uid for one in queries.packs_to_verify(session)] == [waiting.uid]

    def test_it_is_the_pharmacy_s_and_the_regulator_s(self, session, elsewhere, case):
        with pytest.raises(CaseUnknown):
            self.close(session, case, elsewhere.by())
        self.close(session, case, factories.regulator())
        with pytest.raises(CaseUnknown):
            self.close(session, case, factories.regulator())
