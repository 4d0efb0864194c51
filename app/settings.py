"""What may differ between two deployments, read from the environment once.

Every name here can be set as `NOSKHEH_<NAME>`; the database and the public address also under their plain
names, `DATABASE_URL` and `PUBLIC_URL`. The defaults are those of a deployment with real patients, except where only an
address can tell; what `make run` needs beside them, it sets itself.
"""

import os
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from pydantic import AliasChoices, Field, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "[::1]"})


class Settings(BaseSettings):
    """The settings of one process; frozen, so that a setting read twice is the same twice."""

    model_config = SettingsConfigDict(
        env_prefix="NOSKHEH_", frozen=True, extra="ignore", populate_by_name=True, hide_input_in_errors=True
    )

    database_url: str = Field(
        repr=False,  # it may hold a password
        validation_alias=AliasChoices("NOSKHEH_DATABASE_URL", "DATABASE_URL"),
        description="PostgreSQL 15 or newer; `postgresql://` and `postgres://` mean psycopg 3.",
    )
    public_url: str = Field(
        default="http://localhost:8000",
        validation_alias=AliasChoices("NOSKHEH_PUBLIC_URL", "PUBLIC_URL"),
        description="Scheme, host and port under which people and machines reach this service.",
    )
    demonstration: bool = Field(
        default=False,
        description="Synthetic people only: plain http, addresses of this machine, full tracebacks.",
    )

    approve_keys_at_once: bool = Field(
        default=False,
        description="Certify a physician's new key without the two officers; only for a demonstration.",
    )

    keys_folder: Path = Field(
        default=Path("var/keys"), description="Private keys, one file of mode 0600 each."
    )
    checkpoints_file: Path = Field(
        default=Path("var/checkpoints.jws"),
        description="Where the audit's signed checkpoints are added, one a line; best on another machine's disk.",
    )
    receipts_journal: Path | None = Field(
        default=None,
        description="A folder on another disk where each receipt is written too before its answer; empty: nowhere.",
    )
    shabad_pattern: str = Field(
        default=r"^[0-9A-Z]{8,20}$", description="What a SHABAD of any issuer looks like."
    )

    threads: int = Field(
        default=10, ge=1, le=200, description="Worker threads, each with one main connection."
    )
    database_role: str = Field(
        default="noskheh_app",
        description="Role taken on connect when it exists; empty keeps the login's own.",
    )
    lock_timeout_ms: int = Field(default=3_000, ge=1, description="How long a statement waits for a row.")
    statement_timeout_ms: int = Field(
        default=10_000, ge=1, description="After which a statement is given up."
    )
    run_worker: bool = Field(default=True, description="Run queued jobs in this process too.")
    worker_concurrency: int = Field(default=2, ge=1, le=50, description="Jobs at once.")
    worker_silence_s: int = Field(
        default=30,
        ge=3,
        description="Without a sign of life for so long a worker is dead, its jobs run again.",
    )

    stop_seconds: int = Field(
        default=20, ge=1, description="How long a stop waits for requests in flight and jobs at hand."
    )

    metrics_port: int = Field(
        default=0,
        ge=0,
        le=65_535,
        description="Where counters are answered, never at the public address; each process takes the"
        " first free port from here on. 0: nowhere.",
    )
    metrics_host: str = Field(default="127.0.0.1", description="The address the counters are answered at.")
    worker_late_seconds: int = Field(
        default=120, ge=1, description="From when on a job that is due and not done is told as late."
    )

    second_factor_required: bool = Field(
        default=True,
        description="Nobody works by password alone: a passkey or one-time codes are set up first.",
    )
    argon2_time_cost: int = Field(default=3, ge=1, description="Passes over the memory for a password.")
    argon2_memory_kib: int = Field(default=65_536, ge=8, description="Memory for one password.")
    argon2_parallelism: int = Field(default=4, ge=1, description="Lanes for one password.")

    address_header: str = Field(
        default="",
        description="Header in which the proxy in front tells the caller's address, such as X-Forwarded-For; empty:"
        " the connection's own. Only an alarm hangs on it, no right.",
    )
    body_limit: int = Field(default=1_000_000, ge=1_000, description="Bytes of an ordinary request.")
    upload_limit: int = Field(
        default=10_000_000, ge=1_000, description="Bytes of a photograph or a list sent up."
    )
    release_limit: int = Field(
        default=32_000_000, ge=1_000, description="Bytes of a release of codes, the largest lists there are."
    )

    authenticity_url: str | None = Field(
        default=None,
        description="The national authenticity service, by https; without it every pack is `unverified`.",
    )
    authenticity_timeout: float = Field(
        default=1.0, gt=0, description="Seconds until a pack is `unverified`."
    )
    internal_partners: bool = Field(
        default=False,
        description="Partners may stand in this deployment's own network: private and loopback addresses, plain http."
        " Otherwise only public addresses are connected to, by https; a demonstration may do both.",
    )

    seal_after_seconds: int = Field(
        default=900, ge=0, description="Age at which a ready claim is sealed even if its batch is not full."
    )
    batch_size: int = Field(default=500, ge=1, le=10_000, description="Claims in one batch at the most.")

    @model_validator(mode="before")
    @classmethod
    def _from_files(cls, given: Any) -> Any:
        """What `NOSKHEH_<NAME>_FILE` points at, where the setting itself is not given: secrets as files."""
        for name in cls.model_fields:
            place = os.environ.get(f"NOSKHEH_{name.upper()}_FILE")
            if place and not {name, f"NOSKHEH_{name.upper()}", name.upper()} & {*given, *os.environ}:
                given[name] = Path(place).read_text(encoding="utf-8").strip()
        return given

    @field_validator("database_url")
    @classmethod
    def _with_driver(cls, url: str) -> str:
        scheme, separator, rest = url.partition("://")
        if not separator or scheme not in {"postgresql", "postgres", "postgresql+psycopg"}:
            raise ValueError("the database address must begin with postgresql://")
        return f"postgresql+psycopg://{rest}"

    @field_validator("receipts_journal", mode="before")
    @classmethod
    def _empty_is_none(cls, folder: Any) -> Any:
        return folder or None

    @field_validator("public_url")
    @classmethod
    def _an_origin(cls, url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.netloc or parts.path.strip("/") or parts.query:
            raise ValueError("PUBLIC_URL is scheme, host and port only, such as https://rx.example.org")
        return f"{parts.scheme}://{parts.netloc.lower()}"

    @model_validator(mode="after")
    def _officers_decide(self) -> Self:
        if self.approve_keys_at_once and not self.demonstration:
            raise ValueError("APPROVE_KEYS_AT_ONCE is for a demonstration: two officers decide on a key")
        return self

    @model_validator(mode="after")
    def _secure_unless_local(self) -> Self:
        host = urlsplit(self.public_url).hostname or ""
        if not (self.secure or self.demonstration or host in {"localhost", "127.0.0.1", "::1"}):
            raise ValueError("PUBLIC_URL must be https: sessions and tokens would travel in the clear")
        return self

    @property
    def secure(self) -> bool:
        """Whether people reach this service over https; decides the session cookie's name and flags."""
        return self.public_url.startswith("https://")

    @property
    def partners_inside(self) -> bool:
        """Whether a partner may be at an address of this machine or of its own network."""
        return self.internal_partners or self.demonstration

    @property
    def token_url(self) -> str:
        return f"{self.public_url}/oauth/token"

    @property
    def origins(self) -> frozenset[str]:
        """The addresses that are this service: PUBLIC_URL, and on one's own machine its other names too."""
        parts = urlsplit(self.public_url)
        own = {self.public_url}
        if self.demonstration:
            port = f":{parts.port}" if parts.port else ""
            own |= {f"{parts.scheme}://{host}{port}" for host in LOCAL_HOSTS}
        return frozenset(own)

    @property
    def token_audiences(self) -> frozenset[str]:
        """What a client may name as `aud` of its assertion: the token URL under each of our addresses."""
        return frozenset(f"{origin}/oauth/token" for origin in self.origins)
