"""A server is lost and comes back as at a moment, by the lines of docs/backup.md: nothing handed over opens again."""

import os
import re
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlmodel import Session, select
from starlette.testclient import TestClient

from app.backup import back_up, restore
from app.cli import main
from app.embedded import start
from app.embedded_programs import as_account, programs, server_account, temporary_folder
from app.gateways.ports import make_gateways
from app.main import create_app, open_service
from app.settings import Settings
from insurer.tables.claims import Claim
from pharmacy.tables import Dispense, Pack
from tests.conftest import connected
from tests.deployed import ROOT
from tests.journeys.conftest import BASE, Clock, World, settings_for

BLOCKS = re.findall(r"```sh\n(.*?)```", (ROOT / "docs" / "backup.md").read_text(), re.DOTALL)
BASE_BACKUP, UNPACK, REPLAY, OPEN = BLOCKS


@pytest.fixture
def place() -> Iterator[Path]:
    """Folders of the server's account: for the first server, the base, the archive, and the second server."""
    account = server_account()
    home = Path(tempfile.mkdtemp(prefix="noskheh-moment-", dir=temporary_folder(account)))
    home.chmod(0o711)
    for name in ("archive", "base", "again"):
        (home / name).mkdir(mode=0o700)
        if account:
            os.chown(home / name, account.pw_uid, account.pw_gid)
    yield home
    shutil.rmtree(home)


@pytest.fixture
def serve(place, seeded, authority):
    """The world served on a database; its clock stands where it was left."""
    clock = Clock()

    @contextmanager
    def served(engine: Engine) -> Iterator[World]:
        settings = settings_for(engine, seeded.folder, authority, receipts_journal=place / "journal")
        service = open_service(settings, gateways=make_gateways, clock=clock)
        with TestClient(create_app(service), base_url=BASE, follow_redirects=False) as browser:
            yield World(service, browser, clock, seeded.folder, seeded.told)
        service.close()

    return served


@pytest.fixture
def seed(cluster, seeded, tmp_path) -> Path:
    """The world as a file."""
    url = cluster.url_of(seeded.database)
    back_up(Settings(database_url=url, demonstration=True), tmp_path / "seed")
    return tmp_path / "seed"


def shell(block: str, cluster, place: Path, moment: str = "") -> None:
    """The lines of the page, as the account of the server."""
    account = server_account(cluster.home)
    environment = {
        "PATH": f"{programs(cluster.home, account)}:{os.environ['PATH']}",
        "PGHOST": str(cluster.socket),
        "PGUSER": "postgres",
        "BACKUP": str(place / "base" / "today"),
        "ARCHIVE": str(place / "archive"),
        "DATA": str(place / "again" / "data"),
        "MOMENT": moment,
    }
    told = subprocess.run(
        ["/bin/sh", "-eu", "-c", block],
        env=environment,
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
        **as_account(account),
    )
    assert told.returncode == 0, told.stderr


def rows(engine: Engine) -> tuple[list[str], ...]:
    with Session(engine) as session:
        dispenses = [str((d.shabad, d.n, d.d, d.receipt)) for d in session.exec(select(Dispense))]
        packs = [str((p.uid, p.taken)) for p in session.exec(select(Pack))]
        claims = [str((c.shabad, c.n, c.d, c.insurer, c.amount)) for c in session.exec(select(Claim))]
    return sorted(dispenses), sorted(packs), sorted(claims)


def all_archived(engine: Engine) -> None:
    """The log up to now is carried away, as a minute would do."""
    with engine.connect() as connection:
        now = connection.scalar(text("SELECT pg_walfile_name(pg_switch_wal())"))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        while str(connection.scalar(text("SELECT last_archived_wal FROM pg_stat_archiver"))) < now:
            connection.execute(text("SELECT pg_sleep(0.02), pg_stat_clear_snapshot()"))


def wait_until_recovered(url: str) -> None:
    """It answers readers before it has read the log to the moment."""
    with connected(url, isolation_level="AUTOCOMMIT") as engine, engine.connect() as connection:
        while connection.scalar(text("SELECT pg_is_in_recovery()")):
            connection.execute(text("SELECT pg_sleep(0.02)"))


@pytest.fixture
def lost(place, seed, serve):
    """The moment, what was handed over before and after it, and what it looked like before the server was lost."""
    options = {
        "archive_mode": "on",
        "archive_command": f"test ! -f {place}/archive/%f && cp %p {place}/archive/%f",
        "shared_buffers": "32MB",
    }
    first = start(place / "first", options=options)
    try:
        url = first.create_database("noskheh")
        with connected(first.url) as engine, engine.begin() as connection:
            connection.execute(text("CREATE ROLE noskheh_app NOLOGIN"))
        restore(Settings(database_url=url, demonstration=True), seed)
        with connected(url) as engine:
            with serve(engine) as there:
                shell(BASE_BACKUP, first, place)
                slips = [there.prescribe() for _ in range(3)]
                there.dispense(slips[0])
                with engine.connect() as connection:
                    moment = str(connection.scalar(text("SELECT clock_timestamp()")))
                there.clock.advance(minutes=1)
                there.dispense(slips[1])
                part = there.order(there.accept(slips[2], there.other_pharmacy), quantity="7")
                receipt = there.other_pharmacy.post("/dispenses", part, ok=201)["receipt"]
                (place / "pharmacies").write_text(f"{receipt}\n")
            before = rows(engine)
            all_archived(engine)
        shell(UNPACK, first, place, moment)
    finally:
        first.stop()
    shutil.rmtree(place / "first")
    return slips, before


def type_in(block: str, monkeypatch, settings: Settings, place: Path) -> int:
    """A command of the page, as an operator types it."""
    for name in ("database_url", "keys_folder", "checkpoints_file"):
        monkeypatch.setenv(f"NOSKHEH_{name.upper()}", str(getattr(settings, name)))
    monkeypatch.setenv("NOSKHEH_DEMONSTRATION", "true")
    monkeypatch.setenv("JOURNAL", str(place / "journal"))
    monkeypatch.setenv("FROM_PHARMACIES", str(place / "pharmacies"))
    python, dash, app, *words = shlex.split(os.path.expandvars(block))
    assert (python, dash, app) == ("python", "-m", "app")
    return main(words)


def test_what_was_handed_over_after_the_moment_is_not_opened_again(place, lost, serve, monkeypatch):
    slips, before = lost
    second = start(place / "again", options={"shared_buffers": "32MB"})
    try:
        wait_until_recovered(second.url)
        with connected(second.url_of("noskheh")) as engine, serve(engine) as there:
            assert len(rows(engine)[0]) == 1  # the one before the moment
            assert there.browser.get("/api/v1/status").json()["dispensing"]["reason"] == "moved"
            there.pharmacy.refused("/prescriptions/accept", {"qr": slips[1]["qr"]}, 503, "dispensing.closed")
            assert type_in(REPLAY, monkeypatch, there.service.settings, place) == 0
            assert rows(engine) == before
            there.pharmacy.refused("/prescriptions/accept", {"qr": slips[1]["qr"]}, 503, "dispensing.closed")
            assert type_in(OPEN, monkeypatch, there.service.settings, place) == 0
            for slip in slips[:2]:
                answer = there.pharmacy.send("POST", "/prescriptions/accept", json={"qr": slip["qr"]})
                assert answer.json()["code"] == "prescription.already_dispensed"
            assert there.accept(slips[2])["prescription"]["items"][0]["remaining"] == "14"
    finally:
        second.stop()
