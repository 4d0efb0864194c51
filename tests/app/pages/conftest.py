"""The demonstration world behind a browser that runs no scripts: every page, as the people of it see them.

The world is seeded once and copied for each test. `desk.sign_in(...)` opens a session; forms are sent as a browser
would, with the key and the hidden fields the page itself gave.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from app.demo.people import Folder
from app.demo.seed import seed
from app.gateways.ports import make_gateways
from app.main import create_app, open_service
from app.settings import Settings
from codings.base import new_id
from tests.app.pages.desk import BASE, Clock, Desk
from tests.conftest import connected


def settings_for(engine: Engine, folder: Path) -> Settings:
    return Settings(
        database_url=engine.url.render_as_string(hide_password=False),
        keys_folder=folder / "keys",
        checkpoints_file=folder / f"{engine.url.database}.jws",
        demonstration=True,
        run_worker=False,
        second_factor_required=False,
        threads=8,
        lock_timeout_ms=500,
        argon2_time_cost=1,
        argon2_memory_kib=64,
        argon2_parallelism=1,
    )


@pytest.fixture(scope="session")
def demonstration(cluster, template, tmp_path_factory) -> tuple[str, Path]:
    """The seeded world in a database that each test copies, and the folder of its keys."""
    folder = tmp_path_factory.mktemp("pages")
    with connected(cluster.create_database("noskheh_pages", template=template)) as engine:
        service = open_service(settings_for(engine, folder), gateways=make_gateways, clock=Clock())
        seed(service, Folder(folder / "demo"))
        service.engine.dispose()
    return "noskheh_pages", folder


@pytest.fixture
def desk(cluster, demonstration) -> Iterator[Desk]:
    database, folder = demonstration
    name = f"noskheh_page_{new_id().hex[-12:]}"
    with connected(cluster.create_database(name, template=database)) as engine:
        clock = Clock()
        service = open_service(settings_for(engine, folder), gateways=make_gateways, clock=clock)
        with TestClient(create_app(service), base_url=BASE, follow_redirects=False) as browser:
            yield Desk(service, browser, clock, Folder(folder / "demo"))
        service.engine.dispose()
    with connected(cluster.url, isolation_level="AUTOCOMMIT") as server, server.connect() as connection:
        connection.exec_driver_sql(f'DROP DATABASE "{name}" WITH (FORCE)')
