"""Which pages there are: found by following links from each role's first page, one address for each kind of page."""

from collections import deque
from collections.abc import Iterable
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from fastapi.routing import iter_route_contexts
from starlette.routing import Match

from tests.browser.lived import Reader
from tests.browser.places import Place

NO_PAGES = ("/api/", "/oauth/", "/.well-known/", "/health/", "/metrics", "/openapi.json", "/static/")
FILES = (".csv", ".pdf")


class Links(HTMLParser):
    """Where a page leads that is a page again."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        if tag == "a" and told.get("href") and "download" not in told:
            self.found.append(str(told["href"]))


def kinds(place: Place) -> set[str]:
    """The paths of every page a person can open.

    An address that forms are sent to is none: opened by hand it leads back to the page the form stands on. A file
    is none either.
    """
    methods: dict[str, set[str]] = {}
    for route in iter_route_contexts(place.app.routes):
        methods.setdefault(str(route.path), set()).update(getattr(route, "methods", None) or ())
    return {
        path
        for path, how in methods.items()
        if "GET" in how and "POST" not in how and not path.startswith(NO_PAGES) and not path.endswith(FILES)
    }


def kind_of(place: Place, path: str) -> str:
    """The route that answers a path."""
    scope = {"type": "http", "method": "GET", "path": path, "root_path": "", "headers": []}
    for route in iter_route_contexts(place.app.routes):
        if route.matches(scope)[0] is Match.FULL:
            return str(route.path)
    return path


def pages_of(
    place: Place, username: str | None, also: Iterable[str] = (), each: int = 1
) -> dict[str, list[str]]:
    """Kind of page -> at most `each` addresses of it that this person can open, following links breadth first."""
    found: dict[str, list[str]] = {}
    with Reader(place, username) as reader:
        waiting, seen = deque(["/", *also]), set[str]()
        while waiting:
            address = waiting.popleft()
            shape, kind = address.partition("?")[0], kind_of(place, urlsplit(address).path)
            if shape in seen or len(found.get(kind, [])) >= each:
                continue
            seen.add(shape)
            answer = reader.get(address)
            if answer.is_redirect:
                waiting.append(urljoin(address, answer.headers["location"]).partition("#")[0])
            elif answer.headers.get("content-type", "").startswith("text/html"):
                assert answer.status_code == 200, (username, address, answer.status_code, answer.text[-2000:])
                found.setdefault(kind, []).append(address)
                waiting += [to for to in (_page(address, link) for link in Links(answer.text).found) if to]
    return found


def _page(here: str, link: str) -> str | None:
    """The address a link leads to, if that is a page of ours."""
    to = urljoin(here, link).partition("#")[0]
    return to if to.startswith("/") and not to.startswith(NO_PAGES) else None
