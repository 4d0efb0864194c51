"""The role the service works in can add, but not rewrite or drop what was signed, dispensed, claimed or audited."""

import pytest
from sqlalchemy import Engine, delete, exc, inspect, text, update

from app import migrate
from app.db import reading, writing
from app.service import Service

FOR_EVER = {
    "audit_entry": "actor",
    "audit_leaf": "sha256",
    "audit_node": "sha256",
    "audit_checkpoint": "signed",
    "prescription": "jws",
    "prescription_item": "dose",
    "prescription_diagnosis": "code",
    "signature_evidence": "payload",
    "prescription_status": "to_state",
    "dispense": "pharmacist",
    "dispense_line": "quantity",
    "dispense_status": "to_state",
    "authenticity_check": "verdict",
    "claim": "amount",
    "claim_status": "to_state",
    "cost_statement": "totals",
    "batch": "manifest",
    "batch_item": "line",
    "remittance": "amount",
    "certificate": "pem",
    "transcription": "image_sha256",
    "paper_image": "content",
}


def test_the_service_works_in_the_role(service):
    with reading(service) as session:
        assert session.connection().execute(text("SELECT current_user")).scalar_one() == "noskheh_app"


@pytest.mark.parametrize(("table", "column"), FOR_EVER.items())
def test_what_is_for_ever_can_not_be_rewritten_nor_deleted(service, table, column):
    of = migrate.metadata().tables[table]
    rewrite, drop = update(of).values({column: of.c[column]}), delete(of)
    for statement in (rewrite, drop, text(f"TRUNCATE {table}")):
        with pytest.raises(exc.ProgrammingError, match="permission denied"), writing(service) as session:
            session.connection().execute(statement)


def test_nothing_but_queues_and_what_expires_can_be_deleted(service, database):
    deletable = {table for table in everything(database) if may(service, table, "DELETE")}
    assert {table for table in deletable if not table.startswith("procrastinate")} == {
        "account_session",
        "attempt",
        "ceremony",
        "favourite",
        "idempotency",
        "one_time_secret",
        "ready_claim",
        "used_jti",
    }


def test_no_history_and_no_whole_table_can_be_changed(service, database):
    for table in everything(database):
        if not table.startswith("procrastinate"):
            assert not may(service, table, "UPDATE"), f"{table} can be changed in every column"
        if table.endswith("_status"):
            assert not changeable(service, table), f"{table} is a history"


def test_everything_can_be_read_and_added_to_but_the_record_of_migrations(service, database):
    for table in everything(database):
        assert may(service, table, "SELECT"), table
        assert may(service, table, "INSERT") == (table != "alembic_version"), table


def test_the_role_owns_nothing_and_can_make_nothing(service):
    with reading(service) as session:
        owned = text("SELECT count(*) FROM pg_class WHERE relowner = 'noskheh_app'::regrole")
        assert session.connection().execute(owned).scalar_one() == 0
        able = text(
            "SELECT rolsuper OR rolbypassrls OR rolcreaterole FROM pg_roles WHERE rolname = 'noskheh_app'"
        )
        assert session.connection().execute(able).scalar_one() is False
    with pytest.raises(exc.ProgrammingError, match="permission denied"), writing(service) as session:
        session.connection().execute(text("CREATE TABLE public.mine ()"))


def everything(database: Engine) -> list[str]:
    assert migrate.metadata().tables  # every room is looked at
    return inspect(database).get_table_names()


def may(service: Service, table: str, what: str) -> bool:
    with reading(service) as session:
        asked = text("SELECT has_table_privilege(:table, :what)")
        return bool(session.connection().execute(asked, {"table": table, "what": what}).scalar_one())


def changeable(service: Service, table: str) -> bool:
    with reading(service) as session:
        asked = text("SELECT has_any_column_privilege(:table, 'UPDATE')")
        return bool(session.connection().execute(asked, {"table": table}).scalar_one())
