"""An answer of the service, read the way a person and a browser without scripts read it."""

import re
from dataclasses import dataclass
from html import unescape


@dataclass
class Page:
    """An answer, read the way a person reads it."""

    status: int
    html: str
    location: str | None
    url: str

    @property
    def text(self) -> str:
        """What stands on it: no tags, one space where there is any."""
        body = re.sub(r"<(script|style|svg)\b.*?</\1>", " ", self.html, flags=re.DOTALL)
        return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", body))).strip()

    def hidden(self, name: str, *, form: str | None = None) -> str:
        """The value of a hidden field, of the form with this action if told."""
        html = self.html
        if form is not None:
            html = html[html.index(f'action="{form}"') :].partition("</form>")[0]
        found = re.search(rf'<input type="hidden" name="{re.escape(name)}" value="([^"]*)"', html)
        assert found, f"no hidden field {name}"
        return unescape(found[1])

    def value(self, name: str) -> str:
        """What stands in a field."""
        found = re.search(
            rf'<(?:input|textarea)[^>]*\bname="{re.escape(name)}"[^>]*\bvalue="([^"]*)"', self.html
        )
        return unescape(found[1]) if found else ""

    def error(self, name: str) -> str:
        """The words beside a field that was refused."""
        found = re.search(rf'id="{re.escape(name)}-error"[^>]*>([^<]*)<', self.html)
        return unescape(found[1]) if found else ""


def fields(page: Page, action: str) -> dict[str, str]:
    """Every field of the form with this action, with the value a browser would send."""
    form = page.html[page.html.index(f'action="{action}"') :].partition("</form>")[0]
    told: dict[str, str] = {}
    for tag in re.findall(r"<input\b[^>]*>", form):
        name, value = re.search(r'\bname="([^"]*)"', tag), re.search(r'\bvalue="([^"]*)"', tag)
        kind = re.search(r'\btype="([^"]*)"', tag)
        if name and not (kind and kind[1] in {"radio", "checkbox"} and " checked" not in tag):
            told[unescape(name[1])] = unescape(value[1]) if value else ""
    for name, options in re.findall(
        r'<select\b[^>]*\bname="([^"]*)"[^>]*>(.*?)</select>', form, flags=re.DOTALL
    ):
        chosen = re.search(r'<option value="([^"]*)" selected', options)
        first = re.search(r'<option value="([^"]*)"', options)
        told[unescape(name)] = unescape((chosen or first)[1]) if chosen or first else ""
    return told
