"""Who may enter where: every route stands here, an unlisted one fails, and every door is tried by everybody."""

import pytest
from fastapi.routing import iter_route_contexts

from app.access import access_of
from codings.base import Role
from tests.journeys.test_bad_input import filled

# Path -> who may enter: "anyone", "machine: scope ...", "person: role ..." (in alphabetical order).
DOORS: dict[str, str] = {
    "GET /": "anyone",
    "GET /.well-known/jwks.json": "anyone",
    "GET /.well-known/smart-configuration": "anyone",
    "GET /admin": "person: administrator",
    "GET /admin/accounts": "person: administrator",
    "POST /admin/accounts": "person: administrator",
    "GET /admin/accounts/{username}/disable": "person: administrator",
    "POST /admin/accounts/{username}/disable": "person: administrator",
    "GET /admin/audit": "person: administrator",
    "GET /admin/clients": "person: administrator",
    "POST /admin/clients": "person: administrator",
    "POST /admin/clients/{id}/disable": "person: administrator",
    "POST /admin/clients/{id}/keys": "person: administrator",
    "GET /admin/clients/{id}/{what}": "person: administrator",
    "POST /api/v1/acceptances/{acceptance}/release": "machine: pharmacy",
    "POST /api/v1/certificates": "machine: pharmacy prescriber",
    "GET /api/v1/certificates/{kid}": "machine: pharmacy prescriber",
    "POST /api/v1/certificates/{kid}/revoke": "machine: pharmacy prescriber",
    "GET /api/v1/claim-batches": "machine: insurer",
    "GET /api/v1/claim-batches/cursor": "machine: insurer",
    "GET /api/v1/claim-batches/{seq}": "machine: insurer",
    "POST /api/v1/claim-batches/{seq}/ack": "machine: insurer",
    "GET /api/v1/claim-batches/{seq}/files/{name}": "machine: insurer",
    "GET /api/v1/claims": "machine: insurer pharmacy",
    "GET /api/v1/claims/{claim}": "machine: insurer pharmacy",
    "POST /api/v1/claims/{claim}/accept": "machine: pharmacy",
    "POST /api/v1/claims/{claim}/appeal": "machine: pharmacy",
    "GET /api/v1/codings/releases": "anyone",
    "GET /api/v1/codings/{system}/search": "anyone",
    "GET /api/v1/codings/{system}/{code}": "anyone",
    "PUT /api/v1/coverages": "machine: insurer",
    "GET /api/v1/declarations": "anyone",
    "POST /api/v1/declarations": "machine: regulator",
    "POST /api/v1/dispenses": "machine: pharmacy",
    "POST /api/v1/dispenses/price": "machine: pharmacy",
    "GET /api/v1/dispenses/{dispense}": "machine: pharmacy",
    "POST /api/v1/dispenses/{dispense}/return": "machine: pharmacy",
    "POST /api/v1/eligibility": "machine: prescriber",
    "POST /api/v1/packs/check": "machine: pharmacy",
    "POST /api/v1/paper": "machine: pharmacy prescriber",
    "PUT /api/v1/patients/{patient}/facts": "machine: prescriber",
    "POST /api/v1/prescriptions": "machine: prescriber",
    "POST /api/v1/prescriptions/accept": "machine: pharmacy",
    "POST /api/v1/prescriptions/prepare": "machine: prescriber",
    "GET /api/v1/prescriptions/{number}": "machine: prescriber",
    "POST /api/v1/prescriptions/{number}/cancel": "machine: prescriber",
    "POST /api/v1/remittances": "machine: insurer",
    "POST /api/v1/results": "machine: insurer",
    "GET /api/v1/results/{job}": "machine: insurer",
    "POST /api/v1/shabads": "machine: prescriber",
    "POST /api/v1/shabads/reserve": "machine: pharmacy prescriber",
    "GET /api/v1/shabads/{shabad}": "machine: pharmacy prescriber",
    "POST /api/v1/shabads/{shabad}/eliminate": "machine: prescriber",
    "GET /api/v1/status": "anyone",
    "POST /api/v1/uploads": "machine: pharmacy prescriber",
    "GET /council": "person: council_officer",
    "GET /council/certificates/{asked}/{what}": "person: council_officer",
    "POST /council/certificates/{kid}/revoke": "person: council_officer",
    "POST /council/requests/{asked}/approve": "person: council_officer",
    "POST /council/requests/{asked}/enter": "person: council_officer",
    "POST /council/requests/{asked}/refuse": "person: council_officer",
    "GET /council/requests/{asked}/{what}": "person: council_officer",
    "GET /gallery": "anyone",
    "GET /health/live": "anyone",
    "GET /health/ready": "anyone",
    "GET /insurer": "person: insurer_officer",
    "GET /insurer/batches": "person: insurer_officer",
    "GET /insurer/batches/{seq}": "person: insurer_officer",
    "GET /insurer/claims": "person: insurer_officer",
    "GET /insurer/claims/{number}": "person: insurer_officer",
    "POST /language": "anyone",
    "GET /metrics": "anyone",
    "POST /oauth/token": "anyone",
    "GET /paper": "person: pharmacist physician",
    "POST /paper": "person: pharmacist physician",
    "GET /paper/search/{what}": "person: pharmacist physician",
    "GET /paper/{number}": "person: pharmacist physician",
    "GET /pharmacy": "person: pharmacist",
    "POST /pharmacy": "person: pharmacist",
    "GET /pharmacy/acceptances/{acceptance}": "person: pharmacist",
    "POST /pharmacy/acceptances/{acceptance}/dispense": "person: pharmacist",
    "POST /pharmacy/acceptances/{acceptance}/order": "person: pharmacist",
    "POST /pharmacy/acceptances/{acceptance}/packs": "person: pharmacist",
    "POST /pharmacy/acceptances/{acceptance}/price": "person: pharmacist",
    "POST /pharmacy/acceptances/{acceptance}/release": "person: pharmacist",
    "GET /pharmacy/dispenses/{dispense}": "person: pharmacist",
    "GET /pharmacy/dispenses/{dispense}/receipt": "person: pharmacist",
    "POST /pharmacy/dispenses/{dispense}/return": "person: pharmacist",
    "GET /prescriber": "person: physician",
    "GET /prescriber/drafts/{draft}": "person: physician",
    "POST /prescriber/drafts/{draft}": "person: physician",
    "GET /prescriber/drafts/{draft}/discard": "person: physician",
    "POST /prescriber/drafts/{draft}/discard": "person: physician",
    "GET /prescriber/drafts/{draft}/facts": "person: physician",
    "POST /prescriber/drafts/{draft}/facts": "person: physician",
    "GET /prescriber/drafts/{draft}/review": "person: physician",
    "GET /prescriber/key": "person: physician",
    "POST /prescriber/key": "person: physician",
    "GET /prescriber/medicines": "person: physician",
    "GET /prescriber/prescriptions/{number}": "person: physician",
    "GET /prescriber/prescriptions/{number}/cancel": "person: physician",
    "POST /prescriber/prescriptions/{number}/cancel": "person: physician",
    "GET /prescriber/prescriptions/{number}/correct": "person: physician",
    "POST /prescriber/prescriptions/{number}/correct": "person: physician",
    "GET /prescriber/prescriptions/{number}/slip": "person: physician",
    "GET /prescriber/visits": "person: physician",
    "POST /prescriber/visits": "person: physician",
    "GET /prescriber/visits/{inquiry}": "person: physician",
    "POST /prescriber/visits/{inquiry}": "person: physician",
    "GET /q/{number}": "anyone",
    "GET /regulator": "person: regulator",
    "POST /regulator/declarations": "person: regulator",
    "POST /regulator/declarations/{number}/approve": "person: regulator",
    "POST /regulator/declarations/{number}/refuse": "person: regulator",
    "GET /sign-in": "anyone",
    "POST /sign-in": "anyone",
    "POST /sign-out": "anyone",
    "GET /status": "anyone",
}


def walk(routes):
    """Every route of ours with its whole address, however deep it was included."""
    for route in iter_route_contexts(routes):
        if getattr(route, "dependant", None) is not None:
            yield route


def said(route) -> str:
    def inner(dependant):
        for one in dependant.dependencies:
            yield one.call
            yield from inner(one)

    (access,) = {a for call in inner(route.dependant) if (a := access_of(call))}
    return (
        access.kind if access.kind == "anyone" else f"{access.kind}: {' '.join(sorted(access.names))}".strip()
    )


def doors(world) -> dict[str, str]:
    found: dict[str, str] = {}
    for route in walk(world.browser.app.routes):
        for method in sorted(route.methods):
            found[f"{method} {route.path}"] = said(route)
    return found


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
    if not people:
        assert role is Role.CODINGS_EDITOR  # the only role without a person in the demonstration
        return
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
