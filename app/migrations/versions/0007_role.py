"""The role the service works in, and all it may do: read everything, add to everything, change and drop only this.

What is not in `CHANGES` can not be rewritten, and what is not in `DROPS` not be deleted, by any request, job or
injected statement: signed prescriptions, what was dispensed and claimed, every history and the audit among it.
A table that comes later is readable and can be added to; whatever else it needs, its own migration grants.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

ROLE = "noskheh_app"

# Reference data, loaded again with each release; its keys stay.
RELEASES = {
    "release": "effective_from sha256 source loaded_at",
    "concept": "release position fa en properties",
    "medicine": "release ingredients atc inn name_fa short form strength route unit strength_per_unit_mg"
    " max_daily_mg max_daily_source controlled high_risk",
    "product": "release gtin generic name_fa name_en maker pack_size price",
    "insurer": "name_fa name_en kind",
    "coverage": "national_id fida kind fund member_no name birth_date sex valid_from valid_to state updated_at",
}
# States, counters, and what is filled in once; each change of a state has its row in a history.
STATES = {
    "centre": "state",
    "practitioner": "licence_state",
    "certificate_request": "state entered_by entered_at decided_by decided_at kid",
    "certificate": "state revoked_at revoked_by reason invalid_from",
    "declaration": "state approved_by approved_at seal",
    "patient": "name birth_date sex mobile verified",
    "draft": "shabad typed version state updated_at signed_n",
    "prescription": "status",
    "item_window": "remaining",
    "paper_image": "transcribed_as",
    "acceptance": "acceptance pharmacy accepted_by accepted_at expires_at released_at",
    "pack": "taken pharmacy",
    "pack_use": "state count at reserved_until shabad n d line check_id"
    " supplied_at supply_proof supply_refused reactivated_at reactivation_proof reactivation_refused",
    "pack_case": "closed_at closed_by resolution",
    "dispense": "state statement receipt",
    "shabad": "state patient practitioner declaration basic supplementary bound_n verified_proof",
    "claim": "state version packs_at packs_proof shabad_at shabad_proof ehr_at ehr_proof basic_at basic_proof"
    " held_for approved paid",
    "claim_version": "line sha256",
    "ready_claim": "ready_at",  # never changed, but only what may be changed can be locked
    "batch_counter": "n",
    "batch": "state ack acked_at",
    "submission": "state counts failures done_at",
}
SHELL = {
    "account": "password_hash state changed_at",
    "account_session": "seen_at",
    "client": "state",
    "client_key": "retired_at",
    "attempt": "count first_at last_at",
    "idempotency": "status body",
    "message": "state sent_at",
}
CHANGES = {**RELEASES, **STATES, **SHELL}
DROPS = ("ready_claim", "account_session", "attempt", "idempotency", "used_jti")
QUEUE = (
    "procrastinate_jobs",
    "procrastinate_events",
    "procrastinate_periodic_defers",
    "procrastinate_workers",
)

# A login that may not make roles works in its own, as owner of the tables; the service says so when it starts.
MAKE_ROLE = f"""
    DO $$ BEGIN
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{ROLE}') THEN CREATE ROLE {ROLE} NOLOGIN; END IF;
    EXCEPTION
        WHEN duplicate_object OR unique_violation THEN NULL;  -- another database of this server was faster
        WHEN insufficient_privilege THEN NULL;
    END $$
"""
LET_LOGIN_TAKE_IT = f"""
    DO $$ BEGIN
        IF NOT pg_has_role(current_user, '{ROLE}',
            CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END)
        THEN GRANT {ROLE} TO CURRENT_USER; END IF;
    EXCEPTION WHEN insufficient_privilege THEN NULL;
    END $$
"""


def role_exists() -> bool:
    """Whether there is a role to grant to."""
    return bool(
        op.get_bind().scalar(sa.text("SELECT count(*) FROM pg_roles WHERE rolname = :role"), {"role": ROLE})
    )


def upgrade() -> None:
    op.execute(MAKE_ROLE)
    if not role_exists():
        return
    op.execute(LET_LOGIN_TAKE_IT)
    for grant in (
        f"GRANT USAGE ON SCHEMA public TO {ROLE}",
        f"GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA public TO {ROLE}",
        f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {ROLE}",
        f"REVOKE INSERT ON alembic_version FROM {ROLE}",
        f"GRANT UPDATE, DELETE ON {', '.join(QUEUE)} TO {ROLE}",
        f"GRANT DELETE ON {', '.join(DROPS)} TO {ROLE}",
        f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT ON TABLES TO {ROLE}",
        f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO {ROLE}",
    ):
        op.execute(grant)
    for table, columns in CHANGES.items():
        op.execute(f"GRANT UPDATE ({', '.join(columns.split())}) ON {table} TO {ROLE}")


def downgrade() -> None:
    if not role_exists():
        return
    # The role itself belongs to the server and may serve other databases.
    op.execute(f"ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON TABLES FROM {ROLE}")
    op.execute(f"ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON SEQUENCES FROM {ROLE}")
    op.execute(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {ROLE}")
    op.execute(f"REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM {ROLE}")
    op.execute(f"REVOKE ALL ON SCHEMA public FROM {ROLE}")
