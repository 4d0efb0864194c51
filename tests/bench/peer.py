"""GNU Health beside our service: its own release from the package index, in a venv and a database of its own.

Nothing of it is kept: venv, configuration and database lie in the bench's temporary folder and cluster. It is spoken to
as its own client does, by JSON-RPC, and served as its documentation says, by gunicorn. Its driver for PostgreSQL is
built where it is installed, which needs a C compiler and PostgreSQL's headers; without them there is no comparison.
"""

import base64
import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, Final

import httpx

from app.embedded import Cluster

WANTED: Final = ("gnuhealth>=5,<6", "gunicorn")
PROCESSES, THREADS = 2, 16
LINES: Final = 3
_DATABASE: Final = "gnuhealth"
_USER: Final = "admin"
_PASSWORD: Final = "not-a-secret-of-a-bench"
_READY_S: Final = 120.0


@dataclass
class Peer:
    """A running GNU Health: who asks it, and what a prescription there names."""

    address: str
    versions: str
    session: str = ""
    patient: int = 0
    medicaments: list[int] = field(default_factory=list)
    context: dict[str, Any] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=count)

    def ask(self, method: str, *words: Any) -> Any:
        """One call, answered. Raises SystemExit with what it says no with."""
        answer = httpx.post(
            f"{self.address}/{_DATABASE}/",
            json=self._call(method, words),
            headers=self.headers,
            trust_env=False,
            timeout=60,
        )
        said = answer.json() if answer.is_success else {"error": f"{answer.status_code} {answer.text[:500]}"}
        if said.get("error"):
            raise SystemExit(f"GNU Health refused {method}: {said['error']}")
        return said["result"]

    def create(self, model: str, **values: Any) -> int:
        """A record, by its number there."""
        made = self.ask(f"model.{model}.create", [values], self.context)
        return int(made[0])

    def first(self, model: str, *clauses: Any) -> int:
        """A record that is there from the beginning."""
        found = self.ask(f"model.{model}.search", list(clauses), 0, 1, None, self.context)
        if not found:
            raise SystemExit(f"GNU Health has no {model}")
        return int(found[0])

    @property
    def headers(self) -> dict[str, str]:
        said = {"Content-Type": "application/json"}
        return said | {"Authorization": f"Session {self.session}"} if self.session else said

    def prescription(self) -> dict[str, Any]:
        """A request that creates a prescription of three lines, for a rung."""
        lines = [
            {
                "medicament": medicament,
                "quantity": 10,
                "dose": 1.0,
                "frequency": 12,
                "frequency_unit": "hours",
            }
            | {"duration": 5, "duration_period": "days"}
            for medicament in self.medicaments
        ]
        values = {
            "patient": self.patient,
            "prescription_warning_ack": True,
            "prescription_line": [["create", lines]],
        }
        body = self._call("model.gnuhealth.prescription.order.create", ([values], self.context))
        return {"method": "POST", "path": f"/{_DATABASE}/", "headers": self.headers, "body": body}

    def prescriptions(self) -> tuple[int, int]:
        """How many prescriptions and lines it has stored."""
        counted = (
            self.ask(f"model.{model}.search_count", [], 0, None, self.context)
            for model in ("gnuhealth.prescription.order", "gnuhealth.prescription.line")
        )
        orders, lines = (int(one) for one in counted)
        return orders, lines

    def _call(self, method: str, words: Any) -> dict[str, Any]:
        return {"method": method, "params": list(words), "id": next(self._numbers)}

    def sign_in(self) -> None:
        """As its client signs in: a session of its own, named in every call."""
        number, session = self.ask("common.db.login", _USER, {"password": _PASSWORD})[:2]
        self.session = base64.b64encode(f"{_USER}:{number}:{session}".encode()).decode()

    def furnish(self) -> None:
        """A clinic, a health professional who signs in as us, a patient without warnings, three medicines."""
        currency = self.create(
            "currency.currency", name="Rial", code="IRR", symbol="R", rounding=_decimal("1")
        )
        company = self.create(
            "company.company", party=self.create("party.party", name="Clinic"), currency=currency
        )
        me = self.first("res.user", ["login", "=", _USER])
        self.ask("model.res.user.write", [me], {"companies": [["add", [company]]], "company": company}, {})
        self.context = {"company": company}
        person = {"is_person": True, "gender": "m", "dob": _date(1980, 5, 5), "fed_country": "IRN"}
        doctor = self.create(
            "party.party", name="Doctor", ref="D1", is_healthprof=True, internal_user=me, **person
        )
        self.create("gnuhealth.healthprofessional", party=doctor)
        patient = self.create("party.party", name="Patient", ref="P1", is_patient=True, **person)
        self.patient = self.create("gnuhealth.patient", party=patient)
        unit = self.first("product.uom", ["symbol", "=", "u"])
        for number in range(LINES):
            template = self.create(
                "product.template",
                name=f"Medicine {number}",
                default_uom=unit,
                type="goods",
                list_price=_decimal("1"),
            )
            product = self.create("product.product", template=template, is_medicament=True)
            self.medicaments.append(
                self.create("gnuhealth.medicament", product=product, active_component=f"Medicine {number}")
            )


def _decimal(text: str) -> dict[str, str]:
    return {"__class__": "Decimal", "decimal": text}


def _date(year: int, month: int, day: int) -> dict[str, Any]:
    return {"__class__": "date", "year": year, "month": month, "day": day}


@contextlib.contextmanager
def peer(cluster: Cluster, folder: Path) -> Iterator[Peer]:
    """Install it, make its database in this cluster, serve it, furnish it. Raises SystemExit with what failed."""
    home = folder / "gnuhealth"
    home.mkdir()
    programs = home / "venv" / "bin"
    _run([sys.executable, "-m", "venv", home / "venv"], "make a venv")
    _run([programs / "pip", "install", "--quiet", *WANTED], "install GNU Health (needs gcc and pg_config)")
    versions = _versions(programs)
    cluster.create_database(_DATABASE)
    settings = home / "trytond.conf"
    settings.write_text(
        f"[database]\nuri = postgresql://postgres@/?host={cluster.socket}&port=5432\npath = {home}\n"
        "[session]\nauthentications = password\n"
    )
    (home / "password").write_text(_PASSWORD)
    environment = {**os.environ, "TRYTOND_CONFIG": str(settings), "TRYTONPASSFILE": str(home / "password")}
    environment |= {"TRYTOND_DATABASE_NAMES": _DATABASE}
    admin = [programs / "trytond-admin", "-c", settings, "-d", _DATABASE]
    _run([*admin, "--all", "--email", "bench@localhost", "--password"], "make its database", environment)
    _run([*admin, "-u", "health", "--activate-dependencies"], "activate its health module", environment)
    with _served(programs, environment, home) as address:
        found = Peer(address, versions)
        found.sign_in()
        found.furnish()
        yield found


def _run(command: list[Any], what: str, environment: Mapping[str, str] | None = None) -> None:
    told = subprocess.run(
        [str(word) for word in command], check=False, capture_output=True, text=True, env=environment
    )
    if told.returncode:
        raise SystemExit(f"could not {what}: {(told.stderr or told.stdout)[-2000:]}")


def _versions(programs: Path) -> str:
    names = ("gnuhealth", "trytond")
    said = "; ".join(f"print({name!r}, version({name!r}))" for name in names)
    command = [str(programs / "python"), "-c", f"from importlib.metadata import version; {said}"]
    return ", ".join(
        subprocess.run(command, check=True, capture_output=True, text=True).stdout.split("\n")[:2]
    )


@contextlib.contextmanager
def _served(programs: Path, environment: Mapping[str, str], home: Path) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [str(programs / "gunicorn"), "--bind", f"127.0.0.1:{port}", "--workers", str(PROCESSES)]
    command += ["--worker-class", "gthread", "--threads", str(THREADS), "--keep-alive", "60"]
    with (home / "served.log").open("wb") as log:
        process = subprocess.Popen(
            [*command, "trytond.application:app"], env=dict(environment), stdout=log, stderr=log
        )
    try:
        _wait(f"http://127.0.0.1:{port}", process, home / "served.log")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(30)


def _wait(address: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    end = time.monotonic() + _READY_S
    call = {"method": "common.server.version", "params": [], "id": 0}
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(httpx.HTTPError):
            if httpx.post(f"{address}/", json=call, timeout=30, trust_env=False).is_success:
                return
        time.sleep(0.2)
    raise SystemExit(f"GNU Health did not start: {log.read_text()[-2000:]}")
