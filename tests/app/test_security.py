"""Every answer carries the same protection, no body is read beyond its limit, forms come from our own pages."""

import asyncio
from typing import Annotated, Any

import pytest
from fastapi import APIRouter, FastAPI, Request
from sqlmodel import select
from starlette.responses import Response

from app import audit
from app.access import Anyone
from app.audit import saw
from app.db import reading
from app.security import CONTENT_SECURITY_POLICY
from app.service import TheService
from app.tables import AuditEntry
from codings.base import Actor
from tests.app.conftest import HERE


@pytest.fixture(autouse=True)
def _doors(app: FastAPI) -> None:
    router = APIRouter(dependencies=[Anyone()])

    @router.post("/form")
    @router.post("/api/v1/form")
    @router.post("/api/v1/uploads/test")
    async def form(request: Request) -> dict[str, int]:
        return {"bytes": len(await request.body())}

    @router.get("/scanner")
    def scanner() -> Response:
        return Response(
            "x", headers={"Content-Security-Policy": "default-src 'self'", "Cache-Control": "max-age=1"}
        )

    @router.get("/api/v1/look")
    def look(service: TheService, by: Annotated[Actor, Anyone()]) -> dict[str, str | None]:
        saw(service, by=by, verb="test.look", subject="x")
        return {"request": audit.request_id.get()}

    app.include_router(router)


@pytest.mark.parametrize("path", ["/health/live", "/nowhere", "/api/v1/nowhere", "/.well-known/jwks.json"])
def test_every_answer_carries_the_headers(client, path):
    headers = client.get(path).headers
    assert headers["content-security-policy"] == CONTENT_SECURITY_POLICY
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert headers["cache-control"] == "no-store"
    assert "camera=(self)" in headers["permissions-policy"]
    assert "strict-transport-security" not in headers  # this test is served over plain http


def test_a_policy_allows_nothing_from_elsewhere_and_nothing_inline():
    policy = dict(part.strip().split(" ", 1) for part in CONTENT_SECURITY_POLICY.split(";"))
    assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert "unsafe" not in CONTENT_SECURITY_POLICY
    assert "http" not in CONTENT_SECURITY_POLICY


def test_a_page_that_says_its_own_policy_keeps_it(client):
    headers = client.get("/scanner").headers
    assert headers["content-security-policy"] == "default-src 'self'"
    assert headers["cache-control"] == "max-age=1"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (HERE, 200),
        ({"Origin": "http://127.0.0.1:8000"}, 200),  # the demonstration's other name
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "none"}, 200),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site", **HERE}, 403),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "http://localhost:9000"}, 403),
        ({"Origin": "null"}, 403),
        ({}, 403),
    ],
)
def test_a_form_is_taken_only_from_our_own_pages(client, headers, status):
    assert client.post("/form", headers=headers).status_code == status


def test_a_machine_needs_no_origin_since_no_browser_adds_its_token(client):
    assert client.post("/api/v1/form").status_code == 200


def test_a_body_that_announces_too_much_is_refused_unread(client):
    told = client.post("/api/v1/form", content=b"x" * 1_000_001)
    assert (told.status_code, told.json()["code"]) == (413, "request.too_large")
    assert client.post("/api/v1/form", content=b"x" * 1_000_000).json() == {"bytes": 1_000_000}


@pytest.mark.parametrize(("pieces", "status", "read"), [(10, 200, 10), (11, 413, 11), (100, 413, 11)])
def test_a_body_that_announces_nothing_is_cut_at_its_limit(app, pieces, status, read):
    """Spoken to directly, since the test client gathers a body before it sends it."""
    taken, answers = 0, []

    async def receive() -> dict[str, Any]:
        nonlocal taken
        taken += 1
        return {"type": "http.request", "body": b"x" * 100_000, "more_body": taken < pieces}

    async def send(message: Any) -> None:
        answers.append(message)

    scope = {"type": "http", "method": "POST", "path": "/api/v1/form", "headers": [], "query_string": b""}
    asyncio.run(app(scope, receive, send))
    assert (answers[0]["status"], taken) == (status, read)


def test_a_photograph_may_be_larger(client):
    assert client.post("/api/v1/uploads/test", content=b"x" * 9_000_000).json() == {"bytes": 9_000_000}
    assert client.post("/api/v1/uploads/test", content=b"x" * 10_000_001).status_code == 413


def test_a_length_that_is_no_number_is_refused(client):
    assert client.post("/api/v1/form", content=b"x", headers={"Content-Length": "-1"}).status_code == 413


@pytest.mark.parametrize("given", ["abcdef-12345", "x" * 64])
def test_a_plain_request_id_is_echoed_and_audited(client, service, given):
    told = client.get("/api/v1/look", headers={"X-Request-Id": given})
    assert told.headers["x-request-id"] == given
    assert told.json() == {"request": given}
    with reading(service) as session:
        assert session.exec(select(AuditEntry)).one().request_id == given


@pytest.mark.parametrize(
    "given", ["", "short", "x" * 65, "with space in it", 'quote"quote"', "a<script>b</script>"]
)
def test_any_other_request_id_is_replaced(client, given):
    told = client.get("/api/v1/look", headers={"X-Request-Id": given})
    assert told.headers["x-request-id"] != given
    assert len(told.headers["x-request-id"]) == 36
