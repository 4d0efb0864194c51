"""What the bench measures against writes as many rows as the service does, table by table."""

import psycopg
import pytest
from sqlalchemy import make_url

from app import queue
from tests.bench.limit import Writer, pgbench, tally, watch, write_script


@pytest.fixture
def dsn(world):
    return queue.conninfo(world.service.settings)


def limit_of(dsn, known, changes, shabad, *, before=(), folder, part=0):
    """The rows that one transaction of the limit writes."""
    series = "(SELECT 7000001 AS i) AS g"
    writer = Writer(known, changes, shabad=shabad, i="g.i", part=part)
    with psycopg.connect(dsn) as connection:
        for statement in (*before, *writer.stock(series)):
            connection.execute(statement.encode())
    script = folder / "limit.sql"
    bare = Writer(known, changes, shabad=shabad, i=":i", part=part)
    write_script(script, [*bare.inserts(), *bare.updates()])
    _, written = watch(dsn, lambda: pgbench(dsn, script, clients=1, each=1, base=7_000_000))
    return tally(written)


def test_the_limit_writes_the_rows_that_signing_and_handing_over_write(world, dsn, tmp_path):
    assert make_url(dsn).database
    for machine in (world.clinic, world.pharmacy):
        machine.token()
    prepared = world.prepare(world.shabad(), [world.item()])
    token, told = world.signed(prepared), {}
    known, signed = watch(
        dsn, lambda: told.update(world.clinic.post("/prescriptions", {"jws": token}, ok=201))
    )
    shabad = told["shabad"]
    assert tally(signed)["prescription"] == (1, 0)
    assert limit_of(dsn, known, signed, shabad, folder=tmp_path) == tally(signed)
    order = world.order(world.accept(told))
    _, handed = watch(dsn, lambda: world.pharmacy.post("/dispenses", order, ok=201))
    assert tally(handed)["dispense"] == (1, 0)
    assert tally(handed)["prescription"] == (0, 1)
    before = Writer(known, signed, shabad=shabad, i="g.i", part=2)
    series = "(SELECT 7000001 AS i) AS g"
    assert limit_of(dsn, known, handed, shabad, before=before.load(series), folder=tmp_path, part=1) == tally(
        handed
    )
