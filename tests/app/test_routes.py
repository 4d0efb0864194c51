"""Every route says who may enter, in one way only, and no page or call changes anything by being looked at."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute, Mount, Route

from app.access import Access, access_of
from app.db import GivesBack, _writing
from app.idempotency import _once


def walk(routes: list[BaseRoute]) -> Iterator[APIRoute]:
    """Every route of ours, however deep it was included."""
    for route in routes:
        if isinstance(route, APIRoute):
            yield route
        elif not isinstance(route, Mount):
            inner = getattr(getattr(route, "original_router", None), "routes", [])
            yield from walk(list(inner))


def dependencies(dependant: Dependant) -> Iterator[Callable[..., Any] | None]:
    for inner in dependant.dependencies:
        yield inner.call
        yield from dependencies(inner)


@pytest.fixture
def routes(app) -> list[APIRoute]:
    return list(walk(app.routes))


def test_the_walk_finds_the_routes_that_are_served(app, routes):
    assert {"/oauth/token", "/health/live"} <= {route.path for route in routes}
    documented = set(app.openapi()["paths"])
    assert documented <= {route.path for route in routes}


def test_every_route_names_exactly_one_kind_of_caller(routes):
    undecided = {}
    for route in routes:
        declared = {access for call in dependencies(route.dependant) if (access := access_of(call))}
        if len(declared) != 1:
            undecided[route.path] = declared
    assert not undecided


def test_machines_paths_never_take_a_session_and_pages_never_a_token(routes):
    kinds = {route.path: kind(route).kind for route in routes}
    assert not [path for path, is_for in kinds.items() if path.startswith("/api/") and is_for == "person"]
    assert not [
        path for path, is_for in kinds.items() if not path.startswith("/api/") and is_for == "machine"
    ]


def test_looking_changes_nothing(routes):
    writing = [
        route.path
        for route in routes
        if route.methods & {"GET", "HEAD"} and {_writing, _once} & set(dependencies(route.dependant))
    ]
    assert not writing


def test_the_actor_is_known_before_the_key_of_the_request_is_looked_up(routes):
    for route in routes:
        order = list(dependencies(route.dependant))
        if _once in order:
            gate = next(i for i, call in enumerate(order) if access_of(call))
            assert gate < order.index(_once), f"{route.path}: `once` stands after the actor"


def test_nothing_is_served_beside_what_is_declared(app):
    plain = {route.path for route in app.routes if type(route) is Route}
    assert plain <= {"/openapi.json"}


def kind(route: APIRoute) -> Access:
    return next(access for call in dependencies(route.dependant) if (access := access_of(call)))


def test_no_answer_is_checked_while_its_session_is_held(routes):
    """What a sync handler returns as a model is checked in another thread: its connection is back by then."""
    held = [
        route.path
        for route in routes
        if route.response_field is not None
        and any(getattr(inner, "__name__", "") == "_reading" for inner in dependencies(route.dependant))
        and not isinstance(route, GivesBack)
    ]
    assert held == []
