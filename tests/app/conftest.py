"""The shell on a real database of its own, with a clock that a test can move and keys in a temporary folder."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from fastapi import FastAPI
from sqlalchemy import Engine
from starlette.testclient import TestClient

from app import accounts, clients
from app.db import side_session
from app.main import create_app, open_service
from app.service import Service
from app.settings import Settings
from codings import jws
from codings.base import Actor, Role, new_id
from codings.tables import Centre
from tests import factories

NOW = factories.AT
PASSWORD = "correct horse battery"
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
HERE = {"Origin": "http://localhost:8000"}


@dataclass
class Clock:
    """The time of a test; it stands still until it is moved."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **by: float) -> None:
        self.now += timedelta(**by)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def settings(database: Engine, tmp_path: Path) -> Settings:
    return Settings(
        database_url=database.url.render_as_string(hide_password=False),
        keys_folder=tmp_path / "keys",
        checkpoints_file=tmp_path / "checkpoints.jws",
        demonstration=True,  # the tests' server trades durability for speed
        run_worker=False,
        second_factor_required=False,
        threads=8,
        lock_timeout_ms=500,
        argon2_time_cost=1,
        argon2_memory_kib=64,
        argon2_parallelism=1,
    )


@pytest.fixture
def service(settings: Settings, clock: Clock) -> Iterator[Service]:
    opened = open_service(settings, gateways=no_gateways, clock=clock)
    yield opened
    opened.engine.dispose()


def no_gateways(_settings: Settings, _engine: Engine) -> Any:
    """What is tested here asks no partner."""


@pytest.fixture
def app(service: Service) -> FastAPI:
    return create_app(service)


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app, base_url="http://localhost:8000", follow_redirects=False) as browser:
        yield browser


@pytest.fixture
def officer(clock: Clock) -> Actor:
    return Actor(id="account:admin", role=Role.ADMINISTRATOR, at=clock.now)


def hold(browser: TestClient, secret: str) -> None:
    """Put a session's id into a browser, where the service's own next one replaces it."""
    browser.cookies.set("noskheh", secret, domain="localhost.local", path="/")


@dataclass
class Machine:
    """A client of the API: its private key, and how it asks for a token."""

    service: Service
    browser: TestClient
    id: str
    key: jws.Key
    tokens: dict[str, str] = field(default_factory=dict)

    def claims(self, **changed: Any) -> dict[str, Any]:
        now = int(self.service.clock().timestamp())
        told: dict[str, Any] = {"iss": self.id, "sub": self.id, "aud": "http://localhost:8000/oauth/token"}
        told |= {"iat": now, "exp": now + 240, "jti": str(new_id())} | changed
        return {name: value for name, value in told.items() if value is not None}

    def assertion(self, **changed: Any) -> str:
        return jws.sign_claims(self.claims(**changed), key=self.key, typ="JWT")

    def ask(self, assertion: str | None = None, **form: str | None) -> Any:
        sent: dict[str, str | None] = {
            "grant_type": "client_credentials",
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": assertion or self.assertion(),
            **form,
        }
        return self.browser.post("/oauth/token", data={k: v for k, v in sent.items() if v is not None})

    def token(self, scope: str) -> str:
        told = self.ask(scope=scope)
        assert told.status_code == 200, told.text
        return str(told.json()["access_token"])

    def bearer(self, scope: str = "prescriber") -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token(scope)}"}


def new_key(kind: str = "ES256") -> jws.Key:
    """A private key of a client, of the kind that fits the algorithm."""
    private: Any
    if kind == "RS384":
        private = rsa.generate_private_key(65537, 2048)
    else:
        private = ec.generate_private_key(ec.SECP256R1() if kind == "ES256" else ec.SECP384R1())
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return jws.Key(f"key-{new_id()}", kind, pem)


def jwks(*keys: jws.Key) -> dict[str, Any]:
    return {"keys": [jws.public_jwk(key) for key in keys]}


@pytest.fixture
def clinic(service: Service) -> str:
    """A licensed clinic, by its number."""
    with side_session(service) as session:
        return factories.clinic(session).siam


@pytest.fixture
def register(service: Service, client: TestClient, clinic: str, officer: Actor) -> Callable[..., Machine]:
    """Registers a machine of the test clinic, or of whatever is said."""

    def registered(name: str = "clinic-system", kind: str = "ES256", **told: Any) -> Machine:
        key = new_key(kind)
        belongs = {"centre": clinic, "scopes": ["prescriber"]} | told
        with side_session(service) as session:
            clients.client_add(session, id=name, name=name, jwks=jwks(key), by=officer, **belongs)
        return Machine(service, client, name, key)

    return registered


@pytest.fixture
def machine(register: Callable[..., Machine]) -> Machine:
    return register()


@pytest.fixture
def person(service: Service, officer: Actor) -> Callable[..., str]:
    """Makes an account and gives its user name."""

    def made(username: str = "dr.rad", role: Role = Role.PHYSICIAN, **told: Any) -> str:
        needs = {"centre": "9900000001", "practitioner": "900101"} | told
        with side_session(service) as session:
            if needs["centre"] and session.get(Centre, needs["centre"]) is None:
                factories.clinic(session, siam=needs["centre"])
            accounts.account_add(
                session,
                service=service,
                username=username,
                name="پزشک آزمون",
                role=role,
                password=PASSWORD,
                by=officer,
                **needs,
            )
        return username

    return made
