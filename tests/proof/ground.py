"""What the crash harness stands on: a PostgreSQL of its own, the demonstration world, and processes to be killed.

The cluster is as careful as a deployment's unless the caller says otherwise; the mutation does.
"""

import contextlib
import ctypes
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import httpx
import psycopg

from app import migrate
from app.db import writing
from app.demo import world
from app.demo.people import Folder, machine_list
from app.demo.seed import seed
from app.embedded import Cluster, start
from app.embedded_programs import server_account, temporary_folder
from app.gateways.ports import make_gateways
from app.main import open_service
from app.server import simulator
from app.service import Service
from app.settings import Settings
from codings.base import Actor, Role
from codings.text import tehran_day
from insurer.actions import coverage as coverage_actions
from insurer.inputs import CoverageLine
from prescriber import actions as prescriber_actions
from prescriber.actions import PatientIdentity

ROOT: Final = Path(__file__).parents[2]
BASIC: Final = "1"
SUPPLEMENTARY: Final = "901"
_READY_S: Final = 60.0


@dataclass
class Ground:
    """`cluster` is another one after each crash; `service` is for looking, never for the requests themselves."""

    cluster: Cluster
    options: Mapping[str, str]
    service: Service
    ports: Sequence[int]
    folder: Path
    told: dict[str, Any]
    supervisor: "subprocess.Popen[bytes]"

    @property
    def addresses(self) -> list[str]:
        return [f"http://127.0.0.1:{port}" for port in self.ports]

    def pids(self) -> list[int]:
        """The service processes that live now."""
        own = self.supervisor.pid
        return [int(word) for word in Path(f"/proc/{own}/task/{own}/children").read_text().split()]

    def kill_one(self) -> None:
        """`kill -9` one of the service processes; the supervisor starts it again."""
        living = self.pids()
        if living:
            with contextlib.suppress(ProcessLookupError):
                os.kill(random.choice(living), signal.SIGKILL)

    def crash_database(self) -> None:
        """`pg_ctl stop -m immediate`: no backend finishes what it does, and what was not flushed is gone."""
        pid = int((self.cluster.home / "data" / "postmaster.pid").read_text().split()[0])
        os.kill(pid, signal.SIGQUIT)
        while self.cluster.alive:
            time.sleep(0.01)
        self.cluster = start(self.cluster.home, options=self.options)

    def stop_database(self) -> None:
        """The server that runs at the end, which is not the one that ran at the beginning."""
        self.cluster.stop()


@contextlib.contextmanager
def ground(*, processes: int, options: Mapping[str, str]) -> Iterator[Ground]:
    """Everything up and answering. `options` are PostgreSQL settings over a deployment's. From the main thread."""
    home = Path(tempfile.mkdtemp(prefix="noskheh-proof-", dir=temporary_folder(server_account())))
    folder = Path(tempfile.mkdtemp(prefix="noskheh-proof-"))
    with contextlib.ExitStack() as stack:
        stack.callback(shutil.rmtree, home)
        stack.callback(shutil.rmtree, folder)
        cluster = start(home, options=options)
        stack.callback(cluster.stop)
        ports = free_ports(processes)
        authority = stack.enter_context(simulator(folder))
        said = settings_of(cluster.create_database("noskheh"), ports[0], authority, folder)
        settings = Settings(**said)
        migrate.upgrade(settings)
        service = open_service(settings, gateways=make_gateways)
        stack.callback(service.close)
        told = _populate(service, Folder(folder / "demo"))
        (folder / "settings.json").write_text(json.dumps(said))
        supervisor = _supervise(stack, folder, ports)
        found = Ground(cluster, options, service, ports, folder, told, supervisor)
        stack.callback(found.stop_database)
        for address in found.addresses:
            _wait(address)
        with psycopg.connect(found.cluster.dsn, autocommit=True) as connection:
            connection.execute("CHECKPOINT")  # the ground itself is not what a careless database may lose
        yield found
        supervisor.kill()  # before the database, so that nothing is left talking to it
        supervisor.wait()


def settings_of(database: str, port: int, authority: str, folder: Path) -> dict[str, Any]:
    """The settings of every process. `demonstration` is for plain http; it also lets the mutation start."""
    return {
        "database_url": database,
        "public_url": f"http://127.0.0.1:{port}",
        "demonstration": True,
        "second_factor_required": False,
        "keys_folder": str(folder / "keys"),
        "checkpoints_file": str(folder / "checkpoints.jws"),
        "authenticity_url": authority,
        "authenticity_timeout": 5.0,
        "seal_after_seconds": 0,
        "threads": 6,
        "worker_silence_s": 4,
        "argon2_time_cost": 1,
        "argon2_memory_kib": 64,
        "argon2_parallelism": 1,
    }


def _populate(service: Service, demo: Folder) -> dict[str, Any]:
    """The demonstration's people, machines and codings; no packs, which each counter has made for itself."""
    demo.path.mkdir(mode=0o700)
    seed(service, demo)
    return {
        "clients": [world._client(demo, machine) for machine in machine_list()],
        "practitioners": world._practitioners(service, demo),
    }


def free_ports(count: int) -> list[int]:
    """Ports nobody listens on at this moment."""
    with contextlib.ExitStack() as stack:
        taken = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in taken:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in taken]


def _supervise(stack: contextlib.ExitStack, folder: Path, ports: Sequence[int]) -> "subprocess.Popen[bytes]":
    log = stack.enter_context((folder / "service.log").open("wb"))
    command = [sys.executable, "-m", "tests.proof.serving", str(folder / "settings.json"), *map(str, ports)]
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        preexec_fn=_die_with_us,  # noqa: PLW1509  before any thread of ours
    )
    stack.callback(process.wait)
    stack.callback(process.kill)
    return process


def _die_with_us() -> None:
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def _wait(address: str) -> None:
    end = time.monotonic() + _READY_S
    while time.monotonic() < end:
        with contextlib.suppress(httpx.HTTPError):
            if httpx.get(f"{address}/health/live", timeout=2, trust_env=False).is_success:
                return
        time.sleep(0.1)
    raise SystemExit(f"the service at {address} did not start")


def people(found: Ground, numbers: range) -> list[str]:
    """Register insured adults with a mobile, each with both covers; their national IDs."""
    ids = [national_id(number) for number in numbers]
    with writing(found.service) as session:
        for insurer, kind in ((BASIC, "basic"), (SUPPLEMENTARY, "supplementary")):
            by = Actor(id="client:insurer", role=Role.MACHINE, at=found.service.clock(), insurer=insurer)
            lines = [_line(one, kind, until=tehran_day(by.at) + timedelta(days=300)) for one in ids]
            coverage_actions.put_coverages(session, insurer=insurer, rows=lines, by=by)
        desk = found.service.itself("proof")
        for number, one in zip(numbers, ids, strict=True):
            mobile = f"0970{number:07d}"
            prescriber_actions.register_patient(session, identity=_identity(one, mobile), by=desk)
    return ids


def _line(national_id: str, kind: str, *, until: date) -> CoverageLine:
    return CoverageLine(
        national_id=national_id,
        kind=kind,
        fund="1",
        member_no=f"{kind[0].upper()}{national_id}",
        name="بیمار ساختگی",
        birth_date=date(1980, 5, 5),
        sex="male",
        valid_from=date(2020, 3, 20),
        valid_to=until,
    )


def _identity(national_id: str, mobile: str) -> PatientIdentity:
    return PatientIdentity(
        national_id=national_id,
        name="بیمار ساختگی",
        birth_date=date(1980, 5, 5),
        sex="male",
        mobile=mobile,
        verified=True,
    )


def national_id(number: int) -> str:
    """A made-up national ID with its check digit; made-up people have numbers from 990 on."""
    digits = f"{990_000_000 + number:09d}"
    rest = sum(int(digit) * weight for digit, weight in zip(digits, range(10, 1, -1), strict=True)) % 11
    return f"{digits}{rest if rest < 2 else 11 - rest}"
