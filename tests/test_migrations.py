"""Migrations lead from nothing to what the code says and back, once however many start at once, and in small steps."""

import re
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from sqlalchemy import create_engine, inspect, text

from app import migrate
from app.db import make_engine
from app.embedded import Cluster
from app.settings import Settings

VERSIONS = sorted((migrate.FOLDER / "versions").glob("*.py"))


@pytest.fixture
def empty(cluster: Cluster, request: pytest.FixtureRequest) -> Settings:
    """Settings of a database in which nothing is."""
    name = re.sub(r"\W", "_", request.node.name)[:60]
    return Settings(database_url=cluster.create_database(name), database_role="")


def tables(settings: Settings) -> set[str]:
    engine = create_engine(settings.database_url)
    try:
        return set(inspect(engine).get_table_names())
    finally:
        engine.dispose()


def test_upgrading_makes_exactly_what_the_code_says(empty):
    migrate.upgrade(empty)
    assert migrate.check(empty) == []


def test_a_difference_between_code_and_database_is_found(empty):
    migrate.upgrade(empty)
    engine = create_engine(empty.database_url)
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE client DROP COLUMN jwks_url"))
        connection.execute(text("DROP INDEX ix_attempt_last_at"))
        connection.execute(text("ALTER TABLE attempt ALTER COLUMN key TYPE text"))
    engine.dispose()
    assert len(migrate.check(empty)) == 3


def test_every_step_can_be_taken_back_and_taken_again(empty):
    migrate.upgrade(empty)
    made = tables(empty)
    for _ in VERSIONS:
        here = tables(empty)
        migrate.downgrade(empty, "-1")
        migrate.upgrade(empty, "+1")
        assert tables(empty) == here
        migrate.downgrade(empty, "-1")
    assert tables(empty) == {"alembic_version"}
    migrate.upgrade(empty)
    assert tables(empty) == made
    assert migrate.check(empty) == []


def test_processes_that_start_at_once_migrate_once(empty):
    with ThreadPoolExecutor(3) as threads:
        list(threads.map(lambda _: migrate.upgrade(empty), range(3)))
    assert migrate.check(empty) == []


def test_a_migration_that_can_not_get_its_lock_says_so_and_changes_nothing(empty):
    migrate.upgrade(empty, VERSIONS[0].name[:4])
    engine = create_engine(empty.database_url)
    with engine.begin() as connection:
        connection.execute(text("LOCK TABLE centre IN ACCESS EXCLUSIVE MODE"))
        with pytest.raises(migrate.MigrationError, match="lock timeout"):
            migrate.upgrade(empty)
    engine.dispose()
    migrate.upgrade(empty)
    assert migrate.check(empty) == []


def test_a_database_of_a_newer_version_is_refused(empty):
    migrate.upgrade(empty)
    engine = create_engine(empty.database_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(migrate.MigrationError, match="newer version"):
        migrate.upgrade(empty)


def test_a_login_that_may_not_make_roles_migrates_too_and_works_as_itself(cluster):
    name = "of_a_plain_login"
    with psycopg.connect(cluster.dsn, autocommit=True) as server:
        server.execute("CREATE ROLE plain LOGIN")
        server.execute(f"CREATE DATABASE {name} OWNER plain")
    url = cluster.url_of(name).replace("postgres@", "plain@")
    settings = Settings(database_url=url)
    migrate.upgrade(settings)
    assert migrate.check(settings) == []
    engine = make_engine(settings)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT current_user")) == "plain"
    engine.dispose()
    migrate.downgrade(settings, "base")


def test_migrations_are_numbered_without_a_gap():
    assert [path.name[:4] for path in VERSIONS] == [f"{n:04}" for n in range(1, len(VERSIONS) + 1)]
