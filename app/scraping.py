"""The counters on a port of their own, for the deployment's monitoring and never for the public address.

Each process takes the first free port from `metrics_port` on, so that several of them stand side by side.
"""

import contextlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from sqlalchemy import exc

from app import compared, metrics, queue
from app.db import glancing
from app.service import Service

MOST = 64  # processes of one machine


@contextlib.contextmanager
def offered(service: Service) -> Iterator[int | None]:
    """Answer `GET /metrics` beside the block; gives the port, None when the setting is off. Raises OSError."""
    first = service.settings.metrics_port
    if not first:
        yield None
        return
    server = _bound(service.settings.metrics_host, first, _handler(service))
    thread = threading.Thread(target=server.serve_forever, name="metrics", daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _bound(host: str, first: int, handler: type[BaseHTTPRequestHandler]) -> ThreadingHTTPServer:
    for port in range(first, min(first + MOST, 65_536)):
        with contextlib.suppress(OSError):
            return ThreadingHTTPServer((host, port), handler)
    raise OSError(f"No port for the counters is free from {first} on: choose another NOSKHEH_METRICS_PORT.")


def _handler(service: Service) -> type[BaseHTTPRequestHandler]:
    class Scrape(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # the name that http.server calls
            if self.path != "/metrics":
                self.send_error(404)
                return
            body = (metrics.text() + _waiting(service) + _compared(service)).encode()
            self.send_response(200)
            self.send_header("Content-Type", metrics.CONTENT_TYPE)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing: who scrapes is no news."""

    return Scrape


def _waiting(service: Service) -> str:
    """How many jobs are due, and for how long the oldest; nothing while the database is away."""
    try:
        with glancing(service) as session:
            jobs, seconds = queue.due(session)
    except exc.SQLAlchemyError:
        return ""
    return (
        "# HELP noskheh_jobs_due Jobs that could run now.\n# TYPE noskheh_jobs_due gauge\n"
        f"noskheh_jobs_due {jobs}\n"
        "# HELP noskheh_jobs_late_seconds How long the oldest of them has been due.\n"
        f"# TYPE noskheh_jobs_late_seconds gauge\nnoskheh_jobs_late_seconds {seconds:.1f}\n"
    )


def _compared(service: Service) -> str:
    """What the last nightly comparison of dispenses and claims found; nothing before the first one."""
    try:
        with glancing(service) as session:
            found = compared.counters(session)
    except exc.SQLAlchemyError:
        return ""
    return "".join(
        f"# HELP {name} {words}\n# TYPE {name} gauge\n{name} {value:.0f}\n"
        for name, (words, value) in found.items()
    )
