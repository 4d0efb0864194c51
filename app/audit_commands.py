"""What the command line does with the audit: seal it now, and check all of it.

    python -m app audit seal
    python -m app audit verify [--checkpoints FILE]

Without a FILE the one of NOSKHEH_CHECKPOINTS_FILE is used where there is one. What it protects against is somebody
who holds the database; for somebody who holds this machine too, give a copy that was kept elsewhere.
"""

import argparse
import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from app import audit_tree
from app.service import Service

MOST_TOLD = 100


def add_commands(commands: Any, open_service: Callable[[], Service]) -> None:
    """Put `audit` and its verbs on the parser."""
    verbs = commands.add_parser("audit", help="who did and saw what").add_subparsers(
        required=True, metavar="VERB"
    )
    words = (
        "give what waits its place in the tree and sign a checkpoint, as the worker does every five minutes"
    )
    seal = verbs.add_parser("seal", help=words, description=words)
    seal.set_defaults(run=lambda _: _seal(open_service()))
    words = "compute the whole tree again and compare it with the checkpoints; status 1 when anything differs"
    verify = verbs.add_parser("verify", help=words, description=words)
    verify.add_argument("--checkpoints", type=Path, help="a file of checkpoints that was kept elsewhere")
    verify.set_defaults(run=lambda asked: _verify(open_service(), asked))


def _seal(service: Service) -> int:
    with contextlib.closing(service):
        print(f"{audit_tree.seal(service)} rows sealed.")
    return 0


def _verify(service: Service, asked: argparse.Namespace) -> int:
    own: Path = service.settings.checkpoints_file
    file = asked.checkpoints or (own if own.exists() else None)
    check, count = audit_tree.Check(), 0
    with contextlib.closing(service):
        for count, finding in enumerate(check.findings(service, file=file), start=1):
            if count <= MOST_TOLD:
                print(_line(finding))
    if count > MOST_TOLD:
        print(f"... and {count - MOST_TOLD} more")
    against = f"the database and {file}" if file else "the database alone"
    print(
        f"{check.leaves} sealed rows, {check.checkpoints} checkpoints of {against} agree,"
        f" {check.waiting} rows wait to be sealed: {f'{count} findings' if count else 'nothing was changed'}."
    )
    return 1 if count else 0


def _line(finding: audit_tree.Finding) -> str:
    place = "" if finding.leaf is None else f"leaf {finding.leaf}"
    entry = "" if finding.entry is None else f"entry {finding.entry}"
    return " ".join(part for part in (place, entry) if part) + (": " if place or entry else "") + finding.what
