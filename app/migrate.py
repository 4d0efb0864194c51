"""Bringing a database to the shape this version needs, without an alembic.ini.

    python -m app.migrate upgrade [REVISION]
    python -m app.migrate downgrade REVISION
    python -m app.migrate check                 does the database have the shape the code says?
    python -m app.migrate revision NAME         write what differs, one numbered file a room

Each migration is its own transaction, waits for a lock four seconds at most, and is timed. Two processes that start
at once migrate one after the other. `revision` wants a scratch database, since it upgrades it as it writes.
"""

import importlib
import logging
import re
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Table, create_engine, exc, text
from sqlmodel import SQLModel

from app.settings import Settings

log = logging.getLogger("noskheh.migrate")

FOLDER = Path(__file__).resolve().parent / "migrations"
ROOMS = ("codings", "prescriber", "pharmacy", "insurer", "app")  # from the ground up, as keys refer
ONE_AT_A_TIME = 0x6E6F736B  # the number of the advisory lock that migrating processes queue for
LIMITS = {"lock_timeout": "4s", "statement_timeout": "60s", "idle_in_transaction_session_timeout": "60s"}


class MigrationError(Exception):
    """The database could not be migrated; the text is one sentence that says what to do."""


def upgrade(settings: Settings, revision: str = "head") -> None:
    """Apply what is missing up to `revision`. Raises MigrationError."""
    with _configured(settings) as config, _told():
        command.upgrade(config, revision)


def downgrade(settings: Settings, revision: str) -> None:
    """Take back everything after `revision` ("base" for all). Raises MigrationError."""
    with _configured(settings) as config, _told():
        command.downgrade(config, revision)


def check(settings: Settings) -> list[Any]:
    """Where the database's tables differ from the code's; empty when they agree."""
    with _connected(settings) as connection:
        options = {"compare_type": True, "compare_server_default": True, "include_object": ours}
        context = MigrationContext.configure(connection, opts=options)
        return list(compare_metadata(context, metadata()))


def head() -> str:
    """The newest migration this code brings."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    return str(ScriptDirectory.from_config(config).get_current_head())


def revision(settings: Settings, name: str) -> list[Path]:
    """Write one migration for each room whose tables differ from the database, and apply each as it is written."""
    written: list[Path] = []
    with _configured(settings) as config, _told():
        command.upgrade(config, "head")
        for room in ROOMS:
            config.attributes["room"] = room
            script = command.revision(
                config, message=f"{room} {name}", autogenerate=True, rev_id=_next(config)
            )
            config.attributes["room"] = None
            if script and not isinstance(script, list):
                written.append(_without_chatter(Path(script.path)))
                command.upgrade(config, "head")
    return written


def metadata() -> Any:
    """Every room's tables in one."""
    for room in ROOMS:
        importlib.import_module(f"{room}.tables")
    importlib.import_module("app.standing")
    return SQLModel.metadata


def room_of(table: str) -> str:
    """Which room a table belongs to, by where its class is written; what nobody claims is the shell's."""
    for mapper in SQLModel._sa_registry.mappers:  # noqa: SLF001  no public way from a table to its class
        if isinstance(mapper.local_table, Table) and mapper.local_table.name == table:
            return str(mapper.class_.__module__).partition(".")[0]
    return "app"


def ours(_item: Any, name: str | None, kind: str, _reflected: bool, _other: Any) -> bool:
    """Whether autogenerate looks at this: procrastinate brings its own tables and alembic its own version."""
    return not (kind == "table" and name and (name.startswith("procrastinate") or name == "alembic_version"))


@contextmanager
def _connected(settings: Settings) -> Iterator[Connection]:
    """A connection in the login's own role, which owns the tables, while no other process migrates."""
    options = "".join(f" -c {name}={value}" for name, value in LIMITS.items())
    engine = create_engine(settings.database_url, connect_args={"options": f"-c timezone=UTC{options}"})
    try:
        with engine.connect() as connection:
            _wait_for_turn(connection)
            yield connection
    finally:
        engine.dispose()


def _wait_for_turn(connection: Connection) -> None:
    end = time.monotonic() + 60
    while not connection.scalar(text("SELECT pg_try_advisory_lock(:n)"), {"n": ONE_AT_A_TIME}):
        connection.rollback()
        if time.monotonic() > end:
            raise MigrationError(
                "Another process has been migrating this database for a minute; wait for it or end it."
            )
        time.sleep(0.2)
    connection.commit()


@contextmanager
def _configured(settings: Settings) -> Iterator[Config]:
    with _connected(settings) as connection:
        config = Config()
        config.set_main_option("script_location", str(FOLDER))
        config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
        config.attributes["connection"] = connection
        yield config


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except CommandError as no:
        raise MigrationError(f"{no} (was this database made by a newer version?)") from no
    except exc.OperationalError as no:
        sentence = str(no.orig).splitlines()[0]
        raise MigrationError(
            f"A migration was stopped: {sentence}; end what holds the tables and start again."
        ) from no
    except exc.ProgrammingError as no:
        sentence = str(no.orig).splitlines()[0]
        raise MigrationError(f"The database login may not do what a migration needs: {sentence}.") from no


def _without_chatter(path: Path) -> Path:
    """The file without alembic's advice to read it; who commits it has read it."""
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(line for line in lines if "### " not in line))
    return path


def _next(config: Config) -> str:
    found = [
        re.match(r"\d+", script.revision) for script in ScriptDirectory.from_config(config).walk_revisions()
    ]
    return f"{max((int(number[0]) for number in found if number), default=0) + 1:04}"


def main(words: Sequence[str]) -> int:
    """Run one command; a refusal is one sentence on standard error."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    settings = Settings()
    try:
        match list(words):
            case ["upgrade", *rest]:
                upgrade(settings, *rest)
            case ["downgrade", target]:
                downgrade(settings, target)
            case ["revision", name]:
                for path in revision(settings, name):
                    log.info("wrote %s", path)
            case ["check"]:
                differences = check(settings)
                for difference in differences:
                    log.info("%s", difference)
                return 1 if differences else 0
            case _:
                sys.stderr.write(__doc__ or "")
                return 2
    except MigrationError as no:
        sys.stderr.write(f"{no}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
