"""A PostgreSQL of its own for a test run: made in a temporary folder, and gone with it."""

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from app.embedded import Cluster, start
from app.embedded_programs import server_account, temporary_folder


@contextlib.contextmanager
def throwaway() -> Iterator[Cluster]:
    """A fresh server without the care that makes data durable; its databases and folder end with the block."""
    # Not pytest's tmp_path: as root the server's account must be able to walk down to it.
    home = Path(tempfile.mkdtemp(prefix="noskheh-test-", dir=temporary_folder(server_account())))
    try:
        cluster = start(home, fast_unsafe=True)
        try:
            yield cluster
        finally:
            cluster.stop()
    finally:
        shutil.rmtree(home)
