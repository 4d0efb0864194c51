"""What the shell itself stores: accounts, their proofs and sessions, clients, tries, the audit, answers kept.

All of it is local to this service: no other room refers to it, and it is never laid out over several nodes.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from pydantic import AwareDatetime
from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, Index, LargeBinary, SmallInteger, text
from sqlalchemy import Enum as SAEnum
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from codings.base import Role, Row, new_id

INSTANT: Any = DateTime(timezone=True)
WRITTEN_BY = "pg_current_xact_id()::text::bigint"


def one_of(kinds: type[StrEnum], length: int) -> SAEnum:
    """A text column that holds the values of `kinds` and nothing else."""
    return SAEnum(
        kinds,
        native_enum=False,
        create_constraint=True,
        length=length,
        values_callable=lambda members: [member.value for member in members],
        name=kinds.__name__.lower(),
    )


class AccountState(StrEnum):
    ACTIVE = "active"
    DISABLED = "disabled"


class ClientState(StrEnum):
    ACTIVE = "active"
    DISABLED = "disabled"


class MessageState(StrEnum):
    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"


class Account(Row, table=True):
    """A person who signs in: one role, and the centre, insurer or licence that role needs."""

    username: str = Field(primary_key=True, max_length=64)
    name: str = Field(max_length=120)
    role: Role = Field(sa_type=one_of(Role, 20))
    password_hash: str = Field(max_length=200)
    centre: str | None = Field(default=None, max_length=20)
    insurer: str | None = Field(default=None, max_length=10)
    practitioner: str | None = Field(default=None, max_length=20)
    state: AccountState = Field(default=AccountState.ACTIVE, sa_type=one_of(AccountState, 10))
    created_at: AwareDatetime = Field(sa_type=INSTANT)
    created_by: str = Field(max_length=100)
    changed_at: AwareDatetime = Field(sa_type=INSTANT)
    # When a second factor was offered, at the first sign-in.
    offered_at: AwareDatetime | None = Field(default=None, sa_type=INSTANT)


class AccountSession(Row, table=True):
    """A signed-in browser. The id it holds is not here, only its SHA-256: this table opens nothing."""

    __tablename__ = "account_session"

    sha256: str = Field(primary_key=True, max_length=64)
    username: str = Field(foreign_key="account.username", max_length=64, index=True)
    began_at: AwareDatetime = Field(sa_type=INSTANT)  # when this id was given: at the last proof of who it is
    seen_at: AwareDatetime = Field(sa_type=INSTANT)
    ends_at: AwareDatetime = Field(sa_type=INSTANT)
    agent: str = Field(default="", max_length=200)
    proof: str = Field(default="password", max_length=20)  # the strongest proof that opened it
    locked_at: AwareDatetime | None = Field(default=None, sa_type=INSTANT)
    open_patient: UUID | None = None  # whom the physician is writing for; other tabs only read
    open_since: AwareDatetime | None = Field(default=None, sa_type=INSTANT)
    # Its ids after the first, by their SHA-256; `sha256` stays its name between two proofs.
    present: str | None = Field(
        default=None, max_length=64, index=True
    )  # none: the first id is the present one
    former: str | None = Field(default=None, max_length=64, index=True)
    former_until: AwareDatetime | None = Field(
        default=None, sa_type=INSTANT
    )  # none: nobody came with the new one
    given_at: AwareDatetime | None = Field(default=None, sa_type=INSTANT)  # when the present id was made
    device: str | None = Field(default=None, max_length=64)  # SHA-256 of the browser's other cookie
    address: str | None = Field(default=None, max_length=64)  # where it was last seen, digested with `sha256`


class Passkey(Row, table=True):
    """A WebAuthn credential of an account. What is here verifies; it can not sign."""

    id: str = Field(primary_key=True, max_length=1400)  # the credential's id, base64url
    username: str = Field(foreign_key="account.username", max_length=64, index=True)
    name: str = Field(max_length=80)
    public_key: bytes = Field(sa_type=LargeBinary)  # COSE
    sign_count: int = Field(sa_type=BigInteger)
    transports: list[str] = Field(sa_column=Column(JSONB, nullable=False))
    synced: bool = False  # copied between devices by its maker
    added_at: AwareDatetime = Field(sa_type=INSTANT)
    used_at: AwareDatetime | None = Field(default=None, sa_type=INSTANT)
    removed_at: AwareDatetime | None = Field(default=None, sa_type=INSTANT)


class OneTimeSecret(Row, table=True):
    """The secret of an account's six-digit codes (TOTP), sealed with a key that is not in the database."""

    __tablename__ = "one_time_secret"

    username: str = Field(primary_key=True, foreign_key="account.username", max_length=64)
    sealed: bytes | None = Field(default=None, sa_type=LargeBinary)  # none until the first is confirmed
    pending: bytes | None = Field(default=None, sa_type=LargeBinary)  # shown, and not yet confirmed by a code
    began_at: AwareDatetime = Field(sa_type=INSTANT)
    confirmed_at: AwareDatetime | None = Field(default=None, sa_type=INSTANT)
    last_step: int | None = Field(default=None, sa_type=BigInteger)  # no code is taken twice


class Ceremony(Row, table=True):
    """A challenge given to a browser, answered once and soon."""

    id: UUID = Field(default_factory=new_id, primary_key=True)
    kind: str = Field(max_length=20)
    username: str | None = Field(default=None, max_length=64)
    session_sha256: str | None = Field(default=None, max_length=64)
    challenge: bytes = Field(sa_type=LargeBinary)
    expires_at: AwareDatetime = Field(sa_type=INSTANT, index=True)
    used_at: AwareDatetime | None = Field(default=None, sa_type=INSTANT)


class SigningSession(Row, table=True):
    """Minutes in which a person who proved anew who they are may sign: one at a time, in one browser."""

    __tablename__ = "signing_session"
    __table_args__ = (
        Index("ix_signing_session_open", "username", unique=True, postgresql_where="ended_at IS NULL"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    username: str = Field(foreign_key="account.username", max_length=64, index=True)
    session_sha256: str = Field(max_length=64)
    method: str = Field(max_length=20)  # passkey, totp or password
    evidence: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    opened_at: AwareDatetime = Field(sa_type=INSTANT)
    ends_at: AwareDatetime = Field(sa_type=INSTANT)
    ended_at: AwareDatetime | None = Field(default=None, sa_type=INSTANT)


class Client(Row, table=True):
    """A machine that may ask for tokens: a clinic's, a pharmacy's or an insurer's system, for one of them only."""

    __table_args__ = (CheckConstraint("num_nonnulls(centre, insurer) <= 1", name="belongs"),)

    id: str = Field(primary_key=True, max_length=64)
    name: str = Field(max_length=120)
    scopes: list[str] = Field(sa_column=Column(JSONB, nullable=False))
    centre: str | None = Field(default=None, max_length=20)
    insurer: str | None = Field(default=None, max_length=10)
    jwks_url: str | None = Field(default=None, max_length=500)
    state: ClientState = Field(default=ClientState.ACTIVE, sa_type=one_of(ClientState, 10))
    created_at: AwareDatetime = Field(sa_type=INSTANT)
    created_by: str = Field(max_length=100)


class ClientKey(Row, table=True):
    """A client's public key, as PEM. Its algorithm is fixed here and never read from a token."""

    __tablename__ = "client_key"

    client: str = Field(primary_key=True, foreign_key="client.id", max_length=64)
    kid: str = Field(primary_key=True, max_length=128)
    algorithm: str = Field(max_length=5)
    public_pem: str = Field(max_length=2000)
    added_at: AwareDatetime = Field(sa_type=INSTANT)
    retired_at: AwareDatetime | None = Field(default=None, sa_type=INSTANT)


class UsedJti(Row, table=True):
    """The ids of client assertions that were used, kept until the assertion would have expired anyway."""

    __tablename__ = "used_jti"

    client: str = Field(primary_key=True, max_length=64)
    jti_sha256: str = Field(primary_key=True, max_length=64)
    expires_at: AwareDatetime = Field(sa_type=INSTANT, index=True)


class Attempt(Row, table=True):
    """How often something guessable was tried within a window: a password, a typed prescription."""

    kind: str = Field(primary_key=True, max_length=20)
    key: str = Field(primary_key=True, max_length=200)
    count: int
    first_at: AwareDatetime = Field(sa_type=INSTANT)
    last_at: AwareDatetime = Field(sa_type=INSTANT, index=True)


class AuditEntry(Row, table=True):
    """Who did or saw what, whose data, and why. No foreign keys: it outlives whatever it speaks of."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index("ix_audit_entry_patient_at", "patient", "at", postgresql_where="patient IS NOT NULL"),
        Index("ix_audit_entry_subject", "subject"),
        Index("ix_audit_entry_at", "at", "id"),
        Index("ix_audit_entry_actor_at", "actor", "at", "id"),
        Index("ix_audit_entry_xid", "xid", postgresql_using="brin"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    at: AwareDatetime = Field(sa_type=INSTANT)
    actor: str = Field(max_length=100)
    role: str = Field(max_length=20)
    centre: str | None = Field(default=None, max_length=20)
    insurer: str | None = Field(default=None, max_length=10)
    verb: str = Field(max_length=60)
    subject: str = Field(max_length=120)
    patient: str | None = Field(default=None, max_length=64)
    purpose: str = Field(max_length=20)
    request_id: str | None = Field(default=None, max_length=64)
    outcome: str = Field(default="done", max_length=60)
    # The transaction that wrote it, so that sealing knows which rows are safely committed; 0 for the oldest ones.
    xid: int | None = Field(
        default=None, sa_column=Column(BigInteger, server_default=text(WRITTEN_BY), nullable=False)
    )


class AuditLeaf(Row, table=True):
    """The place of an audit row in the tree. Its hash covers every column of the row (`app/audit_tree/leaves.py`)."""

    __tablename__ = "audit_leaf"

    leaf: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    entry: UUID = Field(unique=True)
    salt: bytes = Field(sa_type=LargeBinary)
    sha256: bytes = Field(sa_type=LargeBinary)


class AuditNode(Row, table=True):
    """The hash of a whole block of 256, 65,536 ... leaves, so that a proof need not read them all."""

    __tablename__ = "audit_node"

    height: int = Field(primary_key=True, sa_type=SmallInteger, sa_column_kwargs={"autoincrement": False})
    place: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    sha256: bytes = Field(sa_type=LargeBinary)


class AuditCheckpoint(Row, table=True):
    """How many leaves there were, with which root, at what time; signed. `horizon`: all transactions below are in."""

    __tablename__ = "audit_checkpoint"

    size: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    at: AwareDatetime = Field(sa_type=INSTANT)
    root: bytes = Field(sa_type=LargeBinary)
    horizon: int = Field(sa_type=BigInteger)
    signed: str = Field(max_length=2000)


class Idempotency(Row, table=True):
    """A request that was answered, so that the same again gets the same answer. Kept 48 hours."""

    actor: str = Field(primary_key=True, max_length=100)
    key: str = Field(primary_key=True, max_length=255)
    fingerprint: str = Field(max_length=64)
    at: AwareDatetime = Field(sa_type=INSTANT, index=True)
    status: int | None = None
    body: bytes | None = Field(default=None, sa_type=LargeBinary)


class Message(Row, table=True):
    """A text message to a person. The same key is one message."""

    key: str = Field(primary_key=True, max_length=120)
    mobile: str = Field(max_length=15)
    text: str = Field(max_length=700)
    state: MessageState = Field(default=MessageState.QUEUED, sa_type=one_of(MessageState, 10))
    at: AwareDatetime = Field(sa_type=INSTANT)
    sent_at: AwareDatetime | None = Field(default=None, sa_type=INSTANT)


class EhrRegistration(Row, table=True):
    """This deployment's own register of health records: a dispense registered, and the receipt given for it."""

    __tablename__ = "ehr_registration"

    number: str = Field(primary_key=True, max_length=40)
    receipt: str = Field(max_length=64)
    content: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    at: datetime = Field(sa_type=INSTANT)
