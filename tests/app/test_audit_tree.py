"""Sealing takes every committed row once, whatever else goes on, and the file has the checkpoints of the database."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text
from sqlmodel import Session, select

from app import audit, audit_tree, jobs
from app.audit_tree import checkpoints, merkle
from app.audit_tree.nodes import reader
from app.db import reading, writing
from app.queue import queue
from app.tables import AuditCheckpoint, AuditEntry, AuditLeaf
from codings import jws, sql
from codings.base import Actor, Role


@pytest.fixture
def by(clock):
    return Actor(id="account:dr.rad", role=Role.PHYSICIAN, centre="9900000001", at=clock.now)


@pytest.fixture
def wrote(service, by):
    """Write so many rows, each in its transaction."""

    def write(count=1, subject="1053K7QX2M4R-1"):
        for _ in range(count):
            audit.saw(service, by=by, verb="prescription.read", subject=subject, patient="p")

    return write


def leaves(service):
    with reading(service) as session:
        return session.exec(select(AuditLeaf).order_by(AuditLeaf.leaf)).all()


def entries(service):
    with reading(service) as session:
        return set(session.exec(select(AuditEntry.id)))


def signed(service):
    with reading(service) as session:
        return session.exec(select(AuditCheckpoint).order_by(AuditCheckpoint.size)).all()


def file_of(service):
    return service.settings.checkpoints_file.read_text().split()


def findings(service, file=None):
    return list(audit_tree.Check().findings(service, file=file))


def test_rows_get_gapless_leaves_and_a_signed_root(service, wrote, clock):
    wrote(3)
    assert audit_tree.seal(service) == 3
    wrote(2)
    clock.advance(minutes=5)
    assert audit_tree.seal(service) == 2
    assert [leaf.leaf for leaf in leaves(service)] == [0, 1, 2, 3, 4]
    assert {leaf.entry for leaf in leaves(service)} == entries(service)
    first, second = (checkpoints.opened(one.signed, keys=service.keys) for one in signed(service))
    assert (first.size, second.size) == (3, 5)
    assert (second.at, second.origin) == (clock.now, "http://localhost:8000")
    with reading(service) as session:
        assert merkle.root(reader(session), 3) == first.root
        assert merkle.root(reader(session), 5) == second.root
    assert file_of(service) == [one.signed for one in signed(service)]
    assert findings(service, service.settings.checkpoints_file) == []


def test_a_job_run_again_changes_nothing(service, wrote):
    wrote(2)
    jobs.register()
    seal = queue.tasks["noskheh.seal_audit"]
    assert seal.queueing_lock == "seal_audit"
    assert audit_tree.seal(service) == 2
    before = (leaves(service), signed(service), file_of(service))
    assert audit_tree.seal(service) == 0
    assert (leaves(service), signed(service), file_of(service)) == before


def test_a_row_committed_while_and_after_others_are_sealed_is_not_lost(service, wrote, by):
    wrote()
    with writing(service) as late:
        audit.did(late, by=by, verb="prescription.sign", subject="late")
        sql.run(late, "SELECT 1")  # with which the row travels
        wrote(2)
        assert audit_tree.seal(service) == 1  # the one before it; what came after waits for it
        assert findings(service) == []
    assert audit_tree.seal(service) == 3
    assert {leaf.entry for leaf in leaves(service)} == entries(service)
    assert findings(service) == []


def test_a_row_rolled_back_leaves_no_gap(service, wrote, by):
    wrote()
    with Session(service.engine) as session:  # closed without a commit
        audit.did(session, by=by, verb="prescription.sign", subject="never")
    wrote()
    assert audit_tree.seal(service) == 2
    assert [leaf.leaf for leaf in leaves(service)] == [0, 1]


@pytest.mark.parametrize("at_once", [1, 3, 10])
def test_a_flood_is_sealed_in_portions_each_whole(service, wrote, by, at_once):
    wrote(5)
    with writing(service) as session:  # one transaction with more rows than a portion
        for _ in range(7):
            audit.did(session, by=by, verb="prescription.sign", subject="one of seven")
    assert audit_tree.seal(service, at_once=at_once) == 12
    assert {leaf.entry for leaf in leaves(service)} == entries(service)
    assert signed(service)[-1].size == 12
    assert findings(service, service.settings.checkpoints_file) == []


def test_workers_that_seal_at_once_seal_each_row_once(service, wrote):
    wrote(30)
    with ThreadPoolExecutor(4) as threads:
        counts = list(threads.map(lambda _: audit_tree.seal(service, at_once=4), range(4)))
    assert sum(counts) == 30
    assert [leaf.leaf for leaf in leaves(service)] == list(range(30))
    assert len(set(file_of(service))) == len(file_of(service)) == len(signed(service))
    assert findings(service, service.settings.checkpoints_file) == []


def test_workers_seal_while_others_write(service, wrote):
    with ThreadPoolExecutor(6) as threads:
        writers = [threads.submit(wrote, 25) for _ in range(3)]
        sealers = [threads.submit(audit_tree.seal, service, at_once=7) for _ in range(3)]
        for done in writers + sealers:
            done.result()
    audit_tree.seal(service)
    assert {leaf.entry for leaf in leaves(service)} == entries(service)
    assert findings(service, service.settings.checkpoints_file) == []


def test_several_hundred_rows_store_their_blocks(service, database, by):
    fill(database, 700)
    assert audit_tree.seal(service, at_once=300) == 700
    with reading(service) as session:
        stored = text("SELECT array_agg(place ORDER BY place) FROM audit_node WHERE height = 8")
        assert session.connection().scalar(stored) == [0, 1]
    assert findings(service, service.settings.checkpoints_file) == []


def test_rows_of_a_database_copied_from_another_server_are_sealed_too(service, wrote, database):
    wrote(2)
    audit_tree.seal(service)
    with database.begin() as dba:  # there the transactions had come further
        dba.execute(text("UPDATE audit_checkpoint SET horizon = horizon + 5000000"))
    fill(database, 3, xid=9_000_000_000)
    assert audit_tree.seal(service) == 3
    wrote(2)
    assert audit_tree.seal(service) == 2
    assert {leaf.entry for leaf in leaves(service)} == entries(service)


def test_what_a_crash_left_out_of_the_file_comes_with_the_next(service, wrote):
    path = service.settings.checkpoints_file
    for _ in range(3):
        wrote()
        audit_tree.seal(service)
    whole = path.read_text()
    path.write_text("".join(whole.splitlines(keepends=True)[:1]) + whole.splitlines()[1][:40])
    wrote()
    audit_tree.seal(service)
    assert file_of(service) == [one.signed for one in signed(service)]
    assert len(file_of(service)) == 4


def test_a_database_that_is_behind_its_file_is_told_at_the_next_sealing(service, wrote, database, caplog):
    wrote(3)
    audit_tree.seal(service)
    assert not caplog.records
    with database.begin() as dba:
        for table in ("audit_checkpoint", "audit_leaf", "audit_entry"):
            dba.execute(text(f"DELETE FROM {table}"))  # noqa: S608
    audit_tree.seal(service)
    (record,) = caplog.records
    assert "3 rows were sealed, the database says less" in record.getMessage()
    assert [f.what for f in findings(service, service.settings.checkpoints_file)] == [
        "line 1 of checkpoints.jws: 3 rows were sealed, and only 0 are there"
    ]


def test_a_checkpoint_of_another_key_or_kind_is_none(service, wrote):
    wrote()
    audit_tree.seal(service)
    (token,) = file_of(service)
    for other in (
        service.seal(b"{}", checkpoints.TYP),
        service.seal(jws.unb64(token.split(".")[1]), "receipt+jws"),
        jws.sign(jws.unb64(token.split(".")[1]), key=service.keys.token, typ=checkpoints.TYP),
        token[:-8] + "AAAAAAAA",
    ):
        with pytest.raises(checkpoints.CheckpointError):
            checkpoints.opened(other, keys=service.keys)


def fill(engine, count, *, xid=None):
    """Rows put in by the database's administrator, all at once."""
    with engine.begin() as dba:
        columns, value = ("", "") if xid is None else (", xid", f", {xid}")
        dba.execute(
            text(
                f"INSERT INTO audit_entry (id, at, actor, role, verb, subject, purpose, outcome{columns})"  # noqa: S608
                f" SELECT gen_random_uuid(), '2026-12-01T08:00:00Z', 'a', 'physician', 'v', 's', 'p', 'o'{value}"
                f" FROM generate_series(1, {count})"
            )
        )
