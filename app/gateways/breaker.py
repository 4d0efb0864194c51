"""A circuit breaker: after a few failures in a row a partner is left alone for a while.

While open, calls fail at once instead of making a pharmacist wait for a time-out; after the pause one
call is let through, and its outcome decides. Shared by the threads of one process.
"""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

from app.gateways import PartnerState, Unavailable
from app.outbound import NoAnswer

T = TypeVar("T")


class Breaker:
    """Remembers how a partner has been answering. `failures` in a row open it for `pause`."""

    def __init__(
        self, partner: str, *, adapter: str, failures: int = 3, pause: timedelta = timedelta(seconds=5)
    ) -> None:
        self.partner = partner
        self.adapter = adapter
        self._limit = failures
        self._pause = pause
        self._lock = threading.Lock()
        self._failed = 0
        self._since: datetime | None = None
        self._retry_at: datetime | None = None
        self._last_good: datetime | None = None

    def call(self, work: Callable[[], T], *, now: datetime, faults: tuple[type[Exception], ...]) -> T:
        """Run `work`; a fault counts against the partner and is raised as Unavailable."""
        with self._lock:
            if self._retry_at is not None and now < self._retry_at:
                raise self._unavailable("left alone after repeated failures")
            if self._retry_at is not None:
                self._retry_at = now + self._pause  # one caller tries; the others keep failing fast
        try:
            answer = work()
        except faults as fault:
            with self._lock:
                self._failed += 1
                self._since = self._since or now
                if self._failed >= self._limit:
                    self._retry_at = now + self._pause
                why = str(fault) if isinstance(fault, NoAnswer) else type(fault).__name__
                raise self._unavailable(why) from fault
        with self._lock:
            self._failed, self._since, self._retry_at, self._last_good = 0, None, None, now
        return answer

    def state(self, now: datetime) -> PartnerState:  # noqa: ARG002  the port's word, same for every partner
        with self._lock:
            if self._since is not None:
                state, since = "down", self._since
            elif self._last_good is not None:
                state, since = "up", None
            else:
                state, since = "unproven", None
            return PartnerState(self.partner, self.adapter, state, since, self._last_good)

    def _unavailable(self, why: str) -> Unavailable:
        return Unavailable(self.partner, why=why, since=self._since, last_good=self._last_good)
