"""Each receipt is on another disk before its answer; a disk that is away refuses no dispense and is told of."""

import logging
from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from app import journal, metrics
from app.cli import main
from app.main import create_app
from tests.journeys.conftest import BASE, World


@pytest.fixture
def journalled(world, tmp_path):
    """The world with a journal that is a folder of this test."""
    folder = tmp_path / "journal"
    settings = world.service.settings.model_copy(update={"receipts_journal": folder})
    service = replace(world.service, settings=settings)
    with TestClient(create_app(service), base_url=BASE, follow_redirects=False) as browser:
        yield World(service, browser, world.clock, world.folder, world.told), folder


def state(world):
    return world.browser.get("/api/v1/status").json()["journal"]


def gauge(name):
    [line] = [line for line in metrics.text().splitlines() if line.startswith(f"{name} ")]
    return int(line.split()[1])


def test_each_receipt_is_there_when_its_answer_is(journalled):
    world, folder = journalled
    receipts = []
    for _ in range(2):
        receipts.append(world.dispense(world.prescribe())["receipt"])
        assert list(journal.receipts_in(folder)) == receipts
    [file] = folder.iterdir()
    assert (file.stat().st_mode & 0o777, folder.stat().st_mode & 0o777) == (0o600, 0o700)
    assert state(world) == "kept"


def test_what_is_refused_leaves_no_receipt_and_without_a_folder_there_is_none(journalled, world):
    kept, folder = journalled
    order = kept.order(kept.accept(kept.prescribe()))
    order["lines"][0]["quantity"] = "99"
    assert kept.pharmacy.send("POST", "/dispenses", json=order).status_code >= 400
    world.dispense(world.prescribe())
    assert not folder.exists()
    assert state(world) == "off"


def test_a_disk_that_is_away_refuses_nothing_is_told_of_and_gets_what_it_missed(journalled, caplog):
    world, folder = journalled
    folder.write_text("in the way")
    failures = gauge("noskheh_journal_failures_total")
    with caplog.at_level(logging.ERROR):
        missed = [world.dispense(world.prescribe())["receipt"] for _ in range(2)]
    assert caplog.text.count("a receipt is not in the journal") == 2
    assert state(world) == "behind"
    assert gauge("noskheh_journal_failures_total") == failures + 2
    assert gauge("noskheh_journal_missing") == 2
    folder.unlink()
    last = world.dispense(world.prescribe())["receipt"]
    assert sorted(journal.receipts_in(folder)) == sorted([*missed, last])
    assert (state(world), gauge("noskheh_journal_missing")) == ("kept", 0)


def test_replay_reads_a_journal_and_files_together(world, tmp_path, monkeypatch, capsys):
    settings = world.service.settings
    first, second = (world.dispense(world.prescribe())["receipt"] for _ in range(2))
    folder = tmp_path / "journal"
    for receipt in (first, second):
        journal.append(folder, [receipt], at=world.clock.now)
    [file] = folder.iterdir()
    file.write_bytes(file.read_bytes() + b"\n" + second.encode()[:50])  # the disk was full
    journal.append(folder, [first], at=world.clock.now)
    (tmp_path / "pharmacy").write_text(f"{second}\n")
    for name in ("database_url", "keys_folder", "checkpoints_file"):
        monkeypatch.setenv(f"NOSKHEH_{name.upper()}", str(getattr(settings, name)))
    monkeypatch.setenv("NOSKHEH_DEMONSTRATION", "true")
    assert main(["receipts", "replay", str(folder), str(tmp_path / "pharmacy")]) == 1
    assert capsys.readouterr().out == "0 recorded again, 2 were there, 1 left.\n"
