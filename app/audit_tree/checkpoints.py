"""Checkpoints: size, root and time of the tree, signed by the service's seal; kept, published, and written to a file.

Whoever keeps them elsewhere can show later that something was taken out or rewritten, even by those who hold the
database. The file has one signed checkpoint (compact JWS) a line, each size once, and is only ever added to.
"""

import fcntl
import logging
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Final

from sqlmodel import Session, col, select

from app.db import reading
from app.keys import Keys
from app.service import Service
from app.tables import AuditCheckpoint
from codings import jws

log = logging.getLogger("noskheh.audit")

TYP: Final = "checkpoint+jws"
LONGEST: Final = 4_096  # bytes of a line


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a signed checkpoint says. `at` is ISO 8601 with an offset."""

    origin: str
    size: int
    root: bytes
    at: datetime


class CheckpointError(ValueError):
    """A text that is no checkpoint of this service; says why."""


def signed(service: Service, *, size: int, root: bytes, at: datetime) -> str:
    """A checkpoint as compact JWS."""
    told = {"origin": service.settings.public_url, "size": size, "root": root.hex(), "at": at.isoformat()}
    return service.seal(jws.canonical(told), TYP)


def opened(token: str, *, keys: Keys) -> Checkpoint:
    """The checkpoint in a text that this seal or an earlier one signed. Raises CheckpointError."""
    try:
        told = jws.strict_json(jws.verify(token, key=keys.seal_of(token), typ=TYP, max_bytes=LONGEST))
        return Checkpoint(
            origin=str(told["origin"]),
            size=int(told["size"]),
            root=bytes.fromhex(told["root"]),
            at=datetime.fromisoformat(told["at"]),
        )
    except jws.InvalidJws as no:
        raise CheckpointError(f"not signed by this service's seal ({no})") from no
    except (KeyError, TypeError, ValueError) as no:
        raise CheckpointError("not in the form of a checkpoint") from no


def newest(session: Session) -> AuditCheckpoint | None:
    """The latest checkpoint, none before the first sealing."""
    return session.exec(select(AuditCheckpoint).order_by(col(AuditCheckpoint.size).desc()).limit(1)).first()


def after(session: Session, size: int, *, most: int) -> list[AuditCheckpoint]:
    """The checkpoints of more than `size` leaves, the smallest first."""
    query = select(AuditCheckpoint).where(col(AuditCheckpoint.size) > size)
    return list(session.exec(query.order_by(col(AuditCheckpoint.size)).limit(most)))


def write_file(service: Service, *, at_once: int = 1_000) -> int:
    """Add to the file what it does not have yet; gives how many. What a crash left out comes with the next.

    OSError where the file can not be written: the sealing itself is done by then.
    """
    path = service.settings.checkpoints_file
    path.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
    count = 0
    with path.open("a+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        last = _last_size(file)
        _warn_if_cut(service, last, path)
        while True:
            with reading(service) as session:
                more = after(session, last, most=at_once)
            if not more:
                break
            file.write(b"".join(one.signed.encode("ascii") + b"\n" for one in more))
            last = more[-1].size
            count += len(more)
        file.flush()
        os.fsync(file.fileno())
    return count


def _warn_if_cut(service: Service, last: int, path: Path) -> None:
    with reading(service) as session:
        found = newest(session)
    if last > (found.size if found else 0):
        log.warning(
            "%s says that %s rows were sealed, the database says less: something was cut off, or the file is of"
            " another database; run `python -m app audit verify`",
            path,
            last,
        )


def _last_size(file: IO[bytes]) -> int:
    """The size in the file's last line; what a crash left of a line is cut off, since it is written again."""
    end = file.seek(0, os.SEEK_END)
    file.seek(max(0, end - 2 * LONGEST))
    whole, _, rest = file.read().rpartition(b"\n")
    if rest:
        file.truncate(end - len(rest))
    lines = whole.split()
    if not lines:
        return 0
    _, payload = jws.peek(lines[-1].decode("ascii", "replace"), max_bytes=LONGEST)
    return int(jws.strict_json(payload)["size"])


def last_of(path: Path) -> str | None:
    """The last whole line of a file of checkpoints, which is the newest; None where there is none."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - 2 * LONGEST))
            lines = file.read().rpartition(b"\n")[0].split()
    except FileNotFoundError:
        return None
    return lines[-1].decode("ascii", "replace") if lines else None


def set_aside(path: Path, *, at: datetime) -> Path:
    """Keep a file that tells of more than the database has, under another name; the next sealing begins a new one."""
    aside = path.with_name(f"{path.name}.until-{at:%Y%m%dT%H%M%SZ}")
    path.rename(aside)
    return aside


def lines_of(path: Path) -> Iterator[tuple[int, str]]:
    """The lines of a file of checkpoints with their numbers, empty ones left out."""
    with path.open(encoding="ascii", errors="replace") as file:
        for number, line in enumerate(file, start=1):
            if line.strip():
                yield number, line.strip()
