"""What a story in a browser may ask for: `people`, each before their own screen, and the `world` they all live in.

The browser starts once, the world is seeded once. Each test has a server and a database of its own; a module whose
tests do not disturb each other takes `shared_world` in place of `world`. An error in the console, in a script or
against the content security policy fails the test that caused it. Where there is no Chromium the stories are not run,
and one line at the end says so; under CI that is a failure.
"""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

from tests.browser import chromium, places, steps
from tests.browser.people import People
from tests.browser.places import Place
from tests.journeys.conftest import Seeded, authority

__all__ = ["authority"]  # the pretended authority is a fixture here too

HERE = Path(__file__).parent
_left_out: set[str] = set()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the stories out where no browser can tell them; CI must have one."""
    if chromium.find() or os.environ.get("CI") == "true":
        return
    ours = [item for item in items if item.path.is_relative_to(HERE)]
    if ours:
        _left_out.update(item.path.stem for item in ours)
        config.hook.pytest_deselected(items=ours)
        items[:] = [item for item in items if not item.path.is_relative_to(HERE)]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if _left_out:
        names = ", ".join(sorted(_left_out))
        terminalreporter.write_line(f"No Chromium here, so these of tests/browser were not run: {names}")


# The scope is this folder and not the run: while the driver is open this thread has an event loop in it, and tests
# elsewhere start loops of their own.
@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="package")
def chrome(playwright) -> Iterator[Browser]:
    """The one browser of the run; every screen is a context in it, with nothing of another's."""
    browser = chromium.launch(playwright)
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def seeded_now(cluster, template, authority, tmp_path_factory) -> Seeded:
    """The demonstration world as of today; every place is a copy."""
    return places.seed(cluster, template, authority, tmp_path_factory.mktemp("places"))


@pytest.fixture
def world(cluster, seeded_now, authority) -> Iterator[Place]:
    """A world of this test's own, served at `world.url`."""
    with places.served(cluster, seeded_now, authority) as place:
        yield place


@pytest.fixture(scope="module")
def shared_world(cluster, seeded_now, authority) -> Iterator[Place]:
    """One world for all tests of a module."""
    with places.served(cluster, seeded_now, authority) as place:
        yield place


@pytest.fixture
def people(request, world, chrome, playwright) -> Iterator[People]:
    """Those who may sit down before `world`."""
    steps.forget()
    with contextlib.ExitStack() as open_browsers:

        def with_camera(film: Path) -> Browser:
            browser = chromium.launch(playwright, camera=film)
            open_browsers.callback(browser.close)
            return browser

        everybody = People(world, chrome, with_camera)
        yield everybody
        errors = everybody.leave()
    assert not errors, "the browser reported: " + "; ".join(errors)
