"""python -m app serve [--host] [--port] [--processes], and python -m app worker."""

import argparse
from typing import Any

from app import serving, worker
from app.commands.words import command


def add(commands: Any) -> None:
    """Put serve and worker on the command line."""
    serve = command(commands, "serve", "serve real patients, on the database of DATABASE_URL", _serve)
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=int, default=8000)
    serve.add_argument("--processes", type=int, default=1, help="so many, behind the one address")
    command(commands, "worker", "run queued jobs", lambda _: worker.run())


def _serve(asked: argparse.Namespace) -> int:
    return serving.run(host=asked.host, port=asked.port, processes=asked.processes)
