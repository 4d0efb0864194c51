"""The table of promises: written from `promises.toml`, and proven by breaking each line on purpose.

python -m tests.proof.promises            write docs/promises.md
python -m tests.proof.promises --break    break every line in a copy of the tree and see its test turn red
python -m tests.proof.promises --break 13
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[2]
TABLE: Final = ROOT / "docs" / "promises.md"
_HEAD: Final = """# Promises

Forty-two promises, the tests that show each, and the line that was broken on purpose to see a test turn red. This page
is written by `python -m tests.proof.promises` from `tests/proof/promises.toml`; `python -m tests.proof.promises
--break` breaks every line again, each in a copy of the tree, and fails if its test stays green.

| | promise | shown by | seen to fail by |
| --- | --- | --- | --- |
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """One promise. Either `absent` says why it is not kept yet, or `tests` show it.

    `find` in `file` is replaced to break it, and `red` (else the first test) must then fail; `seen` tells of
    another way.
    """

    number: int
    says: str
    tests: Sequence[str] = ()
    absent: str | None = None
    seen: str | None = None
    file: str | None = None
    find: str = ""
    replace: str = ""
    red: str | None = None

    @property
    def turns_red(self) -> list[str]:
        """What must fail once the line is broken."""
        return (self.red or self.tests[0]).split()


def promises() -> list[Promise]:
    """All of them, by number."""
    told: dict[str, Any] = tomllib.loads(
        (ROOT / "tests" / "proof" / "promises.toml").read_text(encoding="utf-8")
    )
    return sorted((Promise(**one) for one in told["promise"]), key=lambda one: one.number)


def table() -> str:
    """The page, as it must stand in docs/."""
    return _HEAD + "".join(_row(one) for one in promises())


def _row(one: Promise) -> str:
    if one.absent:
        return f"| {one.number} | {one.says} | *absent* | {one.absent} |\n"
    shown = "<br>".join(f"`{test.removeprefix('tests/')}`" for test in one.tests)
    if one.seen or one.file is None:
        return f"| {one.number} | {one.says} | {shown} | {one.seen or ''} |\n"
    line, to = _difference(one.find, one.replace)
    red = ", ".join(f"`{test.removeprefix('tests/')}`" for test in one.turns_red)
    return f"| {one.number} | {one.says} | {shown} | `{one.file}`: `{line}` → `{to}`; red: {red} |\n"


def _difference(was: str, now: str) -> tuple[str, str]:
    """The first lines that differ, as they fit into a table."""
    lines = zip_longest(was.strip().splitlines(), now.strip().splitlines(), fillvalue="")
    line, to = next((a.strip(), b.strip()) for a, b in lines if a != b)
    return line.replace("|", "\\|"), to.replace("|", "\\|") or "(left out)"


def break_it(one: Promise) -> bool:
    """Break the line in a copy of the tree; whether its test failed there."""
    assert one.file is not None
    with tempfile.TemporaryDirectory(prefix="noskheh-broken-") as folder:
        copy = Path(folder) / "tree"
        order = ["git", "ls-files", "-z"]
        listed = subprocess.run(order, cwd=ROOT, check=True, capture_output=True).stdout
        for name in filter(None, listed.decode().split("\0")):
            if (ROOT / name).is_file():
                (copy / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, copy / name)
        broken = copy / one.file
        text = broken.read_text(encoding="utf-8")
        if text.count(one.find) != 1:
            raise SystemExit(
                f"promise {one.number}: its line stands {text.count(one.find)} times in {one.file}"
            )
        broken.write_text(text.replace(one.find, one.replace), encoding="utf-8")
        order = [sys.executable, "-m", "pytest", "-q", "-x", *one.turns_red]
        told = subprocess.run(order, cwd=copy, check=False, capture_output=True, text=True)
    if told.returncode not in {0, 1}:
        raise SystemExit(
            f"promise {one.number}: pytest could not run:\n{told.stdout[-2000:]}{told.stderr[-2000:]}"
        )
    return told.returncode == 1


def main() -> None:
    """Write the page, or break the lines."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--break", dest="broken", nargs="*", type=int)
    asked = parser.parse_args()
    if asked.broken is None:
        TABLE.write_text(table(), encoding="utf-8")
        return
    chosen = [one for one in promises() if one.file and (not asked.broken or one.number in asked.broken)]
    green = []
    with ThreadPoolExecutor(2) as threads:
        for one, red in zip(chosen, threads.map(break_it, chosen), strict=True):
            print(f"{one.number:>3} {'red' if red else 'STAYED GREEN'}: {one.says}", flush=True)
            if not red:
                green.append(one.number)
    if green:
        raise SystemExit(f"nothing noticed when these were broken: {green}")


if __name__ == "__main__":
    main()
