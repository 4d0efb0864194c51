"""The four things every room stands on: Row, Actor, Event with emit, Problem.

Nothing here knows HTTP, a clock or a library of another room. Everything a room says to its
caller is one of: a returned value, a Problem raised (no), an Event emitted (yes, and more follows).
"""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, NamedTuple

import uuid_utils.compat
from sqlmodel import Session, SQLModel

SQLModel.metadata.naming_convention = {
    "pk": "pk_%(table_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
}


class Row(SQLModel):
    """What every table inherits: construction and assignment are validated.

    A table is built only from checked values; what a person typed goes through an input model first.
    """

    model_config = {"validate_assignment": True, "arbitrary_types_allowed": True}


def new_id() -> uuid.UUID:
    """A UUIDv7: unique anywhere and ordered by time, so that inserts go to one end of an index."""
    return uuid_utils.compat.uuid7()


class Words(NamedTuple):
    """One sentence in both languages; `format` fills the same named facts into each."""

    fa: str
    en: str

    def format(self, **facts: Any) -> "Words":
        return Words(self.fa.format(**facts), self.en.format(**facts))


class Role(StrEnum):
    PHYSICIAN = "physician"
    PHARMACIST = "pharmacist"
    INSURER_OFFICER = "insurer_officer"
    CODINGS_EDITOR = "codings_editor"
    COUNCIL_OFFICER = "council_officer"
    REGULATOR = "regulator"
    ADMINISTRATOR = "administrator"
    PATIENT = "patient"
    MACHINE = "machine"
    SERVICE = "service"  # the service's own jobs


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who acts, in which role, for which centre or insurer, and at which instant.

    `at` is the only clock a room ever sees (aware, UTC), so expiries are tested by moving it.
    """

    id: str  # "account:<name>", "client:<id>" or "service:<job>"
    role: Role
    at: datetime
    centre: str | None = None  # SIAM
    insurer: str | None = None  # insurer code
    practitioner: str | None = None  # council number of a physician or pharmacist
    scopes: frozenset[str] = frozenset()
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened, named in the past tense; JSON-safe fields (str, int, None) only."""


def emit(session: Session, event: Event) -> None:
    """Hand an event to whoever opened this session; it lives and dies with the transaction.

    The shell puts a callable under `outbox`, which queues on this session's own connection.
    A session opened without one (a room's test) only remembers the event.
    """
    outbox: Callable[[Session, Event], None] | None = session.info.get("outbox")
    if outbox is not None:
        outbox(session, event)
    session.info.setdefault("events", []).append(event)


class Kind(StrEnum):
    """What sort of no; the shell maps each to one HTTP status."""

    MALFORMED = "malformed"  # 400
    FORBIDDEN = "forbidden"  # 403
    MISSING = "missing"  # 404: does not exist, or is not yours
    CONFLICT = "conflict"  # 409
    STALE = "stale"  # 412
    TOO_LARGE = "too_large"  # 413
    REFUSED = "refused"  # 422
    THROTTLED = "throttled"  # 429
    PARTNER_DOWN = "partner_down"  # 503


class Problem(Exception):  # noqa: N818  RFC 9457 calls it a problem
    """A business no: a stable code, words in both languages, and where it can be mended, how.

    Subclass once per code, in the room's `outcomes.py`; `words` and `fix` may name facts in braces.
    `pointer` is a JSON pointer into what the caller sent ("/items/0/quantity").
    """

    code: ClassVar[str]
    kind: ClassVar[Kind] = Kind.REFUSED
    words: ClassVar[Words]
    fix: ClassVar[Words | None] = None

    def __init__(self, *, pointer: str | None = None, findings: Sequence[Any] = (), **facts: Any) -> None:
        self.pointer = pointer
        self.findings = tuple(findings)
        self.facts = facts
        super().__init__(self.code)

    @property
    def detail(self) -> Words:
        return self.words.format(**self.facts)

    @property
    def remedy(self) -> Words | None:
        return self.fix.format(**self.facts) if self.fix else None
