"""Batches: sealed gapless and for ever, byte by byte the same, acknowledged by hash, and nobody else's."""

import hashlib
import json
from datetime import timedelta
from itertools import product

import pytest
from sqlalchemy import func, text
from sqlmodel import col, select

from codings import jws
from insurer import sealing
from insurer.actions import batches, claims
from insurer.actions.claims.rows import change
from insurer.inputs import AckInput
from insurer.outcomes import (
    BatchAcknowledgedOtherwise,
    BatchMismatch,
    BatchSealed,
    BatchUnknown,
    ClaimStateRefused,
    RangeUnsatisfiable,
)
from insurer.queries import batches as queries
from insurer.queries import claims as claim_queries
from insurer.queries import coverage as coverage_queries
from insurer.states import CLAIM_ALLOWED, CLAIM_WORDS, BatchState, ClaimState, ShabadState
from insurer.tables.batches import Batch, BatchCounter, BatchItem, BatchStatus, ReadyClaim
from insurer.tables.claims import ClaimVersion
from insurer.tables.coverage import Shabad
from tests.factories import AT
from tests.insurer import counter
from tests.insurer import factories as make
from tests.insurer.counter import BASIC
from tests.insurer.factories import SERVICE


@pytest.fixture
def world(session):
    return counter.world(session)


def seal(session, insurer="1", *, limit=500, by=SERVICE):
    return batches.seal_batch(session, insurer=insurer, limit=limit, seal=counter.seal, by=by)


def whole(session, seq, insurer="1", **words):
    return b"".join(queries.file_chunks(session, insurer=insurer, seq=seq, **words))


def ack_of(manifest, **changes):
    files = [{name: file[name] for name in ("name", "sha256", "count")} for file in manifest["files"]]
    told = {"manifest_sha256": manifest["manifest_sha256"], "files": files, "receipt_no": "R-1"}
    return AckInput.model_validate(told | changes)


def acknowledge(session, seq=1, insurer="1", *, by=None, **changes):
    manifest = queries.manifest(session, insurer=insurer, seq=seq)
    by = by or make.officer(insurer)
    return batches.acknowledge(session, insurer=insurer, seq=seq, ack=ack_of(manifest, **changes), by=by)


def state(session, number):
    return claim_queries.find(session, number=number, by=SERVICE).state


def sealed(session, world, count=1):
    handed = [counter.ready(session, world) for _ in range(count)]
    assert seal(session) is not None
    return handed


# --- Sealing --------------------------------------------------------------------------------------


def test_what_waits_is_sealed_the_oldest_first_and_in_numbers_without_a_gap(session, world):
    minutes = [3, 1, 2, 0]
    made = [counter.ready(session, world, by=make.later(world.at_counter, minutes=m)) for m in minutes]
    late = make.later(SERVICE, hours=1)
    assert seal(session, limit=3, by=late).seq == 1
    assert seal(session, limit=3, by=late).seq == 2
    assert seal(session, limit=3, by=late) is None
    order = session.exec(
        select(BatchItem.claim)
        .where(BatchItem.insurer == "1")
        .order_by(col(BatchItem.seq), col(BatchItem.position))
    ).all()
    assert list(order) == [made[i].claim() for i in (3, 1, 2, 0)]
    assert {state(session, handed.claim()) for handed in made} == {ClaimState.SEALED}
    assert {state(session, handed.claim("BSN")) for handed in made} == {ClaimState.READY}


def test_a_sealing_that_finds_nothing_gives_its_number_back(session, world):
    for _ in range(3):
        assert seal(session) is None
    assert session.get(BatchCounter, "1") is None
    counter.ready(session, world)
    assert seal(session).seq == 1
    assert seal(session) is None
    assert session.get_one(BatchCounter, "1", populate_existing=True).n == 1
    assert not [e for e in session.info["events"] if isinstance(e, BatchSealed) and e.seq != 1]


def test_each_insurer_has_numbers_and_batches_of_its_own(session, world):
    counter.ready(session, world)
    assert [seal(session, insurer).seq for insurer in ("1", "20")] == [1, 1]
    first, second = (queries.manifest(session, insurer=insurer, seq=1) for insurer in ("1", "20"))
    assert (first["amount_total"], second["amount_total"]) == (BASIC, counter.SECOND)
    assert first["files"][0]["sha256"] != second["files"][0]["sha256"]


def test_a_sealed_claim_makes_its_shabad_used_and_says_so_once(session, world):
    [handed] = sealed(session, world)
    assert seal(session, "20") is not None
    assert session.get_one(Shabad, handed.number.shabad).state is ShabadState.USED
    history = coverage_queries.shabad(session, shabad=handed.number.shabad, by=SERVICE).history
    assert [(change.to_state, change.why) for change in history][-1] == ("used", "batch 1")
    assert len(history) == 3


def test_a_manifest_is_signed_hashed_and_chained_to_the_one_before(session, world):
    previous = sealing.NO_PREDECESSOR
    for seq in (1, 2, 3):
        counter.ready(session, world)
        seal(session)
        manifest = queries.manifest(session, insurer="1", seq=seq)
        told = {
            name: value for name, value in manifest.items() if name not in ("manifest_sha256", "signature")
        }
        assert hashlib.sha256(jws.canonical(told)).hexdigest() == manifest["manifest_sha256"]
        signed = jws.verify(manifest["signature"], key=counter.seal_key(), typ="batch+jws")
        assert signed == jws.canonical(told)
        assert manifest["prev_manifest_sha256"] == previous
        previous = manifest["manifest_sha256"]
    assert [m["seq"] for m in queries.manifests_after(session, insurer="1", after=1, limit=10)] == [2, 3]
    assert [m["seq"] for m in queries.manifests_after(session, insurer="1", after=0, limit=1)] == [1]


def test_the_file_is_the_stored_lines_one_after_another_and_what_the_manifest_says(session, world):
    made = sealed(session, world, 3)
    [file] = queries.manifest(session, insurer="1", seq=1)["files"]
    content = whole(session, 1)
    assert (len(content), hashlib.sha256(content).hexdigest()) == (file["bytes"], file["sha256"])
    lines = content.splitlines(keepends=True)
    assert len(lines) == file["count"] == 3
    told = {json.loads(line)["claim"]: line for line in lines}
    for handed in made:
        kept = session.get_one(ClaimVersion, (*handed.number, "1", 1))
        assert kept.line == told[handed.claim()]
    manifest = queries.manifest(session, insurer="1", seq=1)
    assert (manifest["claim_count"], manifest["reversal_count"], manifest["amount_total"]) == (
        3,
        0,
        3 * BASIC,
    )


def test_nothing_that_happens_later_changes_a_byte_of_it(session, world):
    handed = sealed(session, world, 2)
    before, manifest = whole(session, 1), queries.manifest(session, insurer="1", seq=1)
    acknowledge(session)
    counter.give_back(session, world, handed[0].number)
    seal(session)
    assert whole(session, 1) == before
    assert queries.manifest(session, insurer="1", seq=1) == manifest


def test_any_range_is_that_part_of_the_file(session, world):
    sealed(session, world, 3)
    content = whole(session, 1)
    size, line = len(content), content.index(b"\n") + 1
    for start, end in (
        (0, 1),
        (0, line),
        (line - 1, line + 1),
        (line, 2 * line + 7),
        (size - 1, size),
        (5, None),
    ):
        assert whole(session, 1, start=start, end=end) == content[start:end]
    assert whole(session, 1, start=5, end=size + 1_000) == content[5:]
    for start, end in ((size, None), (size + 5, size + 9), (9, 9), (9, 3), (-1, 5)):
        with pytest.raises(RangeUnsatisfiable):
            queries.file_chunks(session, insurer="1", seq=1, start=start, end=end)


def test_a_range_started_after_a_broken_download_completes_the_file(session, world):
    sealed(session, world, 4)
    content = whole(session, 1)
    got = content[: len(content) // 3]
    got += whole(session, 1, start=len(got))
    assert (
        hashlib.sha256(got).hexdigest() == queries.manifest(session, insurer="1", seq=1)["files"][0]["sha256"]
    )


def test_another_insurers_batch_looks_like_none(session, world):
    sealed(session, world)
    stranger = make.officer("2")
    manifest = queries.manifest(session, insurer="1", seq=1)
    for ask in (
        lambda: queries.manifest(session, insurer="2", seq=1),
        lambda: queries.manifest(session, insurer="1", seq=2),
        lambda: queries.file_chunks(session, insurer="2", seq=1),
        lambda: queries.file_chunks(session, insurer="1", seq=1, name="other.ndjson"),
        lambda: batches.acknowledge(session, insurer="1", seq=1, ack=ack_of(manifest), by=stranger),
        lambda: batches.acknowledge(session, insurer="2", seq=1, ack=ack_of(manifest), by=stranger),
        lambda: batches.record_download(session, insurer="1", seq=1, start=0, end=1, by=stranger),
    ):
        with pytest.raises(BatchUnknown):
            ask()
    assert queries.manifests_after(session, insurer="2", after=0, limit=10) == []
    assert queries.cursor(session, insurer="2", at=AT)["sealed"] == 0


# --- Acknowledging --------------------------------------------------------------------------------


def test_an_acknowledged_batch_means_its_claims_are_received(session, world):
    handed = sealed(session, world, 2)
    answer = acknowledge(session)
    assert answer == {
        "seq": 1,
        "state": "acknowledged",
        "manifest_sha256": queries.manifest(session, insurer="1", seq=1)["manifest_sha256"],
        "receipt_no": "R-1",
        "acknowledged_at": "2026-12-01T08:00:00Z",
        "received": 2,
        "returned": 0,
    }
    assert {state(session, one.claim()) for one in handed} == {ClaimState.RECEIVED}
    rows = session.exec(select(BatchStatus).order_by(col(BatchStatus.id)))
    assert [(row.from_state, row.to_state) for row in rows] == [(None, "sealed"), ("sealed", "acknowledged")]


def test_the_same_receipt_again_gets_the_same_answer_and_nothing_more(session, world):
    [handed] = sealed(session, world)
    first = acknowledge(session)
    again = acknowledge(session, by=make.officer("1", at=AT + timedelta(days=2)))
    assert again == first
    assert len(session.exec(select(BatchStatus)).all()) == 2
    assert len(claim_queries.claim(session, number=handed.claim(), by=SERVICE).history) == 4


@pytest.mark.parametrize(
    ("changes", "pointers"),
    [
        ({"manifest_sha256": "0" * 64}, ["/manifest_sha256"]),
        ({"files": []}, ["/files"]),
        (
            {"files": [{"name": "claims.ndjson", "sha256": "0" * 64, "count": 7}]},
            ["/files/0/sha256", "/files/0/count"],
        ),
        ({"rejected_items": [{"claim": "X", "version": 1, "issue": "?"}]}, ["/rejected_items/0"]),
    ],
)
def test_a_receipt_that_does_not_fit_changes_nothing_and_is_told_all_that_differs(
    session, world, changes, pointers
):
    [handed] = sealed(session, world)
    with pytest.raises(BatchMismatch) as no:
        acknowledge(session, **changes)
    assert [difference.pointer for difference in no.value.findings] == pointers
    assert all(pointer in no.value.detail.fa for pointer in pointers)
    assert queries.find(session, insurer="1", seq=1).state is BatchState.SEALED
    assert state(session, handed.claim()) is ClaimState.SEALED
    assert acknowledge(session)["received"] == 1


def test_another_receipt_for_an_acknowledged_batch_is_refused_with_what_differs(session, world):
    sealed(session, world)
    first = acknowledge(session)
    with pytest.raises(BatchAcknowledgedOtherwise) as no:
        acknowledge(session, receipt_no="R-2")
    [difference] = no.value.findings
    assert (difference.pointer, difference.expected, difference.received) == ("/receipt_no", "R-1", "R-2")
    with pytest.raises(BatchAcknowledgedOtherwise):
        acknowledge(session, manifest_sha256="0" * 64)
    assert acknowledge(session) == first


def test_a_line_the_insurer_cannot_read_goes_back_and_comes_again_as_a_new_version(session, world):
    good, bad = sealed(session, world, 2)
    item = {"claim": bad.claim(), "version": 1, "issue": "unknown product code"}
    answer = acknowledge(session, rejected_items=[item])
    assert (answer["received"], answer["returned"]) == (1, 1)
    assert state(session, good.claim()) is ClaimState.RECEIVED
    view = claim_queries.claim(session, number=bad.claim(), by=world.at_counter)
    assert (view.claim.state, view.history[-1].why) == (ClaimState.RETURNED, "unknown product code")
    claims.resubmit_claim(session, number=bad.claim(), by=world.at_counter)
    assert seal(session).seq == 2
    line = json.loads(whole(session, 2))
    assert (line["claim"], line["version"], line["kind"]) == (bad.claim(), 2, "original")
    acknowledge(session, 2)
    assert state(session, bad.claim()) is ClaimState.RECEIVED


def test_naming_one_unreadable_line_twice_does_not_fit(session, world):
    [handed] = sealed(session, world)
    item = {"claim": handed.claim(), "version": 1, "issue": "?"}
    with pytest.raises(BatchMismatch) as no:
        acknowledge(session, rejected_items=[item, item])
    assert [difference.pointer for difference in no.value.findings] == ["/rejected_items/1"]


# --- How far an insurer has come --------------------------------------------------------------------


def fetch(session, seq, start=0, end=None):
    size = queries.find(session, insurer="1", seq=seq).file_bytes
    batches.record_download(session, insurer="1", seq=seq, start=start, end=end or size, by=make.officer("1"))


def test_the_cursor_tells_what_is_sealed_fetched_and_acknowledged(session, world):
    assert queries.cursor(session, insurer="1", at=AT) == {
        "sealed": 0,
        "delivered": 0,
        "acked_contiguous": 0,
        "acked_out_of_order": [],
        "oldest_unacked_age_s": 0,
    }
    for _ in range(5):
        counter.ready(session, world)
        seal(session)
    for seq in (1, 3, 5):
        acknowledge(session, seq, receipt_no=f"R-{seq}")
    told = queries.cursor(session, insurer="1", at=AT + timedelta(seconds=90))
    assert told == {
        "sealed": 5,
        "delivered": 1,
        "acked_contiguous": 1,
        "acked_out_of_order": [3, 5],
        "oldest_unacked_age_s": 90,
    }
    acknowledge(session, 2, receipt_no="R-2")
    told = queries.cursor(session, insurer="1", at=AT)
    assert (told["acked_contiguous"], told["acked_out_of_order"], told["delivered"]) == (3, [5], 3)
    acknowledge(session, 4, receipt_no="R-4")
    told = queries.cursor(session, insurer="1", at=AT + timedelta(days=9))
    assert (told["acked_contiguous"], told["delivered"], told["oldest_unacked_age_s"]) == (5, 5, 0)


def test_a_batch_is_delivered_when_every_byte_of_it_has_arrived_in_whatever_pieces(session, world):
    for _ in range(2):
        counter.ready(session, world)
        seal(session)

    def delivered():
        return queries.cursor(session, insurer="1", at=AT)["delivered"]

    fetch(session, 2)
    assert delivered() == 0
    fetch(session, 1, 0, 100)
    fetch(session, 1, 101)
    assert delivered() == 0
    fetch(session, 1, 90, 102)
    assert delivered() == 2


def test_no_more_than_the_file_can_have_been_fetched(session, world):
    sealed(session, world)
    size = queries.find(session, insurer="1", seq=1).file_bytes
    for start, end in ((0, size + 1), (-1, 5), (7, 7), (size, size + 1)):
        with pytest.raises(RangeUnsatisfiable):
            batches.record_download(session, insurer="1", seq=1, start=start, end=end, by=make.officer("1"))


# --- Reversals ------------------------------------------------------------------------------------


def test_a_return_after_sealing_goes_out_as_a_reversal_of_the_very_line(session, world):
    [handed] = sealed(session, world)
    original = whole(session, 1)
    counter.give_back(session, world, handed.number)
    assert state(session, handed.claim("TAM")) is ClaimState.REVERSED
    assert state(session, handed.claim("BSN")) is ClaimState.VOID
    assert seal(session).seq == 2
    manifest = queries.manifest(session, insurer="1", seq=2)
    assert (manifest["claim_count"], manifest["reversal_count"], manifest["amount_total"]) == (0, 1, -BASIC)
    line = json.loads(whole(session, 2))
    assert (line["claim"], line["version"], line["kind"], line["reverses"]) == (
        handed.claim(),
        2,
        "reversal",
        1,
    )
    assert line["amounts"] == {"requested": -BASIC}
    assert line["reason"] == "wrong-item"
    assert line["reverses_line_sha256"] == hashlib.sha256(original).hexdigest()
    totals = session.exec(select(func.sum(Batch.amount_total)).where(Batch.insurer == "1")).one()
    assert totals == 0


def test_a_reversed_claim_closes_when_the_insurer_has_both_lines_in_either_order(session, world):
    for first, second in ((1, 2), (4, 3)):
        [handed] = sealed(session, world)
        counter.give_back(session, world, handed.number)
        seal(session)
        acknowledge(session, first, receipt_no=f"R-{first}")
        acknowledge(session, second, receipt_no=f"R-{second}")
        assert state(session, handed.claim()) is ClaimState.CLOSED


def test_unwinding_twice_reverses_once(session, world):
    [handed] = sealed(session, world)
    counter.give_back(session, world, handed.number)
    for _ in range(2):
        assert claims.unwind_claims(session, **handed.number._asdict(), by=world.at_counter) == []
    seal(session)
    acknowledge(session, 1)
    acknowledge(session, 2)
    assert state(session, handed.claim()) is ClaimState.CLOSED
    assert claims.unwind_claims(session, **handed.number._asdict(), by=world.at_counter) == []
    assert session.exec(select(ReadyClaim).where(ReadyClaim.insurer == "1")).all() == []


def test_a_claim_and_its_reversal_are_never_in_one_batch(session, world):
    [handed] = sealed(session, world)
    counter.give_back(session, world, handed.number)
    seal(session)
    rows = session.exec(
        select(BatchItem.seq, BatchItem.version).where(BatchItem.claim == handed.claim())
    ).all()
    assert sorted(tuple(row) for row in rows) == [(1, 1), (2, 2)]


def test_what_the_insurer_could_not_read_and_is_then_returned_is_reversed_all_the_same(session, world):
    [handed] = sealed(session, world)
    item = {"claim": handed.claim(), "version": 1, "issue": "?"}
    acknowledge(session, rejected_items=[item])
    counter.give_back(session, world, handed.number)
    assert state(session, handed.claim()) is ClaimState.REVERSED
    seal(session)
    acknowledge(session, 2)
    assert state(session, handed.claim()) is ClaimState.CLOSED


def test_a_correction_that_was_not_sent_yet_is_dropped_and_the_insurer_told_of_the_line_it_had(
    session, world
):
    [handed] = sealed(session, world)
    original = whole(session, 1)
    item = {"claim": handed.claim(), "version": 1, "issue": "?"}
    acknowledge(session, rejected_items=[item])
    claims.resubmit_claim(session, number=handed.claim(), by=world.at_counter)
    counter.give_back(session, world, handed.number)
    assert state(session, handed.claim()) is ClaimState.REVERSED
    assert (seal(session).claim_count, seal(session)) == (0, None)
    line = json.loads(whole(session, 2))
    assert (line["version"], line["kind"], line["reverses"]) == (3, "reversal", 1)
    assert line["reverses_line_sha256"] == hashlib.sha256(original).hexdigest()
    acknowledge(session, 2)
    assert state(session, handed.claim()) is ClaimState.CLOSED


def test_a_reversal_that_cannot_be_read_goes_out_again_until_it_is(session, world):
    [handed] = sealed(session, world)
    original = whole(session, 1)
    acknowledge(session)
    counter.give_back(session, world, handed.number)
    for seq, version in ((2, 2), (3, 3)):
        assert seal(session).reversal_count == 1
        issue = {"claim": handed.claim(), "version": version, "issue": f"issue {version}"}
        for _ in range(2):  # the same receipt again sends nothing more
            answer = acknowledge(session, seq, receipt_no=f"R-{seq}", rejected_items=[issue])
            assert (answer["received"], answer["returned"]) == (0, 1)
        view = claim_queries.claim(session, number=handed.claim(), by=world.at_counter)
        assert (view.claim.state, view.history[-1].why) == (ClaimState.REVERSED, f"issue {version}")
    assert seal(session).seq == 4
    line = json.loads(whole(session, 4))
    assert (line["version"], line["kind"], line["reverses"]) == (4, "reversal", 1)
    assert line["reverses_line_sha256"] == hashlib.sha256(original).hexdigest()
    assert line["amounts"] == {"requested": -BASIC}
    acknowledge(session, 4, receipt_no="R-4")
    assert state(session, handed.claim()) is ClaimState.CLOSED
    assert seal(session) is None


# --- Every step from every state ----------------------------------------------------------------------


def test_each_pair_of_states_is_changed_or_refused_as_the_table_says(session, world):
    handed = counter.ready(session, world)
    force = text("UPDATE claim SET state = :state WHERE number = :number")
    for before, after in product(ClaimState, ClaimState):
        with session.begin_nested() as attempt:
            session.execute(force, {"state": before.value, "number": handed.claim()})
            [claim] = claim_queries.locked_by_number(session, insurer="1", numbers={handed.claim()}).values()
            if after in CLAIM_ALLOWED[before]:
                assert change(session, claim=claim, to=after, by=SERVICE, why="pair").state is after
                told = claim_queries.claim(session, number=handed.claim(), by=SERVICE).history[-1]
                assert (told.from_state, told.to_state, told.why) == (before, after, "pair")
            else:
                with pytest.raises(ClaimStateRefused) as no:
                    change(session, claim=claim, to=after, by=SERVICE)
                assert CLAIM_WORDS[before].fa in no.value.detail.fa
                assert state(session, handed.claim()) is before
            attempt.rollback()
