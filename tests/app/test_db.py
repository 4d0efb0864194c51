"""One place commits; a refusal undoes everything; a read cannot write; a lost server is found out before use."""

from datetime import datetime

import pytest
from sqlalchemy import exc, text
from sqlmodel import select

from app.db import glancing, reading, side_session, writing
from app.errors import from_database
from app.refusals import Busy
from app.tables import Message


def message(key: str, at: datetime) -> Message:
    return Message(key=key, mobile="0", text="x", at=at)


def test_what_is_written_is_there_for_the_next(service, clock):
    with writing(service) as session:
        session.add(message("kept", clock.now))
    with reading(service) as session:
        assert session.get(Message, "kept") is not None


def test_a_refusal_undoes_all_but_what_was_said_beside(service, clock):
    def work() -> None:
        with writing(service) as session:
            session.add(message("undone", clock.now))
            session.flush()
            with side_session(service) as beside:
                beside.add(message("beside", clock.now))
            raise Busy

    with pytest.raises(Busy):
        work()
    with reading(service) as session:
        assert [row.key for row in session.exec(select(Message))] == ["beside"]


def test_postgresql_refuses_a_write_in_a_read(service):
    with pytest.raises(exc.InternalError, match="read-only transaction"), reading(service) as session:
        session.connection().execute(text("DELETE FROM message"))


def test_a_glance_is_one_statement_without_a_transaction(service):
    with glancing(service) as session:
        first = session.connection().execute(text("SELECT pg_current_xact_id()")).scalar_one()
        second = session.connection().execute(text("SELECT pg_current_xact_id()")).scalar_one()
    assert first != second


def test_the_connection_knows_its_limits_and_its_zone(service):
    with reading(service) as session:
        told = {
            name: session.connection().execute(text(f"SHOW {name}")).scalar_one()
            for name in ("lock_timeout", "statement_timeout", "timezone", "transaction_read_only")
        }
    assert told == {
        "lock_timeout": "500ms",
        "statement_timeout": "10s",
        "timezone": "UTC",
        "transaction_read_only": "on",
    }


def test_connections_that_died_are_replaced_before_anyone_uses_them(service, database):
    def pids() -> set[int]:
        with reading(service) as one, reading(service) as two:
            return {s.connection().execute(text("SELECT pg_backend_pid()")).scalar_one() for s in (one, two)}

    died = pids()
    assert died == pids()  # they rest in the pool
    with database.connect() as owner:
        for pid in died:
            owner.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})
    assert died.isdisjoint(pids())


def test_a_connection_killed_in_use_is_told_as_unavailable(service, database):
    with writing(service) as session:
        mine = session.connection().execute(text("SELECT pg_backend_pid()")).scalar_one()
        with database.connect() as owner:
            owner.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": mine})
        with pytest.raises(exc.DBAPIError) as lost:
            session.connection().execute(text("SELECT 1"))
        session.rollback()
    problem = from_database(lost.value)
    assert problem is not None
    assert problem.code == "database.away"


def test_an_error_text_does_not_hold_what_was_written(service):
    with pytest.raises(exc.DBAPIError) as no, reading(service) as session:
        session.connection().execute(text("SELECT CAST(:v AS int)"), {"v": 2**40})
    assert str(2**40) not in str(no.value)
    assert "parameters hidden" in str(no.value)
