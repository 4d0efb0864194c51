"""Every key and every once-only carries its table's distribution key, so that sharding stays possible."""

import importlib
from typing import Any

from sqlalchemy import ForeignKeyConstraint, Index, PrimaryKeyConstraint, UniqueConstraint
from sqlmodel import SQLModel

REFERENCE, LOCAL = "reference", "local"
# Table -> its distribution key: a column, or REFERENCE (a copy on every node), or LOCAL (one node).
KEYS: dict[str, str] = {
    # One encounter
    "shabad": "shabad",
    "shabad_status": "shabad",
    "prescription": "shabad",
    "prescription_item": "shabad",
    "item_window": "shabad",
    "prescription_diagnosis": "shabad",
    "prescription_override": "shabad",
    "prescription_status": "shabad",
    "signature_evidence": "shabad",
    "transcription": "shabad",
    "slip_copy": "shabad",
    "acceptance": "shabad",
    "acceptance_status": "shabad",
    "dispense": "shabad",
    "dispense_line": "shabad",
    "dispense_override": "shabad",
    "dispense_status": "shabad",
    "not_dispensed": "shabad",
    "window_use": "shabad",
    "cost_statement": "shabad",
    "claim": "shabad",
    "claim_version": "shabad",
    "claim_status": "shabad",
    # One pack
    "pack": "uid",
    "pack_use": "uid",
    "pack_use_status": "uid",
    "pack_case": "uid",
    "authenticity_check": "uid",
    # One insurer
    "coverage": "insurer",
    "ready_claim": "insurer",
    "batch": "insurer",
    "batch_counter": "insurer",
    "batch_item": "insurer",
    "batch_status": "insurer",
    "batch_download": "insurer",
    "submission": "insurer",
    "claim_result": "insurer",
    "deduction": "insurer",
    "appeal": "insurer",
    "remittance": "insurer",
    "remittance_line": "insurer",
    # Small, read by everyone
    "release": REFERENCE,
    "concept": REFERENCE,
    "medicine": REFERENCE,
    "product": REFERENCE,
    "dosing": REFERENCE,
    "interaction": REFERENCE,
    "release_in_force": REFERENCE,
    "release_entry": REFERENCE,
    "release_problem": REFERENCE,
    "release_file": REFERENCE,
    "release_status": REFERENCE,
    "centre": REFERENCE,
    "centre_status": REFERENCE,
    "practitioner": REFERENCE,
    "practitioner_status": REFERENCE,
    "affiliation": REFERENCE,
    "certificate": REFERENCE,
    "certificate_request": REFERENCE,
    "certificate_request_status": REFERENCE,
    "certificate_status": REFERENCE,
    "declaration": REFERENCE,
    "declaration_status": REFERENCE,
    "patient": REFERENCE,
    "patient_centre": REFERENCE,
    "patient_facts": REFERENCE,
    "insurer": REFERENCE,
    "plan": REFERENCE,
    # This service's own
    "draft": LOCAL,
    "draft_status": LOCAL,
    "favourite": LOCAL,
    "inquiry": LOCAL,
    "shabad_pool": LOCAL,
    "paper_image": LOCAL,
    "account": LOCAL,
    "account_session": LOCAL,
    "passkey": LOCAL,
    "one_time_secret": LOCAL,
    "ceremony": LOCAL,
    "signing_session": LOCAL,
    "client": LOCAL,
    "client_key": LOCAL,
    "used_jti": LOCAL,
    "attempt": LOCAL,
    "audit_entry": LOCAL,
    "audit_leaf": LOCAL,
    "audit_node": LOCAL,
    "audit_checkpoint": LOCAL,
    "idempotency": LOCAL,
    "message": LOCAL,
    "ehr_registration": LOCAL,
    "dispensing_closed": LOCAL,
    "reconciliation_run": LOCAL,
    "database_place": LOCAL,
}


def tables():
    for package in ("codings", "prescriber", "pharmacy", "insurer", "app"):
        importlib.import_module(f"{package}.tables")
    importlib.import_module("app.standing")
    return SQLModel.metadata.tables


def test_every_table_has_a_distribution_key():
    assert set(tables()) == set(KEYS)


def test_every_unique_constraint_contains_the_key():
    broken = []
    for name, table in tables().items():
        key = KEYS[name]
        if key in {REFERENCE, LOCAL}:
            continue
        unique: list[Any] = [
            c for c in table.constraints if isinstance(c, PrimaryKeyConstraint | UniqueConstraint)
        ]
        unique += [i for i in table.indexes if isinstance(i, Index) and i.unique]
        broken += [f"{name}: {sorted(c.name for c in u.columns)}" for u in unique if key not in u.columns]
    assert not broken, broken


def test_no_foreign_key_crosses_keys():
    broken = []
    for name, table in tables().items():
        for constraint in table.constraints:
            if not isinstance(constraint, ForeignKeyConstraint):
                continue
            target = constraint.referred_table.name
            if KEYS[target] == REFERENCE or KEYS[name] == KEYS[target] == LOCAL:
                continue
            pairs = {(e.parent.name, e.column.name) for e in constraint.elements}
            if KEYS[name] != KEYS[target] or (KEYS[name], KEYS[target]) not in pairs:
                broken.append(f"{name} -> {target}")
    assert not broken, broken


def test_there_are_no_triggers_of_ours(session):
    """Procrastinate brings triggers on its own, local tables; ours have none."""
    found = session.connection().exec_driver_sql(
        "select tgrelid::regclass::text from pg_trigger where not tgisinternal"
    )
    assert [t for (t,) in found if not t.startswith("procrastinate_")] == []
