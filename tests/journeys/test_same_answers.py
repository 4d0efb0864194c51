"""Not yours, not there and wrong secret are one answer, in status, words and headers: promise 23 of safety.md."""

import json

import pytest

from app import clients
from app.demo.people import SINCE, Folder, jwk_of, thumb
from codings import actions as coding_actions
from codings import jws
from codings.base import Actor, Role, new_id
from codings.states import CentreKind
from tests.journeys.conftest import Caller

NOBODYS = "1055ZZZZZZZZ"


def shown(answer):
    """All that a caller can tell two answers apart by, but the request's own id."""
    headers = {k: v for k, v in answer.headers.items() if k not in {"x-request-id", "content-length", "date"}}
    body = answer.json() if "json" in answer.headers.get("content-type", "") else answer.text
    if isinstance(body, dict):
        body = {k: v for k, v in body.items() if k != "request_id"}
    return answer.status_code, json.dumps(body, sort_keys=True), headers


def same(*answers):
    first, *others = [shown(answer) for answer in answers]
    assert 400 <= first[0] < 500
    for other in others:
        assert other == first


@pytest.fixture
def dispensed(world):
    """A prescription, its dispense at one pharmacy, and its claim."""
    return world.dispense(world.prescribe())


@pytest.fixture
def other_clinic(world):
    """A machine of a clinic that saw nobody yet."""
    folder = Folder(world.folder / "demo")
    key = folder.key("clinic-elsewhere")
    by = Actor(id="account:admin", role=Role.ADMINISTRATOR, at=world.clock.now)
    with world.write() as session:
        centre = coding_actions.add_centre(
            session,
            siam="9900000999",
            kind=CentreKind.CLINIC,
            name_fa="درمانگاه دیگر",
            name_en="Another clinic",
            province="IR-23",
            address_fa="",
            phone="",
            licence_from=SINCE,
            by=by,
        )
        clients.client_add(
            session,
            id="clinic-elsewhere",
            name="Another clinic",
            scopes=["prescriber"],
            jwks={"keys": [jwk_of(key)]},
            centre="9900000999",
            insurer=None,
            by=by,
        )
    pem = world.pem("keys/clinic-elsewhere.pem")
    return Caller(
        world, "clinic-elsewhere", "prescriber", jws.Key(thumb(key), "ES256", pem), {"centre": centre}
    )


def test_another_clinics_prescription_is_none(world, other_clinic):
    number = world.prescribe()["number"]
    shabad = number.partition("-")[0]
    for path in ("/prescriptions/{}-1", "/prescriptions/{}", "/shabads/{}"):
        theirs, nobodys = path.format(shabad), path.format(NOBODYS)
        same(other_clinic.send("GET", theirs), other_clinic.send("GET", nobodys))
    why = {"reason": "entered-in-error"}
    same(
        other_clinic.send("POST", f"/prescriptions/{number}/cancel", json=why),
        other_clinic.send("POST", f"/prescriptions/{NOBODYS}-1/cancel", json=why),
    )


def test_another_pharmacys_dispense_is_none(world, dispensed):
    stranger, number = world.other_pharmacy, dispensed["dispense"]
    same(stranger.send("GET", f"/dispenses/{number}"), stranger.send("GET", f"/dispenses/{NOBODYS}-1.1"))
    back = {"reason": "wrong-item"}
    same(
        stranger.send("POST", f"/dispenses/{number}/return", json=back),
        stranger.send("POST", f"/dispenses/{NOBODYS}-1.1/return", json=back),
    )


def test_another_pharmacys_acceptance_is_none(world):
    accepted = world.accept(world.prescribe())
    order = world.order(accepted)
    stranger = world.other_pharmacy
    same(
        stranger.send("POST", f"/acceptances/{accepted['acceptance']}/release", json={}),
        stranger.send("POST", f"/acceptances/{new_id()}/release", json={}),
    )
    same(
        stranger.send("POST", "/dispenses", json=order),
        stranger.send("POST", "/dispenses", json=order | {"acceptance": str(new_id())}),
    )


def test_another_insurers_claim_is_none(world, dispensed):
    [claim] = [one["claim"] for one in dispensed["claims"] if one["insurer"] == "1"]
    stranger = world.machine("insurer-salamat")
    same(stranger.send("GET", f"/claims/{claim}"), stranger.send("GET", f"/claims/{NOBODYS}-1.1-TAM"))


def test_a_wrong_secret_and_a_slip_of_nobody_are_one_answer(world):
    told = world.prescribe()
    address, _, secret = told["pointer"].partition("#")
    wrong = secret[:-1] + ("A" if secret[-1] != "A" else "B")
    nobodys = address.replace(told["number"], f"{NOBODYS}-1")

    def accept(pointer):
        return world.pharmacy.send("POST", "/prescriptions/accept", json={"pointer": pointer})

    same(accept(f"{address}#{wrong}"), accept(f"{nobodys}#{secret}"), accept(f"{nobodys}#{wrong}"))


def test_a_wrong_national_id_and_a_shabad_of_nobody_are_one_answer(world):
    told = world.prescribe()
    person = world.person()["national_id"]

    def accept(shabad, national_id):
        typed = {"shabad": shabad, "national_id": national_id}
        return world.pharmacy.send("POST", "/prescriptions/accept", json=typed)

    other = next(one["national_id"] for one in world.told["patients"] if one["national_id"] != person)
    same(accept(told["shabad"], other), accept(NOBODYS, other), accept(NOBODYS, person))
