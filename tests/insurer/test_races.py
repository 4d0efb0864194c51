"""Real threads, really committing: sealing against late commits, against returns, against itself."""

import json
import time
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from threading import Barrier, Event

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, col, select

from insurer import sealing
from insurer.actions import batches, shabads
from insurer.outcomes import ShabadInUse
from insurer.queries import batches as queries
from insurer.queries import claims as claim_queries
from insurer.states import ClaimState, Gate, VersionKind
from insurer.tables.batches import Batch, BatchItem, ReadyClaim
from insurer.tables.claims import ClaimStatus
from tests.insurer import counter
from tests.insurer import factories as make
from tests.insurer.factories import SERVICE

WRITERS, EACH = 6, 6


@pytest.fixture
def opened(database):
    """A way to open a transaction that really commits."""

    def open_session():
        return Session(database, expire_on_commit=False)

    return open_session


@pytest.fixture
def world(opened):
    with opened() as session:
        world = counter.world(session)
        session.commit()
    return world


def seal(session, limit=4):
    return batches.seal_batch(session, insurer="1", limit=limit, seal=counter.seal, by=SERVICE)


def test_sealing_loses_nothing_to_late_commits_and_leaves_no_gap(opened, world):
    """Six writers whose commits come late and out of order, two sealers: every claim is sealed exactly once."""
    with opened() as session:
        numbers = [counter.prescribe(session, world) for _ in range(WRITERS * EACH)]
        session.commit()
    done, start = Event(), Barrier(WRITERS + 2)

    def write(mine):
        made = []
        start.wait()
        for place, number in enumerate(mine):
            with opened() as session:
                handed = counter.hand_over(session, world, number, items=(1,))
                counter.prove(session, handed.number)
                time.sleep(0.004 * (place % 3))  # visible only now, though its instant lies before others'
                session.commit()
            made.append(handed.claim())
        return made

    def keep_sealing():
        start.wait()
        while True:
            last_look = done.is_set()
            with opened() as session:
                sealed = seal(session)
                session.commit()
            if sealed is None:
                if last_look:
                    return
                time.sleep(0.002)

    with ThreadPoolExecutor(WRITERS + 2) as pool:
        sealers = [pool.submit(keep_sealing) for _ in range(2)]
        writers = [pool.submit(write, numbers[i::WRITERS]) for i in range(WRITERS)]
        written = [number for writer in writers for number in writer.result()]
        done.set()
        for sealer in sealers:
            sealer.result()

    with opened() as session:
        items = session.exec(select(BatchItem.claim).where(BatchItem.insurer == "1")).all()
        assert sorted(items) == sorted(written)
        assert len(items) == len(set(items)) == WRITERS * EACH
        rows = session.exec(select(Batch).where(Batch.insurer == "1").order_by(col(Batch.seq))).all()
        assert [row.seq for row in rows] == list(range(1, len(rows) + 1))
        assert rows[0].prev_manifest_sha256 == sealing.NO_PREDECESSOR
        assert all(after.prev_manifest_sha256 == before.manifest_sha256 for before, after in pairwise(rows))
        assert sum(row.claim_count for row in rows) == WRITERS * EACH
        assert session.exec(select(ReadyClaim).where(ReadyClaim.insurer == "1")).all() == []
        for row in rows:
            assert (
                sealing.sha256(b"".join(queries.file_chunks(session, insurer="1", seq=row.seq)))
                == row.file_sha256
            )


@pytest.mark.parametrize("attempt", range(6))
def test_a_return_at_the_very_moment_of_sealing_has_one_outcome(opened, world, attempt):
    """Either the claim never reached a batch and is void, or it did and a reversal follows: nothing in between."""
    with opened() as session:
        handed = counter.ready(session, world)
        session.commit()
    start = Barrier(2)

    def give_back():
        with opened() as session:
            start.wait()
            time.sleep(0.002 * (attempt % 3))
            counter.give_back(session, world, handed.number)
            session.commit()

    def sealer():
        with opened() as session:
            start.wait()
            seal(session)
            session.commit()

    run(give_back, sealer)
    with opened() as session:
        claim = claim_queries.find(session, number=handed.claim(), by=SERVICE)
        items = session.exec(select(BatchItem).where(BatchItem.claim == handed.claim())).all()
        waiting = session.exec(select(ReadyClaim).where(ReadyClaim.claim == handed.claim())).all()
        if claim.state is ClaimState.VOID:
            assert items == []
            assert waiting == []
        else:
            assert claim.state is ClaimState.REVERSED
            assert [item.version for item in items] == [1]
            assert [(row.version, row.kind) for row in waiting] == [(2, VersionKind.REVERSAL)]
            seal(session)
            assert (
                sum(row.amount_total for row in session.exec(select(Batch).where(Batch.insurer == "1"))) == 0
            )


@pytest.mark.parametrize(("half_way", "limit"), [(True, 2), (False, 1)])
def test_a_sealer_passes_over_a_claim_that_is_being_returned_and_waits_for_nobody(
    opened, world, half_way, limit
):
    """Whether the return holds only the claim yet, or has taken its line out of the queue too."""
    with opened() as session:
        returning = counter.ready(session, world)
        other = counter.ready(session, world, by=make.later(world.at_counter, minutes=1))
        session.commit()
    with opened() as at_counter:
        if half_way:
            claim_queries.locked(at_counter, dispense=returning.number)
        else:
            counter.give_back(at_counter, world, returning.number)
        with opened() as session:
            session.execute(text("SET LOCAL lock_timeout = '500ms'"))
            sealed = seal(session, limit)
            session.commit()
        assert sealed is not None
        assert sealed.claim_count == 1
        if half_way:
            counter.give_back(at_counter, world, returning.number)
        at_counter.commit()
    with opened() as session:
        states = [
            claim_queries.find(session, number=handed.claim(), by=SERVICE).state
            for handed in (returning, other)
        ]
        assert states == [ClaimState.VOID, ClaimState.SEALED]
        assert seal(session) is None


def test_a_return_that_is_taken_back_leaves_the_claim_to_the_next_batch(opened, world):
    with opened() as session:
        handed = counter.ready(session, world)
        session.commit()
    with opened() as at_counter, opened() as session:
        counter.give_back(at_counter, world, handed.number)
        assert seal(session) is None
        session.commit()
        at_counter.rollback()
        assert seal(session).seq == 1


def test_a_sealing_that_breaks_off_leaves_no_trace(opened, world):
    with opened() as session:
        counter.ready(session, world)
        session.commit()

    def broken(_payload, _typ):
        raise RuntimeError("the key is gone")

    with opened() as session, pytest.raises(RuntimeError):
        batches.seal_batch(session, insurer="1", seal=broken, by=SERVICE)
    with opened() as session:
        assert seal(session).seq == 1


def test_two_proofs_at_once_make_a_claim_ready_once(opened, world):
    with opened() as session:
        handed = counter.hand_over(session, world, counter.prescribe(session, world))
        shabads.verify_shabad(session, shabad=handed.number.shabad, proof={"ok": True}, by=SERVICE)
        session.commit()
    start = Barrier(2)

    def prove(gate):
        with opened() as session:
            start.wait()
            counter.open_gate(session, handed.number, gate)
            session.commit()

    run(lambda: prove(Gate.PACKS), lambda: prove(Gate.EHR))
    with opened() as session:
        assert claim_queries.find(session, number=handed.claim(), by=SERVICE).state is ClaimState.READY
        rows = session.exec(select(ReadyClaim).where(ReadyClaim.claim == handed.claim())).all()
        assert len(rows) == 1
        steps = session.exec(
            select(ClaimStatus).where(ClaimStatus.insurer == "1", ClaimStatus.to_state == "ready")
        ).all()
        assert len(steps) == 1


def test_a_proof_and_a_return_at_once_end_void(opened, world):
    with opened() as session:
        handed = counter.hand_over(session, world, counter.prescribe(session, world))
        shabads.verify_shabad(session, shabad=handed.number.shabad, proof={"ok": True}, by=SERVICE)
        counter.open_gate(session, handed.number, Gate.PACKS)
        session.commit()
    start = Barrier(2)

    def prove():
        with opened() as session:
            start.wait()
            counter.open_gate(session, handed.number, Gate.EHR)
            session.commit()

    def give_back():
        with opened() as session:
            start.wait()
            counter.give_back(session, world, handed.number)
            session.commit()

    run(prove, give_back)
    with opened() as session:
        assert claim_queries.find(session, number=handed.claim(), by=SERVICE).state is ClaimState.VOID
        assert session.exec(select(ReadyClaim)).all() == []


def test_a_shabad_given_up_while_its_dispense_is_claimed_is_one_or_the_other(opened, world):
    """A claim never stands on an eliminated SHABAD: whoever comes second is told."""
    with opened() as session:
        number = counter.prescribe(session, world)
        session.commit()
    with opened() as at_counter:
        counter.hand_over(at_counter, world, number)  # holds the SHABAD, not committed yet
        with opened() as desk:
            desk.execute(text("SET LOCAL lock_timeout = '300ms'"))
            with pytest.raises(OperationalError, match="lock timeout"):
                shabads.eliminate_shabad(desk, shabad=number.shabad, reason="x", live=False, by=world.desk.by)
        at_counter.commit()
    with opened() as desk, pytest.raises(ShabadInUse):
        shabads.eliminate_shabad(desk, shabad=number.shabad, reason="x", live=False, by=world.desk.by)


def test_a_large_batch_is_sealed_and_read_in_the_memory_of_a_few_lines(opened, world):
    """Two hundred lines of 200 kB: 40 MB in all, of which never more than some lines are held at once."""
    count, size = 200, 200_000
    with opened() as session:
        handed = counter.ready(session, world)
        row = session.exec(select(ReadyClaim).where(ReadyClaim.claim == handed.claim())).one()
        line = json.dumps({"claim": row.claim, "padding": "x" * size}).encode() + b"\n"
        fill = text("UPDATE ready_claim SET line = :line WHERE claim = :claim")
        session.execute(fill, {"line": line, "claim": row.claim})
        copy = text(
            "INSERT INTO ready_claim SELECT insurer, claim, 1 + i, shabad, n, d, kind, amount, line, ready_at"
            " FROM ready_claim, generate_series(1, :more) i WHERE claim = :claim"
        )
        session.execute(copy, {"more": count - 1, "claim": row.claim})
        session.commit()
    tracemalloc.start()
    try:
        with opened() as session:
            sealed = seal(session, limit=count)
            session.commit()
        with opened() as session:
            read = sum(len(chunk) for chunk in queries.file_chunks(session, insurer="1", seq=sealed.seq))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert read == sealed.file_bytes == count * len(line)
    assert peak < read / 2


def run(*parts):
    with ThreadPoolExecutor(len(parts)) as pool:
        for future in [pool.submit(part) for part in parts]:
            future.result()
