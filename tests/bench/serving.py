"""A service process of the measurements: the real application on a socket that several of them share.

python -m tests.bench.serving SETTINGS.json DESCRIPTOR
"""

import json
import socket
import sys
from pathlib import Path

import uvicorn

from app.gateways.ports import make_gateways
from app.main import create_app, open_service
from app.settings import Settings


def main() -> None:
    """Serve until SIGTERM."""
    settings = Settings(**json.loads(Path(sys.argv[1]).read_text()))
    service = open_service(settings, gateways=make_gateways)
    config = uvicorn.Config(
        create_app(service), log_level="warning", access_log=False, server_header=False, date_header=False
    )
    uvicorn.Server(config).run(sockets=[socket.socket(fileno=int(sys.argv[2]))])


if __name__ == "__main__":
    main()
