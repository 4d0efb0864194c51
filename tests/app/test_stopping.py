"""A stop by SIGTERM loses nothing: requests in flight are answered, the job at hand is finished. Real processes."""

import contextlib
import re
import signal
import threading
import time

import httpx
import psycopg
import pytest
from procrastinate import App, SyncPsycopgConnector

from tests import deployed


@pytest.fixture(scope="module")
def server():
    with deployed.durable() as cluster:
        deployed.set_up(cluster)
        yield cluster


@pytest.fixture
def here(server, tmp_path):
    patient = {"NOSKHEH_LOCK_TIMEOUT_MS": "60000", "NOSKHEH_STATEMENT_TIMEOUT_MS": "60000"}
    found = deployed.place(server, tmp_path)
    return deployed.Place({**found.environment, **patient})


@contextlib.contextmanager
def locked(server, table):
    """Nobody else touches the table until the block ends."""
    with psycopg.connect(psycopg.conninfo.make_conninfo(server.dsn, dbname="noskheh")) as holder:
        holder.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        yield


def until_waiting(server, table, process):
    """Until some other connection waits for the table."""
    waiting = "SELECT 1 FROM pg_locks WHERE NOT granted AND relation = %s::regclass"
    with deployed.superuser(server, "noskheh") as looker:
        for _ in range(1_500):
            if looker.execute(waiting, (table,)).fetchone():
                return
            assert process.poll() is None, process.stderr.read()
            time.sleep(0.02)
    raise AssertionError(f"nobody waits for {table}")


def until_shut(address):
    """Until nobody new is let in."""
    with contextlib.suppress(httpx.TransportError):
        for _ in range(1_500):
            httpx.get(address, trust_env=False)
            time.sleep(0.02)
        raise AssertionError("the door stayed open")


def test_a_request_in_flight_is_answered_before_the_end(server, here):
    port, told = deployed.free_port(), []
    address = f"http://127.0.0.1:{port}"

    def ask():
        told.append(httpx.get(f"{address}/health/ready", trust_env=False, timeout=60))

    with here.running("serve", "--port", str(port), NOSKHEH_RUN_WORKER="false") as process:
        deployed.wait_for(f"{address}/health/live", process)
        asking = threading.Thread(target=ask)
        with locked(server, "alembic_version"):
            asking.start()
            until_waiting(server, "alembic_version", process)
            process.send_signal(signal.SIGTERM)
            until_shut(f"{address}/health/live")
        asking.join()
        process.wait(30)
    assert [answer.status_code for answer in told] == [200]


def test_the_job_at_hand_is_finished_and_none_is_lost(server, here):
    tidy = App(
        connector=SyncPsycopgConnector(conninfo=psycopg.conninfo.make_conninfo(server.dsn, dbname="noskheh"))
    )
    with deployed.superuser(server, "noskheh") as root, tidy.open():
        root.execute(
            "INSERT INTO attempt (kind, key, count, first_at, last_at)"
            " VALUES ('test', 'old', 1, now() - interval '9 days', now() - interval '9 days')"
        )
        with here.running("worker") as process:
            with locked(server, "attempt"):
                job = tidy.configure_task("noskheh.tidy").defer(timestamp=0)
                until_waiting(server, "attempt", process)
                later = tidy.configure_task("noskheh.tidy", schedule_in={"hours": 1}).defer(timestamp=0)
                process.send_signal(signal.SIGTERM)
            assert process.wait(30) == 0
        left = root.execute("SELECT id, status FROM procrastinate_jobs WHERE id IN (%s, %s)", (job, later))
        assert left.fetchall() == [(later, "todo")]
        assert root.execute("SELECT count(*) FROM attempt WHERE kind = 'test'").fetchone() == (0,)


def test_counters_stand_on_a_port_of_their_own_and_not_at_the_public_address(here):
    port, metrics = deployed.free_port(), deployed.free_port()
    more = {"NOSKHEH_RUN_WORKER": "false", "NOSKHEH_METRICS_PORT": str(metrics)}
    with here.running("serve", "--port", str(port), **more) as process:
        deployed.wait_for(f"http://127.0.0.1:{port}/health/live", process)
        assert httpx.get(f"http://127.0.0.1:{port}/metrics", trust_env=False).status_code == 404
        told = httpx.get(f"http://127.0.0.1:{metrics}/metrics", trust_env=False).text
        assert 'noskheh_answers_total{method="GET",route="/health/live",status="200"}' in told
        assert re.search(r"^noskheh_jobs_due \d+$", told, re.MULTILINE)
        assert httpx.get(f"http://127.0.0.1:{metrics}/", trust_env=False).status_code == 404
