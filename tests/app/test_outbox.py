"""An event and its job are committed together or not at all, and a worker takes the job up."""

import asyncio
import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from procrastinate import JobContext
from sqlalchemy import text

from app import outbox
from app import queue as queueing
from app.db import reading, side_session, writing
from app.queue import queue
from app.service import Service
from codings.base import Event, emit

done: list[tuple[Service, dict[str, Any]]] = []


@dataclass(frozen=True, slots=True, kw_only=True)
class SomethingHappened(Event):
    shabad: str
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NobodyCares(Event):
    shabad: str


@queue.task(name="test.react", pass_context=True)
async def react(context: JobContext, /, **words: Any) -> None:
    done.append((context.additional_context["service"], words))


@pytest.fixture(autouse=True)
def _reaction() -> Iterator[None]:
    outbox.REACTIONS["SomethingHappened"] = "test.react"
    done.clear()
    yield
    del outbox.REACTIONS["SomethingHappened"]


def waiting(service: Service) -> list[Any]:
    with reading(service) as session:
        jobs = text("SELECT args FROM procrastinate_jobs WHERE task_name = 'test.react' AND status = 'todo'")
        return [row.args for row in session.connection().execute(jobs)]


def work(service: Service) -> None:
    async def until_empty() -> None:
        async with queueing.opened(service):
            await queueing.work(service, until_empty=True)

    asyncio.run(until_empty())


def test_an_event_is_queued_with_the_deed(service):
    with writing(service) as session:
        emit(session, SomethingHappened(shabad="X", n=1))
        assert waiting(service) == []  # nobody sees it before the deed is done
    assert waiting(service) == [{"shabad": "X", "n": 1}]


def test_an_undone_deed_leaves_no_job(service):
    def undone() -> None:
        with writing(service) as session:
            emit(session, SomethingHappened(shabad="X", n=1))
            raise LookupError

    with pytest.raises(LookupError):
        undone()
    assert waiting(service) == []


def test_a_savepoint_rolled_back_takes_its_event_with_it(service):
    with writing(service) as session:
        inner = session.begin_nested()
        emit(session, SomethingHappened(shabad="X", n=1))
        inner.rollback()
        emit(session, SomethingHappened(shabad="X", n=2))
    assert waiting(service) == [{"shabad": "X", "n": 2}]


def test_an_event_that_nobody_answers_and_one_said_beside_are_only_said(service):
    with side_session(service) as session:
        emit(session, SomethingHappened(shabad="X", n=1))
    with writing(service) as session:
        emit(session, NobodyCares(shabad="X"))
    assert waiting(service) == []


def test_a_worker_runs_what_waits_and_forgets_what_succeeded(service):
    with writing(service) as session:
        emit(session, SomethingHappened(shabad="X", n=1))
    work(service)
    assert done == [(service, {"shabad": "X", "n": 1})]
    with reading(service) as session:
        left = session.connection().execute(text("SELECT count(*) FROM procrastinate_jobs")).scalar_one()
    assert left == 0


def test_a_worker_that_loses_its_connections_begins_again(service, database):
    async def lose_and_go_on() -> None:
        async with queueing.opened(service):
            worker = asyncio.create_task(queueing.work(service))
            await asyncio.sleep(0.5)
            with database.begin() as connection:
                connection.execute(
                    text("""
                    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                    WHERE datname = current_database() AND pid <> pg_backend_pid()
                """)
                )
            await asyncio.sleep(0.5)  # until the news has reached every socket
            with writing(service) as session:
                emit(session, SomethingHappened(shabad="X", n=3))
            for _ in range(100):
                await asyncio.sleep(0.1)
                if done:
                    break
            worker.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await worker

    asyncio.run(lose_and_go_on())
    assert [words for _, words in done] == [{"shabad": "X", "n": 3}]
