"""A backup as one file with its manifest beside it, and the database made from it again.

The dump is made by pg_dump in one snapshot. It holds patients' data: mode 0600, and to be encrypted where it is kept.
`FILE.manifest` is JSON: size and SHA-256 of the file, and, of the same snapshot, when, the migration and the newest
signed checkpoint of the audit. It is written last, so a file without one was not finished; what does not agree with
its manifest is not restored.
"""

import hashlib
import json
import os
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine, make_url, text

from app.embedded_programs import programs
from app.settings import Settings

_EMPTY = text(
    "SELECT NOT EXISTS (SELECT FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r')"
)


class BackupError(Exception):
    """The backup cannot be made or does not hold; the text is one sentence that says why and what to do."""


def manifest_of(file: Path) -> Path:
    """Where the manifest of a backup is."""
    return file.with_name(f"{file.name}.manifest")


def back_up(settings: Settings, file: Path) -> int:
    """Dump the whole database into a new file; gives its bytes. Raises BackupError."""
    if file.exists():
        raise BackupError(f"{file} is there already: give another name.")
    draft = file.with_name(f".{file.name}.part")
    draft.unlink(missing_ok=True)
    engine = create_engine(settings.database_url, isolation_level="REPEATABLE READ")
    try:
        with engine.connect() as connection:
            told = _told(connection)
            snapshot = connection.scalar(text("SELECT pg_export_snapshot()"))
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
                _dump(settings, f"--snapshot={snapshot}", out)
                os.fsync(out.fileno())
        told |= {"size": draft.stat().st_size, "sha256": _sha256(draft)}
        draft.rename(file)
    finally:
        engine.dispose()
        draft.unlink(missing_ok=True)
    _write(manifest_of(file), json.dumps(told, indent=1).encode() + b"\n")
    return int(told["size"])


def _told(connection: Connection) -> dict[str, Any]:
    newest = "SELECT signed FROM audit_checkpoint ORDER BY size DESC LIMIT 1"
    return {
        "at": connection.scalar(text("SELECT now()")).isoformat(),
        "migration": connection.scalar(text("SELECT version_num FROM alembic_version")),
        "checkpoint": connection.scalar(text(newest)),
    }


def _dump(settings: Settings, snapshot: str, out: Any) -> None:
    with tempfile.TemporaryDirectory() as home:
        order: list[str | Path] = [programs(Path(home), None) / "pg_dump", "-Fc", snapshot]
        dumped = subprocess.run(
            order, stdout=out, stderr=subprocess.PIPE, env=_environment(settings), check=False
        )
    if dumped.returncode:
        why = last_line(dumped.stderr)
        raise BackupError(f"pg_dump could not read everything: {why} (use the owner's login)")


def _write(path: Path, content: bytes) -> None:
    """The whole file under its name or none, and the folder knows it even if the power fails now."""
    draft = path.with_name(f".{path.name}.part")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    draft.rename(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def checked(file: Path) -> Mapping[str, Any]:
    """The manifest of a backup that agrees with it to the last byte. Raises BackupError."""
    beside = manifest_of(file)
    try:
        told = json.loads(beside.read_bytes())
        size, sha256 = int(told["size"]), str(told["sha256"])
        migration, checkpoint = told["migration"], told["checkpoint"]
    except FileNotFoundError as no:
        raise BackupError(
            f"{beside} is missing, so nobody can say that {file.name} is whole: bring it from where the backup was"
            " made, or take another backup."
        ) from no
    except (ValueError, KeyError, TypeError) as no:
        raise BackupError(
            f"{beside} cannot be read as a manifest: bring it again, or take another backup."
        ) from no
    if (file.stat().st_size, _sha256(file)) != (size, sha256):
        raise BackupError(
            f"{file} is not what was backed up, its manifest tells another size or SHA-256: bring it again from"
            " where it was made, or take another backup."
        )
    return {**told, "migration": migration, "checkpoint": checkpoint}


def restore(settings: Settings, file: Path) -> Mapping[str, Any]:
    """Fill the empty database of the settings from a backup, all or nothing; gives the manifest. Raises BackupError.

    With the login that owns the database; the role the service works in must be there.
    """
    told = checked(file)
    engine = create_engine(settings.database_url)
    try:
        with engine.connect() as connection:
            if not connection.scalar(_EMPTY):
                raise BackupError(
                    "The database is not empty: make a new one for what is restored, and name that."
                )
    finally:
        engine.dispose()
    with tempfile.TemporaryDirectory() as home, file.open("rb") as dump:
        order: list[str | Path] = [programs(Path(home), None) / "pg_restore", "--no-owner", "--no-comments"]
        order += ["--single-transaction", "-d", str(make_url(settings.database_url).database)]
        done = subprocess.run(order, stdin=dump, capture_output=True, env=_environment(settings), check=False)
    if done.returncode:
        raise BackupError(f"The backup {file} cannot be restored: {last_line(done.stderr)}")
    return told


def _environment(settings: Settings) -> dict[str, str]:
    """Where the database is, in the words of libpq."""
    url = make_url(settings.database_url)
    query = {name: str(value) for name, value in url.query.items()}
    told = {
        "PGHOST": url.host or query.get("host"),
        "PGPORT": str(url.port or query.get("port") or 5432),
        "PGUSER": url.username,
        "PGPASSWORD": str(url.password) if url.password else None,
        "PGDATABASE": url.database,
    }
    return {**os.environ, **{name: value for name, value in told.items() if value}}


def _sha256(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def last_line(said: bytes) -> str:
    """The last of what a program said."""
    return (said.decode(errors="replace").strip().splitlines() or ["no word"])[-1]
