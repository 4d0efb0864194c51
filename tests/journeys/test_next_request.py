"""What changes about a person, a machine or a place counts from the next request on: promise 25 of safety.md.

The same session and the same token knock before and after; nobody signs in again between the two.
"""

import pytest

from codings import actions as coding_actions
from codings.base import Actor, Role
from codings.states import LicenceState
from tests.journeys.browser import Person
from tests.journeys.conftest import J02

CLINIC, PHARMACY, OTHER_PHARMACY = "9900000001", "9900000002", "9900000003"
PHYSICIAN, PHARMACIST = "9990001", "9990011"


@pytest.fixture
def office(world):
    return Actor(id="account:admin", role=Role.ADMINISTRATOR, at=world.clock.now)


def suspend(world, office, *, siam=None, council=None):
    told = {"state": LicenceState.SUSPENDED, "why": "inspection", "by": office}
    with world.write() as session:
        if siam:
            coding_actions.set_centre_licence(session, siam=siam, **told)
        else:
            coding_actions.set_licence(session, council=council, **told)


def test_another_role_has_other_pages(world):
    person = Person(world, f"physician-{PHYSICIAN}")
    assert person.get("/prescriber").status == 200
    world.alter(f"UPDATE account SET role = 'pharmacist' WHERE username = '{person.username}'")  # noqa: S608
    assert person.get("/prescriber").status == 403


def test_who_works_elsewhere_no_longer_sees_what_is_here(world):
    person = Person(world, f"pharmacist-{PHARMACIST}")
    place = f"/pharmacy/acceptances/{world.accept(world.prescribe())['acceptance']}"
    assert person.get(place).status == 200
    world.alter(f"UPDATE account SET centre = '{OTHER_PHARMACY}' WHERE username = '{person.username}'")  # noqa: S608
    assert person.get(place).status == 404


def test_who_left_the_clinic_is_prescribed_for_no_more(world):
    shabad = world.shabad()
    world.prepare(shabad)
    world.alter(f"DELETE FROM affiliation WHERE practitioner = '{PHYSICIAN}' AND centre = '{CLINIC}'")  # noqa: S608
    asked = {"shabad": shabad, "diagnoses": J02, "items": [world.item()]}
    world.clinic.refused("/prescriptions/prepare", asked, 422, "practitioner.not_here")


def test_a_suspended_physician_signs_nothing_more(world, office):
    prepared = world.prepare(world.shabad())
    suspend(world, office, council=PHYSICIAN)
    world.clinic.refused("/prescriptions", {"jws": world.signed(prepared)}, 422, "practitioner.suspended")


def test_a_suspended_pharmacist_hands_nothing_over(world, office):
    order = world.order(world.accept(world.prescribe())) | {"pharmacist": PHARMACIST}
    suspend(world, office, council=PHARMACIST)
    world.pharmacy.refused("/dispenses", order, 422, "practitioner.suspended")


def test_a_machine_does_what_it_is_granted_now(world):
    number = world.prescribe()["number"]
    world.clinic.get(f"/prescriptions/{number}")
    world.alter("UPDATE client SET scopes = '[\"pharmacy\"]' WHERE id = 'clinic-sepid'")
    assert world.clinic.send("GET", f"/prescriptions/{number}").status_code == 403


def test_a_closed_centre_is_closed_to_its_people_and_its_machines(world, office):
    told = world.prescribe()
    accepted = world.accept(told)["acceptance"]
    person = Person(world, f"pharmacist-{PHARMACIST}")
    assert person.get(f"/pharmacy/acceptances/{accepted}").status == 200
    suspend(world, office, siam=PHARMACY)
    assert person.get(f"/pharmacy/acceptances/{accepted}").status == 403
    assert person.get("/account").status == 200  # their own affairs stay theirs
    world.pharmacy.refused("/prescriptions/accept", {"qr": told["qr"]}, 403, "access.centre")
