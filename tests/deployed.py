"""A deployment as docs/deploy.md makes it: a durable server, a login that owns and one that serves, keys of its own."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psycopg
from psycopg import sql

from app import migrate
from app.embedded import Cluster, start
from app.embedded_programs import server_account, temporary_folder
from app.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
PUBLIC = "https://rx.example.org"


@contextlib.contextmanager
def durable(**options: str) -> Iterator[Cluster]:
    """A fresh server with all the care of a real one; gone with the block."""
    home = Path(tempfile.mkdtemp(prefix="noskheh-real-", dir=temporary_folder(server_account())))
    try:
        cluster = start(home, options={"shared_buffers": "32MB", **options})
        try:
            yield cluster
        finally:
            cluster.stop()
    finally:
        shutil.rmtree(home)


def superuser(cluster: Cluster, database: str = "postgres") -> psycopg.Connection[Any]:
    dsn = psycopg.conninfo.make_conninfo(cluster.dsn, dbname=database)
    return psycopg.connect(dsn, autocommit=True)


def set_up(cluster: Cluster, name: str = "noskheh") -> None:
    """The roles and the database, migrated by its owner."""
    with superuser(cluster) as server:
        for role, words in (
            ("noskheh_owner", "LOGIN"),
            ("noskheh_app", "NOLOGIN"),
            ("noskheh_service", "LOGIN"),
        ):
            with contextlib.suppress(psycopg.errors.DuplicateObject):
                server.execute(sql.SQL("CREATE ROLE {} {}").format(sql.Identifier(role), sql.SQL(words)))
        server.execute("GRANT noskheh_app TO noskheh_service")
        server.execute(sql.SQL("CREATE DATABASE {} OWNER noskheh_owner").format(sql.Identifier(name)))
    migrate.upgrade(Settings(database_url=url(cluster, "noskheh_owner", name)))


def url(cluster: Cluster, login: str = "noskheh_service", name: str = "noskheh") -> str:
    return cluster.url_of(name).replace("postgres@", f"{login}@")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a deployment is: its environment, without anything of the machine's own."""

    environment: Mapping[str, str]

    def command(self, *words: str, given: str = "", **more: str) -> "subprocess.CompletedProcess[str]":
        """`python -m app ...` as an operator types it."""
        return subprocess.run(
            [sys.executable, "-m", "app", *words],
            cwd=ROOT,
            env={**self.environment, **more},
            input=given,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    @contextlib.contextmanager
    def running(self, *words: str, **more: str) -> Iterator["subprocess.Popen[str]"]:
        """The same, for a command that goes on; told to stop at the end if it has not."""
        process = subprocess.Popen(
            [sys.executable, "-m", "app", *words],
            cwd=ROOT,
            env={**self.environment, **more},
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            yield process
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
            process.communicate(timeout=60)


def place(cluster: Cluster, folder: Path, name: str = "noskheh") -> Place:
    return Place(
        {
            "PATH": os.environ["PATH"],
            "NOSKHEH_DATABASE_URL": url(cluster, name=name),
            "NOSKHEH_PUBLIC_URL": PUBLIC,
            "NOSKHEH_KEYS_FOLDER": str(folder / "keys"),
        }
    )


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def wait_for(address: str, process: "subprocess.Popen[str]") -> None:
    """Until the address answers; a process that ended instead is told with what it said."""
    while process.poll() is None:
        with contextlib.suppress(httpx.HTTPError):
            if httpx.get(address, trust_env=False).is_success:
                return
        time.sleep(0.05)
    raise AssertionError(process.stderr.read() if process.stderr else "ended")
