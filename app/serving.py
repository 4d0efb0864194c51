"""`python -m app serve`: the service for real patients, on a database that is set up already.

Several processes share one listening socket and are kept alive by their parent. A stop (SIGTERM, SIGINT) takes no
new connection, finishes the requests in flight and the jobs at hand, and then ends.
"""

import contextlib

import uvicorn
from fastapi import FastAPI

from app import logs, production
from app.gateways.ports import make_gateways
from app.main import create_app, open_service
from app.settings import Settings


def run(*, host: str, port: int, processes: int = 1) -> int:
    """Serve until told to stop. Raises Unfit before anything is opened."""
    settings = Settings()
    production.check_settings(settings)
    with contextlib.closing(open_service(settings, gateways=make_gateways)) as service:
        production.check(service)
    logs.install()
    uvicorn.run(
        "app.serving:application",
        factory=True,
        host=host,
        port=port,
        workers=processes,
        log_config=None,  # uvicorn speaks through app/logs.py
        access_log=False,  # its lines hold addresses; ours hold patterns
        server_header=False,
        date_header=False,
        proxy_headers=False,  # the public address is a setting, and a caller's address only raises an alarm
        timeout_graceful_shutdown=settings.stop_seconds,
    )
    return 0


def application() -> FastAPI:
    """The application of one process, from the environment."""
    logs.install()
    return create_app(open_service(Settings(), gateways=make_gateways))
