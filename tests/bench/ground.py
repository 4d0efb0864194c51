"""The ground of the measurements: a PostgreSQL of its own that forgets nothing, and the real service on it.

Service processes share one listening socket, the pretended authority is a process of its own, and so is the client.
Jobs run between the rungs, not in them: what follows a dispense later is no part of what the counter waits for.
"""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import anyio
import httpx
import psycopg
from sqlalchemy import make_url
from sqlmodel import Session

from app import jobs, migrate, queue
from app.db import writing
from app.demo import world
from app.embedded import Cluster, start
from app.embedded_programs import server_account, temporary_folder
from app.gateways.ports import make_gateways
from app.main import open_service
from app.production import DURABLE
from app.server import simulator
from app.service import Service
from app.settings import Settings
from codings import jws
from codings.base import Actor, Role, new_id
from codings.text import tehran_day
from insurer.actions import coverage as coverage_actions
from insurer.inputs import CoverageLine
from prescriber import actions as prescriber_actions
from prescriber.actions import PatientIdentity
from tests.proof.ground import national_id

ROOT: Final = Path(__file__).parents[2]
INSURER: Final = "1"
_READY_S: Final = 60.0


@dataclass
class Ground:
    """What a rung stands on. `service` is for making stock and for looking afterwards; `address` is measured."""

    cluster: Cluster
    service: Service
    address: str
    folder: Path
    told: dict[str, Any]
    processes: list[int] = field(default_factory=list)
    _tokens: dict[str, tuple[str, float]] = field(default_factory=dict)

    @property
    def dsn(self) -> str:
        return queue.conninfo(self.service.settings)

    def client(self, name: str) -> dict[str, Any]:
        return next(entry for entry in self.told["clients"] if entry["client_id"] == name)

    def actor(self, name: str) -> Actor:
        """A machine as the rooms know it, for stock that is made without HTTP."""
        entry = self.client(name)
        return Actor(
            id=f"client:{name}",
            role=Role.MACHINE,
            at=self.service.clock(),
            centre=entry["centre"],
            insurer=entry["insurer"],
            scopes=frozenset(entry["scope"].split()),
        )

    def token(self, name: str) -> str:
        """An access token by the ordinary way; good for five minutes, used for three."""
        entry, now = self.client(name), int(time.time())
        if name in self._tokens and now < self._tokens[name][1]:
            return self._tokens[name][0]
        key = jws.Key(entry["kid"], "ES256", (self.folder / "demo" / entry["key_file"]).read_text())
        claims = {"iss": name, "sub": name, "aud": f"{self.address}/oauth/token", "jti": str(new_id())}
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": jws.sign_claims({**claims, "iat": now, "exp": now + 240}, key=key, typ="JWT"),
        }
        answer = httpx.post(f"{self.address}/oauth/token", data=form, trust_env=False)
        answer.raise_for_status()
        self._tokens[name] = answer.json()["access_token"], now + 180
        return self._tokens[name][0]

    def work(self) -> None:
        """Run every job that waits."""

        async def run() -> None:
            jobs.register()
            async with queue.opened(self.service):
                await queue.work(self.service, until_empty=True)

        anyio.run(run)

    def rung(
        self, caller: str, requests: Sequence[dict[str, Any]], **load: float
    ) -> tuple[float, list[dict[str, Any]]]:
        """Send the requests from a client process; the seconds it took, and the answers in their order."""
        bearer = {"Authorization": f"Bearer {self.token(caller)}", "Content-Type": "application/json"}
        ours = [{**one, "headers": bearer | one.get("headers", {})} for one in requests]
        return play(self.address, self.folder, ours, **load)

    def cpu_seconds(self) -> dict[str, float]:
        """CPU spent so far by the service processes and by PostgreSQL, its ended backends included."""
        return {
            "service": sum(_cpu(pid) for pid in self.processes),
            "postgresql": _cpu(self.cluster._process.pid, children=True)
            + sum(_cpu(pid) for pid in _children(self.cluster._process.pid))
            if self.cluster._process
            else 0.0,
        }


def play(
    address: str, folder: Path, requests: Sequence[dict[str, Any]], **load: float
) -> tuple[float, list[dict[str, Any]]]:
    """Send whole requests to an address from a client process; the seconds it took, and the answers in order."""
    asked, answered = folder / "asked.ndjson", folder / "answered.ndjson"
    with asked.open("w", encoding="utf-8") as out:
        for one in requests:
            body = None if one.get("body") is None else json.dumps(one["body"])
            out.write(json.dumps({"note": None, "method": "GET", **one, "body": body}))
            out.write("\n")
    command = [sys.executable, "-m", "tests.bench.load", address, str(asked), str(answered)]
    for name, value in load.items():
        command += [f"--{name.replace('_', '-')}", str(value)]
    subprocess.run(command, cwd=ROOT, check=True)
    with answered.open(encoding="utf-8") as lines:
        took = json.loads(next(lines))["seconds"]
        return float(took), [json.loads(line) for line in lines]


def _cpu(pid: int, *, children: bool = False) -> float:
    try:
        parts = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    except OSError:
        return 0.0
    ticks = sum(int(part) for part in parts[11 : 15 if children else 13])
    return ticks / os.sysconf("SC_CLK_TCK")


def _children(pid: int) -> list[int]:
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@contextlib.contextmanager
def ground(*, processes: int = 2, threads: int = 8) -> Iterator[Ground]:
    """A durable cluster, the demonstration world, and so many service processes behind one address."""
    home = Path(tempfile.mkdtemp(prefix="noskheh-bench-", dir=temporary_folder(server_account())))
    folder = Path(tempfile.mkdtemp(prefix="noskheh-bench-"))
    with contextlib.ExitStack() as stack:
        stack.callback(shutil.rmtree, home)
        stack.callback(shutil.rmtree, folder)
        cluster = start(home)
        stack.callback(cluster.stop)
        require_durable(cluster.dsn)
        listening = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=512))
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        authority = stack.enter_context(simulator(folder))
        said: dict[str, Any] = {
            "database_url": cluster.create_database("noskheh"),
            "public_url": address,
            "demonstration": True,  # plain http on this machine; durability is asked above
            "second_factor_required": False,
            "keys_folder": str(folder / "keys"),
            "checkpoints_file": str(folder / "checkpoints.jws"),
            "authenticity_url": authority,
            "authenticity_timeout": 5.0,
            "run_worker": False,
            "seal_after_seconds": 0,
            "threads": threads,
        }
        settings = Settings(**said)
        migrate.upgrade(settings)
        service = open_service(settings, gateways=make_gateways)
        stack.callback(service.close)
        told = world.build(service, folder / "demo", base_url=address, authority=authority)
        found = Ground(cluster, service, address, folder, told)
        (folder / "settings.json").write_text(json.dumps(said))
        for _ in range(processes):
            found.processes.append(_serve(stack, folder / "settings.json", listening))
        _wait(address)
        yield found


def require_durable(dsn: str) -> None:
    """Refuse to measure a database that may forget. Raises SystemExit."""
    with psycopg.connect(dsn) as connection:
        for name in DURABLE:
            row = connection.execute("SELECT current_setting(%s)", [name]).fetchone()
            if row is None or row[0] == "off":
                raise SystemExit(f"{name} is off: nothing measured on this would count")


def _serve(stack: contextlib.ExitStack, settings: Path, listening: socket.socket) -> int:
    fd = listening.fileno()
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.serving", str(settings), str(fd)], cwd=ROOT, pass_fds=[fd]
    )
    stack.callback(process.wait, 20)
    stack.callback(process.terminate)
    return process.pid


def _wait(address: str) -> None:
    end = time.monotonic() + _READY_S
    while time.monotonic() < end:
        with contextlib.suppress(httpx.HTTPError):
            if httpx.get(f"{address}/health/live", timeout=2, trust_env=False).is_success:
                return
        time.sleep(0.1)
    raise SystemExit("the service did not start")


def people(session: Session, numbers: range, *, by: Actor) -> list[str]:
    """Register insured adults; their national IDs."""
    ids = [national_id(number) for number in numbers]
    until = tehran_day(by.at) + timedelta(days=300)
    lines = [
        CoverageLine(
            national_id=one,
            kind="basic",
            fund="1",
            member_no=f"B{one}",
            name="بیمار ساختگی",
            birth_date=date(1980, 5, 5),
            sex="male",
            valid_from=date(2020, 3, 20),
            valid_to=until,
        )
        for one in ids
    ]
    coverage_actions.put_coverages(session, insurer=INSURER, rows=lines, by=by)
    for one in ids:
        identity = PatientIdentity(
            national_id=one,
            fida=None,
            name="بیمار ساختگی",
            birth_date=date(1980, 5, 5),
            sex="male",
            mobile=None,
            verified=True,
        )
        prescriber_actions.register_patient(session, identity=identity, by=by)
    return ids


def settle(found: Ground) -> None:
    """Between rungs: jobs done, statistics fresh, dirty pages written."""
    found.work()
    url = make_url(found.service.settings.database_url)
    with psycopg.connect(f"{found.cluster.dsn} dbname={url.database}", autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
        connection.execute("CHECKPOINT")


def in_chunks(found: Ground, total: int, each: int) -> Iterator[tuple[Session, range]]:
    """Transactions of so many, for stock."""
    for begin in range(0, total, each):
        with writing(found.service) as session:
            yield session, range(begin, min(begin + each, total))
