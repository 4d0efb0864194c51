"""One LISTEN connection for the whole process: it wakes whoever waits for news, and holds nothing meanwhile.

News are a batch that was sealed for an insurer, and a prescription of a physician of which something became; the
notice carries the insurer's code or the physician's council number, and nothing of any patient.

A waiter keeps an asyncio event, no session and no thread. A lost notice costs nothing but time: every waiter looks
again when its own patience ends.
"""

import asyncio
import contextlib
import logging
from collections import defaultdict
from collections.abc import Iterator

import psycopg

log = logging.getLogger("noskheh.bell")
CHANNEL = "noskheh_batch_sealed"
PRESCRIPTIONS = "noskheh_prescription"
_CHANNELS = (CHANNEL, PRESCRIPTIONS)
_RETRY_S = 2.0


class Bell:
    """Rings per insurer when one of its batches was sealed, per physician when a prescription changed."""

    def __init__(self, conninfo: str) -> None:
        self._conninfo = conninfo
        self._waiting: dict[tuple[str, str], set[asyncio.Event]] = defaultdict(set)
        self.stopping = False
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._task = asyncio.create_task(self._listen())

    async def stop(self) -> None:
        """Wake whoever still waits, so that they are told what there is, and stop listening."""
        self.stopping = True
        for events in self._waiting.values():
            for event in events:
                event.set()
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    @contextlib.contextmanager
    def expect(self, whom: str, channel: str = CHANNEL) -> Iterator[asyncio.Event]:
        """Register before looking, so that what happens between the look and the wait still rings."""
        event = asyncio.Event()
        self._waiting[channel, whom].add(event)
        try:
            yield event
        finally:
            self._waiting[channel, whom].discard(event)

    def waiting(self, whom: str, channel: str) -> int:
        """How many wait for the same."""
        return len(self._waiting.get((channel, whom), ()))

    async def _listen(self) -> None:
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(
                    self._conninfo, autocommit=True, application_name="noskheh bell"
                ) as connection:
                    for channel in _CHANNELS:
                        await connection.execute(f"LISTEN {channel}")
                    async for notice in connection.notifies():
                        for event in self._waiting.get((notice.channel, notice.payload), ()):
                            event.set()
            except psycopg.Error as lost:
                log.warning("listening connection lost: %s", type(lost).__name__)
                await asyncio.sleep(_RETRY_S)
