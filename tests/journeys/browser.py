"""A browser with scripts off: it reads pages as a person does, and sends a form with everything that stands in it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any, Self

from starlette.testclient import TestClient

from app import accounts
from tests.journeys.conftest import BASE, World

_EMPTY = {"input", "br", "hr", "img", "link", "meta"}


@dataclass
class Form:
    """A form as it stands on a page: where it goes, and what is in its fields."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)
    others: list[str] = field(default_factory=list)  # where its other buttons go


class Reading(HTMLParser):
    """The words, forms and errors of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.words: list[str] = []
        self.errors: dict[str, str] = {}
        self.links: list[str] = []
        self.root: dict[str, str | None] = {}
        self._select: str | None = None
        self._error: str | None = None
        self._silent = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        name, value = told.get("name") or "", told.get("value") or ""
        self._silent = tag in {"script", "style", "title"}
        if tag == "html":
            self.root = told
        elif tag == "a":
            self.links.append(told.get("href") or "")
        elif tag == "form":
            self.forms.append(Form(told.get("action") or ""))
        elif tag == "button" and "formaction" in told:
            self.forms[-1].others.append(told["formaction"] or "")
        elif tag == "input" and name and self.forms:
            if told.get("type") not in {"checkbox", "radio", "file"} or "checked" in told:
                self.forms[-1].fields[name] = value
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and self.forms:
            known = self.forms[-1].fields
            known[self._select] = value if "selected" in told else known.get(self._select, value)
        if (told.get("id") or "").endswith("-error"):
            self._error = (told["id"] or "").removesuffix("-error")
            self.errors[self._error] = ""

    def handle_endtag(self, tag: str) -> None:
        self._silent = False
        if tag == "select":
            self._select = None
        if tag not in _EMPTY:
            self._error = None

    def handle_data(self, data: str) -> None:
        if self._silent:
            return
        self.words.append(data)
        if self._error is not None:
            self.errors[self._error] += data


@dataclass
class Page:
    """One page in front of a person."""

    person: "Person"
    status: int
    path: str
    html: str

    def __post_init__(self) -> None:
        self.read = Reading(self.html)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.read.words)).strip()

    def form(self, action: str) -> Form:
        """The form that goes to an address, or has a button that does."""
        found = [form for form in self.read.forms if action in {form.action, *form.others}]
        assert found, f"no form goes to {action} on {self.path}: {[form.action for form in self.read.forms]}"
        return found[0]

    def send(self, action: str, files: Mapping[str, Any] | None = None, **changed: str) -> "Page":
        """Press the button that goes to `action`, with what stands in its form and `changed` typed over it.

        A dot in a field's name is written `__` here.
        """
        typed = {name.replace("__", "."): value for name, value in changed.items()}
        return self.person.post(action, {**self.form(action).fields, **typed}, files)


@dataclass
class Person:
    """Somebody who is signed in, in one of the two languages."""

    world: World
    username: str
    language: str = "en"

    def __post_init__(self) -> None:
        service = self.world.service
        password = (self.world.folder / "demo" / "password").read_text().strip()
        opened = accounts.sign_in(service, username=self.username, password=password)
        self.tab = TestClient(self.world.browser.app, base_url=BASE, follow_redirects=True)
        # As if the service had set it, so that a later id of the session replaces it.
        cookie = accounts.cookie_name(service.settings)
        self.tab.cookies.set(cookie, opened.secret, domain="localhost.local", path="/")
        self.tab.cookies.set("noskheh_language", self.language)

    def speaking(self, language: str) -> Self:
        self.tab.cookies.set("noskheh_language", language)
        return self

    def get(self, path: str) -> Page:
        return self._page(self.tab.get(path))

    def post(self, path: str, fields: Mapping[str, str], files: Mapping[str, Any] | None = None) -> Page:
        return self._page(
            self.tab.post(path, data=dict(fields), files=files, headers={"Sec-Fetch-Site": "same-origin"})
        )

    def _page(self, answer: Any) -> Page:
        return Page(self, answer.status_code, answer.url.path, answer.text)
