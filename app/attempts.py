"""Counting tries at what can be guessed: count first, then look, so that five tries are five tries.

Each count is its own committed transaction; a request that then fails has still been counted, and two that run
at once are counted one after the other. What was tried at is kept as a keyed hash: it is what somebody typed, and may
be anything.
"""

import hmac
from datetime import datetime, timedelta

from sqlalchemy import text

from app.db import side_session
from app.service import Service

COUNT = text("""
    INSERT INTO attempt AS a (kind, key, count, first_at, last_at) VALUES (:kind, :key, 1, :at, :at)
    ON CONFLICT (kind, key) DO UPDATE SET
        count = CASE WHEN a.first_at <= :since THEN 1 ELSE a.count + 1 END,
        first_at = CASE WHEN a.first_at <= :since THEN :at ELSE a.first_at END,
        last_at = :at
    RETURNING count
""")
FORGET = text("DELETE FROM attempt WHERE kind = :kind AND key = :key")
FORGET_OLD = text("DELETE FROM attempt WHERE last_at < :before")


def count(service: Service, *, kind: str, key: str, at: datetime, minutes: int) -> int:
    """Count one try at `key` and give how many there were, this one included, in a window of `minutes`.

    The window begins with its first try and does not move, so that hammering cannot keep anyone locked out.
    """
    with side_session(service) as session:
        since = at - timedelta(minutes=minutes)
        told = session.connection().execute(
            COUNT, {"kind": kind, "key": _hidden(service, key), "at": at, "since": since}
        )
        return int(told.scalar_one())


def forget(service: Service, *, kind: str, key: str) -> None:
    """The right answer was given: the next wrong one is the first again."""
    with side_session(service) as session:
        session.connection().execute(FORGET, {"kind": kind, "key": _hidden(service, key)})


def forget_old(service: Service, *, before: datetime) -> None:
    """Drop what no window reaches any more."""
    with side_session(service) as session:
        session.connection().execute(FORGET_OLD, {"before": before})


def _hidden(service: Service, key: str) -> str:
    return hmac.digest(service.keys.accounts, b"attempt\0" + key.encode("utf-8", "replace"), "sha256").hex()
