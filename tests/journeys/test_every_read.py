"""No patient's data is read without a row in the audit: who, in which role, why, about whom, in which request.

What reads patients' data is not taken from a list: the statements of each request are watched, and a request that
selected from a patient's tables and was answered with content has to have left an audit row with its request id.
"""

import re
from collections import defaultdict
from dataclasses import dataclass, field

import pytest
from sqlalchemy import event
from sqlmodel import Session, select

from app import audit, audit_tree
from app.tables import AuditEntry
from codings.text import tehran_day
from prescriber import signing
from prescriber.states import Number
from tests.browser.lived import write_draft
from tests.journeys import insurer_hand
from tests.journeys.browser import Person
from tests.journeys.conftest import World
from tests.journeys.doors import DOORS
from tests.journeys.test_pages_paper import copied, send
from tests.journeys.test_paper import declare

PATIENTS = {
    "claim",
    "claim_version",
    "coverage",
    "dispense",
    "dispense_line",
    "draft",
    "patient",
    "patient_facts",
    "paper_image",
    "prescription",
    "prescription_diagnosis",
    "prescription_item",
    "shabad",
    "submission",
    "transcription",
}
# Numbers over all claims, or names and counts of files: nobody in particular is read there.
SUMS = {"GET /insurer", "GET /insurer/files"}
# About more than one person: the row says which list, batch, file or payment, and who is in that can be asked.
MANY = {
    "GET /api/v1/claims",
    "GET /api/v1/results/{job}",
    "GET /insurer/appeals",
    "GET /insurer/batches/{seq}",
    "GET /insurer/batches/{seq}.csv",
    "GET /insurer/claims",
    "GET /insurer/claims.csv",
    "GET /pharmacy",
    "GET /pharmacy/claims",
    "GET /pharmacy/claims.csv",
    "GET /reconciliation",
    "GET /reconciliation.csv",
    "GET /prescriber",
    "POST /api/v1/claim-batches/{seq}/ack",
    "POST /api/v1/remittances",
}
_READS = re.compile(r"\b(?:FROM|JOIN) (\w+)")
PHYSICIAN, PHARMACIST, OFFICER = "physician-9990001", "pharmacist-9990011", "insurer-tam"


@dataclass
class Watched:
    """What each request selected from, and how it was answered."""

    world: World
    read: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    answered: dict[str, tuple[str, bool]] = field(default_factory=dict)  # id -> door, whether with content

    def statement(self, _connection, _cursor, statement, *_):
        if (request := audit.request_id.get()) and statement.lstrip().startswith(("SELECT", "WITH")):
            self.read[request] |= set(_READS.findall(statement)) & PATIENTS

    def answer(self, response):
        response.read()
        door = door_of(response.request.method, response.request.url.path)
        content = response.status_code < 300 and bool(response.content)
        self.answered[response.headers["x-request-id"]] = (door, content)

    def person(self, username):
        person = Person(self.world, username)
        person.tab.event_hooks["response"].append(self.answer)
        return person

    def with_content(self):
        """Requests that selected from a patient's tables and were answered with something."""
        return [
            (request, door)
            for request, (door, content) in self.answered.items()
            if content and self.read.get(request)
        ]

    def rows(self):
        with Session(self.world.service.engine) as session:
            found = defaultdict(list)
            for row in session.exec(select(AuditEntry).where(AuditEntry.request_id.is_not(None))):
                found[row.request_id].append(row)
            return found


def door_of(method, path):
    found = [d for d in DOORS if matches(d, f"{method} {path}")]
    return max(found, key=lambda door: len(re.sub(r"\{[^}]*\}", "", door)))


def matches(door, asked):
    pattern = re.sub(r"\\\{\w+:path\\\}", ".+", re.escape(door))
    return re.fullmatch(re.sub(r"\\\{\w+\\\}", "[^/]+", pattern), asked)


@pytest.fixture
def watched(world):
    watch = Watched(world)
    event.listen(world.service.engine, "before_cursor_execute", watch.statement)
    world.browser.event_hooks["response"].append(watch.answer)
    yield watch
    event.remove(world.service.engine, "before_cursor_execute", watch.statement)


def api(world):
    """The main story by machines."""
    done = world.prescribe()
    world.clinic.get(f"/prescriptions/{done['number']}")
    order = world.order(world.accept(done))
    world.pharmacy.post("/dispenses/price", order)
    dispense = world.pharmacy.post("/dispenses", order, ok=201)["dispense"]
    world.pharmacy.get(f"/dispenses/{dispense}")
    world.work()
    for insurer in (world.tamin, world.supplementary):
        (line,) = insurer_hand.pull(insurer)
        job = insurer_hand.send_results(world, insurer, insurer_hand.decision(line))
        insurer.get(f"/results/{job}")
        paid = {line["claim"]: line["amounts"]["requested"]}
        insurer_hand.pay(insurer, "P-1", tehran_day(world.clock.now).isoformat(), paid)
    claims = world.pharmacy.get("/claims")["items"]
    world.pharmacy.get(f"/claims/{claims[0]['claim']}")
    world.tamin.get("/claims")
    cancelled = world.prescribe()
    world.clinic.post(f"/prescriptions/{cancelled['number']}/cancel", {"reason": "entered-in-error"})
    return done["number"]


def clinic(watched, world, number):
    """The physician's pages, from a visit to the slip."""
    doctor = watched.person(PHYSICIAN)
    page = doctor.get("/prescriber").send(
        "/prescriber/visits", patient__national_id=str(world.person("basic")["national_id"])
    )
    doctor.get(page.path)
    draft = write_draft(world, world.person())
    for place in (draft, f"{draft}/facts", f"{draft}/identity", f"{draft}/review"):
        assert doctor.get(place).status == 200, place
    doctor.get("/prescriber")
    for end in ("", "/slip"):
        assert doctor.get(f"/prescriber/prescriptions/{number}{end}").status == 200
    doctor.get(f"/prescriber/signed?numbers={number}")
    given = doctor.get(f"/prescriber/prescriptions/{number}").read.links
    for link in given:
        if f"{number}/slip/" in link:
            doctor.get(link)


def counter(watched, world):
    """The pharmacist's pages, from the scan to the labels and the claims."""
    pharmacist = watched.person(PHARMACIST)
    page = pharmacist.get("/pharmacy").send("/pharmacy", scan=world.prescribe()["qr"][0])
    for _ in range(3):
        pack = world.fresh_pack(world.item()["medicine"])["barcode"]
        page = page.send(f"{page.path.removesuffix('/packs')}/packs", barcode=pack)
    here = page.path
    page = pharmacist.get(here).send(f"{here}/price").send(f"{here}/dispense")
    assert "/dispenses/" in page.path, page.text
    for end in ("", "/labels", "/receipt"):
        assert pharmacist.get(page.path + end).status == 200
    claims = pharmacist.get("/pharmacy/claims")
    pharmacist.get("/pharmacy/claims.csv")
    pharmacist.get(next(link for link in claims.read.links if "/pharmacy/claims/1" in link))
    pharmacist.get("/pharmacy")


def insurer(watched):
    """The insurer's lists, batches, claims and payments."""
    officer = watched.person(OFFICER)
    for place in (
        "",
        "/claims",
        "/claims.csv",
        "/batches",
        "/batches/1",
        "/batches/1.csv",
        "/appeals",
        "/files",
    ):
        assert officer.get(f"/insurer{place}").status == 200, place
    claims = [link for link in officer.get("/insurer/claims").read.links if "/insurer/claims/1" in link]
    assert officer.get(claims[0]).status == 200
    assert officer.get("/insurer/payments/P-1").status == 200


def test_every_read_of_patient_data_leaves_a_row(watched, world):
    number = api(world)
    clinic(watched, world, number)
    counter(watched, world)
    insurer(watched)
    declare(world)
    pharmacist = watched.person(PHARMACIST)
    page = send(pharmacist, copied(world))
    assert pharmacist.get(page.path).status == 200, page.text
    shabad, n = number.rsplit("-", 1)
    secret = signing.pointer_secret(world.service.keys.pointer, Number(shabad, int(n)))
    for end in ("", "/proof"):
        answer = world.browser.post(
            f"/q/{number}{end}", data={"code": secret}, headers={"Sec-Fetch-Site": "same-origin"}
        )
        assert answer.status_code == 200
    rows = watched.rows()
    reads = {request: door for request, door in watched.with_content() if door not in SUMS}
    assert len(set(reads.values())) > 40  # the story goes through every room
    assert {door for request, door in reads.items() if not rows[request]} == set()
    unnamed = {door for request, door in reads.items() if not any(row.patient for row in rows[request])}
    assert unnamed <= MANY
    for request in reads:
        for row in rows[request]:
            assert all((row.actor, row.role, row.verb, row.subject, row.purpose, row.outcome))
            assert row.at == world.clock.now
    audit_tree.seal(world.service)
    check = audit_tree.Check()
    assert list(check.findings(world.service, file=world.service.settings.checkpoints_file)) == []
    assert (check.leaves >= len(reads), check.waiting) == (True, 0)
