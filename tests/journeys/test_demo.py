"""`make demo` alone: it starts the service, plays the whole story through the public API, and stops it again."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_story_plays_from_an_empty_machine_leaves_nothing_running_and_keeps_its_keys(cluster, tmp_path):
    url = cluster.create_database("noskheh_demo").replace("postgresql+psycopg", "postgresql")
    mine = {"NOSKHEH_VAR": str(tmp_path / "var"), "DATABASE_URL": url, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-m", "app", "demo"],
        cwd=ROOT,
        env={**os.environ, **mine},
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Everything verified" in done.stdout
    listed = ["/bin/ps", "-eo", "args"]
    running = subprocess.run(listed, capture_output=True, text=True, check=True).stdout
    assert str(tmp_path) not in running
    others = {**os.environ, **mine, "NOSKHEH_VAR": str(tmp_path / "other")}
    again = subprocess.run(
        [sys.executable, "-m", "app", "run", "--port", "0"],
        cwd=ROOT,
        env=others,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert again.returncode == 1
    assert "are not those this database was signed with" in again.stderr


def test_a_port_in_use_is_one_sentence(cluster, tmp_path):
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "-m", "app", "run", "--port", str(port)],
            cwd=ROOT,
            env={**os.environ, "NOSKHEH_VAR": str(tmp_path / "var"), "DATABASE_URL": cluster.url},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 1
    assert f"port {port} is in use" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
