"""The queue of jobs: procrastinate's application, on which `app/jobs.py` registers its tasks.

Jobs live in the same PostgreSQL. What a request emits is deferred on the request's own connection (`app/outbox.py`);
the worker has connections of its own, opened here. A task is given the service under `additional_context["service"]`.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import psycopg
from procrastinate import App, PsycopgConnector
from procrastinate.exceptions import ConnectorException
from psycopg_pool import PoolTimeout
from sqlalchemy import make_url, text
from sqlmodel import Session

from app.db import TAKE_ROLE, side_session
from app.service import Service
from app.settings import Settings

log = logging.getLogger("noskheh.queue")

POLL_S = 5.0  # a notice wakes the worker at once; this is for a notice that was lost
AGAIN_S = 2.0
WORKER_CONNECTIONS = 2  # beside one for each job that runs at once: listening, and fetching

LONGEST_S = 900  # no job takes so long; a living worker that says so could not write that it was done
BEATS = 3  # signs of life in the time after which a worker counts as dead

# A sweep and its like are not run again: the next one is due anyway, and two of them may not wait at once.
TAKE_UP = text("""
    WITH stuck AS (
        SELECT job.id, job.queueing_lock FROM procrastinate_jobs job
        LEFT JOIN procrastinate_workers worker ON worker.id = job.worker_id
        WHERE job.status = 'doing' AND (
            worker.id IS NULL OR worker.last_heartbeat < now() - make_interval(secs => :silence)
            OR (SELECT max(at) FROM procrastinate_events e WHERE e.job_id = job.id AND e.type = 'started')
                < now() - make_interval(secs => :longest)
        )
        FOR UPDATE OF job SKIP LOCKED
    ), dropped AS (
        DELETE FROM procrastinate_jobs job USING stuck
        WHERE job.id = stuck.id AND stuck.queueing_lock IS NOT NULL
    )
    UPDATE procrastinate_jobs job SET status = 'todo', attempts = attempts + 1, worker_id = NULL, scheduled_at = NULL
    FROM stuck WHERE job.id = stuck.id AND stuck.queueing_lock IS NULL
""")

# A job that was put back is due from its hour on; any other since it was queued.
DUE = text(
    """
    SELECT count(*), coalesce(max(extract(epoch FROM now() - coalesce(j.scheduled_at, e.at))), 0)
    FROM procrastinate_jobs j
    LEFT JOIN procrastinate_events e ON e.job_id = j.id AND e.type = 'deferred'
    WHERE j.status = 'todo' AND (j.scheduled_at IS NULL OR j.scheduled_at <= now())
    """
)

queue = App(connector=PsycopgConnector())


def conninfo(settings: Settings) -> str:
    """The database address as libpq reads it."""
    return make_url(settings.database_url).set(drivername="postgresql").render_as_string(hide_password=False)


def due(session: Session) -> tuple[int, float]:
    """How many jobs could run now, and for how many seconds the oldest of them could have."""
    jobs, seconds = session.connection().execute(DUE).one()
    return int(jobs), float(seconds)


@asynccontextmanager
async def opened(service: Service) -> AsyncIterator[App]:
    """The queue with a pool of its own, in the application's role like every other connection."""

    async def take_role(connection: psycopg.AsyncConnection[Any]) -> None:
        if service.settings.database_role:
            await connection.execute(TAKE_ROLE, (service.settings.database_role,))
            await connection.commit()

    connector = PsycopgConnector(
        conninfo=conninfo(service.settings),
        min_size=1,
        max_size=service.settings.worker_concurrency + WORKER_CONNECTIONS,
        configure=take_role,
        kwargs={"application_name": "noskheh worker"},
    )
    with queue.replace_connector(connector):
        async with queue.open_async():
            yield queue


def take_up(service: Service) -> int:
    """Let the jobs of workers that were killed run again; how many. Every job can run twice."""
    with side_session(service) as session:
        words = {"silence": service.settings.worker_silence_s, "longest": LONGEST_S}
        return session.connection().execute(TAKE_UP, words).rowcount


async def work(service: Service, *, until_empty: bool = False) -> None:
    """Run jobs until cancelled; with `until_empty` only those that wait now, for tests and commands.

    A worker that loses its database begins again when it is back: jobs are rows, and none is lost meanwhile.
    """
    while True:
        try:
            await queue.run_worker_async(
                name="noskheh",
                concurrency=service.settings.worker_concurrency,
                wait=not until_empty,
                listen_notify=not until_empty,
                fetch_job_polling_interval=POLL_S,
                shutdown_graceful_timeout=service.settings.stop_seconds,
                update_heartbeat_interval=service.settings.worker_silence_s / BEATS,
                stalled_worker_timeout=service.settings.worker_silence_s,
                install_signal_handlers=False,
                delete_jobs="successful",
                additional_context={"service": service},
            )
        except (ConnectorException, psycopg.Error, PoolTimeout):
            if until_empty:
                raise
        if until_empty:
            return
        log.warning("the worker stopped by itself, as it does when it loses its database; it begins again")
        await asyncio.sleep(AGAIN_S)
