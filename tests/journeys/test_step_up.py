"""Keys, roles and releases want a proof of just now: every such door refuses an open page, and opens after a proof."""

import re

import pytest

from codings.base import Role
from tests.journeys.doors import DOORS
from tests.journeys.step_up import DESKS, FRESH, OPEN_PAGE
from tests.journeys.test_access_matrix import SAME_ORIGIN, accesses
from tests.journeys.test_bad_input import filled

PATIENCE = 6  # minutes: longer than a proof is fresh, less than anybody rests into the lock


def test_the_list_is_what_the_doors_declare(world):
    assert {door for door, access in accesses(world).items() if access.fresh} == FRESH.keys()


def test_whatever_changes_something_at_these_desks_is_listed_or_has_its_reason():
    changing = {
        door
        for door, who in DOORS.items()
        if door.startswith("POST ") and who.startswith("person") and door[5:].startswith(DESKS)
    }
    assert changing - FRESH.keys() == OPEN_PAGE.keys()


@pytest.mark.parametrize("role", sorted(set(FRESH.values())))
def test_each_refuses_an_open_page_and_opens_after_a_proof(world, role):
    person = next(a for a in world.told["accounts"] if Role(a["role"]) is Role(role))
    form = {"username": person["username"], "password": person["password"]}
    assert world.browser.post("/sign-in", data=form, headers=SAME_ORIGIN).status_code == 303
    for _ in range(2):
        world.clock.advance(minutes=PATIENCE // 2)
        assert world.browser.post("/account/stay", headers=SAME_ORIGIN).status_code == 204
    mine = [door for door, who in FRESH.items() if who == role]
    assert {door: told(world, door) for door in mine} == dict.fromkeys(mine, "access.prove_again")
    proof = {"method": "password", "password": person["password"], "next": "/account"}
    assert world.browser.post("/account/unlock", data=proof, headers=SAME_ORIGIN).status_code == 303
    opened = {door: told(world, door) for door in mine}
    assert not {door for door, code in opened.items() if code.startswith("access.")}, opened


def test_what_was_typed_is_sent_after_the_proof(world):
    person = next(a for a in world.told["accounts"] if a["role"] == "administrator")
    form = {"username": person["username"], "password": person["password"]}
    world.browser.post("/sign-in", data=form, headers=SAME_ORIGIN)
    for _ in range(2):
        world.clock.advance(minutes=PATIENCE // 2)
        world.browser.post("/account/stay", headers=SAME_ORIGIN)
    role = {"key": "k-1", "role": "regulator"}
    told = world.browser.post("/admin/accounts/insurer-tam/role", data=role, headers=SAME_ORIGIN)
    assert told.status_code == 401
    carry = re.search(r'name="carry" value="([^"]+)"', told.text)
    assert carry is not None
    proof = {"method": "password", "password": person["password"], "carry": carry[1]}
    page = world.browser.post("/account/unlock", data=proof, headers=SAME_ORIGIN)
    assert 'action="/admin/accounts/insurer-tam/role"' in page.text
    told = world.browser.post("/admin/accounts/insurer-tam/role", data=role, headers=SAME_ORIGIN)
    assert told.headers["location"] == "/admin/accounts/insurer-tam"


def told(world, door: str) -> str:
    """The code of what a door answers to nothing at all; `done` when it is no refusal."""
    method, path = door.split(" ", 1)
    headers = SAME_ORIGIN | {"Accept": "application/json"}
    answer = world.browser.request(method, filled(path), headers=headers, follow_redirects=False)
    assert answer.status_code < 500, (door, answer.text)
    if answer.headers.get("content-type", "").startswith("application/problem+json"):
        return str(answer.json()["code"])
    return "done"
