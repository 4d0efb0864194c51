"""Every cell of route x role x relation x state: promise 22 of safety.md. The tables are in `matrix/`."""

from collections.abc import Iterator
from itertools import groupby

import pytest

from tests.journeys.conftest import living
from tests.journeys.doors import DOORS
from tests.journeys.matrix.cells import CELLS, LEAD_BACK, SHOWN_ELSEWHERE, STATES, STORED
from tests.journeys.matrix.knocking import CALLERS, Doors, cells_of, reads
from tests.journeys.matrix.made import build, fresh
from tests.journeys.matrix.newcomers import arrive
from tests.journeys.matrix.standing import Standing

# Kind -> the row that says its state: table, state, key, and the word of the object that fills the key.
ROWS = {
    "prescription": ("prescription", "status", "shabad || '-' || n", "number"),
    "draft": ("draft", "state", "id::text", "draft"),
    "shabad": ("shabad", "state", "shabad", "shabad"),
    "acceptance": (
        "acceptance",
        "CASE WHEN released_at IS NULL THEN 'held' ELSE 'released' END",
        "acceptance::text",
        "acceptance",
    ),
    "dispense": ("dispense", "state", "shabad || '-' || n || '.' || d", "dispense"),
    "claim": ("claim", "state", "number", "claim"),
    "batch": ("batch", "state", "insurer || ':' || seq", "seq"),
    "certificate": ("certificate", "state", "kid", "kid"),
    "request": ("certificate_request", "state", "id::text", "asked"),
    "declaration": ("declaration", "state", "number", "number"),
    "account": ("account", "state", "username", "username"),
    "machine": ("client", "state", "id", "id"),
}


@pytest.fixture(scope="module")
def standing(cluster, seeded, authority) -> Iterator[Standing]:
    with living(cluster, seeded, authority) as world:
        arrive(world)
        made = Standing(world)
        build(made)
        yield made


def test_every_door_that_names_an_object_stands_in_a_table():
    named = {door for door in DOORS if "{" in door}
    in_body = {door for door in CELLS if "{" not in door}
    assert named - CELLS.keys() - LEAD_BACK - SHOWN_ELSEWHERE.keys() == set()
    assert CELLS.keys() - in_body - named == set()
    assert in_body <= DOORS.keys()
    assert {cell.kind for cell in CELLS.values()} <= STATES.keys()


def test_every_object_is_in_the_state_it_is_named_for(standing):
    differing = {}
    with standing.session() as session:
        for kind, (table, column, key, word) in ROWS.items():
            for state in STATES[kind].split():
                value = standing.things[kind, state][word]
                value = f"1:{value}" if kind == "batch" else value
                asked = f"SELECT ({column})::text FROM {table} WHERE {key} = %(value)s"  # noqa: S608
                stored = session.connection().exec_driver_sql(asked, {"value": value}).scalar_one_or_none()
                if stored != STORED.get(kind, {}).get(state, state):
                    differing[kind, state] = stored
    assert differing == {}


@pytest.mark.parametrize("caller", CALLERS)
def test_each_cell_gives_the_listed_result(standing, caller):
    doors, wrong, writes = Doors(standing), [], []
    before = doors.rows()
    for door, cells in groupby(cells_of(caller), key=lambda cell: cell[0]):
        told = ""
        for _, state, wanted in cells:
            if wanted == "done" and not reads(door) and not CELLS[door].keeps:
                writes.append((door, state))  # once nobody else has to find the object as it was
                continue
            told += "" if reads(door) or wanted == "done" else f"{state} ({wanted}) "
            wrong += doors.differing(door, caller, state, wanted, standing.things[CELLS[door].kind, state])
        if told:
            before, was = doors.rows(), before
            wrong += [f"{door} by {caller} wrote in one of {told}"] if before != was else []
    for door, state in writes:
        wrong += doors.differing(door, caller, state, "done", fresh(standing, CELLS[door].kind, state))
    assert not wrong, "\n".join(wrong)
