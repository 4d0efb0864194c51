"""python -m app backup FILE, restore-drill FILE, restore from FILE | close | open, and receipts replay PLACE ...

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

from app import backup, closing, drill, jobs, journal, lineage
from app.audit_tree import checkpoints
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
    made = command(commands, "backup", "the whole database into one new file", _back_up)
    made.add_argument("file", type=Path)
    drilled = command(
        commands, "restore-drill", "restore a backup into a fresh server and look at it", _drill
    )
    drilled.add_argument("file", type=Path)
    verbs = commands.add_parser("restore", help="after a restore").add_subparsers(
        required=True, metavar="VERB"
    )
    filled = command(verbs, "from", "fill an empty database from a backup, and close it", _from)
    filled.add_argument("file", type=Path)
    command(verbs, "close", "nothing is handed over until it is opened", lambda _: _close())
    command(verbs, "open", "every receipt is replayed: hand over again", lambda _: _open())
    verbs = commands.add_parser("receipts", help="signed receipts").add_subparsers(
        required=True, metavar="VERB"
    )
    again = command(verbs, "replay", "record what receipts say, each once", _replay)
    words = "a file with one receipt a line, or the folder of a journal"
    again.add_argument("places", type=Path, nargs="+", metavar="PLACE", help=words)


def _back_up(asked: argparse.Namespace) -> int:
    try:
        print(f"{backup.back_up(Settings(), asked.file)} bytes in {asked.file}.")
    except backup.BackupError as no:
        print(no, file=sys.stderr)
        return 1
    return 0


def _drill(asked: argparse.Namespace) -> int:
    keys = open_keys(Settings().keys_folder, now=utc_now())
    try:
        for name, count in drill.drill(keys, asked.file).items():
            print(f"{name}: {count}")
    except backup.BackupError as no:
        print(no, file=sys.stderr)
        return 1
    return 0


@contextlib.contextmanager
def _service() -> Iterator[tuple[Service, Actor]]:
    with contextlib.closing(open_service(Settings(), gateways=make_gateways)) as service:
        by = Actor(id=f"command:{getpass.getuser()}", role=Role.ADMINISTRATOR, at=service.clock())
        yield service, by


def _from(asked: argparse.Namespace) -> int:
    try:
        told = backup.restore(Settings(), asked.file)
    except backup.BackupError as no:
        print(no, file=sys.stderr)
        return 1
    print(f"The backup of {told['at']} is restored.")
    _close()
    return 0


def _close() -> None:
    with _service() as (service, by), writing(service) as session:
        closing.close(session, by=by)
    print("Dispensing is closed.")


def _open() -> None:
    """Where the database is now is known from here on, and a file that knows more than it begins anew."""
    with _service() as (service, by):
        lineage.check(service)
        file = service.settings.checkpoints_file
        with writing(service) as session:
            if lineage.is_behind(session, service):
                print(f"The checkpoints until now are kept as {checkpoints.set_aside(file, at=by.at)}.")
            closing.open_again(session, by=by)
    print("Dispensing is open.")


def _replay(asked: argparse.Namespace) -> int:
    receipts = dict.fromkeys(one for place in asked.places for one in journal.receipts_in(place))
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
