"""From an event to its job: deferred on the session's own connection, so that both are committed or neither.

`REACTIONS` says which task answers which event; `app/jobs.py` fills it when it registers the tasks.
"""

from dataclasses import asdict

from procrastinate import App, SyncPsycopgConnector
from procrastinate.exceptions import ConnectorException
from sqlmodel import Session

from app.refusals import DatabaseAway
from codings.base import Event

REACTIONS: dict[str, str] = {}  # name of the event's class -> name of the task

# Opens no connection of its own: it only ever defers on the connection it is handed.
_outgoing = App(connector=SyncPsycopgConnector())


def put(session: Session, event: Event) -> None:
    """Queue the reaction to `event`, if it has one, inside the transaction that emitted it."""
    task = REACTIONS.get(type(event).__name__)
    if task is not None:
        connection = session.connection().connection.driver_connection
        try:
            _outgoing.configure_task(task, connection=connection).defer(**asdict(event))
        except (
            ConnectorException
        ) as lost:  # the connection died under us: nothing was done, and it can be tried again
            raise DatabaseAway from lost
