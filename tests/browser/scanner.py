"""A hand scanner before a screen: what it types, and what the counter says to it."""

from typing import Any

GS = "\x1d"


_KEEP = """() => {
  window.pressed = [];
  if (!window.keeping) addEventListener("keydown", (event) => window.pressed.push(event.timeStamp), { capture: true });
  window.keeping = true;
}"""
# What `static/wedge.js` asks of a scanner: 150 ms between the first keys at most, 60 ms on average.
_AS_QUICK = """() => {
  const [at, gaps] = [window.pressed, window.pressed.slice(1).map((now, i) => now - window.pressed[i])];
  return Math.max(0, ...gaps.slice(0, 12)) < 150 && at.at(-1) - at[0] <= 55 * gaps.length && Math.max(0, ...gaps) < 700;
}"""
TRIES = 4  # a busy machine types no quicker than a person now and then, and who scans would scan again


def scan(screen: Any, text: str, *, enter: bool = True) -> None:
    """A hand scanner: keys quicker than any person, GS as Ctrl+], Enter at the end."""
    for _ in range(TRIES):
        screen.page.evaluate(_KEEP)
        _type(screen, text)
        if screen.page.evaluate(_AS_QUICK):
            break
        screen.page.wait_for_timeout(1_000)  # what was typed too slowly is forgotten by then
    if enter:
        screen.page.keyboard.press("Enter")


def _type(screen: Any, text: str) -> None:
    for place, part in enumerate(text.split(GS)):
        if place:
            screen.page.keyboard.press("Control+BracketRight")
        screen.page.keyboard.type(part)


def says(screen: Any, words: str) -> None:
    screen.page.locator("[data-says]", has_text=words).wait_for()


def accepted(screen: Any, world: Any, items: Any = None) -> Any:
    """The prescription on the screen, scanned with a hand scanner."""
    prescription = world.prescribe(items)
    scan(screen, prescription["qr"][0])
    screen.page.wait_for_url("**/acceptances/**")
    return prescription
