"""The cookie of a session, and how the id that a session got while it was worked in reaches its browser."""

from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app import accounts
from app.settings import Settings


def give(answer: Response, settings: Settings, secret: str) -> None:
    """Give the browser its session's id, out of reach of scripts."""
    answer.set_cookie(
        accounts.cookie_name(settings),
        secret,
        path="/",
        secure=settings.secure,
        httponly=True,
        samesite="lax",
    )


class TurnedIds:
    """An ASGI layer: adds the session's new id to the answer, unless the answer brings one itself."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def turned(message: Message) -> None:
            secret = scope.get("state", {}).get("session_secret")
            if message["type"] == "http.response.start" and secret:
                settings: Settings = scope["app"].state.service.settings
                headers, name = MutableHeaders(scope=message), accounts.cookie_name(settings)
                if not any(cookie.startswith(f"{name}=") for cookie in headers.getlist("set-cookie")):
                    cookie = Response()
                    give(cookie, settings, secret)
                    headers.append("Set-Cookie", cookie.headers["set-cookie"])
            await send(message)

        await self.app(scope, receive, turned)
