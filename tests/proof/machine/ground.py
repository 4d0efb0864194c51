"""What the machine stands on: a service with its own clock, the pretended authority over HTTP, and a place to start.

One database serves a whole run. Between two examples everything that was written is thrown away, and people and
places are made anew by the rooms' own verbs; codings, insurers and plans stay.
"""

import contextlib
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from sqlalchemy import Engine
from sqlmodel import Session, SQLModel, col, select

from app import ca, jobs
from app.db import writing
from app.demo.packs import new_pack as new
from app.gateways.ports import make_gateways
from app.gateways.simulator import create_simulator
from app.main import open_service
from app.service import Service
from app.settings import Settings
from codings import certificates, jws
from codings.gs1 import write_pack
from codings.tables import Centre, Practitioner, Product
from insurer.actions import coverage
from insurer.share import Rounding, SupplementaryBase
from insurer.states import Cob, InsurerKind
from tests import factories
from tests.conftest import connected
from tests.factories import AT
from tests.insurer import factories as insured

MEDICINES = ("90001", "90005", "90010", "90039", "90044", "90055")
ABBR = {"1": "TAM", "2": "SLM", "20": "BSN", "25": "DEY", "37": "AZD"}
PAYERS = ("1", "2", "20", "25")  # who is ever claimed from
# The covers of the people who come to the desk: who pays first, who pays second.
COVERS = (("1", "20"), ("2", "25"), ("1", None), (None, None))
# Of these, nothing is ever written by a verb that the machine asks for.
_KEPT = """
    concept medicine product dosing interaction release release_in_force release_entry release_problem release_file
    release_status insurer plan centre practitioner affiliation certificate_request certificate
"""
KEPT = frozenset(_KEPT.split())


@dataclass
class Clock:
    now: datetime = AT

    def __call__(self) -> datetime:
        return self.now


@dataclass(frozen=True)
class Ground:
    """What lasts as long as a run."""

    service: Service
    clock: Clock
    owner: Engine  # the tables' owner: reads everything, and clears up between examples
    authority: httpx.Client
    products: dict[str, list[Product]]


@dataclass
class Pen:
    """A physician at a clinic, with every key they ever had; the newest last."""

    centre: Centre
    person: Practitioner
    keys: list[jws.Key] = field(default_factory=list)


@dataclass
class Till:
    """A pharmacist at a pharmacy."""

    centre: Centre
    person: Practitioner


@dataclass
class Place:
    """Who takes part in one example."""

    service: Service
    pens: list[Pen]
    tills: list[Till]
    people: list[str]  # national IDs, one for each of COVERS


@contextlib.contextmanager
def laid(database: Engine) -> Iterator[Ground]:
    """A ground on a database that is nobody else's and holds schema and codings."""
    with tempfile.TemporaryDirectory(prefix="noskheh-machine-") as home, _authority(Path(home)) as address:
        settings = Settings(
            database_url=database.url.render_as_string(hide_password=False),
            keys_folder=Path(home) / "keys",
            checkpoints_file=Path(home) / "checkpoints.jws",
            demonstration=True,
            run_worker=False,
            threads=2,
            authenticity_url=address,
            seal_after_seconds=3600,
            batch_size=4,
        )
        clock = Clock()
        service = open_service(settings, gateways=make_gateways, clock=clock)
        jobs.register()
        with writing(service) as session:
            _insurers(session)
            stocked = select(Product).where(col(Product.generic).in_(MEDICINES)).order_by(col(Product.irc))
            products: dict[str, list[Product]] = {}
            for product in session.exec(stocked):
                products.setdefault(product.generic, []).append(product)
        with (
            connected(settings.database_url) as owner,
            httpx.Client(base_url=address, trust_env=False) as http,
        ):
            try:
                yield Ground(service, clock, owner, http, products)
            finally:
                service.close()


@contextlib.contextmanager
def _authority(home: Path) -> Iterator[str]:
    """The pretended authority on a port of its own."""
    application = create_simulator(home / "packs.sqlite")
    server = uvicorn.Server(uvicorn.Config(application, port=0, log_level="error", access_log=False))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)


def _insurers(session: Session) -> None:
    """Two basic insurers, two that stand second (one of them waits for the first one's decision), and self-pay."""
    basic, second = InsurerKind.BASIC, InsurerKind.SUPPLEMENTARY
    kinds = {"1": basic, "2": basic, "20": second, "25": second, "37": InsurerKind.SELF_PAY}
    for code, abbr in ABBR.items():
        coverage.put_insurer(
            session,
            code=code,
            name_fa=f"بیمهٔ {abbr}",
            name_en=f"Insurer {abbr}",
            kind=kinds[code],
            abbr=abbr,
            by=insured.SERVICE,
        )
    # Shares that leave fractions of a Rial, under every way to decide them.
    for code, first_bp, second_bp, rounding in (
        ("1", 7000, 0, Rounding.HALF_UP),
        ("2", 6667, 0, Rounding.DOWN),
        ("20", 0, 8333, Rounding.HALF_EVEN),
        ("25", 0, 9999, Rounding.HALF_UP),
    ):
        coverage.put_plan(
            session,
            insurer=code,
            fund=insured.FUND,
            code="1405",
            basic_bp=first_bp,
            supplementary_bp=second_bp,
            supplementary_base=SupplementaryBase.RESIDUAL if code == "25" else SupplementaryBase.FRANCHISE,
            cob=Cob.AFTER_BASIC if code == "25" else Cob.PARALLEL,
            rounding=rounding,
            effective_from=date(2026, 3, 21),
            source="test",
            by=insured.SERVICE,
        )


def begin(ground: Ground) -> Place:
    """Everything as on the first morning: nothing written, new people at new places, the authority well."""
    ground.clock.now = AT
    written = [f'"{t.name}"' for t in SQLModel.metadata.sorted_tables if t.name not in KEPT]
    with ground.owner.begin() as connection:
        connection.exec_driver_sql(f"TRUNCATE {', '.join(written)}, procrastinate_jobs CASCADE")
    authority_answers(ground, yes=True)
    # A partner's breaker remembers; each example begins with one that has seen nothing.
    service = replace(ground.service, gateways=make_gateways(ground.service.settings, ground.service.engine))
    with writing(service) as session:
        clinic = factories.clinic(session)
        pens = [Pen(clinic, factories.physician(session, clinic)) for _ in range(2)]
        for pen in pens:
            pen.keys.append(enrol(session, service, pen, at=AT))
        tills = []
        for _ in range(2):
            pharmacy = factories.pharmacy(session)
            tills.append(Till(pharmacy, factories.pharmacist(session, pharmacy)))
        people = []
        for covers in COVERS:
            person = insured.national_id()
            people.append(person)
            for code in filter(None, covers):
                rows = [insured.insured(person, code, kind="basic" if code in "12" else "supplementary")]
                coverage.put_coverages(session, insurer=code, rows=rows, by=insured.SERVICE)
    return Place(service, pens, tills, people)


def enrol(session: Session, service: Service, pen: Pen, *, at: datetime) -> jws.Key:
    """A new key for a physician, asked for, entered and approved by two officers, certified by our own CA."""
    private, csr = factories.make_csr()
    holder = factories.working(pen.person, pen.centre, at=at)
    asked = certificates.request_certificate(
        session, holder=pen.person.council, holder_kind=pen.person.kind, csr=csr, by=holder
    )
    certificates.enter_request(session, request=asked.id, by=factories.council_officer(1, at=at))
    issued = ca.issue(
        service.keys, csr_pem=asked.csr, holder=asked.holder, holder_kind=asked.holder_kind, now=at
    )
    certificates.approve_request(
        session, request=asked.id, issued=issued, by=factories.council_officer(2, at=at)
    )
    return jws.Key(issued.kid, "ES256", private)


def authority_answers(ground: Ground, *, yes: bool) -> None:
    """Let the authority answer every question, or none."""
    ground.authority.put("/knobs", json={"error_rate": 0 if yes else 100}).raise_for_status()


def new_pack(ground: Ground, product: Product, kind: str) -> dict[str, Any]:
    """A pack from the factory, as the authority knows it: genuine, expired, recalled, unknown or mismatch."""
    today = ground.clock.now.date()
    expiry = today - timedelta(days=40) if kind == "expired" else None
    pack = new(product, today, status="RECALLED" if kind == "recalled" else "ACTIVE", expiry=expiry)
    if kind != "unknown":
        known = {name: pack[name] for name in ("uid", "gtin", "lot", "expiry", "size", "status")}
        ground.authority.put("/packs", json={"packs": [known]}).raise_for_status()
    if kind == "mismatch":
        pack["barcode"] = write_pack(product.gtin, pack["uid"], date.fromisoformat(pack["expiry"]), "FALSE99")
    return pack
