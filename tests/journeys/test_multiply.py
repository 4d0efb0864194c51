"""The copies that growth is measured on are as many rows, table by table, as a prescription really made."""

import pytest
from sqlmodel import Session, col, select

from app import queue
from app.db import reading
from insurer.tables.claims import Claim
from prescriber.tables import Patient, Prescription
from tests.bench.ground import people
from tests.bench.limit import tally, watch
from tests.bench.multiply import BATCH, EACH, Made, multiply, sample

COUNT = EACH + 1  # one more than a patient has, so there are two
# What a job makes or takes away again, and who counts batches.
NOT_COPIED = {"idempotency", "audit_leaf", "audit_node", "audit_checkpoint", "batch_counter"}


@pytest.fixture
def dsn(world):
    return queue.conninfo(world.service.settings)


@pytest.fixture
def made(world, dsn):
    """A person and their prescription, from the eligibility to the sealed batch."""
    told = {}
    for machine in (world.clinic, world.pharmacy):
        machine.token()

    def make():
        with world.write() as session:
            [told["national_id"]] = people(session, range(700, 701), by=world.service.itself("test"))
        shabad = world.shabad({"national_id": told["national_id"]})
        token = world.signed(world.prepare(shabad, [world.item(), world.item("paracetamol", "tablet")]))
        world.dispense(world.clinic.post("/prescriptions", {"jws": token}, ok=201))
        world.work()
        told["shabad"] = shabad

    known, changes = watch(dsn, make)
    assert tally(changes)["batch_item"] == (1, 0)
    return Made(known, changes, told["shabad"], told["national_id"])


def test_copies_are_as_many_rows_as_what_they_are_copies_of(world, dsn, made):
    _, written = watch(dsn, lambda: multiply(dsn, made, COUNT))
    rows = {table: new for table, (new, _) in tally(written).items() if new}
    really = {table: new for table, (new, _) in tally(made.changes).items() if new}
    really = {
        table: new
        for table, new in really.items()
        if table not in NOT_COPIED and "procrastinate" not in table
    }
    a_person, a_batch = {"patient", "coverage", "patient_centre"}, {"batch", "batch_status"}
    assert rows == {
        table: new * (2 if table in a_person else 1 if table in a_batch else COUNT)
        for table, new in really.items()
    }
    assert COUNT < BATCH
    with reading(world.service) as session:
        _read(session)
    one = sample(dsn, 1)[0]["shabad"]
    found = world.clinic.get(f"/prescriptions/{one}-1")
    assert [d["status"] for d in found["dispenses"]] == ["recorded"]
    assert len(world.tamin.get("/claims", limit=100)["items"]) == COUNT + 1


def _read(session: Session) -> None:
    """Each has a SHABAD and a day of its own, and one of the two patients."""
    prescriptions = session.exec(select(Prescription)).all()
    assert (
        len({row.shabad for row in prescriptions})
        == len({row.issued_at for row in prescriptions})
        == COUNT + 1
    )
    assert len({row.service_day for row in session.exec(select(Claim))}) == COUNT + 1
    copied = session.exec(select(Patient).where(col(Patient.national_id).like("9950%"))).all()
    by_patient = [sum(row.patient == one.id for row in prescriptions) for one in copied]
    assert sorted(by_patient) == [COUNT // 2, COUNT - COUNT // 2]
