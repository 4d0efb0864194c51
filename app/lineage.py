"""Whether this database is the one that was served last, and no older state of it: if not, dispensing closes itself.

Two signs, each of which the other would miss:

* The database remembers where it was served: PostgreSQL's system identifier, its timeline, and the database's OID. A
  dump restored anywhere has another OID or server, recovery to a moment and a promoted standby another timeline.
* The file of checkpoints remembers what was sealed. A disk set back to an old picture of itself has the same
  place; but the file's newest checkpoint is one that it never made.

It is looked at before a process serves, and at each sealing of the audit. What an administrator opened stays open.
"""

import logging
from typing import Final, NamedTuple

from sqlalchemy import text
from sqlmodel import Session, col, select

from app import closing
from app.audit_tree import checkpoints
from app.db import writing
from app.service import Service
from app.standing import DatabasePlace
from app.tables import AuditCheckpoint
from codings.base import Actor

log = logging.getLogger("noskheh.lineage")

MOVED: Final = "moved"
BEHIND: Final = "behind"
_TURN: Final = text("SELECT pg_advisory_xact_lock(hashtext('noskheh.lineage'))")
_MAY_ASK: Final = text("SELECT has_function_privilege('pg_control_system()', 'EXECUTE')")
_SYSTEM: Final = text("SELECT system_identifier::text FROM pg_control_system()")
# The name of the log's file begins with the timeline, also before the first checkpoint of a new one.
_HERE: Final = text(
    "SELECT left(pg_walfile_name(pg_current_wal_insert_lsn()), 8), oid::bigint"
    " FROM pg_database WHERE datname = current_database()"
)


class Place(NamedTuple):
    """Which database of which server on which line of time."""

    system: str
    timeline: int
    database: int


def check(service: Service) -> str | None:
    """Close dispensing if this is an older state or a copy of what was served; gives why, None if all is well."""
    by = service.itself("lineage")
    with writing(service) as session:
        session.connection().execute(_TURN)  # processes that start at once close once
        why = _moved(session, by) or (BEHIND if is_behind(session, service) else None)
        if why:
            closing.close(session, by=by, kind=why)
        shut = closing.closed_now(session)
    if shut:
        log.error(
            "dispensing is closed, because the database was restored or moved: replay the receipts with"
            " `python -m app receipts replay`, then `python -m app restore open`"
        )
    return why


def _moved(session: Session, by: Actor) -> str | None:
    """Whether it was last served elsewhere; where it is now is written down."""
    query = select(DatabasePlace).order_by(col(DatabasePlace.id).desc())
    last, here = session.exec(query.limit(1)).first(), _here(session)
    if last is not None and Place(last.system, last.timeline, last.database) == here:
        return None
    session.add(DatabasePlace(seen_at=by.at, **here._asdict()))
    session.flush()
    return MOVED if last is not None else None


def _here(session: Session) -> Place:
    connection = session.connection()
    system = connection.scalar(_SYSTEM) if connection.scalar(_MAY_ASK) else ""
    timeline, database = connection.execute(_HERE).one()
    return Place(str(system), int(timeline, 16), database)


def is_behind(session: Session, service: Service) -> bool:
    """Whether the file's newest checkpoint is one this database does not have, made since it was last opened.

    A file under another seal is another database's and says nothing; the sealing warns of it.
    """
    token = checkpoints.last_of(service.settings.checkpoints_file)
    if token is None:
        return False
    try:
        said = checkpoints.opened(token, keys=service.keys)
    except checkpoints.CheckpointError:
        return False
    stored = session.get(AuditCheckpoint, said.size)
    if stored is not None and stored.signed == token:
        return False
    opened = closing.last_opened(session)
    return opened is None or said.at > opened
