"""Decisions and money: every Rial accounted for, each line on its own, nothing paid that is not payable."""

import json
import random
from contextlib import suppress

import pytest
from sqlmodel import col, select

from codings.base import Problem
from insurer.actions import batches, claims, payments
from insurer.actions.payments.remittances import most
from insurer.inputs import AckInput, RemittanceInput
from insurer.outcomes import (
    ClaimStateRefused,
    ClaimUnknown,
    InsurerUnknown,
    RemittanceLinesRefused,
    RemittanceNumberTaken,
    RemittanceSumWrong,
    RemittanceUnknown,
)
from insurer.queries import batches as batch_queries
from insurer.queries import claims as queries
from insurer.queries import payments as payment_queries
from insurer.states import ClaimState, Cob, LineKind, SubmissionKind, SubmissionState
from insurer.tables.batches import Batch
from insurer.tables.claims import Claim
from insurer.tables.payments import ClaimResult, Deduction, Remittance, RemittanceLine
from tests import factories
from tests.insurer import counter
from tests.insurer import factories as make
from tests.insurer.counter import BASIC, SECOND
from tests.insurer.factories import SERVICE

OFFICER = make.officer("1")
LINES = {1: 123_550, 2: 510_650}  # 70 % of each; together BASIC


@pytest.fixture
def world(session):
    return counter.world(session)


@pytest.fixture
def received(session, world):
    """A claim of insurer 1 that it has acknowledged."""
    handed = counter.ready(session, world)
    deliver(session)
    return handed


def deliver(session, insurer="1"):
    """Seal what waits, and have the insurer acknowledge it."""
    while (batch := batches.seal_batch(session, insurer=insurer, seal=counter.seal, by=SERVICE)) is not None:
        manifest = batch_queries.manifest(session, insurer=insurer, seq=batch.seq)
        files = [{name: file[name] for name in ("name", "sha256", "count")} for file in manifest["files"]]
        ack = AckInput.model_validate(
            {"manifest_sha256": manifest["manifest_sha256"], "files": files, "receipt_no": f"R-{batch.seq}"}
        )
        batches.acknowledge(session, insurer=insurer, seq=batch.seq, ack=ack, by=make.officer(insurer))


def decision(claim, *, deducted=None, no=1, version=1, requested=LINES):
    """A decision that deducts so much of each line."""
    deducted = deducted or {}
    lines = [
        {
            "line": line,
            "approved": amount - deducted.get(line, 0),
            "deductions": [
                {"reason": "PRC", "rule": "PRC-7", "amount": deducted[line], "note": "above the tariff"}
            ]
            if deducted.get(line)
            else [],
        }
        for line, amount in requested.items()
    ]
    approved = sum(line["approved"] for line in lines)
    outcome = "approved" if approved == sum(requested.values()) else "partly" if approved else "rejected"
    return {"claim": claim, "version": version, "result_no": no, "outcome": outcome, "lines": lines}


def decide(session, *told, insurer="1"):
    body = "\n".join(json.dumps(one) if isinstance(one, dict) else one for one in told).encode()
    officer = make.officer(insurer)
    job = payments.receive_file(session, insurer=insurer, kind=SubmissionKind.RESULTS, body=body, by=officer)
    return payments.record_results(session, insurer=insurer, job=job.id, by=officer)


def remit(session, *lines, no="P-1", amount=None, insurer="1"):
    told = [
        {"claim": claim, "version": version, "kind": kind, "amount": rials}
        for claim, version, kind, rials in lines
    ]
    total = sum(line["amount"] for line in told) if amount is None else amount
    remittance = RemittanceInput.model_validate(
        {"payment_no": no, "paid_on": "2026-12-20", "amount": total, "lines": told}
    )
    return payments.record_remittance(
        session, insurer=insurer, remittance=remittance, by=make.officer(insurer)
    )


def claim_of(session, handed, abbr="TAM"):
    return queries.find(session, number=handed.claim(abbr), by=SERVICE)


def steps(session, handed):
    return [c.to_state for c in queries.claim(session, number=handed.claim(), by=SERVICE).history]


# --- Decisions ------------------------------------------------------------------------------------


def test_a_claim_approved_in_full_becomes_payable_by_itself(session, received):
    done = decide(session, decision(received.claim()))
    assert (done.state, done.counts, done.failures) == (
        SubmissionState.DONE,
        {"lines": 1, "recorded": 1, "unchanged": 0, "failed": 0},
        [],
    )
    claim = claim_of(session, received)
    assert (claim.state, claim.approved) == (ClaimState.PAYABLE, BASIC)
    assert steps(session, received)[3:] == ["received", "in_review", "approved", "accepted", "payable"]


def test_a_deduction_keeps_its_reason_its_rule_and_its_words_and_the_sums_hold(session, world, received):
    decide(session, decision(received.claim(), deducted={1: 23_550, 2: 650}))
    claim = claim_of(session, received)
    assert (claim.state, claim.approved) == (ClaimState.PARTLY_APPROVED, BASIC - 24_200)
    view = queries.claim(session, number=received.claim(), by=world.at_counter)
    assert [(d.line, d.reason, d.rule, d.amount, d.note) for d in view.deductions] == [
        (1, "PRC", "PRC-7", 23_550, "above the tariff"),
        (2, "PRC", "PRC-7", 650, "above the tariff"),
    ]
    [result] = view.results
    assert result.requested == result.approved + sum(d.amount for d in view.deductions) == BASIC


def test_a_bad_line_is_told_with_its_number_and_the_others_count(session, world):
    made = [counter.ready(session, world) for _ in range(3)]
    deliver(session)
    wrong = decision(made[1].claim())
    wrong["lines"][0]["approved"] -= 1
    done = decide(
        session,
        decision(made[0].claim()),
        wrong,
        "{not json",
        decision("105000000000-1.1-TAM"),
        decision("nonsense"),
        decision(made[2].claim(), deducted=LINES),
    )
    assert done.counts == {"lines": 6, "recorded": 2, "unchanged": 0, "failed": 4}
    assert [(failure["line"], failure["code"]) for failure in done.failures] == [
        (2, "result.sum"),
        (3, "line.unreadable"),
        (4, "claim.unknown"),
        (5, "claim.unknown"),
    ]
    states = [claim_of(session, handed).state for handed in made]
    assert states == [ClaimState.PAYABLE, ClaimState.RECEIVED, ClaimState.REJECTED]


def test_the_same_file_again_changes_nothing_at_all(session, received):
    told = decision(received.claim(), deducted={1: 50})
    decide(session, told)
    before = steps(session, received)
    again = decide(session, told)
    assert again.counts == {"lines": 1, "recorded": 0, "unchanged": 1, "failed": 0}
    assert steps(session, received) == before
    assert len(session.exec(select(ClaimResult)).all()) == 1
    assert len(session.exec(select(Deduction)).all()) == 1


def test_a_file_is_read_once_however_often_its_job_runs(session, received):
    done = decide(session, decision(received.claim(), deducted={1: 50}))
    for _ in range(2):
        payments.record_results(session, insurer="1", job=done.id, by=OFFICER)
    assert len(session.exec(select(ClaimResult)).all()) == 1


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"no": 1}, "result.number_taken"),
        ({"no": 2, "version": 2}, "claim.state"),
        ({"no": 2}, "claim.state"),
    ],
)
def test_a_decided_claim_takes_no_second_decision_unless_appealed(session, received, changes, code):
    decide(session, decision(received.claim(), deducted={1: 50}))
    again = decide(session, decision(received.claim(), deducted={1: 60}, **changes))
    assert [failure["code"] for failure in again.failures] == [code]
    assert claim_of(session, received).approved == BASIC - 50


def test_nothing_is_decided_before_the_batch_is_acknowledged(session, world):
    handed = counter.ready(session, world)
    for _ in range(2):
        done = decide(session, decision(handed.claim()))
        [failure] = done.failures
        assert failure["code"] == "claim.state"
        assert "رسید" in failure["message"]["fa"]
        batches.seal_batch(session, insurer="1", seal=counter.seal, by=SERVICE)


def test_a_version_that_is_not_the_newest_is_not_decided(session, received):
    done = decide(session, decision(received.claim(), version=2))
    assert [failure["code"] for failure in done.failures] == ["result.version"]


def test_an_insurer_decides_its_own_claims_only(session, received):
    done = decide(session, decision(received.claim()), insurer="2")
    assert [failure["code"] for failure in done.failures] == ["claim.unknown"]
    with pytest.raises(InsurerUnknown):
        payments.record_results(session, insurer="1", job=done.id, by=make.officer("2"))


# --- Accept and appeal ----------------------------------------------------------------------------


def test_the_pharmacy_accepts_a_part_and_that_part_is_payable(session, world, received):
    decide(session, decision(received.claim(), deducted={1: 50}))
    claim = payments.accept_result(session, number=received.claim(), by=world.at_counter)
    assert (claim.state, most(claim, LineKind.PAYMENT)) == (ClaimState.PAYABLE, BASIC - 50)


def test_a_rejection_that_is_accepted_closes_the_claim(session, world, received):
    decide(session, decision(received.claim(), deducted=LINES))
    claim = payments.accept_result(session, number=received.claim(), by=world.at_counter)
    assert claim.state is ClaimState.CLOSED
    assert steps(session, received)[-2:] == ["accepted", "closed"]


def test_an_appeal_is_answered_by_the_next_result(session, world, received):
    decide(session, decision(received.claim(), deducted=LINES))
    payments.appeal_result(session, number=received.claim(), reason="نسخه پیوست است", by=world.at_counter)
    stale = decide(session, decision(received.claim(), deducted={1: 1}, no=1))
    assert [failure["code"] for failure in stale.failures] == ["result.number_taken"]
    decide(session, decision(received.claim(), no=2))
    view = queries.claim(session, number=received.claim(), by=OFFICER)
    assert view.claim.state is ClaimState.PAYABLE
    assert [(appeal.result_no, appeal.reason) for appeal in view.appeals] == [(1, "نسخه پیوست است")]
    assert [(result.result_no, result.outcome) for result in view.results] == [
        (1, "rejected"),
        (2, "approved"),
    ]


def test_a_result_number_goes_up_only(session, world, received):
    decide(session, decision(received.claim(), deducted=LINES, no=5))
    payments.appeal_result(session, number=received.claim(), reason="?", by=world.at_counter)
    done = decide(session, decision(received.claim(), no=4))
    assert [failure["code"] for failure in done.failures] == ["result.order"]


def test_nobody_else_answers_for_the_pharmacy(session, world, received):
    decide(session, decision(received.claim(), deducted={1: 50}))
    for stranger in (OFFICER, factories.machine(factories.pharmacy(session)), world.desk.by):
        for verb, words in (
            (payments.accept_result, {}),
            (payments.appeal_result, {"reason": "?"}),
            (payments.confirm_paid, {}),
            (claims.resubmit_claim, {}),
        ):
            with pytest.raises(ClaimUnknown):
                verb(session, number=received.claim(), by=stranger, **words)


@pytest.mark.parametrize("verb", [payments.accept_result, payments.confirm_paid])
def test_a_claim_not_decided_yet_can_be_neither_accepted_nor_closed(session, world, received, verb):
    with pytest.raises(ClaimStateRefused) as no:
        verb(session, number=received.claim(), by=world.at_counter)
    assert "دریافت‌شده" in no.value.detail.fa


# --- Money ----------------------------------------------------------------------------------------


def test_a_payment_of_all_that_is_payable_pays_the_claim_and_the_pharmacy_closes_it(session, world, received):
    decide(session, decision(received.claim()))
    made, new = remit(session, (received.claim(), 1, "payment", BASIC))
    assert (new, made.amount) == (True, BASIC)
    assert claim_of(session, received).state is ClaimState.PAID
    closed = payments.confirm_paid(session, number=received.claim(), by=world.at_counter)
    assert (closed.state, closed.paid) == (ClaimState.CLOSED, BASIC)


def test_a_claim_can_be_paid_in_parts_and_never_above_what_is_payable(session, received):
    decide(session, decision(received.claim()))
    remit(session, (received.claim(), 1, "payment", 200_000))
    assert claim_of(session, received).state is ClaimState.PAYABLE
    with pytest.raises(RemittanceLinesRefused) as no:
        remit(session, (received.claim(), 1, "payment", BASIC - 200_000 + 1), no="P-2")
    [failure] = no.value.findings
    assert (failure.code, failure.pointer) == ("remittance.above_payable", "/lines/0/amount")
    assert str(BASIC - 200_000) in failure.words.en
    remit(session, (received.claim(), 1, "payment", BASIC - 200_000), no="P-3")
    assert claim_of(session, received).state is ClaimState.PAID


def test_the_lines_of_one_payment_count_one_after_another(session, received):
    decide(session, decision(received.claim()))
    line = (received.claim(), 1, "payment", BASIC)
    with pytest.raises(RemittanceLinesRefused) as no:
        remit(session, line, line)
    assert [failure.line for failure in no.value.findings] == [2]


def test_a_payment_whose_lines_do_not_add_up_is_refused_before_anything(session, received):
    decide(session, decision(received.claim()))
    for amount in (BASIC - 1, BASIC + 1, 0):
        with pytest.raises(RemittanceSumWrong):
            remit(session, (received.claim(), 1, "payment", BASIC), amount=amount)
    assert session.exec(select(Remittance)).all() == []


def test_one_bad_line_refuses_the_whole_payment_and_every_bad_line_is_told(session, world):
    made = [counter.ready(session, world) for _ in range(2)]
    deliver(session)
    decide(session, decision(made[0].claim()))
    with session.begin_nested() as attempt:
        with pytest.raises(RemittanceLinesRefused) as no:
            remit(
                session,
                (made[0].claim(), 1, "payment", BASIC),
                (made[1].claim(), 1, "payment", 5),
                ("105000000000-1.1-TAM", 1, "payment", 5),
                (made[0].claim(), 2, "payment", 5),
                (made[1].claim(), 1, "recovery", 5),
                (made[1].claim(), 1, "payment", -5),
            )
        attempt.rollback()
    assert [(failure.line, failure.code) for failure in no.value.findings] == [
        (2, "remittance.above_payable"),
        (3, "claim.unknown"),
        (4, "claim.unknown"),
        (5, "remittance.sign"),
        (6, "remittance.sign"),
    ]
    assert claim_of(session, made[0]).paid == 0


def test_the_same_payment_again_is_the_same_and_another_under_its_number_is_refused(session, received):
    decide(session, decision(received.claim()))
    first, _ = remit(session, (received.claim(), 1, "payment", 100))
    again, new = remit(session, (received.claim(), 1, "payment", 100))
    assert (again.payment_no, new) == (first.payment_no, False)
    assert claim_of(session, received).paid == 100
    with pytest.raises(RemittanceNumberTaken):
        remit(session, (received.claim(), 1, "payment", 200))
    view = payment_queries.remittance(session, insurer="1", payment_no="P-1")
    assert [(line.claim, line.amount) for line in view.lines] == [(received.claim(), 100)]
    with pytest.raises(RemittanceUnknown):
        payment_queries.remittance(session, insurer="2", payment_no="P-1")


def test_an_advance_is_counted_when_the_decision_comes(session, received):
    remit(session, (received.claim(), 1, "advance", 400_000))
    with pytest.raises(RemittanceLinesRefused):
        remit(session, (received.claim(), 1, "advance", BASIC - 400_000 + 1), no="P-2")
    decide(session, decision(received.claim()))
    assert most(claim_of(session, received), LineKind.PAYMENT) == BASIC - 400_000
    remit(session, (received.claim(), 1, "payment", BASIC - 400_000), no="P-3")
    assert claim_of(session, received).state is ClaimState.PAID


def test_an_advance_of_everything_needs_no_payment(session, received):
    remit(session, (received.claim(), 1, "advance", BASIC))
    decide(session, decision(received.claim()))
    assert claim_of(session, received).state is ClaimState.PAID


def test_an_advance_above_what_is_approved_is_taken_back_to_the_rial(session, world, received):
    remit(session, (received.claim(), 1, "advance", BASIC))
    decide(session, decision(received.claim(), deducted={2: 10_000}))
    payments.accept_result(session, number=received.claim(), by=world.at_counter)
    assert claim_of(session, received).state is ClaimState.PAYABLE
    with pytest.raises(RemittanceLinesRefused):
        remit(session, (received.claim(), 1, "recovery", -10_001), no="P-2")
    remit(session, (received.claim(), 1, "recovery", -10_000), no="P-3")
    claim = claim_of(session, received)
    assert (claim.state, claim.paid) == (ClaimState.PAID, BASIC - 10_000)


def test_a_paid_claim_that_is_returned_is_taken_back_and_then_closed(session, world, received):
    decide(session, decision(received.claim()))
    remit(session, (received.claim(), 1, "payment", BASIC))
    with pytest.raises(RemittanceLinesRefused):
        remit(session, (received.claim(), 1, "recovery", -1), no="P-2")  # nothing to take back yet
    counter.give_back(session, world, received.number)
    deliver(session)
    assert claim_of(session, received).state is ClaimState.REVERSED
    with pytest.raises(RemittanceLinesRefused):
        remit(session, (received.claim(), 2, "recovery", -BASIC - 1), no="P-3")
    remit(session, (received.claim(), 2, "recovery", -BASIC), no="P-4")
    claim = claim_of(session, received)
    assert (claim.state, claim.paid) == (ClaimState.CLOSED, 0)


def test_a_recovery_before_the_reversal_is_acknowledged_closes_it_afterwards(session, world, received):
    decide(session, decision(received.claim()))
    remit(session, (received.claim(), 1, "payment", BASIC))
    counter.give_back(session, world, received.number)
    remit(session, (received.claim(), 1, "recovery", -BASIC), no="P-2")
    assert claim_of(session, received).state is ClaimState.REVERSED
    deliver(session)
    assert claim_of(session, received).state is ClaimState.CLOSED


def test_a_pharmacy_cannot_close_a_reversed_claim_and_keep_the_money(session, world, received):
    decide(session, decision(received.claim()))
    remit(session, (received.claim(), 1, "payment", BASIC))
    counter.give_back(session, world, received.number)
    with pytest.raises(ClaimStateRefused):
        payments.confirm_paid(session, number=received.claim(), by=world.at_counter)
    assert (claim_of(session, received).state, claim_of(session, received).paid) == (
        ClaimState.REVERSED,
        BASIC,
    )


def test_a_reversed_claim_is_neither_decided_nor_paid(session, world, received):
    counter.give_back(session, world, received.number)
    done = decide(session, decision(received.claim()))
    assert [failure["code"] for failure in done.failures] == ["claim.state"]
    with pytest.raises(RemittanceLinesRefused):
        remit(session, (received.claim(), 2, "payment", 1))


# --- The second insurer ---------------------------------------------------------------------------


def test_the_second_insurer_is_sent_its_claim_with_the_first_ones_decision(session):
    world = counter.world(session, cob=Cob.AFTER_BASIC)
    handed = counter.ready(session, world)
    assert claim_of(session, handed, "BSN").state is ClaimState.HELD
    deliver(session)
    decide(session, decision(handed.claim(), deducted={1: 50}))
    second = claim_of(session, handed, "BSN")
    assert second.state is ClaimState.READY
    decided = {"claim": handed.claim(), "version": 1, "decision": "partly_approved", "approved": BASIC - 50}
    assert second.basic_proof == decided
    batches.seal_batch(session, insurer="20", seal=counter.seal, by=SERVICE)
    line = json.loads(b"".join(batch_queries.file_chunks(session, insurer="20", seq=1)))
    assert line["cob"] == {
        "order": 2,
        "mode": "after_basic",
        "basic_claim": handed.claim(),
        "basic_decision": decided,
    }


def test_two_insurers_pay_their_own_parts(session, received):
    deliver(session, "20")
    shares = {1: 42_360, 2: 175_080}  # 80 % of what insurer 1 leaves
    assert sum(shares.values()) == SECOND
    decide(session, decision(received.claim("BSN"), requested=shares), insurer="20")
    remit(session, (received.claim("BSN"), 1, "payment", SECOND), insurer="20")
    assert claim_of(session, received, "BSN").state is ClaimState.PAID
    assert claim_of(session, received, "TAM").state is ClaimState.RECEIVED


# --- The books ------------------------------------------------------------------------------------


ACTS = (
    "decide",
    "decide",
    "accept",
    "appeal",
    "payment",
    "advance",
    "recovery",
    "return",
    "confirm",
    "deliver",
)


@pytest.mark.parametrize("seed", range(4))
def test_whatever_happens_the_books_balance(session, seed):
    """Random decisions, answers, returns and payments; afterwards every sum is what the rows beneath it say."""
    chance = random.Random(seed)
    world = counter.world(session)
    made = [counter.ready(session, world) for _ in range(5)]
    deliver(session)
    for turn in range(40):
        handed = chance.choice(made)
        act = chance.choice(ACTS)
        with suppress(Problem), session.begin_nested():  # a refusal leaves nothing behind
            one_turn(session, world, handed, act=act, turn=turn, chance=chance)
        balance(session)


def one_turn(session, world, handed, *, act, turn, chance):
    claim = claim_of(session, handed)
    match act:
        case "decide":
            deducted = {line: chance.choice([0, 0, amount // 3, amount]) for line, amount in LINES.items()}
            decide(session, decision(handed.claim(), deducted=deducted, no=turn + 1))
        case "accept":
            payments.accept_result(session, number=handed.claim(), by=world.at_counter)
        case "appeal":
            payments.appeal_result(session, number=handed.claim(), reason="?", by=world.at_counter)
        case "confirm":
            payments.confirm_paid(session, number=handed.claim(), by=world.at_counter)
        case "return":
            counter.give_back(session, world, handed.number)
        case "deliver":
            deliver(session)
        case _:
            rials = chance.randint(1, max(most(claim, LineKind(act)), 1) + 1)
            line = (handed.claim(), claim.version, act, -rials if act == "recovery" else rials)
            remit(session, line, no=f"P-{turn}")


def balance(session):
    for claim in session.exec(
        select(Claim).where(Claim.insurer == "1").execution_options(populate_existing=True)
    ):
        view = queries.claim(session, number=claim.number, by=SERVICE)
        assert claim.paid == sum(line.amount for line in view.payments)
        if claim.approved is None:
            assert view.results == []
            continue
        last = view.results[-1]
        deducted = sum(d.amount for d in view.deductions if d.result_no == last.result_no)
        assert claim.amount == last.requested == last.approved + deducted
        assert claim.approved == last.approved
        if claim.state is ClaimState.PAID:
            assert claim.paid == claim.approved
    total = sum(row.amount for row in session.exec(select(Remittance)))
    assert total == sum(line.amount for line in session.exec(select(RemittanceLine)))
    batches_of = session.exec(select(Batch).where(Batch.insurer == "1").order_by(col(Batch.seq))).all()
    assert [batch.seq for batch in batches_of] == list(range(1, len(batches_of) + 1))
