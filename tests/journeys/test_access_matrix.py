"""Who may enter where: every route stands here, an unlisted one fails, and every door is tried by everybody."""

import pytest
from fastapi.routing import iter_route_contexts

from app.access import Access, access_of
from codings.base import Role
from tests.journeys.doors import DOORS
from tests.journeys.test_bad_input import filled


def walk(routes):
    """Every route of ours with its whole address, however deep it was included."""
    for route in iter_route_contexts(routes):
        if getattr(route, "dependant", None) is not None:
            yield route


def access(route) -> Access:
    def inner(dependant):
        for one in dependant.dependencies:
            yield one.call
            yield from inner(one)

    (found,) = {a for call in inner(route.dependant) if (a := access_of(call))}
    return found


def accesses(world) -> dict[str, Access]:
    return {
        f"{method} {route.path}": access(route)
        for route in walk(world.browser.app.routes)
        for method in sorted(route.methods)
    }


def doors(world) -> dict[str, str]:
    return {
        door: said.kind if said.kind == "anyone" else f"{said.kind}: {' '.join(sorted(said.names))}".strip()
        for door, said in accesses(world).items()
    }


def test_every_door_is_listed_with_who_may_enter(world):
    assert doors(world) == DOORS


def test_nobody_enters_without_a_token(world):
    for door, who in DOORS.items():
        method, path = door.split(" ", 1)
        if who.startswith("machine"):
            answer = world.browser.request(method, filled(path))
            assert (door, answer.status_code) == (door, 401)
            assert "Bearer" in answer.headers["WWW-Authenticate"]


@pytest.mark.parametrize("name", ["clinic-sepid", "pharmacy-noosh", "insurer-tamin", "regulator"])
def test_a_machine_enters_only_where_its_scope_reaches(world, name):
    machine = world.machine(name)
    headers = {"Authorization": f"Bearer {machine.token()}"}
    for door, who in DOORS.items():
        method, path = door.split(" ", 1)
        if who.startswith("machine"):
            may = machine.scope in who.removeprefix("machine: ").split() or who == "machine:"
            status = world.browser.request(method, filled(path), headers=headers).status_code
            assert (door, status == 403) == (door, not may)


def test_a_token_opens_no_page_and_a_session_no_call(world):
    token = {"Authorization": f"Bearer {world.clinic.token()}"}
    for door, who in DOORS.items():
        method, path = door.split(" ", 1)
        if who.startswith("person"):
            answer = world.browser.request(method, filled(path), headers=token | SAME_ORIGIN)
            assert (door, answer.status_code in {303, 401}) == (door, True)


@pytest.mark.parametrize("role", [r for r in Role if r not in {Role.MACHINE, Role.SERVICE, Role.PATIENT}])
def test_a_person_enters_only_where_their_role_reaches(world, role):
    people = [a for a in world.told["accounts"] if a["role"] == role.value]
    form = {"username": people[0]["username"], "password": people[0]["password"]}
    assert world.browser.post("/sign-in", data=form, headers=SAME_ORIGIN).status_code == 303
    for door, who in DOORS.items():
        method, path = door.split(" ", 1)
        if who.startswith("person") and path != "/sign-out":
            may = role.value in who.removeprefix("person: ").split() or who == "person:"
            answer = world.browser.request(method, filled(path), headers=SAME_ORIGIN)
            assert (door, answer.status_code == 403) == (door, not may)
            assert answer.status_code < 500, (door, answer.text)


SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost:8000"}
