"""How a command is put on the command line."""

import argparse
from collections.abc import Callable
from typing import Any


def command(
    commands: Any, name: str, words: str, run: Callable[[argparse.Namespace], object]
) -> argparse.ArgumentParser:
    """One command that does `run`; `words` say what it is for."""
    parser: argparse.ArgumentParser = commands.add_parser(name, help=words, description=words)
    parser.set_defaults(run=run)
    return parser
