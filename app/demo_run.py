"""`make demo`: the story of `examples/`, against the running service, or against one started for it."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx

ROOT = Path(__file__).resolve().parent.parent
WORLD = Path(os.environ.get("NOSKHEH_VAR") or ROOT / "var") / "demo" / "world.json"
_START_S = 120.0


def play() -> int:
    """Run the story; gives its exit status."""
    with contextlib.ExitStack() as stack:
        if not _answers():
            print("No service answers here: starting one for this demonstration.", flush=True)
            if not stack.enter_context(_started()):
                print("The service did not start; run `make run` to see why.", file=sys.stderr)
                return 1
        command = [sys.executable, str(ROOT / "examples" / "story.py"), str(WORLD)]
        return subprocess.run(command, check=False, cwd=ROOT).returncode


def _answers() -> bool:
    """Whether the service that wrote world.json is there: its own tokens' keys are asked for, not just any port."""
    if not WORLD.exists():
        return False
    base_url = json.loads(WORLD.read_text(encoding="utf-8"))["base_url"]
    with contextlib.suppress(httpx.HTTPError, ValueError):
        told = httpx.get(f"{base_url}/.well-known/smart-configuration", timeout=3, trust_env=False)
        return told.is_success and str(told.json().get("token_endpoint", "")).startswith(base_url)
    return False


@contextlib.contextmanager
def _started() -> Iterator[bool]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    before = WORLD.stat().st_mtime if WORLD.exists() else 0.0
    process = subprocess.Popen(
        [sys.executable, "-m", "app", "run", "--port", str(port)],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        env={k: v for k, v in os.environ.items() if k != "PUBLIC_URL"},
    )
    try:
        deadline = time.monotonic() + _START_S
        while process.poll() is None and time.monotonic() < deadline:
            if WORLD.exists() and WORLD.stat().st_mtime > before and _answers():
                break
            time.sleep(0.1)
        yield process.poll() is None and _answers()
    finally:
        process.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(20)
        process.kill()
