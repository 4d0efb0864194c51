"""`make run`: one command that starts everything this service needs, and stops it again.

PostgreSQL (unless DATABASE_URL names another), migrations, the pretended authority as a process of its own, the
demonstration world, and the service. Whatever cannot be done is said in one sentence.
"""

import contextlib
import ctypes
import errno
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psycopg
import uvicorn
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from sqlalchemy import exc
from sqlmodel import col, select

from app import local_tls, migrate
from app.db import reading
from app.demo import world
from app.embedded import ClusterError, home_for, start
from app.gateways.ports import make_gateways
from app.keys import KeyFileError
from app.main import create_app, open_service
from app.production import Unfit
from app.service import Service, utc_now
from app.settings import Settings
from codings.tables import Certificate

ROOT = Path(__file__).resolve().parent.parent
VAR = Path(os.environ.get("NOSKHEH_VAR") or ROOT / "var")  # where this checkout keeps its state
_ROOM = 300 * 1024 * 1024
_SIMULATOR_S = 60.0


class CannotStart(Exception):  # noqa: N818  a sentence for the person at the keyboard
    """Why the service does not start, in one sentence that says what to do."""


def run(*, port: int, host: str = "127.0.0.1") -> int:
    """Serve the demonstration until Ctrl-C; gives the exit status."""
    try:
        with contextlib.ExitStack() as stack:
            _serve(stack, host, port)
    except (CannotStart, ClusterError, KeyFileError, Unfit, migrate.MigrationError) as no:
        print(f"Noskheh cannot start: {no}", file=sys.stderr)
        return 1
    except exc.OperationalError as no:
        print(f"Noskheh cannot start: the database does not answer ({no.orig}).", file=sys.stderr)
        return 1
    return 0


def _serve(stack: contextlib.ExitStack, host: str, port: int) -> None:
    _make_var()
    listening = stack.enter_context(_listen(host, port))
    tls = _tls(host) if os.environ.get("TLS") == "1" else None
    base_url = os.environ.get("PUBLIC_URL") or (tls.url(port) if tls else f"http://localhost:{port}")
    database = os.environ.get("DATABASE_URL") or _embedded(stack)
    authority = stack.enter_context(simulator(VAR / "demo"))
    settings = demonstration_settings(database=database, base_url=base_url, authority=authority)
    migrate.upgrade(settings)
    service = open_service(settings, gateways=make_gateways)
    _require_its_keys(service, cluster_hint=home_for(ROOT, state=VAR))
    told = world.build(service, VAR / "demo", base_url=base_url, authority=authority)
    _greet(told)
    if tls:
        print(_ON_THE_PHONE.format(url=base_url), flush=True)
    config = uvicorn.Config(
        create_app(service),
        log_level="warning",
        access_log=False,
        server_header=False,
        date_header=False,
        timeout_graceful_shutdown=5,
        ssl_certfile=tls.pair.certificate if tls else None,
        ssl_keyfile=tls.pair.key if tls else None,
    )
    uvicorn.Server(config).run(sockets=[listening])
    print("Stopped.")


@dataclass(frozen=True, slots=True)
class _Tls:
    """How this machine is reached over https on its own network."""

    pair: local_tls.Pair
    name: str

    def url(self, port: int) -> str:
        return f"https://{self.name}:{port}"


def _tls(host: str) -> _Tls:
    found = [host] if host != "0.0.0.0" else local_tls.addresses()  # noqa: S104  the whole network is meant
    names = [one for one in found if one not in {"localhost", "127.0.0.1"}]
    pair = local_tls.pair(VAR / "demo", names, now=utc_now())
    return _Tls(pair, names[0] if names else "localhost")


_ON_THE_PHONE = """  On the telephone, in the same network: open {url} in its browser, choose "advanced" and "proceed"
  (this machine signed its certificate itself), sign in as the pharmacist, and let the page use the camera.
"""


def demonstration_settings(*, database: str, base_url: str, authority: str, **more: Any) -> Settings:
    """The settings of `make run`: synthetic people, plain http on this machine, batches sealed at once."""
    return Settings(
        **{
            "database_url": database,
            "public_url": base_url,
            "demonstration": True,
            "second_factor_required": False,  # offered all the same
            "approve_keys_at_once": True,
            "keys_folder": VAR / "keys",
            "checkpoints_file": VAR / "checkpoints.jws",
            "authenticity_url": authority,
            "seal_after_seconds": 0,
            **more,
        }
    )


def _require_its_keys(service: Service, *, cluster_hint: Path) -> None:
    """Refuse a database whose certificates another health CA issued: nothing signed in it could be verified."""
    with reading(service) as session:
        newest = session.exec(select(Certificate.pem).order_by(col(Certificate.not_before).desc())).first()
    if newest is None:
        return
    try:
        x509.load_pem_x509_certificate(newest.encode()).verify_directly_issued_by(service.keys.ca_certificate)
    except (ValueError, InvalidSignature) as no:
        msg = (
            f"the keys in {service.settings.keys_folder} are not those this database was signed with;"
            f" put the old keys back, or begin anew by deleting the data in {cluster_hint}."
        )
        raise CannotStart(msg) from no


def _make_var() -> None:
    """`var/`, private, with room in it."""
    try:
        VAR.mkdir(mode=0o700, exist_ok=True)
        (VAR / "demo").mkdir(mode=0o700, exist_ok=True)
        free = shutil.disk_usage(VAR).free
    except OSError as no:
        msg = f"the folder {VAR} cannot be written ({no.strerror}); give it to this account or move the checkout."
        raise CannotStart(msg) from no
    if free < _ROOM:
        msg = f"the disk under {VAR} has only {free // 2**20} MB free; about 300 MB are needed."
        raise CannotStart(msg)


@contextlib.contextmanager
def _listen(host: str, port: int) -> Iterator[socket.socket]:
    """Take the port first: nothing is started for an address that is not ours."""
    with socket.socket(socket.AF_INET) as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            taken.bind((host, port))
            taken.listen(128)
        except OSError as no:
            if no.errno == errno.EADDRINUSE:
                msg = f"port {port} is in use; stop the other program, or choose another: PORT={port + 1} make run"
                raise CannotStart(msg) from no
            msg = f"port {port} cannot be opened ({no.strerror}); choose another: PORT=8001 make run"
            raise CannotStart(msg) from no
        yield taken


def _embedded(stack: contextlib.ExitStack) -> str:
    cluster = start(home_for(ROOT, state=VAR))
    stack.callback(cluster.stop)
    with contextlib.suppress(psycopg.errors.DuplicateDatabase):  # every start but the first
        cluster.create_database("noskheh")
    return cluster.url_of("noskheh")


@contextlib.contextmanager
def simulator(folder: Path) -> Iterator[str]:
    """The pretended national authority, a process of its own on a free port; gives its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "app",
        "simulate",
        "--port",
        str(port),
        "--file",
        str(folder / "authority.sqlite"),
    ]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, preexec_fn=_die_with_parent)  # noqa: PLW1509  before any thread of ours
    try:
        yield _answering(process, f"http://127.0.0.1:{port}")
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()


def _die_with_parent() -> None:
    """Linux: the child gets SIGTERM when we are killed, so that nothing is left behind; SIGINT is ours to handle."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _answering(process: "subprocess.Popen[bytes]", url: str) -> str:
    deadline = time.monotonic() + _SIMULATOR_S
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(httpx.HTTPError):
            if httpx.get(f"{url}/health", timeout=1, trust_env=False).is_success:
                return url
        time.sleep(0.05)
    msg = "the pretended authority did not start; run `python -m app simulate` to see why."
    raise CannotStart(msg)


def _greet(told: Mapping[str, Any]) -> None:
    """The address, the accounts, and what to try first."""
    accounts = told["accounts"]
    first = {role: next(a["username"] for a in accounts if a["role"] == role) for role in _INTRODUCED}
    lines = [
        "",
        f"  Noskheh is ready:  {told['base_url']}",
        "",
        f"  Password of every demonstration account:  {accounts[0]['password']}",
        *(f"    {role:<16} {username}" for role, username in first.items()),
        "",
        f"  Try first: sign in as the physician and open a visit for {told['patients'][0]['national_id']},",
        "  or run `make demo` in another window: the whole way through the public API.",
        "  Keys, packs and people for your own program: var/demo/world.json.   Ctrl-C stops everything.",
        "",
    ]
    print("\n".join(lines), flush=True)


_INTRODUCED = (
    "physician",
    "pharmacist",
    "insurer_officer",
    "council_officer",
    "codings_editor",
    "regulator",
    "administrator",
)
