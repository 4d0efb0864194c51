"""What surrounds every request: its id, the headers of every answer, size limits, the same-origin rule, the last catch.

Five thin ASGI layers, outermost first as `LAYERS` lists them. They refuse by answering the same problems as
everything else, so that a refusal here looks like any other.
"""

import logging
import re
import time
from collections.abc import Mapping
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app import audit, logs, metrics
from app.errors import answer
from app.language import MACHINE_PATHS
from app.refusals import CrossSite, TooLarge, Unexpected
from app.service import Service
from app.settings import Settings
from codings.base import Problem, new_id

log = logging.getLogger("noskheh")

REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
UPLOADS = ("/api/v1/uploads", "/api/v1/results", "/api/v1/coverages", "/paper")
RELEASES = ("/codings/upload", "/api/v1/codings/releases")
PHOTOS = re.compile(r"/pharmacy/(acceptances/[0-9a-f-]{36}/)?picture")  # of codes, at the counter
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self';"
    " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# The scanner reads codes in WebAssembly of our own; only the pages that have it may compile any.
SCANNER_POLICY = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY.replace(
        "script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'"
    )
}
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=(), payment=(), usb=()",
}
STRICT_TRANSPORT = "max-age=31536000; includeSubDomains"


class RequestIds:
    """Every request has an id: the caller's if it is a plain one, else ours. It is echoed, audited and logged."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = Request(scope).headers.get("x-request-id", "")
        name = given if REQUEST_ID.fullmatch(given) else str(new_id())
        state = scope.setdefault("state", {})
        state["request_id"] = name
        state["trace"] = logs.trace_of(Request(scope).headers.get("traceparent", ""))
        set_here = audit.request_id.set(name)

        async def named(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["X-Request-Id"] = name
            await send(message)

        try:
            await self.app(scope, receive, named)
        finally:
            audit.request_id.reset(set_here)


class SecurityHeaders:
    """The headers of every answer. What a route said itself stands, such as a policy for the scanner's page."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = time.monotonic()

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                static = scope["path"].startswith("/static/")
                headers.setdefault("Cache-Control", "no-cache" if static else "no-store")
                if _service(scope).settings.secure:
                    headers.setdefault("Strict-Transport-Security", STRICT_TRANSPORT)
                spent = time.monotonic() - began
                metrics.answered(scope, message["status"], spent)
                logs.answered(scope, message["status"], spent)
            await send(message)

        await self.app(scope, receive, guarded)


class LastCatch:
    """A fault of ours: logged with the request id, told without a word of what it was."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, watched)
        except Exception as error:
            _log_fault(scope, error)
            if started:
                raise
            await _refuse(Unexpected(), scope, receive, send)


class BodyLimits:
    """No body beyond its limit is read: refused by its announced length, or at the byte that is too many."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        limit = _limit(scope["path"], _service(scope).settings)
        announced = Request(scope).headers.get("content-length", "0")
        if not announced.isdecimal() or int(announced) > limit:
            await _refuse(TooLarge(limit=limit), scope, receive, send)
            return
        read, started = 0, False

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            # The reader is told that the caller left; what it then answers is replaced below.
            return {"type": "http.disconnect"} if read > limit else message

        async def unless_refused(message: Message) -> None:
            nonlocal started
            if read <= limit or started:
                started = True
                await send(message)

        try:
            await self.app(scope, counted, unless_refused)
        except Exception:
            if read <= limit or started:
                raise
        if read > limit and not started:
            await _refuse(TooLarge(limit=limit), scope, receive, send)


class SameOrigin:
    """A page's form is taken only from our own pages. Machines carry a token, which no browser adds by itself."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if (
            scope["type"] != "http"
            or scope["method"] in SAFE_METHODS
            or scope["path"].startswith(MACHINE_PATHS)
        ):
            return await self.app(scope, receive, send)
        if not _from_here(Request(scope), _service(scope).settings.origins):
            return await _refuse(CrossSite(), scope, receive, send)
        return await self.app(scope, receive, send)


LAYERS = [Middleware(layer) for layer in (RequestIds, SecurityHeaders, LastCatch, BodyLimits, SameOrigin)]


def _limit(path: str, settings: Settings) -> int:
    """How many bytes may be sent to an address."""
    if path.startswith(RELEASES):
        return settings.release_limit
    large = path.startswith(UPLOADS) or PHOTOS.fullmatch(path)
    return settings.upload_limit if large else settings.body_limit


def _from_here(request: Request, origins: frozenset[str]) -> bool:
    """Fetch metadata where the browser tells it, else the Origin; a form that tells neither is refused."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = request.headers.get("origin", "")
    host = urlsplit(origin).netloc
    return origin in origins or (host != "" and host == request.headers.get("host"))


async def _refuse(problem: Problem, scope: Scope, receive: Receive, send: Send) -> None:
    request = Request(scope, receive)
    await answer(problem, request)(scope, receive, send)


def _log_fault(scope: Scope, error: Exception) -> None:
    """What failed and where. With real patients only types and places: texts may hold what was typed."""
    request_id = scope["state"]["request_id"]
    if _service(scope).settings.demonstration:
        log.error("fault in request %s", request_id, exc_info=error)
        return
    told = logs.told(error)
    words = (request_id, told["fault"], "\n".join(told["places"]))
    log.error("fault in request %s: %s\n%s", *words, extra={"request_id": request_id, **told})


def _service(scope: Scope) -> Service:
    service: Service = scope["app"].state.service
    return service
