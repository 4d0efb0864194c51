"""The demonstration world behind a real address, `http://localhost:PORT`, in step with the browser's own clock.

Passkeys and WebCrypto want a name and not a number, so the address is always localhost. Certificates are compared with
the time in the browser, so the service's clock is the real one; `clock.advance` moves the service's alone.
"""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import uvicorn
from fastapi import FastAPI
from sqlalchemy import Engine

from app.demo import world as demo_world
from app.embedded import Cluster
from app.gateways.ports import make_gateways
from app.main import create_app, open_service
from app.service import Service
from codings.base import new_id
from tests.conftest import connected
from tests.journeys.conftest import Seeded, World, settings_for

SEEDED = "noskheh_browser"


@dataclass
class RealClock:
    """The machine's time, and how far a test moved it."""

    moved: timedelta = field(default_factory=timedelta)

    @property
    def now(self) -> datetime:
        return datetime.now(UTC) + self.moved

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **by: int) -> None:
        self.moved += timedelta(**by)


@dataclass
class Place(World):
    """A world with an address. Everything a journey's world can do, and `url`."""

    url: str = ""
    app: Any = None  # the application itself, for whoever asks for its routes

    def password(self) -> str:
        """The one of every demonstration account."""
        return (self.folder / "demo" / "password").read_text().strip()

    def work(self) -> None:
        """Run the jobs that wait; in a thread, because the browser's driver has a loop in this one."""
        failed: list[Exception] = []

        def run() -> None:
            try:
                World.work(self)
            except Exception as error:  # noqa: BLE001  raised again below, in the test's own thread
                failed.append(error)

        thread = threading.Thread(target=run)
        thread.start()
        thread.join(60)
        if failed:
            raise failed[0]


def seed(cluster: Cluster, template: str, authority: str, folder: Path) -> Seeded:
    """The demonstration world as it is at this moment, in a database that every place copies."""
    with connected(cluster.create_database(SEEDED, template=template)) as engine:
        settings = settings_for(engine, folder, authority)
        service = open_service(settings, gateways=make_gateways, clock=RealClock())
        told = demo_world.build(service, folder / "demo", base_url="http://localhost", authority=authority)
        service.close()
    return Seeded(SEEDED, folder, told)


@contextlib.contextmanager
def served(cluster: Cluster, seeded: Seeded, authority: str, **settings: Any) -> Iterator[Place]:
    """A copy of the world behind a server of its own on a free port."""
    name = f"noskheh_place_{new_id().hex[-12:]}"
    with connected(cluster.create_database(name, template=seeded.database)) as engine, _listening() as taken:
        url = f"http://localhost:{taken.getsockname()[1]}"
        clock = RealClock()
        service = _open(engine, seeded, authority, clock, public_url=url, **settings)
        application = create_app(service)
        with (
            _answering(application, taken),
            httpx2.Client(base_url=url, follow_redirects=False, trust_env=False) as caller,
        ):
            yield Place(service, caller, clock, seeded.folder, seeded.told, url=url, app=application)
    with connected(cluster.url, isolation_level="AUTOCOMMIT") as server, server.connect() as connection:
        connection.exec_driver_sql(f'DROP DATABASE "{name}" WITH (FORCE)')


def _open(engine: Engine, seeded: Seeded, authority: str, clock: RealClock, **settings: Any) -> Service:
    more = {"approve_keys_at_once": True, **settings}
    chosen = settings_for(engine, seeded.folder, authority, **more)
    return open_service(chosen, gateways=make_gateways, clock=clock)


@contextlib.contextmanager
def _listening() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET) as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen(64)
        yield taken


@contextlib.contextmanager
def _answering(application: FastAPI, taken: socket.socket) -> Iterator[None]:
    """The application in a thread of its own; it closes the service when it stops."""
    config = uvicorn.Config(application, log_level="error", access_log=False, timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [taken]}, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the service did not start"
        time.sleep(0.01)
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(15)
