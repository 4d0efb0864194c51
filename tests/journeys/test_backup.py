"""A backup is one file with its manifest: drilled, restored, and refused when it is not what was made."""

import hashlib
import json

import pytest
from sqlalchemy import create_engine, text

from app import audit_tree, drill
from app.backup import BackupError, back_up, checked, manifest_of, restore
from app.cli import main
from codings.base import new_id

LAST = 2_000  # bytes at the end of a dump, which pg_restore does not miss


@pytest.fixture
def made(world, tmp_path):
    """A backup of a world in which something was handed over and sealed."""
    world.dispense(world.prescribe())
    audit_tree.seal(world.service)
    file = tmp_path / "backup"
    assert back_up(world.service.settings, file) == file.stat().st_size
    return file


def test_a_backup_is_drilled_and_a_row_that_is_not_its_receipt_is_found(world, made, tmp_path):
    for one in (made, manifest_of(made)):
        assert one.stat().st_mode & 0o777 == 0o600
    assert {path.name for path in tmp_path.glob("*backup*")} == {"backup", "backup.manifest"}
    told = drill.drill(world.service.keys, made)
    assert (told["prescription"], told["dispense"], told["receipts verified"]) == (1, 1, 1)
    world.alter("UPDATE dispense_line SET gross = gross + 1")
    back_up(world.service.settings, tmp_path / "changed")
    with pytest.raises(BackupError, match="not what its receipt says"):
        drill.drill(world.service.keys, tmp_path / "changed")


def test_what_is_there_is_not_written_over(world, made):
    before = made.read_bytes()
    with pytest.raises(BackupError, match="give another name"):
        back_up(world.service.settings, made)
    assert made.read_bytes() == before


def cut(file):
    file.write_bytes(file.read_bytes()[:-LAST])


def change(file):
    content = bytearray(file.read_bytes())
    content[-LAST] ^= 1
    file.write_bytes(content)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (cut, "not what was backed up"),
        (change, "not what was backed up"),
        (lambda file: manifest_of(file).unlink(), "is missing, so nobody can say"),
        (lambda file: manifest_of(file).write_text("{}"), "cannot be read as a manifest"),
    ],
)
def test_what_does_not_agree_with_its_manifest_is_refused_before_it_is_restored(tmp_path, spoil, words):
    # What is in the file is not looked at before it agrees, so any bytes will do.
    file = tmp_path / "backup"
    file.write_bytes(bytes(range(256)) * 32)
    write_manifest(file)
    assert checked(file)["migration"] == "0001"
    spoil(file)
    for refused in (lambda: drill.drill(None, file), lambda: restore(None, file)):
        with pytest.raises(BackupError, match=words):
            refused()


def write_manifest(file):
    content = file.read_bytes()
    told = {"size": len(content), "sha256": hashlib.sha256(content).hexdigest(), "at": ""}
    manifest_of(file).write_text(json.dumps(told | {"migration": "0001", "checkpoint": None}))


def test_a_manifest_of_another_backup_with_this_one_s_checksum_is_found_by_the_drill(world, made):
    told = json.loads(manifest_of(made).read_text())
    assert told["checkpoint"]
    manifest_of(made).write_text(json.dumps(told | {"checkpoint": None}))
    with pytest.raises(BackupError, match="not the one its manifest tells of"):
        drill.drill(world.service.keys, made)


def test_by_command_an_empty_database_is_filled_and_closed_and_a_full_one_is_left_alone(
    cluster, world, made, monkeypatch, capsys
):
    url = cluster.create_database(f"noskheh_filled_{new_id().hex[-12:]}")
    monkeypatch.setenv("NOSKHEH_DATABASE_URL", url)
    monkeypatch.setenv("NOSKHEH_DEMONSTRATION", "true")
    monkeypatch.setenv("NOSKHEH_KEYS_FOLDER", str(world.service.settings.keys_folder))
    assert main(["restore", "from", str(made)]) == 0
    assert "Dispensing is closed." in capsys.readouterr().out
    engine = create_engine(url)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM dispense")) == 1
        assert (
            connection.scalar(text("SELECT kind FROM dispensing_closed WHERE opened_at IS NULL")) == "restore"
        )
        assert connection.scalar(text("SELECT has_table_privilege('noskheh_app', 'dispense', 'INSERT')"))
        assert not connection.scalar(text("SELECT has_table_privilege('noskheh_app', 'dispense', 'DELETE')"))
    engine.dispose()
    assert main(["restore", "from", str(made)]) == 1
    assert "The database is not empty" in capsys.readouterr().err
