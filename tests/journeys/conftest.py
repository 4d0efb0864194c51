"""The demonstration world for journeys: real service, real database, real keys, the authority over real HTTP.

The world is seeded once and copied for each test. `World` has the hands of the people and machines in it; jobs run
when a test says so (`world.work()`), and the clock stands still until it is moved.
"""

import contextlib
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import anyio
import httpx2
import pytest
import uvicorn
from cryptography.hazmat.primitives import serialization
from sqlalchemy import Engine
from sqlmodel import Session, select
from starlette.testclient import TestClient

from app import jobs, queue
from app.db import side_session
from app.demo import packs
from app.demo import world as demo_world
from app.embedded import Cluster
from app.gateways.ports import make_gateways
from app.gateways.simulator import create_simulator
from app.main import create_app, open_service
from app.service import Service
from app.settings import Settings
from codings import jws
from codings.base import new_id
from codings.tables import Product
from codings.text import tehran_day
from tests.conftest import connected

BASE = "http://localhost:8000"
NOW = datetime.fromisoformat("2026-12-01T08:00:00+00:00")
J02 = [{"system": "http://hl7.org/fhir/sid/icd-10", "code": "J02.9"}]


@dataclass
class Clock:
    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **by: int) -> None:
        self.now += timedelta(**by)


@contextlib.contextmanager
def pretended(file: Path) -> Iterator[str]:
    """The pretended authority, answering on a port of its own; its packs are in `file`."""
    application = create_simulator(file)
    server = uvicorn.Server(uvicorn.Config(application, port=0, log_level="error", access_log=False))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(10)


@pytest.fixture(scope="session")
def authority(tmp_path_factory) -> Iterator[str]:
    with pretended(tmp_path_factory.mktemp("authority") / "packs.sqlite") as address:
        yield address


def settings_for(engine: Engine, folder: Path, authority: str, **more: Any) -> Settings:
    return Settings(
        **{
            "database_url": engine.url.render_as_string(hide_password=False),
            "keys_folder": folder / "keys",
            "checkpoints_file": folder / f"{engine.url.database}.jws",
            "demonstration": True,
            "run_worker": False,
            "second_factor_required": False,
            "threads": 8,
            "authenticity_url": authority,
            "authenticity_timeout": 3.0,  # a busy machine is no partner that is down
            "seal_after_seconds": 0,
            "argon2_time_cost": 1,
            "argon2_memory_kib": 64,
            "argon2_parallelism": 1,
            **more,
        }
    )


@dataclass(frozen=True)
class Seeded:
    database: str
    folder: Path
    told: dict[str, Any]
    now: datetime = NOW


def seed_world(cluster: Cluster, template: str, authority: str, folder: Path) -> Seeded:
    """The demonstration world in a database that each journey copies."""
    with connected(cluster.create_database("noskheh_world", template=template)) as engine:
        settings = settings_for(engine, folder, authority)
        service = open_service(settings, gateways=make_gateways, clock=Clock())
        told = demo_world.build(service, folder / "demo", base_url=BASE, authority=authority)
        service.close()
    return Seeded("noskheh_world", folder, told)


@pytest.fixture(scope="session")
def seeded(cluster, template, authority, tmp_path_factory) -> Seeded:
    return seed_world(cluster, template, authority, tmp_path_factory.mktemp("world"))


@dataclass
class Caller:
    """A machine of the demonstration, with its own key."""

    world: "World"
    id: str
    scope: str
    key: jws.Key
    entry: dict[str, Any]
    _token: str = ""
    _until: datetime | None = None

    def token(self) -> str:
        now = self.world.clock.now
        if self._until is None or now >= self._until:
            claims: dict[str, Any] = {
                "iss": self.id,
                "sub": self.id,
                "aud": self.world.service.settings.token_url,
                "jti": str(new_id()),
            }
            claims |= {"iat": int(now.timestamp()), "exp": int(now.timestamp()) + 240}
            form = {
                "grant_type": "client_credentials",
                "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                "client_assertion": jws.sign_claims(claims, key=self.key, typ="JWT"),
                "scope": self.scope,
            }
            told = self.world.browser.post("/oauth/token", data=form)
            assert told.status_code == 200, told.text
            self._token, self._until = told.json()["access_token"], now + timedelta(minutes=4)
        return self._token

    def send(
        self, method: str, path: str, *, headers: dict[str, str] | None = None, **more: Any
    ) -> httpx2.Response:
        sent = {"Authorization": f"Bearer {self.token()}", "Accept-Language": "en"} | (headers or {})
        return self.world.browser.request(method, f"/api/v1{path}", headers=sent, **more)

    def get(self, path: str, **query: Any) -> Any:
        return self._ok(self.send("GET", path, params=query))

    def post(self, path: str, body: Any, *, key: str | None = None, ok: int | None = None) -> Any:
        answer = self.send("POST", path, json=body, headers={"Idempotency-Key": key or str(new_id())})
        if ok is not None:
            assert answer.status_code == ok, answer.text
        return self._ok(answer)

    def refused(self, path: str, body: Any, status: int, code: str) -> Any:
        answer = self.send("POST", path, json=body)
        assert (answer.status_code, answer.json().get("code")) == (status, code), answer.text
        return answer.json()

    @staticmethod
    def _ok(answer: httpx2.Response) -> Any:
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None


@dataclass
class World:
    service: Service
    browser: TestClient
    clock: Clock
    folder: Path
    told: dict[str, Any]
    callers: dict[str, Caller] = field(default_factory=dict)

    def machine(self, client_id: str) -> Caller:
        if client_id not in self.callers:
            entry = next(c for c in self.told["clients"] if c["client_id"] == client_id)
            key = jws.Key(entry["kid"], "ES256", self.pem(entry["key_file"]))
            self.callers[client_id] = Caller(self, client_id, entry["scope"], key, entry)
        return self.callers[client_id]

    @property
    def clinic(self) -> Caller:
        return self.machine("clinic-sepid")

    @property
    def pharmacy(self) -> Caller:
        return self.machine("pharmacy-noosh")

    @property
    def other_pharmacy(self) -> Caller:
        return self.machine("pharmacy-two")

    @property
    def tamin(self) -> Caller:
        return self.machine("insurer-tamin")

    @property
    def supplementary(self) -> Caller:
        return self.machine("insurer-supplementary")

    def pem(self, file: str) -> str:
        return (self.folder / "demo" / file).read_text()

    def pen(self, council: str = "9990001") -> jws.Key:
        entry = next(p for p in self.told["practitioners"] if p["council"] == council)
        return jws.Key(entry["kid"], "ES256", self.pem(entry["key_file"]))

    def person(self, cover: str = "basic+supplementary", insurer: str = "1") -> dict[str, Any]:
        return next(
            p for p in self.told["patients"] if p["cover"] == cover and (p["insurer"] or insurer) == insurer
        )

    def medicine(self, inn: str, form: str | None = None) -> dict[str, Any]:
        return next(m for m in self.told["medicines"] if m["inn"] == inn and form in {None, m["form"]})

    def item(self, inn: str = "amoxicillin", form: str = "capsule", **changed: Any) -> dict[str, Any]:
        medicine = self.medicine(inn, form)
        return {
            "medicine": medicine["generic"],
            "dose": {"amount": "1", "unit": medicine["unit"]},
            "frequency": "q8h",
            "route": medicine["route"],
            "duration_days": 7,
            "quantity": "21",
        } | changed

    # --- The clinic

    def shabad(
        self, person: dict[str, Any] | None = None, *, self_pay: bool = False, asked: bool = True
    ) -> str:
        person = person or self.person()
        visit = self.clinic.post(
            "/eligibility",
            {
                "patient": {"national_id": person["national_id"]},
                "practitioner": "9990001",
                "centre": self.clinic.entry["centre"],
            },
        )
        if asked:
            today = tehran_day(self.clock.now).isoformat()
            facts = {"allergies": {"state": "none_known", "items": []}, "as_of": today}
            answer = self.clinic.send("PUT", f"/patients/{visit['patient']['id']}/facts", json=facts)
            assert answer.is_success, answer.text
        basic = [c for c in visit["coverages"] if c["kind"] == "basic" and c["in_force"]]
        body = {"inquiry": visit["inquiry"]}
        if basic and not self_pay:
            body["coverage"] = basic[0]["coverage"]
        return str(self.clinic.post("/shabads", body, ok=201)["shabad"])

    def prepare(self, shabad: str, items: list[dict[str, Any]] | None = None, **more: Any) -> Any:
        body = {"shabad": shabad, "diagnoses": J02, "items": items or [self.item()], **more}
        return self.clinic.post("/prescriptions/prepare", body)

    def signed(self, prepared: Any, key: jws.Key | None = None) -> str:
        """What the physician's device does: sign exactly the prepared bytes."""
        signing = f"{prepared['header']}.{prepared['payload']}"
        return f"{signing}.{raw_signature(key or self.pen(), signing)}"

    def prescribe(
        self,
        items: list[dict[str, Any]] | None = None,
        *,
        reasons: Sequence[dict[str, str]] = (),
        **told: Any,
    ) -> Any:
        prepared = self.prepare(self.shabad(**told), items, overrides=list(reasons))
        return self.clinic.post("/prescriptions", {"jws": self.signed(prepared)}, ok=201)

    # --- The counter

    def fresh_pack(self, generic: str, *, least: int = 1, status: str = "ACTIVE") -> dict[str, Any]:
        """A genuine pack of at least so many units, new from the factory: the authority outlives each test."""
        with Session(self.service.engine) as session:
            found = session.exec(select(Product).where(Product.generic == generic).order_by(Product.irc))
            product = next(p for p in found if p.pack_size >= least)
        pack = packs.new_pack(product, self.clock.now.date(), status=status)
        packs.register(str(self.service.settings.authenticity_url), [pack])
        return pack

    def accept(self, prescription: Any, pharmacy: Caller | None = None) -> Any:
        return (pharmacy or self.pharmacy).post("/prescriptions/accept", {"qr": prescription["qr"]})

    def order(self, accepted: Any, quantity: str | None = None) -> dict[str, Any]:
        """Lines that hand over everything left (or `quantity` of the first item) from fresh packs."""
        lines = []
        for item in accepted["prescription"]["items"]:
            left = int(quantity or item["remaining"])
            taken, irc = [], None
            while left:
                pack = self.fresh_pack(item["medicine"])
                irc = pack["irc"]
                take = min(left, int(pack["size"]))
                taken.append({"barcode": pack["barcode"], "count": str(take)})
                left -= take
            lines.append(
                {"item": item["item"], "irc": irc, "quantity": quantity or item["remaining"], "packs": taken}
            )
            if quantity:
                break
        return {"acceptance": accepted["acceptance"], "lines": lines}

    def dispense(self, prescription: Any, pharmacy: Caller | None = None) -> Any:
        pharmacy = pharmacy or self.pharmacy
        order = self.order(self.accept(prescription, pharmacy))
        return pharmacy.post("/dispenses", order, ok=201)

    # --- Behind the scenes

    def work(self) -> None:
        """Run every job that waits, and those they cause: a worker that finds none leaves before its last one ends."""

        async def run() -> None:
            jobs.register()
            async with queue.opened(self.service):
                await queue.work(self.service, until_empty=True)

        anyio.run(run)
        while self._due():
            anyio.run(run)

    def _due(self) -> int:
        with side_session(self.service) as session:
            return queue.due(session)[0]

    def write(self) -> Any:
        """A transaction of a database administrator, who may do anything."""
        return side_session(self.service)

    def alter(self, statement: str) -> None:
        with Session(self.service.engine) as session:
            session.connection().exec_driver_sql("RESET ROLE")
            session.connection().exec_driver_sql(statement)
            session.commit()


def raw_signature(key: jws.Key, signing: str) -> str:
    """ES256 over a signing input with nothing but `cryptography`, as a device of another make would."""
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, utils

    private = serialization.load_pem_private_key(key.pem.encode(), password=None)
    assert isinstance(private, ec.EllipticCurvePrivateKey)
    r, s = utils.decode_dss_signature(private.sign(signing.encode(), ec.ECDSA(hashes.SHA256())))
    return jws.b64(r.to_bytes(32, "big") + s.to_bytes(32, "big"))


@contextlib.contextmanager
def living(
    cluster: Cluster, seeded: Seeded, authority: str, *, keep: bool = False, **more: Any
) -> Iterator[World]:
    """A copy of the world that asks this authority; `more` are settings. `keep` leaves the database there."""
    name = f"noskheh_journey_{new_id().hex[-12:]}"
    with connected(cluster.create_database(name, template=seeded.database)) as engine:
        clock = Clock(seeded.now)
        settings = settings_for(engine, seeded.folder, authority, **more)
        service = open_service(settings, gateways=make_gateways, clock=clock)
        with TestClient(create_app(service), base_url=BASE, follow_redirects=False) as browser:
            yield World(service, browser, clock, seeded.folder, seeded.told)
        service.close()
    if not keep:
        drop(cluster, name)


def drop(cluster: Cluster, name: str) -> None:
    """Whoever is still connected to the database is thrown out."""
    with connected(cluster.url, isolation_level="AUTOCOMMIT") as server, server.connect() as connection:
        connection.exec_driver_sql(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def world(cluster, seeded, authority) -> Iterator[World]:
    with living(cluster, seeded, authority) as world:
        yield world
