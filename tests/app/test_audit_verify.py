"""Whoever holds the database may do anything to it, and every change of what was sealed is found and placed."""

import pytest
from sqlalchemy import text
from sqlmodel import select

from app import audit, audit_tree
from app.audit_tree import checkpoints, leaves
from app.audit_tree.merkle import Frontier
from app.cli import main
from app.db import reading
from app.tables import AuditEntry
from codings.base import Actor, Role

ROWS = 20
TAMPERED = 7  # the leaf whose row is changed


@pytest.fixture
def kept(service, clock, tmp_path):
    """Twenty sealed rows under four checkpoints, and the file as somebody outside kept it."""
    for _ in range(4):
        by = Actor(id="account:dr.rad", role=Role.PHYSICIAN, centre="9900000001", at=clock.now)
        for n in range(ROWS // 4):
            audit.saw(service, by=by, verb="prescription.read", subject=f"s-{n}", patient=f"p-{n}")
        audit_tree.seal(service)
        clock.advance(minutes=5)
    copy = tmp_path / "kept.jws"
    copy.write_bytes(service.settings.checkpoints_file.read_bytes())
    return copy


@pytest.fixture
def dba(database, kept):
    """The administrator of the database: anything goes, and is committed."""

    def run(statement, **words):
        with database.begin() as connection:
            return connection.execute(text(statement), words)

    return run


def findings(service, file=None):
    return list(audit_tree.Check().findings(service, file=file))


def entry_at(dba, leaf):
    return str(dba("SELECT entry FROM audit_leaf WHERE leaf = :leaf", leaf=leaf).scalar_one())


def test_what_was_not_touched_has_no_finding(service, kept):
    check = audit_tree.Check()
    assert list(check.findings(service, file=kept)) == []
    assert (check.leaves, check.checkpoints, check.waiting) == (ROWS, 8, 0)


@pytest.mark.parametrize("column", list(AuditEntry.model_fields))
def test_a_change_in_any_column_is_found_at_its_row(service, kept, dba, column):
    changed = {
        "id": "gen_random_uuid()",
        "at": "at + interval '1 microsecond'",
        "xid": "xid - 1",
        "actor": "overlay(actor placing 'x' from 3 for 1)",
    }.get(column, f"coalesce({column}, '') || 'x'")
    entry = entry_at(dba, TAMPERED)
    statement = f"UPDATE audit_entry SET {column} = {changed} WHERE id = :entry"  # noqa: S608
    assert dba(statement, entry=entry).rowcount == 1
    found = findings(service)
    assert (found[0].leaf, found[0].entry) == (TAMPERED, entry)
    assert len(found) == (2 if column == "id" else 1)  # another id is a row that is gone and one too many


def test_an_empty_text_is_not_none(service, kept, dba):
    dba("UPDATE audit_entry SET insurer = '' WHERE id = :entry", entry=entry_at(dba, TAMPERED))
    assert [f.leaf for f in findings(service)] == [TAMPERED]


@pytest.mark.parametrize("leaf", [0, TAMPERED, ROWS - 1])
def test_a_row_taken_out_is_found(service, kept, dba, leaf):
    entry = entry_at(dba, leaf)
    dba("DELETE FROM audit_entry WHERE id = :entry", entry=entry)
    (found,) = findings(service)
    assert (found.leaf, found.entry, found.what) == (leaf, entry, "the row is gone")


@pytest.mark.parametrize("leaf", [0, TAMPERED, ROWS - 1])
def test_a_row_taken_out_with_its_leaf_is_found(service, kept, dba, leaf):
    dba("DELETE FROM audit_entry WHERE id = :entry", entry=entry_at(dba, leaf))
    dba("DELETE FROM audit_leaf WHERE leaf = :leaf", leaf=leaf)
    assert findings(service)
    # Also when the ones behind it move up.
    dba("UPDATE audit_leaf SET leaf = leaf + 1000 WHERE leaf > :leaf", leaf=leaf)
    dba("UPDATE audit_leaf SET leaf = leaf - 1001 WHERE leaf > :leaf", leaf=leaf)
    assert findings(service)


def test_two_rows_that_change_places_are_found(service, kept, dba):
    a, b = entry_at(dba, 3), entry_at(dba, 4)
    dba("UPDATE audit_entry SET id = '00000000-0000-7000-8000-000000000000' WHERE id = :a", a=a)
    dba("UPDATE audit_entry SET id = :a WHERE id = :b", a=a, b=b)
    dba("UPDATE audit_entry SET id = :b WHERE id = '00000000-0000-7000-8000-000000000000'", b=b)
    assert [f.leaf for f in findings(service)] == [3, 4]


@pytest.mark.parametrize(
    "xid", ["0", "(SELECT horizon - 1 FROM audit_checkpoint ORDER BY size DESC LIMIT 1)"]
)
def test_a_row_slipped_in_among_the_sealed_ones_is_found_though_it_is_never_sealed(service, kept, dba, xid):
    entry = put_in(dba, at="2026-12-01T08:05:00Z", xid=xid)
    assert audit_tree.seal(service) == 0
    (found,) = findings(service)
    assert (found.entry, found.leaf) == (entry, None)


def test_a_row_of_the_past_put_in_today_is_found_at_its_leaf(service, kept, dba, clock):
    clock.advance(days=1)
    put_in(dba, at=f"{clock.now.isoformat()}")
    audit_tree.seal(service)
    assert findings(service) == []
    clock.advance(minutes=5)
    entry = put_in(dba, at="2026-12-01T08:05:00Z")
    audit_tree.seal(service)
    (found,) = findings(service)
    assert (found.entry, found.leaf) == (entry, ROWS + 1)


def put_in(dba, *, at, xid="pg_current_xact_id()::text::bigint"):
    statement = (
        "INSERT INTO audit_entry (id, at, actor, role, verb, subject, purpose, outcome, xid)"  # noqa: S608
        f" VALUES (gen_random_uuid(), :at, 'account:x', 'physician', 'v', 's', 'p', 'done', {xid}) RETURNING id"
    )
    return str(dba(statement, at=at).scalar_one())


def test_a_changed_row_with_a_changed_leaf_is_found_by_the_checkpoint(service, kept, dba):
    rewrite(service, dba, TAMPERED)
    (found, *more) = findings(service)
    assert "checkpoint 10 in the database" in found.what  # leaves 5 to 9 are those of the second checkpoint
    assert len(more) == 1
    assert "2 later" in more[0].what


def rewrite(service, dba, leaf):
    """Change a row and give it the leaf that fits."""
    entry = entry_at(dba, leaf)
    dba("UPDATE audit_entry SET actor = 'account:nobody' WHERE id = :entry", entry=entry)
    salt = dba("SELECT salt FROM audit_leaf WHERE leaf = :leaf", leaf=leaf).scalar_one()
    with reading(service) as session:
        row = session.exec(select(AuditEntry).where(AuditEntry.id == entry)).one()
    dba(
        "UPDATE audit_leaf SET sha256 = :sha256 WHERE leaf = :leaf",
        leaf=leaf,
        sha256=leaves.hashed(row, salt=salt),
    )


def rewrite_checkpoints(service, dba, *, key):
    """Make every checkpoint of the database that of its leaves as they are now."""
    hashes = dba("SELECT sha256 FROM audit_leaf ORDER BY leaf").scalars().all()
    for size, at in dba("SELECT size, at FROM audit_checkpoint").all():
        tree = Frontier()
        for sha256 in hashes[:size]:
            list(tree.append(sha256))
        told = checkpoints.signed(service, size=size, root=tree.root(), at=at)
        if not key:  # whoever has only the database
            told = told[:-20] + "A" * 20
        dba(
            "UPDATE audit_checkpoint SET root = :root, signed = :signed WHERE size = :size",
            root=tree.root(),
            signed=told,
            size=size,
        )


def test_rewriting_all_of_it_is_found_by_the_signature(service, kept, dba):
    rewrite(service, dba, TAMPERED)
    rewrite_checkpoints(service, dba, key=False)
    assert len(findings(service)) == 4
    assert "not signed" in findings(service)[0].what


def test_rewriting_all_of_it_with_the_services_own_key_is_found_by_the_kept_file(service, kept, dba):
    rewrite(service, dba, TAMPERED)
    rewrite_checkpoints(service, dba, key=True)
    assert findings(service) == []  # nothing here can tell
    found = findings(service, kept)
    assert found[0].what.startswith("line 2 of kept.jws: the first 10 leaves are not the sealed ones")
    assert found[0].leaf == 9


@pytest.mark.parametrize("left", [0, 5, 10])
def test_cutting_the_end_off_is_found_by_the_kept_file(service, kept, dba, left):
    dba("DELETE FROM audit_entry WHERE id IN (SELECT entry FROM audit_leaf WHERE leaf >= :left)", left=left)
    dba("DELETE FROM audit_leaf WHERE leaf >= :left", left=left)
    assert findings(service)
    dba("DELETE FROM audit_checkpoint WHERE size > :left", left=left)
    assert findings(service) == []  # nothing here can tell
    found = findings(service, kept)
    assert [f"only {left} are there" in f.what for f in found] == [True] * (4 - left // 5)


def test_cut_and_grown_again_is_found_too(service, kept, dba, clock):
    dba("DELETE FROM audit_entry WHERE id IN (SELECT entry FROM audit_leaf WHERE leaf >= 10)")
    dba("DELETE FROM audit_leaf WHERE leaf >= 10")
    dba("DELETE FROM audit_checkpoint WHERE size > 10")
    for _ in range(15):
        put_in(dba, at=clock.now.isoformat())
    audit_tree.seal(service)
    assert findings(service) == []
    found = findings(service, kept)
    assert "line 3 of kept.jws" in found[0].what  # 15 leaves: signed with others


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM audit_checkpoint WHERE size = 20",
        "UPDATE audit_checkpoint SET root = '\\x00' WHERE size = 10",
        "UPDATE audit_checkpoint SET at = at - interval '1 hour' WHERE size = 10",
        "UPDATE audit_checkpoint SET signed = 'x' || signed WHERE size = 10",
        "UPDATE audit_checkpoint SET size = 11 WHERE size = 10",
        "UPDATE audit_leaf SET salt = '\\x00' WHERE leaf = 3",
        "UPDATE audit_leaf SET sha256 = sha256('') WHERE leaf = 3",
        "UPDATE audit_leaf SET entry = gen_random_uuid() WHERE leaf = 3",
        "UPDATE audit_leaf SET leaf = 40 WHERE leaf = 3",
    ],
)
def test_a_change_of_the_tree_itself_is_found(service, kept, dba, statement):
    assert dba(statement).rowcount == 1
    assert findings(service)


@pytest.mark.parametrize("change", ["SET sha256 = sha256('')", "SET place = 5"])
def test_a_stored_block_that_is_not_its_leaves_is_found(service, kept, dba, change):
    for _ in range(300):
        put_in(dba, at="2026-12-01T08:20:00Z")
    audit_tree.seal(service)
    assert findings(service) == []
    assert dba(f"UPDATE audit_node {change}").rowcount == 1
    assert [f.leaf for f in findings(service)] == [255]


def test_a_line_of_the_file_that_was_changed_or_moved_is_found(service, kept):
    lines = kept.read_text().splitlines()
    kept.write_text("\n".join([lines[0], lines[1][:-9] + "AAAAAAAAA", *lines[2:]]))
    (found,) = findings(service, kept)
    assert found.what.startswith("line 2 of kept.jws: not signed")
    kept.write_text("\n".join([lines[2], lines[1]]))
    assert "line 2" in findings(service, kept)[0].what


@pytest.fixture
def operator(settings, monkeypatch):
    """The environment of an operator at a terminal."""
    monkeypatch.setenv("DATABASE_URL", settings.database_url.replace("+psycopg", ""))
    monkeypatch.setenv("NOSKHEH_KEYS_FOLDER", str(settings.keys_folder))
    monkeypatch.setenv("NOSKHEH_CHECKPOINTS_FILE", str(settings.checkpoints_file))


def test_the_command_says_which_row_and_gives_status_1(operator, kept, dba, capsys):
    assert main(["audit", "verify"]) == 0
    assert f"{ROWS} sealed rows, 8 checkpoints" in capsys.readouterr().out
    entry = entry_at(dba, TAMPERED)
    dba("UPDATE audit_entry SET purpose = 'own' WHERE id = :entry", entry=entry)
    assert main(["audit", "verify", "--checkpoints", str(kept)]) == 1
    told = capsys.readouterr().out
    assert f"leaf {TAMPERED} entry {entry}: the row is not as it was sealed" in told
    assert "1 findings" in told
    assert main(["audit", "verify", "--checkpoints", str(kept) + ".none"]) == 1
    assert "No such file" in capsys.readouterr().err


def test_the_command_seals_what_waits(operator, kept, dba, capsys):
    put_in(dba, at="2026-12-01T08:20:00Z")
    assert main(["audit", "seal"]) == 0
    assert "1 rows sealed" in capsys.readouterr().out
