"""A database that went back, or came from elsewhere, closes itself; what an administrator opened stays open."""

import logging
from contextlib import contextmanager

from sqlalchemy import text
from sqlmodel import Session
from starlette.testclient import TestClient

from app import audit_tree, closing, lineage
from app.backup import back_up, restore
from app.cli import main
from app.db import writing
from app.gateways.ports import make_gateways
from app.main import create_app, open_service
from codings.base import Actor, Role, new_id
from tests.conftest import connected
from tests.journeys.conftest import BASE, World, settings_for


def opened(world):
    with writing(world.service) as session:
        by = Actor(id="command:operator", role=Role.ADMINISTRATOR, at=world.clock.now)
        closing.open_again(session, by=by)


def reason(world):
    told = world.browser.get("/api/v1/status").json()["dispensing"]
    assert told["open"] is (told["reason"] is None) is (told["since"] is None)
    return told["reason"]


@contextmanager
def started(world, engine):
    """The service started on another database with the same keys."""
    settings = settings_for(engine, world.folder, str(world.service.settings.authenticity_url))
    service = open_service(settings, gateways=make_gateways, clock=world.clock)
    with TestClient(create_app(service), base_url=BASE, follow_redirects=False) as browser:
        yield World(service, browser, world.clock, world.folder, world.told)
    service.close()


def set_back(world):
    """The newest checkpoint and its leaves are gone, as on a disk that was set back; the file is not."""
    with Session(world.service.engine) as session:
        connection = session.connection()
        connection.exec_driver_sql("RESET ROLE")
        connection.execute(
            text("DELETE FROM audit_checkpoint WHERE size = (SELECT max(size) FROM audit_checkpoint)")
        )
        kept = "(SELECT coalesce(max(size), 0) FROM audit_checkpoint)"
        connection.execute(text(f"DELETE FROM audit_leaf WHERE leaf >= {kept}"))  # noqa: S608  ours
        session.commit()


def test_a_copy_elsewhere_is_closed_as_it_starts_and_once_opened_stays_open(cluster, world, tmp_path, caplog):
    slip = world.prescribe()
    assert reason(world) is None
    back_up(world.service.settings, tmp_path / "backup")
    with connected(cluster.create_database(f"noskheh_copied_{new_id().hex[-12:]}")) as engine:
        restore(settings_for(engine, world.folder, ""), tmp_path / "backup")
        with started(world, engine) as copy, caplog.at_level(logging.ERROR):
            assert reason(copy) == "moved"
            assert "dispensing is closed" in caplog.text
            copy.pharmacy.refused("/prescriptions/accept", {"qr": slip["qr"]}, 503, "dispensing.closed")
        with started(world, engine) as copy:
            assert reason(copy) == "moved"  # starting again opens nothing
            opened(copy)
            assert copy.accept(slip)["acceptance"]
        with started(world, engine) as copy:
            assert reason(copy) is None
    assert lineage.check(world.service) is None  # and the first goes on where it is


def test_a_database_older_than_its_own_checkpoint_is_closed_until_it_is_opened(world):
    slip = world.prescribe()
    for _ in range(2):
        audit_tree.seal(world.service)
        assert lineage.check(world.service) is None
        world.clock.advance(minutes=5)
        world.accept(slip)
    audit_tree.seal(world.service)
    set_back(world)
    world.work()  # nothing is due yet, and nothing closes by itself
    assert lineage.check(world.service) == lineage.BEHIND
    assert reason(world) == "behind"
    world.pharmacy.refused("/prescriptions/accept", {"qr": slip["qr"]}, 503, "dispensing.closed")
    world.clock.advance(minutes=5)
    opened(world)
    assert lineage.check(world.service) is None  # the file knows no more than the administrator did
    world.accept(slip)


def test_opening_by_command_begins_a_new_file_of_checkpoints(world, monkeypatch, capsys):
    settings = world.service.settings
    world.prescribe()
    audit_tree.seal(world.service)
    known = settings.checkpoints_file.read_bytes()
    set_back(world)
    for name in ("database_url", "keys_folder", "checkpoints_file"):
        monkeypatch.setenv(f"NOSKHEH_{name.upper()}", str(getattr(settings, name)))
    monkeypatch.setenv("NOSKHEH_DEMONSTRATION", "true")
    assert main(["restore", "open"]) == 0
    assert "Dispensing is open." in capsys.readouterr().out
    assert reason(world) is None
    [aside] = settings.checkpoints_file.parent.glob(f"{settings.checkpoints_file.name}.until-*")
    assert aside.read_bytes() == known
    audit_tree.seal(world.service)
    assert list(audit_tree.Check().findings(world.service, file=settings.checkpoints_file)) == []
    assert lineage.check(world.service) is None


def test_a_file_under_another_seal_says_nothing(world):
    file = world.service.settings.checkpoints_file
    audit_tree.seal(world.service)
    line = file.read_text().split()[-1]
    file.write_text(f"{line[:-4]}AAAA\n")
    assert lineage.check(world.service) is None
