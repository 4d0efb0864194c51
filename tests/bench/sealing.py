"""Sealing as a rung: how many claims a second become a batch, how long one takes, and what memory it needs.

The claims are copies of one that was really made and waits. They are sealed in this process, as a worker does.
"""

import ctypes
import gc
import time
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from app.flows import sealing
from app.service import Service
from insurer.sealing import DEFAULT_SIZE, LARGEST
from tests.bench.ground import INSURER, Ground
from tests.bench.life import really_made
from tests.bench.multiply import multiply
from tests.bench.stock import Stock

BATCHES: Final = 10  # of the usual size; then one of the largest
_OWN: Final = Path("/proc/self")


def many_ready(found: Ground, stock: Stock) -> None:
    """Fill the queue before a batch with copies."""
    multiply(found.dsn, really_made(found, stock, sealed=False), BATCHES * DEFAULT_SIZE + LARGEST)


def sealing_rows(found: Ground) -> list[dict[str, Any]]:
    """Rows of the table; their p50 to p99 are of whole batches, rate and CPU of lines. Raises SystemExit."""
    return [_row(found, DEFAULT_SIZE, BATCHES), _row(found, LARGEST, 1)]


def _row(found: Ground, size: int, batches: int) -> dict[str, Any]:
    settings = found.service.settings.model_copy(update={"batch_size": size})
    service = replace(found.service, settings=settings)
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)  # what was freed goes back first, or it would hide what sealing takes
    (_OWN / "clear_refs").write_text("5")  # the most memory it ever had is forgotten
    held, before, began = _memory("VmRSS"), found.cpu_seconds(), time.process_time()
    times = sorted(_sealed(service, size) for _ in range(batches))
    lines = size * batches
    return {
        "what": "seal",
        "load": f"batches of {size}",
        "rate": lines / sum(times) * 1000,
        **{f"p{part}": times[int(len(times) * part / 100)] for part in (50, 95, 99)},
        "service CPU": (time.process_time() - began) * 1000 / lines,
        "postgresql CPU": (found.cpu_seconds()["postgresql"] - before["postgresql"]) * 1000 / lines,
        "memory": (_memory("VmHWM") - held) / 1e6,
    }


def _sealed(service: Service, size: int) -> float:
    """The ms that one batch took."""
    began = time.perf_counter()
    batch = sealing.seal(service, insurer=INSURER, by=service.itself("bench"))
    took = (time.perf_counter() - began) * 1000
    if batch is None or batch.claim_count != size:
        raise SystemExit(f"a batch of {size} became {batch and batch.claim_count}")
    return took


def _memory(name: str) -> int:
    """Bytes, as the kernel counts them."""
    lines = (_OWN / "status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:")) * 1000
