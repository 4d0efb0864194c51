"""What a session is bound to: one device and one family of browsers, or its cookie opens nothing.

The device is known by a second cookie, which outlives sessions. Another network address is ordinary (a phone leaves
the wireless network) and is an alarm in the audit only; it is kept as a digest that says nothing beyond its session.
"""

import hashlib
from dataclasses import dataclass
from typing import Final

from app.settings import Settings
from app.tables import AccountSession

SECURE_DEVICE: Final = "__Host-noskheh-device"
PLAIN_DEVICE: Final = "noskheh_device"
DEVICE_DAYS: Final = 400  # the longest that browsers keep a cookie

# The first that a browser's name of itself holds; each of them also names those after it.
_BROWSERS: Final = ("Firefox", "Edg", "OPR", "SamsungBrowser", "Chrome", "Safari")
_SYSTEMS: Final = ("Windows", "Android", "iPhone", "iPad", "Mac OS X", "Linux")
_CALLED: Final = {"Edg": "Edge", "OPR": "Opera", "SamsungBrowser": "Samsung Internet"}


@dataclass(frozen=True, slots=True)
class Browser:
    """The browser a request came from: its device cookie, what it calls itself, and its network address."""

    device: str = ""
    agent: str = ""
    address: str = ""


NO_BROWSER: Final = Browser()


def device_cookie(settings: Settings) -> str:
    """The name of the cookie that a device is known by."""
    return SECURE_DEVICE if settings.secure else PLAIN_DEVICE


def digest(secret: str) -> str:
    """What the database knows a secret by."""
    return hashlib.sha256(secret.encode()).hexdigest()


def family(agent: str) -> str:
    """A browser by the name its owner knows it by, which stays when it is brought up to date."""
    browser = next((name for name in _BROWSERS if name in agent), "")
    system = next((name for name in _SYSTEMS if name in agent), "")
    told = " · ".join(part for part in (_CALLED.get(browser, browser), system) if part)
    return told or agent.partition("/")[0][:60]


def belongs(row: AccountSession, browser: Browser) -> bool:
    """Whether this is the browser that the session was opened in; an old session may be bound to none."""
    same_device = row.device is None or row.device == digest(browser.device)
    return same_device and (not row.agent or family(row.agent) == family(browser.agent))


def place(sha256: str, address: str) -> str | None:
    """A network address as one session keeps it; none where it is not known."""
    return digest(f"{sha256} {address}") if address else None
