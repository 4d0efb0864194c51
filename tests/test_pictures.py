"""The README's pictures are there, small enough to be looked at over a slow line, and in both languages."""

import re
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
PICTURES = sorted((ROOT / "docs" / "screenshots").glob("*.png"))
SHOWN = re.findall(
    r"!\[[^\]]+\]\((docs/screenshots/[^)]+)\)", (ROOT / "README.md").read_text(encoding="utf-8")
)


def test_every_picture_the_readme_shows_is_there():
    there = {str(path.relative_to(ROOT)) for path in PICTURES}
    assert SHOWN
    assert set(SHOWN) <= there


def test_the_story_is_told_in_both_languages():
    persian, english = (
        {path.name.removeprefix(f"{language}-") for path in PICTURES if path.name.startswith(f"{language}-")}
        for language in ("fa", "en")
    )
    assert persian == english
    assert len(persian) >= 10


def test_every_picture_is_small_and_as_wide_as_a_desk_or_a_telephone():
    for path in PICTURES:
        assert path.stat().st_size < 200_000, path.name
        with Image.open(path) as picture:
            assert picture.width in {1280, 390}, path.name
