"""The journal of receipts: every signed receipt once more, on another disk, before the answer that carries it.

A restore takes the dispenses since its moment with it; the pharmacies have the receipts, and this folder has all of
them in one place. A file a day and process, one receipt a line, each written in one piece and made durable. An empty
line stands between them, so that what a full disk cut off spoils no other.

The dispense is committed by then: a journal that cannot be written does not take it back, and no pharmacy is refused
for it. What is missing is said in the log, in the counters and on /status, and is written after the next receipt.
"""

import logging
import os
import socket
import threading
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import event
from sqlmodel import Session

from app.service import Service

log = logging.getLogger("noskheh.journal")

SUFFIX: Final = ".receipts"
MOST_KEPT: Final = (
    100_000  # receipts in memory while the disk is away, some 200 MB; the database has them too
)
_turn = threading.Lock()
_missing: list[str] = []
_failures = 0


def keep(session: Session, service: Service, receipt: str) -> None:
    """Write the receipt down as soon as the transaction is committed, and never when it is not."""
    folder, at = service.settings.receipts_journal, service.clock()
    if folder is not None:
        event.listen(session, "after_commit", lambda _: _add(folder, receipt, at), once=True)


def _add(folder: Path, receipt: str, at: datetime) -> None:
    global _failures  # noqa: PLW0603  one journal a process
    with _turn:
        _missing.append(receipt)
        try:
            append(folder, _missing[-1:], at=at)  # one of them, however many wait for the disk to come back
            del _missing[-1]
            append(folder, _missing, at=at)
            _missing.clear()
        except OSError:
            _failures += 1
            del _missing[:-MOST_KEPT]
            log.exception("a receipt is not in the journal: mend its disk; the dispense itself is recorded")


def append(folder: Path, receipts: list[str], *, at: datetime) -> None:
    """Add receipts to the file of this day and process, durable when it returns. Raises OSError."""
    if not receipts:
        return
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{at:%Y-%m-%d}-{socket.gethostname()}-{os.getpid()}{SUFFIX}"
    fresh = not path.exists()
    content = "".join(f"\n{one}\n" for one in receipts).encode("ascii")
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        if os.write(handle, content) != len(content):
            raise OSError(f"{path} took only a part of what was written")
        os.fsync(handle)
    finally:
        os.close(handle)
    if fresh:
        known = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(known)
        finally:
            os.close(known)


def receipts_in(place: Path) -> Iterator[str]:
    """The receipts of a file, or of every file of a journal. Raises OSError."""
    for path in sorted(place.glob(f"*{SUFFIX}")) if place.is_dir() else [place]:
        yield from path.read_text(encoding="ascii", errors="replace").split()


def missing() -> int:
    """How many receipts of this process are not in the journal now."""
    return len(_missing)


def metrics_text() -> str:
    """For Prometheus: how often it could not be written, and how many receipts are missing now."""
    return (
        "# HELP noskheh_journal_failures_total Times a receipt could not be written into the journal.\n"
        f"# TYPE noskheh_journal_failures_total counter\nnoskheh_journal_failures_total {_failures}\n"
        "# HELP noskheh_journal_missing Receipts of this process that are not in the journal now.\n"
        f"# TYPE noskheh_journal_missing gauge\nnoskheh_journal_missing {len(_missing)}\n"
    )
