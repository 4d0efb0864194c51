"""A world in which everything has happened once, so that every page has something to show.

Machines act through the API; what only a person does (a visit, a draft, a declaration that waits) goes through the
pages' own forms or is saved as they save it.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Self

import httpx2

from app import accounts
from app.db import writing
from codings.base import Actor, Role, new_id
from codings.text import tehran_day
from insurer.queries.coverage import shabad_facts
from prescriber import actions
from tests.browser.places import Place
from tests.journeys import insurer_hand
from tests.journeys.test_paper import declare, paper


@dataclass
class Reader:
    """Somebody signed in with scripts off and no screen."""

    place: Place
    username: str | None
    language: str = "en"

    def __post_init__(self) -> None:
        service = self.place.service
        self.tab = httpx2.Client(base_url=self.place.url, trust_env=False, follow_redirects=False)
        self.tab.cookies.set("noskheh_language", self.language)
        if self.username:
            opened = accounts.sign_in(service, username=self.username, password=self.place.password())
            self.tab.cookies.set(accounts.cookie_name(service.settings), opened.secret)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.tab.close()

    def get(self, path: str) -> httpx2.Response:
        return self.tab.get(path)

    def post(self, path: str, **fields: str) -> httpx2.Response:
        """Send fields; two underscores in a name are a dot."""
        sent = {"key": str(new_id())} | {name.replace("__", "."): value for name, value in fields.items()}
        return self.tab.post(path, data=sent, headers={"Sec-Fetch-Site": "same-origin"})


@dataclass
class Lived:
    """Where to look: the addresses of what happened."""

    visit: str
    draft: str
    number: str
    paper: str


def happen(place: Place) -> str:
    """A day's work. The physician is 9990001, the pharmacy the first, the insurer Tamin. Gives the paper's number."""
    _care(place)
    _payment(place)
    return _emergency(place)


def live(place: Place) -> Lived:
    """A day's work, and one of everything that is still open."""
    return Lived(
        paper=f"/paper/{happen(place)}",
        visit=_visit(place, place.person("basic")),
        draft=write_draft(place, place.person()),
        number=place.prescribe(person=place.person("basic"))["number"],
    )


def _care(place: Place) -> None:
    """Dispensed, accepted by the pharmacy, cancelled."""
    for _ in range(3):
        place.dispense(place.prescribe())
    place.accept(place.prescribe([place.item(), place.item("ibuprofen", "tablet")]))
    number = place.prescribe()["number"]
    place.clinic.post(f"/prescriptions/{number}/cancel", {"reason": "entered-in-error"})
    place.work()


def _payment(place: Place) -> None:
    """Batches pulled, decisions of each kind, a payment, an appeal that waits."""
    for insurer in (place.tamin, place.supplementary):
        lines = insurer_hand.pull(insurer)
        if not lines:
            continue
        told = [insurer_hand.decision(line, deducted=500 * i, note="above") for i, line in enumerate(lines)]
        insurer_hand.send_results(place, insurer, *told)
        first = lines[0]
        paid_on = tehran_day(place.clock.now).isoformat()
        insurer_hand.pay(insurer, "P-1", paid_on, {first["claim"]: first["amounts"]["requested"]})
    place.work()


def _emergency(place: Place) -> str:
    """A declaration in force, and paper that the clinic transcribed under it; its number."""
    now = place.clock.now
    hours = {"starts_at": _utc(now), "ends_at": _utc(now + timedelta(hours=20))}
    declared = declare(place, **hours)
    assert declared.is_success, declared.text
    today = tehran_day(now).isoformat()
    told = paper(place, declared.json()["number"], written_on=today)
    return str(place.clinic.post("/paper", told, ok=201)["number"])


def _utc(at: Any) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


def _visit(place: Place, person: dict[str, Any]) -> str:
    with Reader(place, "physician-9990001") as doctor:
        opened = doctor.post("/prescriber/visits", patient__national_id=person["national_id"])
        assert opened.status_code == 303, opened.text
        return str(opened.headers["location"])


def write_draft(place: Place, person: dict[str, Any]) -> str:
    """A draft with a diagnosis and two medicines, as the form saves it."""
    shabad = place.shabad(person)
    typed = {"diagnoses.0.code": "J02.9"}
    for i, (inn, form) in enumerate((("amoxicillin", "capsule"), ("ibuprofen", "tablet"))):
        item = place.item(inn, form)
        told = {"medicine": item["medicine"], "dose.amount": "1", "dose.unit": item["dose"]["unit"]}
        told |= {"frequency": "q8h", "route": item["route"], "duration_days": "7", "quantity": "21"}
        typed |= {f"items.{i}.{name}": value for name, value in told.items()}
    by = Actor(
        id="account:physician-9990001",
        role=Role.PHYSICIAN,
        at=place.clock.now,
        centre=place.clinic.entry["centre"],
        practitioner="9990001",
    )
    with writing(place.service) as session:
        facts = shabad_facts(session, shabad=shabad, by=by)
        saved = actions.save_draft(session, patient=facts.patient, shabad=shabad, typed=typed, by=by)
        return f"/prescriber/drafts/{saved.id}"
