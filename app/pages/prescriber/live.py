"""A stream that says when something became of one of the physician's prescriptions; the page then looks again.

It carries no data at all: what is shown comes from the page's own address, with its own checks and audit. A stream
holds no database connection and no thread while it waits. It ends with the session, and after half an hour by itself;
the browser comes back.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Annotated, Final

from anyio import to_thread
from fastapi import APIRouter, Request
from starlette.responses import StreamingResponse

from app.access import Person, held_by
from app.accounts import Standing
from app.bell import PRESCRIPTIONS, Bell
from app.refusals import ShellProblem
from app.service import Service, TheService
from codings.base import Actor, Kind, Role, Words

router = APIRouter()

MOST_STREAMS: Final = 6  # of one physician, over all tabs
BEAT_S: Final = 10.0  # how soon an ended session is noticed
LONGEST_S: Final = 1800.0


class TooManyStreams(ShellProblem):
    code = "live.too_many"
    status = 429
    kind = Kind.THROTTLED
    words = Words(
        fa="پنجره‌های باز شما بیش از اندازه است؛ وضعیت در این پنجره خودبه‌خود تازه نمی‌شود.",
        en="You have too many windows open; this one does not renew itself.",
    )
    fix = Words(fa="چند پنجره را ببندید یا صفحه را دوباره باز کنید.", en="Close some, or reload the page.")


class NotAStream(ShellProblem):
    """Somebody opened the stream as a page."""

    code = "live.not_a_page"
    status = 406
    kind = Kind.MALFORMED
    words = Words(
        fa="این نشانی برای تازه‌شدن خودکار صفحه‌هاست و خود صفحه‌ای ندارد.",
        en="This address renews other pages by itself; it is no page.",
    )
    fix = Words(fa="صفحهٔ نسخه‌نویسی را باز کنید.", en="Open the page of prescribing.")


@router.get("/live")
async def live(
    request: Request, by: Annotated[Actor, Person(Role.PHYSICIAN)], service: TheService
) -> StreamingResponse:
    """`event: changed`, without data, each time; a comment as a sign of life in between."""
    if "text/event-stream" not in request.headers.get("accept", ""):
        raise NotAStream
    bell: Bell = request.app.state.bell
    whom = by.practitioner or ""
    if bell.waiting(whom, PRESCRIPTIONS) >= MOST_STREAMS:
        raise TooManyStreams
    return StreamingResponse(
        _news(request, service, bell, whom),
        media_type="text/event-stream",
        headers={"X-Accel-Buffering": "no"},
    )


async def _news(request: Request, service: Service, bell: Bell, whom: str) -> AsyncIterator[str]:
    ends = time.monotonic() + LONGEST_S
    with bell.expect(whom, PRESCRIPTIONS) as rung:
        yield "retry: 3000\nevent: ready\ndata:\n\n"
        while time.monotonic() < ends:
            try:
                await asyncio.wait_for(rung.wait(), BEAT_S)
            except TimeoutError:
                word = ": still here\n\n"
            else:
                rung.clear()
                word = "event: changed\ndata:\n\n"
            if bell.stopping or not await to_thread.run_sync(_signed_in, request, service):
                yield "event: ended\ndata:\n\n"
                return
            yield word


def _signed_in(request: Request, service: Service) -> bool:
    held = held_by(request, service)
    return held is not None and held.standing is not Standing.ENDED
