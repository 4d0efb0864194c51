"""One person before one screen: a browser context of their own, watched for every error the browser reports."""

import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import axe_playwright_python  # type: ignore[import-untyped]
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Response

from tests.browser.places import Place

# The browser's own line for an answer that is a refusal; the page shows the refusal, so it is no error of the page.
_REFUSED = re.compile(r"Failed to load resource: the server responded with a status of 4\d\d")
_WATCH = """
addEventListener("securitypolicyviolation", (event) =>
  console.error(`CSP: ${event.violatedDirective} refused ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`));
"""
AXE_RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")


@dataclass
class Screen:
    """`page` is playwright's; the rest is what most stories need of it."""

    place: Place
    context: BrowserContext
    page: Page
    username: str | None = None
    errors: list[str] = field(default_factory=list)
    allowed: list[str] = field(default_factory=list)

    def goto(self, path: str) -> "Screen":
        """Open a page of ours; the story goes on when it and its scripts are there."""
        self.page.goto(self.place.url + path, wait_until="load")
        return self

    @property
    def path(self) -> str:
        """Where the person is."""
        return self.page.url.removeprefix(self.place.url)

    @property
    def text(self) -> str:
        """What they can read, one space where there is any."""
        return re.sub(r"\s+", " ", self.page.locator("body").inner_text()).strip()

    def press(self, name: str | re.Pattern[str]) -> "Screen":
        """The button with this name."""
        self.page.get_by_role("button", name=name).first.click()
        return self

    def fill(self, label: str | re.Pattern[str], value: str) -> "Screen":
        """The field with this label."""
        self.page.get_by_label(label).first.fill(value)
        return self

    def allow(self, words: str) -> None:
        """An error that this story brings about on purpose: part of what the browser says."""
        self.allowed.append(words)

    def unexpected(self) -> list[str]:
        return [error for error in self.errors if not any(words in error for words in self.allowed)]

    def wider_than_the_screen(self) -> str | None:
        """The element that makes the page scroll sideways, if any does. Half a page, its style on the way, is none."""
        self.page.wait_for_load_state("load")
        self.page.evaluate("() => document.fonts.ready.then(() => true)")
        found: str | None = self.page.evaluate(_TOO_WIDE)
        return found

    def axe(self, *, without: tuple[str, ...] = ()) -> list[str]:
        """What the accessibility checker finds, one line for each element."""
        self.page.evaluate(_axe_script())
        rules = {name: {"enabled": False} for name in without}
        options = {"runOnly": list(AXE_RULES), "resultTypes": ["violations"], "rules": rules}
        told: dict[str, Any] = self.page.evaluate("options => axe.run(document, options)", options)
        return [
            f"{fault['id']}: {node['target'][0]}: {node['failureSummary'].splitlines()[-1].strip()}"
            for fault in told["violations"]
            for node in fault["nodes"]
        ]

    def with_passkey_device(self) -> Any:
        """Plug in a virtual authenticator that verifies its user and says yes at once; gives the CDP session."""
        cdp = self.context.new_cdp_session(self.page)
        cdp.send("WebAuthn.enable", {"enableUI": False})
        options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True}
        options |= {"hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True}
        cdp.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        return cdp

    def watch(self) -> None:
        """Remember every error of the console, of scripts and of the content security policy."""
        self.context.add_init_script(_WATCH)
        self.context.on("console", self._heard)
        self.context.on("weberror", lambda error: self.errors.append(f"script: {error.error}"))
        self.context.on("response", self._answered)

    def _heard(self, message: ConsoleMessage) -> None:
        at = message.location.get("url", "")
        refusal = _REFUSED.match(message.text) and "/static/" not in at
        if message.type == "error" and not refusal:
            self.errors.append(f"console: {message.text} ({at})")

    def _answered(self, answer: Response) -> None:
        if answer.status >= 500:
            self.errors.append(f"answer {answer.status}: {answer.request.method} {answer.url}")


@cache
def _axe_script() -> str:
    folder = Path(axe_playwright_python.__file__).parent
    return (folder / "axe.min.js").read_text(encoding="utf-8")


_TOO_WIDE = """() => {
  const wide = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= wide) return null;
  const inABox = (it) => {
    for (let up = it.parentElement; up && up !== document.body; up = up.parentElement)
      if (getComputedStyle(up).overflowX !== "visible") return true;
    return false;
  };
  for (const it of document.querySelectorAll("body *")) {
    const box = it.getBoundingClientRect();
    if (box.width && (box.right > wide + 1 || box.left < -1) && !inABox(it))
      return `${it.tagName}.${it.className} ${it.id} ${Math.round(box.left)}..${Math.round(box.right)} of ${wide}: `
        + it.textContent.trim().slice(0, 60);
  }
  return `the page: ${document.documentElement.scrollWidth} of ${wide}`;
}"""
