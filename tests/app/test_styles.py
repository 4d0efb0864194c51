"""The look is one look: logical properties, colours with names, nothing inline, enough contrast by day and night."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SHEETS = sorted((ROOT / "static").glob("*.css"))
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
TOKENS = ROOT / "static" / "app.css"

PHYSICAL = re.compile(
    r"""(?x) (?<![\w-]) (?:
      (?: margin | padding | border | scroll-margin | scroll-padding ) - (?: left | right | top | bottom ) (?![a-z])
    | (?: left | right | top | bottom ) \s* :
    | (?: text-align | float | clear | justify-content | justify-items ) \s* : \s* (?: left | right ) (?![\w-])
    | (?: min- | max- )? (?: width | height ) \s* :
    )"""
)
COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}\b|\b(?:rgb|rgba|hsl|hsla|oklch|lab|color-mix)\(")
PAPER = {
    "#fff",
    "#ffffff",
    "#000",
    "#000000",
}  # a code that is scanned, and ink on paper, are black on white in every theme
INLINE = re.compile(
    r"""<style\b|\sstyle\s*=|\son[a-z]+\s*=\s*["']|<script(?![^>]*\bsrc=)|javascript:|\shx-on""",
    re.IGNORECASE,
)


def rules(sheet: Path) -> str:
    """A sheet without its comments, and without the conditions of its media queries, which are about the device."""
    text = re.sub(r"/\*.*?\*/", "", sheet.read_text(encoding="utf-8"), flags=re.DOTALL)
    return re.sub(r"@media[^{]*\{", "@media {", text)


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.name)
def test_no_sheet_knows_left_from_right(sheet):
    found = [hit.group().strip() for hit in PHYSICAL.finditer(rules(sheet))]
    assert not found, f"{sheet.name}: use the logical property for {found}"


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.name)
def test_a_colour_is_named_once_and_used_by_its_name(sheet):
    text = re.sub(r":root[^{]*\{[^}]*\}", "", rules(sheet))
    found = [hit for hit in COLOUR.findall(text) if hit.lower() not in PAPER]
    assert not found, f"{sheet.name}: give {found} a name in :root"


def test_every_sheet_is_linked_and_every_link_has_a_sheet():
    base = (ROOT / "templates" / "base.html").read_text(encoding="utf-8")
    found = re.search(r"for sheet in \(([^)]*)\)", base)
    assert found
    assert sorted(re.findall(r'"(\w+)"', found[1])) == [sheet.stem for sheet in SHEETS]


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_no_template_has_style_or_script_in_it(template):
    found = INLINE.findall(template.read_text(encoding="utf-8"))
    assert not found, f"the content security policy would refuse {found}"


def tokens(which: str) -> dict[str, str]:
    """The colours by name, of the `light` or the `dark` theme."""
    text = re.sub(r"/\*.*?\*/", "", TOKENS.read_text(encoding="utf-8"), flags=re.DOTALL)
    light, dark = re.findall(r":root(?::not\(\[data-theme=\"light\"\]\))? \{([^}]*)\}", text)[:2]
    named = dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6})\s*;", light))
    return named if which == "light" else named | dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6})\s*;", dark))


def brightness(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one: str, other: str) -> float:
    """WCAG's ratio of two colours."""
    dark, light = sorted((brightness(one), brightness(other)))
    return (light + 0.05) / (dark + 0.05)


GROUNDS = ("ground", "surface", "wash")
WORDS = [(ink, on) for on in GROUNDS for ink in ("ink", "faint", "brand", "stop", "ask", "tell", "good")]
WORDS += [(level, f"{level}-wash") for level in ("stop", "ask", "tell", "good")]
WORDS += [("ink", f"{level}-wash") for level in ("stop", "ask", "tell", "good", "brand")]
WORDS += [("on-brand", "brand"), ("on-brand", "brand-strong")]
SHAPES = [(shape, on) for on in GROUNDS for shape in ("line-strong", "focus")]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_words_stand_out_from_their_ground_and_edges_can_be_seen(theme):
    named = tokens(theme)
    weak = [
        f"{ink} on {on}: {contrast(named[ink], named[on]):.2f}"
        for pairs, least in ((WORDS, 4.5), (SHAPES, 3.0))
        for ink, on in pairs
        if contrast(named[ink], named[on]) < least
    ]
    assert not weak, f"{theme}: {weak}"


def test_the_dark_theme_changes_every_colour_that_is_read():
    light, dark = tokens("light"), tokens("dark")
    assert {name for name in light if light[name] == dark[name]} == set()
