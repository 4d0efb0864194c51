"""A database restored to the past does not open again what was handed over since: closed, receipts replayed, opened."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlmodel import Session, select
from starlette.testclient import TestClient

from app import closing
from app.commands.recovering import replay_all
from app.db import writing
from app.embedded_programs import as_account, programs, server_account
from app.flows import replaying
from app.gateways.ports import make_gateways
from app.main import create_app, open_service
from codings import jws
from codings.base import Actor, Role, new_id
from insurer.tables.claims import Claim
from pharmacy.tables import Dispense, Pack
from tests.conftest import connected
from tests.journeys.conftest import BASE, World, settings_for

OPERATOR = "command:operator"


@pytest.fixture
def backup(cluster, world):
    """What pg_dump makes of the world now, and pg_restore another world of it."""
    account = server_account(cluster.home)
    words = {"capture_output": True, "cwd": "/", **as_account(account)}

    def order(program, *more, **given):
        folder = programs(cluster.home, account)
        connection = ["-h", str(cluster.socket), "-p", "5432", "-U", "postgres"]
        return subprocess.run([folder / program, *connection, *more], check=True, **words, **given).stdout

    @contextmanager
    def restored(dump: bytes) -> Iterator[World]:
        name = f"noskheh_restored_{new_id().hex[-12:]}"
        with connected(cluster.create_database(name)) as engine:
            order("pg_restore", "-d", name, input=dump)
            authority = str(world.service.settings.authenticity_url)
            settings = settings_for(engine, world.folder, authority)
            service = open_service(settings, gateways=make_gateways, clock=world.clock)
            with TestClient(create_app(service), base_url=BASE, follow_redirects=False) as browser:
                yield World(service, browser, world.clock, world.folder, world.told)
            service.close()

    def made() -> bytes:
        return order("pg_dump", "-Fc", "-d", world.service.engine.url.database)

    return made, restored


def operator(world: World) -> Actor:
    return Actor(id=OPERATOR, role=Role.ADMINISTRATOR, at=world.clock.now)


def rows(world: World) -> tuple[list[object], ...]:
    """What must be the same after the replay: dispenses and receipts, packs, claims."""
    with Session(world.service.engine) as session:
        dispenses = [(d.shabad, d.n, d.d, d.pharmacist, d.receipt) for d in session.exec(select(Dispense))]
        packs = [(p.uid, p.irc, p.lot, p.expiry, p.taken) for p in session.exec(select(Pack))]
        claims = [(c.shabad, c.n, c.d, c.insurer, c.amount) for c in session.exec(select(Claim))]
    return tuple(sorted(found, key=str) for found in (dispenses, packs, claims))


def test_receipts_from_after_the_backup_are_recorded_again_once(world, backup):
    make, restored = backup
    whole, part = world.prescribe(), world.prescribe(person=world.person(cover="basic"))
    dump = make()
    receipts = [world.dispense(whole)["receipt"]]
    world.clock.advance(minutes=1)
    for pharmacy in (world.pharmacy, world.other_pharmacy):
        order = world.order(world.accept(part, pharmacy), quantity="7")
        done = pharmacy.post("/dispenses", order, ok=201)
        receipts.append(done["receipt"])
        pharmacy.post(f"/acceptances/{order['acceptance']}/release", {})
        world.clock.advance(minutes=1)
    with restored(dump) as again:
        by = operator(again)
        with writing(again.service) as session:
            closing.close(session, by=by)
            closing.close(session, by=by)
        again.pharmacy.refused("/prescriptions/accept", {"qr": whole["qr"]}, 503, "dispensing.closed")
        assert replay_all(again.service, receipts[::-1], by=by) == ["again"] * 3
        assert replay_all(again.service, receipts, by=by) == ["there"] * 3
        assert rows(again) == rows(world)
        again.pharmacy.refused("/prescriptions/accept", {"qr": part["qr"]}, 503, "dispensing.closed")
        with writing(again.service) as session:
            closing.open_again(session, by=by)
        answer = again.pharmacy.send("POST", "/prescriptions/accept", json={"qr": whole["qr"]})
        assert answer.json()["code"] == "prescription.already_dispensed"
        assert again.accept(part)["prescription"]["items"][0]["remaining"] == "7"


def test_a_hold_from_before_the_backup_does_not_outlive_a_dispense_of_another(world, backup):
    make, restored = backup
    slip = world.prescribe()
    held = world.accept(slip)
    dump = make()
    world.pharmacy.post(f"/acceptances/{held['acceptance']}/release", {})
    world.clock.advance(minutes=1)
    receipt = world.dispense(slip, world.other_pharmacy)["receipt"]
    with restored(dump) as again:
        assert replay_all(again.service, [receipt], by=operator(again)) == ["again"]


def test_a_dispense_at_the_counter_is_closed_too(world):
    order = world.order(world.accept(world.prescribe()))
    with writing(world.service) as session:
        closing.close(session, by=operator(world))
    world.pharmacy.refused("/dispenses", order, 503, "dispensing.closed")


def test_what_does_not_fit_is_left_and_told(world, capsys):
    receipt = world.dispense(world.prescribe())["receipt"]
    said = replaying.read(world.service, receipt)
    number = said["prescription"]
    later = world.service.seal(jws.canonical(said | {"dispense": f"{number}.2"}), "receipt+jws")
    other = world.service.seal(jws.canonical(said | {"v": 2}), "receipt+jws")
    unknown = world.service.seal(jws.canonical(said | {"dispense": "10531111111K-1.1"}), "receipt+jws")
    forged = jws.sign(jws.canonical(said), key=world.pen(), typ="receipt+jws")
    before = rows(world)
    told = replay_all(world.service, [later, other, unknown, forged, "rubbish"], by=operator(world))
    assert (told, rows(world)) == (["left"] * 5, before)
    assert "receipt.differs" in capsys.readouterr().err
