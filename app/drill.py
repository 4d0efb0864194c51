"""The drill that a backup can be restored: into a fresh server here, looked at, and gone."""

import contextlib
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import create_engine, text
from sqlmodel import Session, col, select

from app import migrate
from app.backup import BackupError, checked, last_line
from app.embedded import start
from app.embedded_programs import as_account, programs, server_account, temporary_folder
from app.keys import Keys
from codings import jws
from pharmacy.tables import Dispense, DispenseLine

SAMPLE = 200  # receipts looked at, the newest ones


def drill(keys: Keys, file: Path) -> dict[str, int]:
    """Restore a dump into a throw-away server and look whether it holds; gives counts. Raises BackupError."""
    said = checked(file)
    with _restored(file) as url:
        engine = create_engine(url)
        try:
            with Session(engine) as session:
                here = session.connection().scalar(text("SELECT version_num FROM alembic_version"))
                if here is None or here > migrate.head():
                    raise BackupError(f"The backup is of migration {here}, which this version does not know.")
                newest = text("SELECT signed FROM audit_checkpoint ORDER BY size DESC LIMIT 1")
                if (here, session.connection().scalar(newest)) != (said["migration"], said["checkpoint"]):
                    raise BackupError(
                        f"The backup {file} is not the one its manifest tells of: take another."
                    )
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
            receipt = str(one.receipt)
            said = jws.strict_json(jws.verify(receipt, key=keys.seal_of(receipt), typ="receipt+jws"))
        except jws.InvalidJws as no:
            raise BackupError(f"The receipt of {number} was not signed with these keys: {no}.") from no
        lines = session.exec(
            select(DispenseLine.gross).where(
                DispenseLine.shabad == one.shabad, DispenseLine.n == one.n, DispenseLine.d == one.d
            )
        )
        gross = sum(lines)
        if said["dispense"] != number or sum(line["gross"] for line in said["lines"]) != gross:
            raise BackupError(f"The rows of {number} are not what its receipt says.")
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
                raise BackupError(f"The backup {file} cannot be restored: {last_line(told.stderr)}")
            yield url
        finally:
            cluster.stop()
    finally:
        shutil.rmtree(home)
