"""The people of the demonstration, each before a screen of their own.

doctor = people.physician()                              # signed in, Persian, 1280 wide
counter = people.pharmacist(language="en", width=390)    # a telephone
nobody = people.visitor(scripts=False)                   # not signed in, scripts off
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import Browser, Locator

from app import accounts
from app.language import COOKIE
from tests.browser.places import Place
from tests.browser.screens import Screen

Language = Literal["fa", "en"]
HEIGHT = {1280: 900, 390: 844}
PATIENCE_MS = 8_000


@dataclass
class People:
    """Everybody who may sit down before the place of one test."""

    place: Place
    browser: Browser
    with_camera: Callable[[Path], Browser]  # the camera's film is chosen when a browser starts
    screens: list[Screen] = field(default_factory=list)

    def visitor(
        self,
        *,
        language: Language = "fa",
        width: int = 1280,
        scripts: bool = True,
        camera: Path | None = None,
        dark: bool = False,
    ) -> Screen:
        """Somebody who is not signed in."""
        browser = self.browser if camera is None else self.with_camera(camera)
        context = browser.new_context(
            viewport={"width": width, "height": HEIGHT.get(width, 900)},
            java_script_enabled=scripts,
            color_scheme="dark" if dark else "light",
            locale="fa-IR" if language == "fa" else "en-GB",
            timezone_id="Asia/Tehran",
            reduced_motion="reduce",
        )
        context.set_default_timeout(PATIENCE_MS)
        context.add_cookies([{"name": COOKIE, "value": language, "url": self.place.url}])
        screen = Screen(self.place, context, context.new_page())
        screen.watch()
        self.screens.append(screen)
        return screen

    def signed_in(
        self,
        username: str,
        *,
        language: Language = "fa",
        width: int = 1280,
        scripts: bool = True,
        camera: Path | None = None,
        dark: bool = False,
    ) -> Screen:
        """This account, its session opened without the form."""
        screen = self.visitor(language=language, width=width, scripts=scripts, camera=camera, dark=dark)
        screen.username = username
        service = self.place.service
        opened = accounts.sign_in(service, username=username, password=self.place.password())
        cookie = accounts.cookie_name(service.settings)
        screen.context.add_cookies(
            [{"name": cookie, "value": opened.secret, "url": self.place.url, "httpOnly": True}]
        )
        return screen

    def by_form(self, screen: Screen, username: str, to: str = "/status") -> Screen:
        """Sign in on a visitor's screen as a person does, on the way to a page."""
        screen.goto(f"/sign-in?next={to}")
        screen.page.locator("#username").fill(username)
        screen.page.locator("#password").fill(self.place.password())
        with screen.page.expect_navigation():
            _button_of(screen, "#password").click()
        screen.username = username
        return screen

    def physician(self, username: str = "physician-9990001", **how: Any) -> Screen:
        return self.signed_in(username, **how)

    def pharmacist(self, username: str = "pharmacist-9990011", **how: Any) -> Screen:
        return self.signed_in(username, **how)

    def insurer(self, username: str = "insurer-tam", **how: Any) -> Screen:
        return self.signed_in(username, **how)

    def council(self, username: str = "council-1", **how: Any) -> Screen:
        return self.signed_in(username, **how)

    def regulator(self, username: str = "regulator-1", **how: Any) -> Screen:
        return self.signed_in(username, **how)

    def admin(self, username: str = "admin", **how: Any) -> Screen:
        return self.signed_in(username, **how)

    def leave(self) -> list[str]:
        """Everybody goes home; gives the errors that no story asked for."""
        found = []
        for screen in self.screens:
            found += [f"{screen.username or 'visitor'}: {error}" for error in screen.unexpected()]
            screen.context.close()
        self.screens.clear()
        return found


def _button_of(screen: Screen, field: str) -> Locator:
    return screen.page.locator(f"form:has({field}) button:not([type=button])").first
