"""The client guides are true: every block of code in them runs, in order, against a service that really runs.

What a JSON block shows after a block of code is compared by shape with what that block printed last: each key shown
is there, with a value of the same kind. The values themselves are another day's.
"""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

ROOT = Path(__file__).resolve().parents[2]
GUIDES = ("clinic", "pharmacy", "insurer")  # each goes on where the one before ended
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
MARK = "--- block"


def blocks(guide: str) -> list[tuple[str, str]]:
    """The language and the text of each fenced block."""
    return BLOCK.findall((ROOT / "docs" / "guides" / f"{guide}.md").read_text(encoding="utf-8"))


def fits(shown: Any, told: Any, where: str = "$") -> str:
    """Where an answer has not the shape that is shown, in words; empty when it has."""
    if isinstance(shown, dict):
        if not isinstance(told, dict):
            return f"{where} is {told!r}"
        missing = shown.keys() - told.keys()
        if missing:
            return f"{where} has no {sorted(missing)}, only {sorted(told)}"
        return next(filter(None, (fits(shown[k], told[k], f"{where}.{k}") for k in shown)), "")
    if isinstance(shown, list):
        if not isinstance(told, list) or (shown and not told):
            return f"{where} is {told!r}"
        return fits(shown[0], told[0], f"{where}[0]") if shown else ""
    if (
        where.endswith((".code", ".failed", ".verdict", ".status")) and shown != told
    ):  # what a program decides by
        return f"{where} is {told!r}, not {shown!r}"
    return "" if type(shown) is type(told) else f"{where} is {told!r}, not as {shown!r}"


@pytest.fixture(scope="module")
def world(cluster, tmp_path_factory) -> Iterator[Path]:
    """The file in which a service with the demonstration in it says where it is."""
    folder = tmp_path_factory.mktemp("guides")
    url = cluster.create_database("noskheh_guides").replace("postgresql+psycopg", "postgresql")
    mine = {"NOSKHEH_VAR": str(folder / "var"), "DATABASE_URL": url, "PYTHONPATH": str(ROOT)}
    with (folder / "log").open("w") as log:
        service = subprocess.Popen(
            [sys.executable, "-m", "app", "run", "--port", str(free_port())],
            cwd=ROOT,
            env={**{k: v for k, v in os.environ.items() if k != "PUBLIC_URL"}, **mine},
            stdout=log,
            stderr=log,
        )
        try:
            told = folder / "var" / "demo" / "world.json"
            deadline = time.monotonic() + 120
            while not answers(told):
                assert service.poll() is None, (folder / "log").read_text()
                assert time.monotonic() < deadline, (folder / "log").read_text()
                time.sleep(0.2)
            yield told
        finally:
            service.terminate()
            try:
                service.wait(30)
            finally:
                service.kill()


def free_port() -> int:
    import socket

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def answers(world: Path) -> bool:
    try:
        base = json.loads(world.read_text(encoding="utf-8"))["base_url"]
        return httpx2.get(f"{base}/api/v1/status", timeout=3, trust_env=False).is_success
    except (OSError, ValueError, httpx2.HTTPError):
        return False


def program(guide: str) -> str:
    """All Python blocks of a guide, each saying when it begins."""
    return "\n".join(
        f"print({f'{MARK} {n}'!r}, flush=True)\n{code}"
        for n, (language, code) in enumerate(blocks(guide))
        if language == "python"
    )


def test_every_block_of_every_guide_runs_and_answers_as_it_shows(world, tmp_path):
    for guide in GUIDES:
        for language, code in blocks(guide):
            if language == "sh":
                subprocess.run(["/bin/sh", "-euc", code], cwd=tmp_path, check=True, timeout=60)
        done = subprocess.run(
            [sys.executable, "-c", program(guide)],
            cwd=tmp_path,
            env={**os.environ, "NOSKHEH_WORLD": str(world), "PYTHONPATH": str(ROOT / "examples")},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, f"{guide}: {done.stdout[-300:]}{done.stderr}"
        said = {int(one.split("\n", 1)[0]): one for one in done.stdout.split(f"{MARK} ")[1:]}
        compared = 0
        for n, (language, shown) in enumerate(blocks(guide)):
            if language == "json":
                told = json.loads(said[n - 1].strip().splitlines()[-1])
                assert not fits(json.loads(shown), told), (
                    f"{guide}, block {n}: {fits(json.loads(shown), told)}"
                )
                compared += 1
        assert compared >= 4, guide


def test_a_guide_is_one_page_and_every_block_says_what_it_is():
    for guide in GUIDES:
        text = (ROOT / "docs" / "guides" / f"{guide}.md").read_text(encoding="utf-8")
        assert len(text.splitlines()) <= 190, guide
        assert {language for language, _ in blocks(guide)} <= {"sh", "python", "json"}, guide
        assert text.count("```") == 2 * len(blocks(guide)), guide


@pytest.mark.parametrize(
    ("told", "wrong"),
    [
        ({"a": [{"b": "x"}]}, ""),
        ({"a": [{"b": 1}]}, "$.a[0].b"),
        ({"a": []}, "$.a"),
        ({}, "$ has no"),
        ([], "$ is"),
    ],
)
def test_another_shape_is_noticed(told, wrong):
    found = fits({"a": [{"b": "y"}]}, told)
    assert found.startswith(wrong)
    assert bool(found) == bool(wrong)
