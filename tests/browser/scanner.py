"""A hand scanner before a screen: what it types, and what the counter says to it."""

from typing import Any

GS = "\x1d"


def scan(screen: Any, text: str, *, enter: bool = True) -> None:
    """A hand scanner: keys quicker than any person, GS as Ctrl+], Enter at the end."""
    for place, part in enumerate(text.split(GS)):
        if place:
            screen.page.keyboard.press("Control+BracketRight")
        screen.page.keyboard.type(part)
    if enter:
        screen.page.keyboard.press("Enter")


def says(screen: Any, words: str) -> None:
    screen.page.locator("[data-says]", has_text=words).wait_for()


def accepted(screen: Any, world: Any, items: Any = None) -> Any:
    """The prescription on the screen, scanned with a hand scanner."""
    prescription = world.prescribe(items)
    scan(screen, prescription["qr"][0])
    screen.page.wait_for_url("**/acceptances/**")
    return prescription
