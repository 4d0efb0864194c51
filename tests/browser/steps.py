"""Given, when, then: the steps of a story in plain words. A step that fails says which one it was and what came before.

with given("a physician with a patient before her"):
    ...
with when("she signs"):
    ...
with then("the slip shows both codes"):
    ...
"""

import contextlib
from collections.abc import Iterator

_said: list[str] = []


def forget() -> None:
    """A new story begins."""
    _said.clear()


@contextlib.contextmanager
def _step(word: str, words: str) -> Iterator[None]:
    _said.append(f"{word} {words}")
    try:
        yield
    except BaseException as error:
        error.add_note("The story: " + "; ".join([*_said[:-1], f"here it stopped: {_said[-1]}"]))
        raise


def given(words: str) -> contextlib.AbstractContextManager[None]:
    return _step("given", words)


def when(words: str) -> contextlib.AbstractContextManager[None]:
    return _step("when", words)


def then(words: str) -> contextlib.AbstractContextManager[None]:
    return _step("then", words)
