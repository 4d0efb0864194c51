"""The service processes of the crash harness: each is a fork that serves one port, and is forked again when it dies.

python -m tests.proof.serving SETTINGS.json PORT [PORT ...]

The application is imported once, before the first fork, so that a process that was killed is back soon enough to be
killed again. Each process has its own engine, its own worker and its own listening socket.
"""

import ctypes
import json
import os
import signal
import sys
import time
from pathlib import Path

import uvicorn

from app.gateways.ports import make_gateways
from app.main import create_app, open_service
from app.settings import Settings

PR_SET_PDEATHSIG = 1  # prctl(2)
_AGAIN_S = 0.2  # for a process that ended by itself, as it does when it finds no database at its start


def main() -> None:
    """Keep a process on each port until killed."""
    settings = Settings(**json.loads(Path(sys.argv[1]).read_text()))
    living = {_fork(settings, port): port for port in map(int, sys.argv[2:])}
    while True:
        ended, status = os.wait()
        if not os.WIFSIGNALED(status):
            time.sleep(_AGAIN_S)
        port = living.pop(ended)
        living[_fork(settings, port)] = port


def _fork(settings: Settings, port: int) -> int:
    parent = os.getpid()
    child = os.fork()
    if child:
        return child
    try:
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() == parent:
            service = open_service(settings, gateways=make_gateways)
            uvicorn.run(
                create_app(service),
                port=port,
                log_level="warning",
                access_log=False,
                timeout_graceful_shutdown=5,
            )
    finally:
        os._exit(1)


if __name__ == "__main__":
    main()
