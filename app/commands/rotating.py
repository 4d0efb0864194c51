"""python -m app seal rotate: a new seal, and what the one before signed still verifies."""

import argparse
from typing import Any

from app.commands.words import command
from app.keys import rotate_seal
from app.service import utc_now
from app.settings import Settings


def add(commands: Any) -> None:
    """Put seal on the command line."""
    verbs = commands.add_parser("seal", help="the service's own signature").add_subparsers(
        required=True, metavar="VERB"
    )
    command(verbs, "rotate", "make a new seal and keep the certificate of the one before", _rotate)


def _rotate(_: argparse.Namespace) -> None:
    keys = rotate_seal(Settings().keys_folder, now=utc_now())
    print(
        f"The new seal is {keys.seal.kid}: start every service and worker anew, and copy the folder of keys."
    )
