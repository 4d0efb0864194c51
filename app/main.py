"""The application: one Service, the layers round every request, and the routes of `app.api` and `app.pages`."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anyio.to_thread
from fastapi import FastAPI
from pydantic import BaseModel, Field
from sqlalchemy import Engine
from starlette.middleware import Middleware
from starlette.staticfiles import StaticFiles

import app.api
import app.pages
from app import errors, idempotency, jobs, lineage, production, queue, scraping, security, web
from app.bell import Bell
from app.db import make_engine
from app.keys import open_keys
from app.pages.account import shut
from app.service import Service, utc_now
from app.settings import Settings
from app.turned_ids import TurnedIds

if TYPE_CHECKING:
    from app.gateways import Gateways

STATIC = Path(__file__).resolve().parent.parent / "static"
DESCRIPTION = """
Electronic prescriptions from the physician's pen to the insurer's payment.

Errors are `application/problem+json` with a stable `code` and words in the language of `Accept-Language` (`fa`, `en`).
Every `POST` accepts an `Idempotency-Key`: the same request again has the same answer and is one action.
"""


class FieldProblem(BaseModel):
    """One field that was refused."""

    pointer: str = Field(description="JSON pointer into what was sent", examples=["/items/0/quantity"])
    code: str
    detail: str


class ProblemDetails(BaseModel):
    """RFC 9457 problem details."""

    type: str = Field(examples=["urn:noskheh:problem:prescription.expired"])
    title: str
    status: int
    detail: str
    code: str = Field(description="Stable; branch on this, not on words", examples=["prescription.expired"])
    errors: list[FieldProblem] | None = None
    fix: str | None = Field(default=None, description="What to do about it")
    findings: list[dict[str, Any]] | None = None
    request_id: str | None = None


def _problem(status: int) -> dict[str, Any]:
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemDetails"}}}
    return {"description": errors.title_of(status), "content": content}


PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: _problem(status) for status in sorted({*errors.STATUS.values(), 401})
}


def open_service(
    settings: Settings,
    *,
    gateways: "Callable[[Settings, Engine], Gateways]",
    clock: Callable[[], datetime] = utc_now,
) -> Service:
    """Engine, keys and gateways of one process. Raises KeyFileError."""
    engine = make_engine(settings)
    keys = open_keys(settings.keys_folder, now=clock(), demonstration=settings.demonstration)
    return Service(
        settings=settings, engine=engine, keys=keys, gateways=gateways(settings, engine), clock=clock
    )


def create_app(service: Service) -> FastAPI:
    """The ASGI application over one service."""
    application = FastAPI(
        title="Noskheh",
        version="1",
        description=DESCRIPTION,
        docs_url=None,  # they would load scripts from another host
        redoc_url=None,
        lifespan=_lifespan,
        middleware=[*security.LAYERS, Middleware(TurnedIds)],
        responses=PROBLEMS,
    )
    application.state.service = service
    application.state.render_problem = web.render_problem
    jobs.register()
    application.state.bell = Bell(queue.conninfo(service.settings))
    errors.install(application)
    shut.install(application)
    application.add_exception_handler(idempotency.Replay, _replay)
    for package in (app.api, app.pages):
        for router in getattr(package, "routers", []):
            application.include_router(router)
    if service.settings.demonstration:
        for router in (*app.api.demonstration_routers, *app.pages.demonstration_routers):
            application.include_router(router)
    if STATIC.is_dir():
        application.mount("/static", StaticFiles(directory=STATIC), name="static")
    application.openapi = lambda: _openapi(application)  # type: ignore[method-assign]
    return application


@asynccontextmanager
async def _lifespan(application: FastAPI) -> AsyncIterator[None]:
    service: Service = application.state.service
    anyio.to_thread.current_default_thread_limiter().total_tokens = service.settings.threads
    async with AsyncExitStack() as stack:
        stack.callback(service.close)
        if not service.settings.demonstration:
            await anyio.to_thread.run_sync(production.check, service)
        await anyio.to_thread.run_sync(lineage.check, service)
        stack.enter_context(scraping.offered(service))
        await stack.enter_async_context(queue.opened(service))
        bell: Bell = application.state.bell
        await bell.start()
        stack.push_async_callback(bell.stop)
        if service.settings.run_worker:
            await stack.enter_async_context(_meanwhile(queue.work(service)))
        yield


@asynccontextmanager
async def _meanwhile(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Run `work` beside the block, and end it with the block; the job at hand is finished first."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def _replay(_request: Any, replay: Exception) -> Any:
    assert isinstance(replay, idempotency.Replay)  # noqa: S101  said by its registration
    return replay.response


def _openapi(application: FastAPI) -> dict[str, Any]:
    """FastAPI's document with our one shape of error among its schemas."""
    if application.openapi_schema is None:
        document = FastAPI.openapi(application)
        schema = ProblemDetails.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas = document.setdefault("components", {}).setdefault("schemas", {})
        schemas |= schema.pop("$defs", {}) | {"ProblemDetails": schema}
        application.openapi_schema = document
    return application.openapi_schema
