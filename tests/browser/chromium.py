"""The machine's own Chromium: where it lies, and how it is started for tests."""

import os
import shutil
from pathlib import Path

from playwright.sync_api import Browser, Playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)


def find() -> str | None:
    """The browser's program: the one `CHROMIUM` names, or the first that the machine has."""
    named = os.environ.get("CHROMIUM")
    if named:
        return named if Path(named).is_file() else None
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def launch(playwright: Playwright, *, camera: Path | None = None) -> Browser:
    """A headless browser; with `camera`, one whose camera shows this MJPEG or Y4M file over and over."""
    program = find()
    if program is None:
        msg = "no Chromium on this machine: install `chromium`, or name one in the variable CHROMIUM"
        raise FileNotFoundError(msg)
    more = (
        ()
        if camera is None
        else (
            "--use-fake-device-for-media-stream",
            "--use-fake-ui-for-media-stream",
            f"--use-file-for-fake-video-capture={camera}",
        )
    )
    return playwright.chromium.launch(executable_path=program, headless=True, args=[*QUIET, *more])
