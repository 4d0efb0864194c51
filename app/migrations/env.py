"""How alembic runs our migrations: on the caller's connection, each in its own transaction, timed."""

import logging
import time

from alembic import context
from sqlalchemy import Connection, create_engine
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

from app import migrate

log = logging.getLogger("noskheh.migrate")
config = context.config


def run(connection: Connection) -> None:
    room = config.attributes.get("room")
    began = time.monotonic()

    def in_this_room(item, name, kind, reflected, other) -> bool:
        here = room is None or kind != "table" or migrate.room_of(name) == room
        return here and migrate.ours(item, name, kind, reflected, other)

    def timed(*, step, **_) -> None:
        nonlocal began
        direction = "applied" if step.is_upgrade else "taken back"
        log.info("%s %s in %.0f ms", step.up_revision_id, direction, (time.monotonic() - began) * 1000)
        began = time.monotonic()

    def nothing_for_nothing(_context, _revision, directives) -> None:
        if room is not None and directives[0].upgrade_ops.is_empty():
            directives.clear()

    context.configure(
        connection=connection,
        target_metadata=migrate.metadata(),
        transaction_per_migration=True,
        compare_type=True,
        compare_server_default=True,
        include_object=in_this_room,
        render_item=plainly,
        on_version_apply=timed,
        process_revision_directives=nothing_for_nothing,
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()  # comparing tables has read them, and a reader's transaction would swallow the next step


def plainly(kind, item, _context) -> str | bool:
    """Write SQLModel's own types as what they are, so that a migration needs no SQLModel."""
    if kind == "type" and isinstance(item, AutoString):
        return f"sa.String(length={item.length})" if item.length else "sa.String()"
    if kind == "type" and isinstance(item, UTCDateTime):
        return "sa.DateTime(timezone=True)"
    return False


if (given := config.attributes.get("connection")) is not None:
    run(given)
else:  # alembic's own command line, or a test that only has an address
    engine = create_engine(config.get_main_option("sqlalchemy.url"))
    with engine.connect() as connection:
        run(connection)
    engine.dispose()
