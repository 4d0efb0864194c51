"""python -m app backup FILE, restore-drill FILE, restore close | open, and receipts replay FILE.

A restored database is closed before anything serves it; receipts from after the backup are replayed, one a line;
then it is opened. Each receipt is a transaction of its own, so that one that does not fit stops no other.
"""

import argparse
import contextlib
import getpass
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from app import closing, drill, jobs
from app.commands.words import command
from app.db import writing
from app.flows import replaying
from app.gateways.ports import make_gateways
from app.keys import open_keys
from app.main import open_service
from app.service import Service, utc_now
from app.settings import Settings
from codings import jws
from codings.base import Actor, Problem, Role


def add(commands: Any) -> None:
    """Put backup, drill, restore and receipts on the command line."""
    backup = command(commands, "backup", "the whole database into one new file", _back_up)
    backup.add_argument("file", type=Path)
    drilled = command(
        commands, "restore-drill", "restore a backup into a fresh server and look at it", _drill
    )
    drilled.add_argument("file", type=Path)
    verbs = commands.add_parser("restore", help="after a restore").add_subparsers(
        required=True, metavar="VERB"
    )
    command(verbs, "close", "nothing is handed over until it is opened", lambda _: _shut(opening=False))
    command(verbs, "open", "every receipt is replayed: hand over again", lambda _: _shut(opening=True))
    verbs = commands.add_parser("receipts", help="signed receipts").add_subparsers(
        required=True, metavar="VERB"
    )
    again = command(verbs, "replay", "record what receipts say, each once", _replay)
    again.add_argument("file", type=Path, help="one receipt a line, as the service gave it")


def _back_up(asked: argparse.Namespace) -> int:
    try:
        print(f"{drill.back_up(Settings(), asked.file)} bytes in {asked.file}.")
    except drill.DrillError as no:
        print(no, file=sys.stderr)
        return 1
    return 0


def _drill(asked: argparse.Namespace) -> int:
    keys = open_keys(Settings().keys_folder, now=utc_now())
    try:
        for name, count in drill.drill(keys, asked.file).items():
            print(f"{name}: {count}")
    except drill.DrillError as no:
        print(no, file=sys.stderr)
        return 1
    return 0


@contextlib.contextmanager
def _service() -> Iterator[tuple[Service, Actor]]:
    with contextlib.closing(open_service(Settings(), gateways=make_gateways)) as service:
        by = Actor(id=f"command:{getpass.getuser()}", role=Role.ADMINISTRATOR, at=service.clock())
        yield service, by


def _shut(*, opening: bool) -> None:
    with _service() as (service, by), writing(service) as session:
        (closing.open_again if opening else closing.close)(session, by=by)
    print("Dispensing is open." if opening else "Dispensing is closed.")


def _replay(asked: argparse.Namespace) -> int:
    receipts = dict.fromkeys(asked.file.read_text(encoding="ascii").split())
    with _service() as (service, by):
        done = replay_all(service, list(receipts), by=by)
    print(
        f"{done.count('again')} recorded again, {done.count('there')} were there, {done.count('left')} left."
    )
    return 1 if "left" in done else 0


def replay_all(service: Service, receipts: list[str], *, by: Actor) -> list[str]:
    """Each receipt in the order things were handed over: again, there, or left with the reason on standard error."""
    jobs.register()
    read: list[tuple[str, str, str]] = []
    done: list[str] = []
    for place, receipt in enumerate(receipts, start=1):
        try:
            said = replaying.read(service, receipt)
            read.append((said["dispensed_at"], said["dispense"], receipt))
        except (jws.InvalidJws, ValueError, KeyError):
            print(f"receipt {place} of the file was not signed by this service.", file=sys.stderr)
            done.append("left")
    for _, number, receipt in sorted(read):
        try:
            with writing(service) as session:
                done.append(
                    "again" if replaying.replay(session, service, receipt=receipt, by=by) else "there"
                )
        except Problem as no:
            print(f"{number}: {no.code}: {no.detail.en}", file=sys.stderr)
            done.append("left")
    return done
