"""A PostgreSQL of its own for a test run: made in a temporary folder, and gone with it."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from app.embedded import Cluster, start
from app.embedded_programs import server_account, temporary_folder

MEMORY = Path("/dev/shm")  # noqa: S108  made by the system, and each run makes its own folder in it
ROOM = 4 * 1024**3  # bytes


@contextlib.contextmanager
def throwaway() -> Iterator[Cluster]:
    """A fresh server without the care that makes data durable; its databases and folder end with the block."""
    # Not pytest's tmp_path: as root the server's account must be able to walk down to it.
    home = Path(
        tempfile.mkdtemp(prefix="noskheh-test-", dir=_roomy_memory() or temporary_folder(server_account()))
    )
    try:
        cluster = start(home, fast_unsafe=True)
        try:
            yield cluster
        finally:
            cluster.stop()
    finally:
        shutil.rmtree(home)


def _roomy_memory() -> Path | None:
    """A folder in memory, where there is room for a run's thousand copies of the template; else there is none."""
    if not (MEMORY.is_dir() and os.access(MEMORY, os.W_OK)):
        return None
    return MEMORY if shutil.disk_usage(MEMORY).free > ROOM else None
