"""A worker alone: `python -m app worker`, for deployments that serve and work in separate processes."""

import asyncio
import contextlib
import signal

from app import jobs, logs, production, queue, scraping
from app.gateways.ports import make_gateways
from app.main import open_service
from app.service import Service
from app.settings import Settings


def run() -> int:
    """Run jobs until SIGINT or SIGTERM; the job at hand is finished first. Raises Unfit."""
    with contextlib.closing(open_service(Settings(), gateways=make_gateways)) as service:
        if not service.settings.demonstration:
            production.check(service)
            logs.install()
        with scraping.offered(service):
            asyncio.run(_work(service))
    return 0


async def _work(service: Service) -> None:
    jobs.register()
    async with queue.opened(service):
        task = asyncio.create_task(queue.work(service))
        for stop in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(stop, task.cancel)
        with contextlib.suppress(asyncio.CancelledError):
            await task
