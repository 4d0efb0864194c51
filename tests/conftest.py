"""What every test may ask for: a throw-away PostgreSQL, a session on it, a database of one's own.

One cluster serves the whole run and is gone after it. One template database holds the schema and the
codings; every other database is a copy of it, so that a copy costs a file copy and not a migration.

* `session`: a transaction that is rolled back. For a room's verbs, one after another.
* `database`: an engine on a fresh copy. For threads, jobs, and everything that must really commit.
* `engine`: the engine under `session`; what is committed in it are the codings and nothing else.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlmodel import Session

from app import migrate
from app.embedded import Cluster
from app.settings import Settings
from codings.loader import DATA, load
from tests import factories
from tests.cluster import throwaway

TEMPLATE = "noskheh_template"


@contextmanager
def connected(url: str, **options: Any) -> Iterator[Engine]:
    """An engine that leaves no connection behind, which a template or a dropped database would mind."""
    engine = create_engine(url, **options)
    try:
        yield engine
    finally:
        engine.dispose()


def make_schema(url: str) -> None:
    """By the migrations, so that what is tested is what is deployed."""
    migrate.upgrade(Settings(database_url=url, demonstration=True))


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL server that lives as long as the run."""
    with throwaway() as cluster:
        yield cluster


def make_template(cluster: Cluster) -> str:
    """The name of the database others are copied from: schema and codings. Nobody may be connected to it."""
    url = cluster.create_database(TEMPLATE)
    make_schema(url)
    with connected(url) as engine, Session(engine) as session:
        load(session, DATA, by=factories.codings_editor())
        session.commit()
    return TEMPLATE


@pytest.fixture(scope="session")
def template(cluster: Cluster) -> str:
    return make_template(cluster)


@pytest.fixture(scope="session")
def engine(cluster: Cluster, template: str) -> Iterator[Engine]:
    """An engine on one copy shared by all rolled-back tests. Commit nothing through it."""
    with connected(cluster.create_database("noskheh_rooms", template=template)) as engine:
        yield engine


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """A session in a transaction that is rolled back, whatever the test commits in it."""
    with engine.connect() as connection, connection.begin() as transaction:
        with Session(connection, join_transaction_mode="create_savepoint") as session:
            yield session
        transaction.rollback()


_copies = count(1)


@pytest.fixture
def database(cluster: Cluster, template: str) -> Iterator[Engine]:
    """An engine on a database of this test's own, where threads may really commit, each on its connection."""
    name = f"noskheh_test_{next(_copies)}"
    with connected(cluster.create_database(name, template=template), pool_size=20) as engine:
        yield engine
    with connected(cluster.url, isolation_level="AUTOCOMMIT") as server, server.connect() as connection:
        connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest begins first, so that the last worker is not left alone with it."""
    items.sort(key=lambda item: "tests/proof/" not in item.nodeid)
