"""Every "no" in one shape: RFC 9457 problem details for machines, a page for people.

Rooms raise a Problem; the database refuses by constraint, lock or loss of contact; FastAPI refuses what is malformed.
Here each becomes a status, a stable code and words in the caller's language, and nothing else leaves.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import psycopg
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from markupsafe import escape
from pydantic_core import to_json
from sqlalchemy import exc
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response

from app import refusals
from app.language import MACHINE_PATHS, language_of
from app.refusals import ShellProblem
from app.validation import malformed
from codings.base import Kind, Problem, Words

log = logging.getLogger("noskheh")

STATUS: Mapping[Kind, int] = {
    Kind.MALFORMED: 400,
    Kind.FORBIDDEN: 403,
    Kind.MISSING: 404,
    Kind.CONFLICT: 409,
    Kind.STALE: 412,
    Kind.TOO_LARGE: 413,
    Kind.REFUSED: 422,
    Kind.THROTTLED: 429,
    Kind.PARTNER_DOWN: 503,
}
TITLES: Mapping[int, Words] = {
    400: Words(fa="درخواست نادرست است", en="The request is malformed"),
    401: Words(fa="ورود لازم است", en="Sign-in is required"),
    403: Words(fa="اجازه ندارید", en="You may not do this"),
    404: Words(fa="پیدا نشد", en="Not found"),
    405: Words(fa="این روش پذیرفته نمی‌شود", en="This method is not accepted"),
    409: Words(fa="وضعیت تغییر کرده است", en="The state has changed"),
    412: Words(fa="نسخهٔ داده قدیمی است", en="The version is out of date"),
    413: Words(fa="حجم درخواست زیاد است", en="The request is too large"),
    422: Words(fa="پذیرفته نشد", en="Refused by a rule"),
    429: Words(fa="درخواست‌ها بیش از اندازه است", en="Too many tries"),
    500: Words(fa="خطای داخلی", en="Internal error"),
    503: Words(fa="موقتاً در دسترس نیست", en="Unavailable for the moment"),
}

# SQLSTATE codes and classes that are answers and not faults of ours.
BUSY = frozenset({"55P03", "40P01", "40001"})  # lock time-out, deadlock, serialisation
SLOW = "57014"  # statement time-out
AWAY = frozenset({"08", "57"})  # connection classes: refused, shutting down, killed
INTEGRITY = "23"
DATA = "22"

# The name of a database constraint -> the problem it stands for. What is not here is a lost race: 409.
CONSTRAINTS: dict[str, type[Problem]] = {
    "pk_idempotency": refusals.StillRunning,
    "pk_account": refusals.AccountExists,
    "pk_client": refusals.ClientExists,
    "pk_used_jti": refusals.AssertionUsed,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemView:
    """A problem ready to be shown, in one language."""

    status: int
    code: str
    title: str
    detail: str
    language: str
    fix: str | None = None
    errors: Sequence[Mapping[str, Any]] = ()
    findings: Sequence[Any] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    request_id: str | None = None

    def as_json(self) -> dict[str, Any]:
        body: dict[str, Any] = {
            "type": f"urn:noskheh:problem:{self.code}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
        }
        optional = {"errors": list(self.errors), "fix": self.fix, "findings": list(self.findings)}
        optional["request_id"] = self.request_id
        return body | {name: value for name, value in optional.items() if value}


def view(problem: Problem, request: Request) -> ProblemView:
    """The problem as this request's caller will see it."""
    language = language_of(request)

    def say(words: Words) -> str:
        return words.en if language == "en" else words.fa

    status = problem.status if isinstance(problem, ShellProblem) else STATUS[problem.kind]
    headers = dict(problem.headers) if isinstance(problem, ShellProblem) else {}
    if status in {429, 503}:
        minutes = problem.facts.get("minutes")
        headers.setdefault("Retry-After", str(int(minutes) * 60) if minutes is not None else "5")
    errors: list[Mapping[str, Any]] = []
    if isinstance(problem, refusals.Malformed):
        errors = [{**error, "detail": say(error["detail"])} for error in problem.errors]
    elif problem.pointer is not None:
        errors = [{"pointer": problem.pointer, "code": problem.code, "detail": say(problem.detail)}]
    remedy = problem.remedy
    return ProblemView(
        status=status,
        code=problem.code,
        title=say(TITLES.get(status, TITLES[422])),
        detail=say(problem.detail),
        language=language,
        fix=say(remedy) if remedy else None,
        errors=errors,
        findings=[f.as_json() if hasattr(f, "as_json") else f for f in problem.findings],
        headers=headers,
        request_id=getattr(request.state, "request_id", None),
    )


def answer(problem: Problem, request: Request) -> Response:
    """The whole answer to a refused request: problem JSON for machines and scripts, else a page."""
    shown = view(problem, request)
    if wants_json(request):
        return Response(
            to_json(shown.as_json()), shown.status, dict(shown.headers), media_type="application/problem+json"
        )
    render = getattr(request.app.state, "render_problem", None)
    response: Response = render(request, shown) if render is not None else plain_page(shown)
    for name, value in shown.headers.items():
        response.headers[name] = value
    return response


def wants_json(request: Request) -> bool:
    """Machines' paths always; elsewhere a script that asks for JSON and not for a page."""
    accepts = request.headers.get("accept", "")
    return request.url.path.startswith(MACHINE_PATHS) or ("json" in accepts and "text/html" not in accepts)


def plain_page(shown: ProblemView) -> HTMLResponse:
    """A page that needs nothing, for when the real ones cannot be drawn."""
    direction = "ltr" if shown.language == "en" else "rtl"
    fix = f"<p>{escape(shown.fix)}</p>" if shown.fix else ""
    return HTMLResponse(
        f'<!doctype html><html lang="{shown.language}" dir="{direction}"><meta charset="utf-8">'
        f"<title>{escape(shown.title)}</title><h1>{escape(shown.title)}</h1>"
        f"<p>{escape(shown.detail)}</p>{fix}<p><small>{escape(shown.code)}</small></p></html>",
        shown.status,
    )


def from_database(error: exc.SQLAlchemyError) -> Problem | None:
    """What a refusal of the database means to the caller; None when it is a fault of ours."""
    if isinstance(error, exc.TimeoutError | exc.InvalidatePoolError):
        return refusals.DatabaseAway()
    if not isinstance(error, exc.DBAPIError):
        return None
    original = error.orig
    state = getattr(original, "sqlstate", None) or ""
    if error.connection_invalidated or (state[:2] in AWAY and state != SLOW):
        return refusals.DatabaseAway()
    if state in BUSY:
        return refusals.Busy()
    if state == SLOW:
        return refusals.DatabaseSlow()
    if state.startswith(INTEGRITY):
        return _from_constraint(original)
    if isinstance(error, exc.DataError) or state.startswith(DATA):
        return refusals.Malformed()
    if isinstance(error, exc.OperationalError) and not state:  # no connection was made at all
        return refusals.DatabaseAway()
    return None


def _from_constraint(original: BaseException | None) -> Problem:
    name = original.diag.constraint_name if isinstance(original, psycopg.Error) else None
    return CONSTRAINTS.get(name or "", refusals.LostRace)()


def install(app: FastAPI) -> None:
    """Teach the application every way of saying no."""

    async def on_problem(request: Request, error: Exception) -> Response:
        assert isinstance(error, Problem)  # noqa: S101  said by the registration below
        return answer(error, request)

    async def on_malformed(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)  # noqa: S101  said by the registration below
        return answer(malformed(error.errors()), request)

    async def on_database(request: Request, error: Exception) -> Response:
        assert isinstance(error, exc.SQLAlchemyError)  # noqa: S101  said by the registration below
        problem = from_database(error)
        if problem is None:
            raise error
        log.warning("database said no: %s", problem.code, extra={"problem": problem.code})
        return answer(problem, request)

    async def on_http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101  said by the registration below
        return answer(refusals.from_status(error.status_code, error.headers), request)

    app.add_exception_handler(Problem, on_problem)
    app.add_exception_handler(RequestValidationError, on_malformed)
    app.add_exception_handler(exc.SQLAlchemyError, on_database)
    app.add_exception_handler(HTTPException, on_http)


def title_of(status: int) -> str:
    """The standard phrase of a status, for the OpenAPI document."""
    return HTTPStatus(status).phrase
