"""The engine, and the three ways to a session: `reading`, `writing`, `side_session`.

`writing` commits, and it is the only place that does so for a request or a job; a Problem rolls everything back.
`reading` is read-only in the eyes of PostgreSQL too. `side_session` is a short transaction of its own for the few
things that must outlive the request's failure: wrong tries, last-seen, single-use ids, the audit of reads.
A thread holds at most one main and one side session, and the pool has room for that: nobody waits in a ring.
"""

import select
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache, wraps
from inspect import iscoroutinefunction
from typing import Annotated, Any, Final, NewType, Protocol

from fastapi import Depends
from fastapi.routing import APIRoute
from psycopg import Connection as PsycopgConnection
from sqlalchemy import Engine, create_engine, event, exc
from sqlmodel import Session

from app import outbox
from app.service import TheService
from app.settings import Settings

ReadSession = NewType("ReadSession", Session)
WriteSession = NewType("WriteSession", Session)

PREPARED = 400  # statements kept prepared on a connection: all that the service knows

TAKE_ROLE = (
    "SELECT set_config('role', rolname, false) FROM pg_roles WHERE rolname = %s AND pg_has_role(current_user, oid,"
    " CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END)"
)


def make_engine(settings: Settings) -> Engine:
    """The engine on psycopg 3: time-outs, UTC and role are set once per connection, not per statement.

    Parameters are kept out of error texts, since they hold names and numbers of patients.
    """
    engine = create_engine(
        settings.database_url,
        pool_size=settings.threads,
        max_overflow=settings.threads,
        pool_timeout=10,
        pool_use_lifo=True,  # the same few connections as long as they are enough: their statements are prepared
        hide_parameters=True,
        connect_args={
            "options": f"-c lock_timeout={settings.lock_timeout_ms}"
            f" -c statement_timeout={settings.statement_timeout_ms} -c timezone=UTC",
            "application_name": "noskheh",
            "connect_timeout": 5,
            "prepare_threshold": 1,
        },
    )

    @event.listens_for(engine, "connect")
    def take_role(connection: PsycopgConnection[Any], _record: object) -> None:
        connection.prepared_max = PREPARED
        if settings.database_role:
            connection.execute(TAKE_ROLE, (settings.database_role,))
            connection.commit()

    @event.listens_for(engine, "checkout")
    def refuse_dead(connection: PsycopgConnection[Any], _record: object, _proxy: object) -> None:
        """A server that went away has closed the socket, which is then readable: no round trip to find out."""
        if connection.closed or _readable(connection):
            raise exc.InvalidatePoolError("the server closed this connection")

    return engine


def _readable(connection: PsycopgConnection[Any]) -> bool:
    news = select.poll()
    news.register(connection.fileno(), select.POLLIN)
    return bool(news.poll(0))


def _always(**options: Any) -> Callable[[Engine], Engine]:
    """The same engine with these options, made once: making it costs as much as a statement."""
    return lru_cache(maxsize=8)(lambda engine: engine.execution_options(**options))


_READ_ONLY: Final = _always(postgresql_readonly=True)
_AT_ONCE: Final = _always(isolation_level="AUTOCOMMIT")


class OnDatabase(Protocol):
    """Whatever has an engine: the service, or a local register that is asked like a partner."""

    @property
    def engine(self) -> Engine: ...


@contextmanager
def reading(service: OnDatabase) -> Iterator[ReadSession]:
    """A read-only transaction; a write in it is an error from PostgreSQL.

    It ends with a commit: after a rollback psycopg prepares every statement of the connection anew.
    """
    with Session(_READ_ONLY(service.engine), autoflush=False, expire_on_commit=False) as session:
        yield ReadSession(session)
        session.commit()


@contextmanager
def glancing(service: OnDatabase) -> Iterator[ReadSession]:
    """One statement outside any transaction: one round trip instead of three. For look-ups on every request."""
    with Session(_AT_ONCE(service.engine), autoflush=False, expire_on_commit=False) as session:
        yield ReadSession(session)


@contextmanager
def writing(service: OnDatabase) -> Iterator[WriteSession]:
    """One transaction: committed here when the block ends well, rolled back when it does not.

    What is emitted in it is queued on its own connection, so events live and die with it.
    """
    with Session(service.engine, expire_on_commit=False) as session:
        session.info["outbox"] = outbox.put
        yield WriteSession(session)
        session.commit()


@contextmanager
def side_session(service: OnDatabase) -> Iterator[WriteSession]:
    """A short transaction of its own, committed even if the request then fails. Emits nothing."""
    with Session(service.engine, expire_on_commit=False) as session:
        yield WriteSession(session)
        session.commit()


def _reading(service: TheService) -> Iterator[ReadSession]:
    with reading(service) as session:
        yield session


def _writing(service: TheService) -> Iterator[WriteSession]:
    with writing(service) as session:
        yield session


class GivesBack(APIRoute):
    """A route whose sync handler gives its session's connection back as it returns.

    FastAPI checks what a handler returned in another worker thread before its dependencies end. A connection held
    until then, while every thread waits for a connection, is a ring in which nobody moves.
    """

    def __init__(self, path: str, endpoint: Callable[..., Any], **words: Any) -> None:
        super().__init__(path, endpoint if iscoroutinefunction(endpoint) else _giving_back(endpoint), **words)


def _giving_back(endpoint: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(endpoint)
    def given_back(**words: Any) -> Any:
        sessions = [word for word in words.values() if isinstance(word, Session)]
        try:
            answer = endpoint(**words)
            for session in sessions:
                session.commit()
        finally:
            for session in sessions:
                session.close()
        return answer

    return given_back


# scope="function": the transaction ends before the answer leaves, so a failed commit is never a success told.
Reading = Annotated[ReadSession, Depends(_reading, scope="function")]
Writing = Annotated[WriteSession, Depends(_writing, scope="function")]
