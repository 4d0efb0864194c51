"""Every no has one shape, a stable code and words in the caller's language, and leaks nothing."""

import threading
from typing import Annotated, Any

import pytest
from fastapi import APIRouter, FastAPI, Query
from pydantic import BaseModel, Field
from sqlalchemy import text
from starlette.responses import HTMLResponse
from starlette.testclient import TestClient

from app.access import Anyone
from app.db import Writing, writing
from app.language import preferred
from app.main import create_app
from app.tables import Attempt, Message
from codings.base import Kind, Problem, Words
from codings.identifiers import NationalId
from tests.app.conftest import NOW

ENGLISH = {"Accept-Language": "en"}
SECRET = "a name that must not leave"


class TooMany(Problem):
    code = "test.too_many"
    kind = Kind.REFUSED
    words = Words(fa="{count} تا زیاد است.", en="{count} is too many.")
    fix = Words(fa="کمتر بردارید.", en="Take fewer.")


class Shown(BaseModel):
    id: str

    def as_json(self) -> dict[str, str]:
        return {"id": self.id}


class Body(BaseModel):
    model_config = {"extra": "forbid"}

    patient: NationalId | None = None
    items: list[int] = Field(default=[], max_length=2)
    note: str = "x"


@pytest.fixture(autouse=True)
def _doors(app: FastAPI) -> None:
    app.include_router(doors())


def doors() -> APIRouter:
    router = APIRouter(dependencies=[Anyone()])

    @router.get("/api/v1/too-many")
    @router.get("/too-many")
    def too_many() -> None:
        raise TooMany(pointer="/items/0", findings=[Shown(id="RX-1"), {"id": "RX-2"}], count=7)

    @router.post("/api/v1/checked")
    def checked(body: Body, limit: Annotated[int, Query(ge=1)] = 1) -> Body:
        return body

    @router.post("/api/v1/notes")
    def note(session: Writing, body: Body) -> dict[str, str]:
        session.connection().execute(text("SELECT 1"))
        session.add(Message(key=body.note, mobile="0", text=body.note, at=NOW))
        session.flush()
        return {"note": body.note}

    @router.post("/api/v1/locked")
    def locked(session: Writing) -> dict[str, str]:
        session.connection().execute(text("SELECT count FROM attempt WHERE key = 'k' FOR UPDATE"))
        return {}

    @router.post("/api/v1/slow")
    def slow(session: Writing) -> dict[str, str]:
        session.connection().execute(text("SET LOCAL statement_timeout = 50"))
        session.connection().execute(text("SELECT pg_sleep(2)"))
        return {}

    @router.get("/api/v1/fault")
    @router.get("/fault")
    def fault() -> None:
        raise RuntimeError(SECRET)

    return router


def test_a_problem_has_code_words_pointer_fix_and_findings(client):
    told = client.get("/api/v1/too-many", headers=ENGLISH)
    assert told.status_code == 422
    assert told.headers["content-type"] == "application/problem+json"
    body = told.json()
    assert body.pop("request_id") == told.headers["x-request-id"]
    assert body == {
        "type": "urn:noskheh:problem:test.too_many",
        "title": "Refused by a rule",
        "status": 422,
        "detail": "7 is too many.",
        "code": "test.too_many",
        "errors": [{"pointer": "/items/0", "code": "test.too_many", "detail": "7 is too many."}],
        "fix": "Take fewer.",
        "findings": [{"id": "RX-1"}, {"id": "RX-2"}],
    }


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "fa"),
        ("fr", "fa"),
        ("en", "en"),
        ("en-GB,en;q=0.9,fa;q=0.8", "en"),
        ("fa,en;q=0.9", "fa"),
        ("en;q=0", "fa"),
        ("en;q=x", "fa"),
        ("*", "fa"),
        ("fa-IR;q=0.2, EN-us;q=0.3", "en"),
    ],
)
def test_the_better_rated_language_is_spoken_and_persian_in_doubt(client, header, language):
    assert preferred(header) == language
    detail = client.get("/api/v1/too-many", headers={"Accept-Language": header}).json()["detail"]
    assert detail == {"fa": "7 تا زیاد است.", "en": "7 is too many."}[language]


def test_a_person_gets_a_page_and_a_script_json(client):
    page = client.get("/too-many", headers={"Accept": "text/html,*/*"})
    assert (page.status_code, page.headers["content-type"]) == (422, "text/html; charset=utf-8")
    assert "7 تا زیاد است." in page.text
    assert 'dir="rtl"' in page.text
    script = client.get("/too-many", headers={"Accept": "application/json"})
    assert script.json()["code"] == "test.too_many"


def test_the_pages_may_draw_problems_themselves(app, client):
    def draw(_request: Any, shown: Any) -> Any:
        return HTMLResponse(f"<p>drawn {shown.code}</p>", shown.status)

    app.state.render_problem = draw
    assert client.get("/too-many").text == "<p>drawn test.too_many</p>"


@pytest.mark.parametrize(
    ("sent", "pointer", "code"),
    [
        ({"json": {"patient": "0123"}}, "/patient", "identifier.national_id"),
        ({"json": {"items": ["x"]}}, "/items/0", "int_parsing"),
        ({"json": {"items": [1, 2, 3]}}, "/items", "too_long"),
        ({"json": {"un~known/": 1}}, "/un~0known~1", "extra_forbidden"),
        ({"content": b"{", "headers": {"Content-Type": "application/json"}}, "", "json_invalid"),
        ({"json": [1]}, "", "model_attributes_type"),
        ({"json": {}, "params": {"limit": 0}}, "/limit", "greater_than_equal"),
    ],
)
def test_malformed_is_400_in_the_same_shape_and_says_where(client, sent, pointer, code):
    for language in ("en", "fa"):
        told = client.post("/api/v1/checked", **_with(sent, {"Accept-Language": language}))
        body = told.json()
        assert (told.status_code, body["code"]) == (400, "request.malformed")
        (error,) = body["errors"]
        assert (error["pointer"], error["code"]) == (pointer, code)
        assert error["detail"].isascii() == (language == "en")
        assert "{" not in error["detail"]


def test_what_was_sent_is_not_repeated(client):
    told = client.post("/api/v1/checked", json={"patient": "secret-number"})
    assert "secret-number" not in told.text


def test_unknown_addresses_and_methods_have_the_shape_too(client):
    nowhere = client.get("/api/v1/nowhere")
    assert (nowhere.status_code, nowhere.json()["code"]) == (404, "route.unknown")
    wrong = client.delete("/api/v1/too-many")
    assert (wrong.status_code, wrong.json()["code"], wrong.headers["allow"]) == (405, "route.method", "GET")
    assert "نشانی" in client.get("/nowhere").text


def test_a_constraint_of_the_database_is_an_answer_and_not_a_fault(client):
    assert client.post("/api/v1/notes", json={"note": "one"}).status_code == 200
    again = client.post("/api/v1/notes", json={"note": "one"}, headers=ENGLISH)
    assert (again.status_code, again.json()["code"]) == (409, "state.lost_race")
    assert "one" not in again.json()["detail"].split()
    assert "message" not in again.text


def test_a_character_postgresql_cannot_store_is_malformed(client):
    told = client.post("/api/v1/notes", json={"note": "a\u0000b"})
    assert (told.status_code, told.json()["code"]) == (400, "request.malformed")


def test_a_row_that_stays_locked_is_busy_and_says_when_to_come_back(client, service, clock):
    with writing(service) as session:
        session.add(Attempt(kind="t", key="k", count=1, first_at=clock.now, last_at=clock.now))
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with writing(service) as session:
            session.connection().execute(text("SELECT count FROM attempt WHERE key = 'k' FOR UPDATE"))
            held.set()
            done.wait(10)

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait(5)
    told = client.post("/api/v1/locked")
    done.set()
    holder.join()
    assert (told.status_code, told.json()["code"], told.headers["retry-after"]) == (409, "busy", "1")


def test_a_statement_that_takes_too_long_is_unavailable(client):
    told = client.post("/api/v1/slow")
    assert (told.status_code, told.json()["code"]) == (503, "database.slow")
    assert "retry-after" in told.headers


@pytest.mark.parametrize("path", ["/api/v1/fault", "/fault"])
@pytest.mark.parametrize("demonstration", [True, False])
def test_a_fault_of_ours_tells_nothing_but_the_request_id(service, caplog, path, demonstration):
    settings = service.settings.model_copy(update={"demonstration": demonstration})
    app = create_app(
        type(service)(
            settings=settings,
            engine=service.engine,
            keys=service.keys,
            gateways=service.gateways,
            clock=service.clock,
        )
    )
    app.include_router(doors())
    browser = TestClient(app, base_url="http://localhost:8000")
    told = browser.get(path, headers={"X-Request-Id": "request-77"})
    assert told.status_code == 500
    assert SECRET not in told.text
    assert "internal" in told.text
    assert "Traceback" not in told.text
    assert told.headers["content-security-policy"]
    assert "request-77" in caplog.text
    assert "RuntimeError" in caplog.text
    assert (SECRET in caplog.text) == demonstration


def _with(sent: dict[str, Any], headers: dict[str, str]) -> dict[str, Any]:
    return sent | {"headers": sent.get("headers", {}) | headers}
