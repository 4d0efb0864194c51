"""Plain SQL beside SQLAlchemy: what is sent later travels with what comes next, and fails with it."""

import pytest
from sqlalchemy import event, exc, text
from sqlmodel import Session

from codings import sql
from codings.tables import Centre

PUT = "INSERT INTO concept (system, code, release, fa, en, properties, position) VALUES"
ROW = PUT + " ('urn:test', %s, 'r', 'x', 'x', '{}', 0)"
COUNT = "SELECT count(*) FROM concept WHERE system = 'urn:test'"

ENDS = {
    "commit": lambda session: session.commit(),
    "plain": lambda session: sql.run(session, "SELECT 1"),
    "mapped": lambda session: session.get(Centre, "none"),
}


def count(session):
    return session.execute(text(COUNT)).scalar_one()


@pytest.mark.parametrize("end", ENDS)
def test_what_waits_is_there_before_what_comes_next(database, end):
    with Session(database) as session:
        for code in "abc":
            sql.later(session, ROW, (code,))
        ENDS[end](session)
        assert count(session) == 3


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("place", [1, 4, 8])
def test_what_fails_fails_with_what_it_travels_with(database, end, place):
    codes = [str(n) for n in range(8)]
    codes.insert(place, "0")
    with Session(database) as session:
        for code in codes:
            sql.later(session, ROW, (code,))
        with pytest.raises(exc.IntegrityError) as refused:
            ENDS[end](session)
        assert refused.value.orig.sqlstate == "23505"
        session.rollback()
        assert count(session) == 0


def test_what_waits_is_undone_with_its_transaction(database):
    with Session(database) as session:
        sql.later(session, ROW, ("a",))
        session.rollback()
        sql.later(session, ROW, ("b",))
        session.commit()
        assert sql.run(session, "SELECT code FROM concept WHERE system = 'urn:test'") == [("b",)]


def test_what_waits_within_a_savepoint_is_undone_with_it(database):
    with Session(database) as session:
        sql.later(session, ROW, ("a",))
        with session.begin_nested() as inner:
            sql.later(session, ROW, ("b",))
            inner.rollback()
        session.commit()
        assert sql.run(session, "SELECT code FROM concept WHERE system = 'urn:test'") == [("a",)]


def test_one_commit_for_all_that_waits(database):
    """The COMMIT goes in the same pipeline: there is no other one afterwards."""
    sent = []
    with Session(database) as session:
        driver = session.connection().connection.driver_connection
        sql.later(session, ROW, ("a",))
        event.listen(database, "commit", lambda connection: sent.append(driver.info.transaction_status.name))
        session.commit()
    assert sent == ["IDLE"]
