"""A backup as one file, and the drill that it can be restored: into a fresh server here, looked at, and gone.

The dump is made by pg_dump in one snapshot. It holds patients' data: mode 0600, and to be encrypted where it is kept.
"""

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import create_engine, make_url, text
from sqlmodel import Session, col, select

from app import migrate
from app.embedded import start
from app.embedded_programs import as_account, programs, server_account, temporary_folder
from app.keys import Keys
from app.settings import Settings
from codings import jws
from pharmacy.tables import Dispense, DispenseLine

SAMPLE = 200  # receipts looked at, the newest ones


class DrillError(Exception):
    """The backup cannot be made or does not hold; the text is one sentence that says why."""


def back_up(settings: Settings, file: Path) -> int:
    """Dump the whole database into a new file; gives its bytes. Raises DrillError."""
    url = make_url(settings.database_url)
    query = {name: str(value) for name, value in url.query.items()}
    told = {
        "PGHOST": url.host or query.get("host"),
        "PGPORT": str(url.port or query.get("port") or 5432),
        "PGUSER": url.username,
        "PGPASSWORD": str(url.password) if url.password else None,
        "PGDATABASE": url.database,
    }
    environment = {**os.environ, **{name: value for name, value in told.items() if value}}
    with tempfile.TemporaryDirectory() as home:
        program = programs(Path(home), None) / "pg_dump"
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            dumped = subprocess.run(
                [program, "-Fc"], stdout=out, stderr=subprocess.PIPE, env=environment, check=False
            )
            os.fsync(out.fileno())
    if dumped.returncode:
        file.unlink()
        raise DrillError(f"pg_dump could not read everything: {_last(dumped.stderr)} (use the owner's login)")
    return file.stat().st_size


def drill(keys: Keys, file: Path) -> dict[str, int]:
    """Restore a dump into a throw-away server and look whether it holds; gives counts. Raises DrillError."""
    with _restored(file) as url:
        engine = create_engine(url)
        try:
            with Session(engine) as session:
                here = session.connection().scalar(text("SELECT version_num FROM alembic_version"))
                if here is None or here > migrate.head():
                    raise DrillError(f"The backup is of migration {here}, which this version does not know.")
                tables = ("prescription", "dispense", "claim", "audit_entry")
                counts = {
                    name: int(session.connection().scalar(text(f"SELECT count(*) FROM {name}")) or 0)  # noqa: S608  of this list
                    for name in tables
                }
                return counts | {"receipts verified": _receipts(session, keys)}
        finally:
            engine.dispose()


def _receipts(session: Session, keys: Keys) -> int:
    """Verify the newest receipts with the seal, and their lines with the rows."""
    newest = select(Dispense).where(col(Dispense.receipt).is_not(None))
    found = session.exec(newest.order_by(col(Dispense.dispensed_at).desc()).limit(SAMPLE)).all()
    for one in found:
        number = f"{one.shabad}-{one.n}.{one.d}"
        try:
            said = jws.strict_json(jws.verify(str(one.receipt), key=keys.seal, typ="receipt+jws"))
        except jws.InvalidJws as no:
            raise DrillError(f"The receipt of {number} was not signed with these keys: {no}.") from no
        lines = session.exec(
            select(DispenseLine.gross).where(
                DispenseLine.shabad == one.shabad, DispenseLine.n == one.n, DispenseLine.d == one.d
            )
        )
        gross = sum(lines)
        if said["dispense"] != number or sum(line["gross"] for line in said["lines"]) != gross:
            raise DrillError(f"The rows of {number} are not what its receipt says.")
    return len(found)


@contextlib.contextmanager
def _restored(file: Path) -> Iterator[str]:
    """The address of a database made from the dump; its server and its folder end with the block."""
    account = server_account()
    home = Path(tempfile.mkdtemp(prefix="noskheh-drill-", dir=temporary_folder(account)))
    try:
        cluster = start(home)
        try:
            url = cluster.create_database("noskheh")
            order: list[str | Path] = [
                programs(home, account) / "pg_restore",
                "--no-owner",
                "--no-privileges",
            ]
            order += [
                "--exit-on-error",
                "-h",
                cluster.socket,
                "-p",
                "5432",
                "-U",
                "postgres",
                "-d",
                "noskheh",
            ]
            with file.open("rb") as dump:
                told = subprocess.run(
                    order, stdin=dump, capture_output=True, cwd="/", check=False, **as_account(account)
                )
            if told.returncode:
                raise DrillError(f"The backup {file} cannot be restored: {_last(told.stderr)}")
            yield url
        finally:
            cluster.stop()
    finally:
        shutil.rmtree(home)


def _last(said: bytes) -> str:
    return (said.decode(errors="replace").strip().splitlines() or ["no word"])[-1]
