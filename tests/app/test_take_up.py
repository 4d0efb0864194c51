"""A job whose worker was killed runs again; a job of a living worker is left alone."""

from typing import Any

import pytest
from sqlalchemy import text

from app.db import side_session
from app.queue import LONGEST_S, take_up
from app.service import Service

WORKER = text(
    "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - make_interval(secs => :ago)) RETURNING id"
)
JOB = text("""
    INSERT INTO procrastinate_jobs (task_name, queue_name, queueing_lock, args)
    VALUES ('noskheh.after_signing', 'default', :alone, '{}') RETURNING id
""")
FETCH = text("UPDATE procrastinate_jobs SET status = 'doing', worker_id = :worker WHERE id = :id")
BEGAN = text("UPDATE procrastinate_events SET at = now() - make_interval(secs => :ago) WHERE job_id = :id")
JOBS = text("SELECT status::text, worker_id, attempts FROM procrastinate_jobs")


def doing(
    service: Service, *, silent: float | None = 0, began: float = 0, alone: str | None = None
) -> int | None:
    """A job fetched `began` seconds ago by a worker not heard of for `silent` seconds; None: one that is gone."""
    with side_session(service) as session:
        run = session.connection().execute
        worker = None if silent is None else run(WORKER, {"ago": silent}).scalar_one()
        job = run(JOB, {"alone": alone}).scalar_one()
        run(FETCH, {"id": job, "worker": worker})
        run(BEGAN, {"id": job, "ago": began})
        return worker


def jobs(service: Service) -> list[Any]:
    with side_session(service) as session:
        return [tuple(row) for row in session.connection().execute(JOBS)]


@pytest.mark.parametrize("fate", [{"silent": 31}, {"silent": None}, {"began": LONGEST_S + 1}])
def test_a_job_that_nobody_does_any_more_waits_again(service, fate):
    doing(service, **fate)
    assert take_up(service) == 1
    assert jobs(service) == [("todo", None, 1)]


def test_a_job_of_a_living_worker_is_left_alone(service):
    worker = doing(service, silent=29, began=LONGEST_S - 1)
    assert take_up(service) == 0
    assert jobs(service) == [("doing", worker, 0)]


def test_a_sweep_that_nobody_does_any_more_is_dropped_and_the_next_one_does_its_work(service):
    doing(service, silent=31, alone="sweep")
    assert take_up(service) == 0
    assert jobs(service) == []
