"""What the stories of signing have in common: a draft, a key in this browser, the review, and what was signed."""

from typing import Any
from uuid import UUID

from sqlmodel import col, select

from app import accounts
from app.db import writing
from codings.base import Actor, Role
from insurer.queries.coverage import shabad_facts
from prescriber import actions
from prescriber.tables import Prescription
from tests.browser.places import Place

COUNCIL, CENTRE = "9990001", "9900000001"
MAKE, SIGN = "Make a key in this browser", "Sign"


def written(world: Place, shabad: str | None = None, inn: str = "amoxicillin", form: str = "capsule") -> UUID:
    """A complete draft of this physician, as the form saves it."""
    item = world.item(inn, form)
    told = {
        "diagnoses.0.code": "J02.9",
        "items.0.medicine": item["medicine"],
        "items.0.dose.amount": "1",
        "items.0.dose.unit": item["dose"]["unit"],
        "items.0.frequency": "q8h",
        "items.0.route": item["route"],
        "items.0.duration_days": "7",
        "items.0.quantity": "21",
    }
    number = shabad or world.shabad()
    with writing(world.service) as session:
        by = Actor(
            id="account:physician-9990001",
            role=Role.PHYSICIAN,
            at=world.clock.now,
            centre=CENTRE,
            practitioner=COUNCIL,
        )
        facts = shabad_facts(session, shabad=number, by=by)
        saved = actions.save_draft(session, patient=facts.patient, shabad=number, typed=told, by=by)
        return saved.id


def with_key(doctor: Any) -> Any:
    """The physician's screen after they made a key in it."""
    doctor.goto("/prescriber/key").fill("What do you call this device?", "Room 2")
    doctor.press(MAKE)
    doctor.page.get_by_text("The key in this browser can sign.").wait_for()
    return doctor


def review(doctor: Any, draft: UUID, *also: UUID) -> Any:
    more = "&".join(f"also={one}" for one in also)
    return doctor.goto(f"/prescriber/drafts/{draft}/review?{more}")


def sign(doctor: Any, *, password: str) -> None:
    doctor.page.locator("#sign-button:enabled").wait_for()
    field = doctor.page.locator("#password")
    if field.count():
        field.fill(password)
    doctor.page.locator("#sign-button").click()


def prescriptions(world: Any) -> list[Prescription]:
    with writing(world.service) as session:
        found = session.exec(select(Prescription).order_by(col(Prescription.shabad), col(Prescription.n)))
        return list(found)


def refused(doctor: Any, words: str) -> None:
    doctor.page.get_by_text(words).first.wait_for()


def sign_in_again(doctor: Any) -> None:
    """A new session in the same browser, whose keys stay."""
    world = doctor.place
    opened = accounts.sign_in(world.service, username=doctor.username, password=world.password())
    name = accounts.cookie_name(world.service.settings)
    doctor.context.add_cookies([{"name": name, "value": opened.secret, "url": world.url}])
