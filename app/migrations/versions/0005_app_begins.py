"""The shell: accounts, sessions, clients, tries, the audit, answers kept, messages."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("username", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "physician",
                "pharmacist",
                "insurer_officer",
                "codings_editor",
                "council_officer",
                "regulator",
                "administrator",
                "patient",
                "machine",
                "service",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("centre", sa.String(length=20), nullable=True),
        sa.Column("insurer", sa.String(length=10), nullable=True),
        sa.Column("practitioner", sa.String(length=20), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "active",
                "disabled",
                name="accountstate",
                native_enum=False,
                create_constraint=True,
                length=10,
            ),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=100), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("username", name=op.f("pk_account")),
    )
    op.create_table(
        "attempt",
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("kind", "key", name=op.f("pk_attempt")),
    )
    op.create_index(op.f("ix_attempt_last_at"), "attempt", ["last_at"], unique=False)
    op.create_table(
        "audit_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("centre", sa.String(length=20), nullable=True),
        sa.Column("insurer", sa.String(length=10), nullable=True),
        sa.Column("verb", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column("patient", sa.String(length=64), nullable=True),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("request_id", sa.String(length=64), nullable=True),
        sa.Column("outcome", sa.String(length=60), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
    )
    op.create_index(
        "ix_audit_entry_patient_at",
        "audit_entry",
        ["patient", "at"],
        unique=False,
        postgresql_where="patient IS NOT NULL",
    )
    op.create_index("ix_audit_entry_subject", "audit_entry", ["subject"], unique=False)
    op.create_table(
        "client",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("scopes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("centre", sa.String(length=20), nullable=True),
        sa.Column("insurer", sa.String(length=10), nullable=True),
        sa.Column("jwks_url", sa.String(length=500), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "active", "disabled", name="clientstate", native_enum=False, create_constraint=True, length=10
            ),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=100), nullable=False),
        sa.CheckConstraint("num_nonnulls(centre, insurer) <= 1", name=op.f("ck_client_belongs")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_client")),
    )
    op.create_table(
        "ehr_registration",
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("receipt", sa.String(length=64), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_ehr_registration")),
    )
    op.create_table(
        "idempotency",
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("actor", "key", name=op.f("pk_idempotency")),
    )
    op.create_index(op.f("ix_idempotency_at"), "idempotency", ["at"], unique=False)
    op.create_table(
        "message",
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("mobile", sa.String(length=15), nullable=False),
        sa.Column("text", sa.String(length=700), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "queued",
                "sent",
                "failed",
                name="messagestate",
                native_enum=False,
                create_constraint=True,
                length=10,
            ),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_message")),
    )
    op.create_table(
        "used_jti",
        sa.Column("client", sa.String(length=64), nullable=False),
        sa.Column("jti_sha256", sa.String(length=64), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("client", "jti_sha256", name=op.f("pk_used_jti")),
    )
    op.create_index(op.f("ix_used_jti_expires_at"), "used_jti", ["expires_at"], unique=False)
    op.create_table(
        "account_session",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("username", sa.String(length=64), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("agent", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["username"], ["account.username"], name=op.f("fk_account_session_username")),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_account_session")),
    )
    op.create_index(op.f("ix_account_session_username"), "account_session", ["username"], unique=False)
    op.create_table(
        "client_key",
        sa.Column("client", sa.String(length=64), nullable=False),
        sa.Column("kid", sa.String(length=128), nullable=False),
        sa.Column("algorithm", sa.String(length=5), nullable=False),
        sa.Column("public_pem", sa.String(length=2000), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["client"], ["client.id"], name=op.f("fk_client_key_client")),
        sa.PrimaryKeyConstraint("client", "kid", name=op.f("pk_client_key")),
    )


def downgrade() -> None:
    op.drop_table("client_key")
    op.drop_index(op.f("ix_account_session_username"), table_name="account_session")
    op.drop_table("account_session")
    op.drop_index(op.f("ix_used_jti_expires_at"), table_name="used_jti")
    op.drop_table("used_jti")
    op.drop_table("message")
    op.drop_index(op.f("ix_idempotency_at"), table_name="idempotency")
    op.drop_table("idempotency")
    op.drop_table("ehr_registration")
    op.drop_table("client")
    op.drop_index("ix_audit_entry_subject", table_name="audit_entry")
    op.drop_index(
        "ix_audit_entry_patient_at", table_name="audit_entry", postgresql_where="patient IS NOT NULL"
    )
    op.drop_table("audit_entry")
    op.drop_index(op.f("ix_attempt_last_at"), table_name="attempt")
    op.drop_table("attempt")
    op.drop_table("account")
