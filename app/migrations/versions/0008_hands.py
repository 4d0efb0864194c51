"""The user's hands: passkeys, one-time codes, signing sessions, favourites, copies of slips, names of devices."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

ROLE = "noskheh_app"
INSTANT = sa.DateTime(timezone=True)
# As in 0007: only these columns may be changed, only from these tables may be deleted.
CHANGES = {
    "account": "offered_at",
    "account_session": "proof locked_at open_patient open_since",
    "passkey": "name sign_count synced used_at removed_at",
    "one_time_secret": "sealed pending began_at confirmed_at last_step",
    "ceremony": "used_at",
    "signing_session": "ended_at",
    "favourite": "name typed used_at used",
}
DROPS = ("one_time_secret", "ceremony", "favourite")


def upgrade() -> None:
    op.add_column("certificate_request", sa.Column("device", sa.String(length=80), nullable=True))
    op.add_column(
        "signature_evidence", sa.Column("approval", postgresql.JSONB(none_as_null=True), nullable=True)
    )
    _sessions()
    _proofs()
    _signing()
    _prescribing()
    _lists()
    if _role_exists():
        for table, columns in CHANGES.items():
            op.execute(f"GRANT UPDATE ({', '.join(columns.split())}) ON {table} TO {ROLE}")
        op.execute(f"GRANT DELETE ON {', '.join(DROPS)} TO {ROLE}")


def _sessions() -> None:
    op.add_column(
        "account_session", sa.Column("proof", sa.String(length=20), server_default="password", nullable=False)
    )
    op.alter_column("account_session", "proof", server_default=None)  # the default is the code's
    op.add_column("account_session", sa.Column("locked_at", INSTANT, nullable=True))
    op.add_column("account_session", sa.Column("open_patient", sa.Uuid(), nullable=True))
    op.add_column("account_session", sa.Column("open_since", INSTANT, nullable=True))


def _proofs() -> None:
    op.add_column("account", sa.Column("offered_at", INSTANT, nullable=True))
    op.create_table(
        "passkey",
        sa.Column("id", sa.String(length=1400), nullable=False),
        sa.Column("username", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("transports", postgresql.JSONB(), nullable=False),
        sa.Column("synced", sa.Boolean(), nullable=False),
        sa.Column("added_at", INSTANT, nullable=False),
        sa.Column("used_at", INSTANT, nullable=True),
        sa.Column("removed_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["username"], ["account.username"], name=op.f("fk_passkey_username")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkey")),
    )
    op.create_index(op.f("ix_passkey_username"), "passkey", ["username"])
    op.create_table(
        "one_time_secret",
        sa.Column("username", sa.String(length=64), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("pending", sa.LargeBinary(), nullable=True),
        sa.Column("began_at", INSTANT, nullable=False),
        sa.Column("confirmed_at", INSTANT, nullable=True),
        sa.Column("last_step", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["username"], ["account.username"], name=op.f("fk_one_time_secret_username")),
        sa.PrimaryKeyConstraint("username", name=op.f("pk_one_time_secret")),
    )


def _signing() -> None:
    op.create_table(
        "ceremony",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("username", sa.String(length=64), nullable=True),
        sa.Column("session_sha256", sa.String(length=64), nullable=True),
        sa.Column("challenge", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("used_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ceremony")),
    )
    op.create_index(op.f("ix_ceremony_expires_at"), "ceremony", ["expires_at"])
    op.create_table(
        "signing_session",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("username", sa.String(length=64), nullable=False),
        sa.Column("session_sha256", sa.String(length=64), nullable=False),
        sa.Column("method", sa.String(length=20), nullable=False),
        sa.Column("evidence", postgresql.JSONB(), nullable=False),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["username"], ["account.username"], name=op.f("fk_signing_session_username")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signing_session")),
    )
    op.create_index(op.f("ix_signing_session_username"), "signing_session", ["username"])
    op.create_index(
        "ix_signing_session_open",
        "signing_session",
        ["username"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )


def _prescribing() -> None:
    op.create_table(
        "favourite",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practitioner", sa.String(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("typed", postgresql.JSONB(none_as_null=True), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("used_at", INSTANT, nullable=True),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["practitioner"], ["practitioner.council"], name=op.f("fk_favourite_practitioner")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_favourite")),
        sa.UniqueConstraint("practitioner", "name", name=op.f("uq_favourite_practitioner_name")),
    )
    op.create_table(
        "slip_copy",
        sa.Column("shabad", sa.String(length=20), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("nth", sa.Integer(), nullable=False),
        sa.Column("form", sa.String(length=10), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("large", sa.Boolean(), nullable=False),
        sa.Column("given_at", INSTANT, nullable=False),
        sa.Column("given_by", sa.String(), nullable=False),
        sa.CheckConstraint("nth > 0", name=op.f("ck_slip_copy_nth")),
        sa.ForeignKeyConstraint(
            ["shabad", "n"], ["prescription.shabad", "prescription.n"], name=op.f("fk_slip_copy_shabad_n")
        ),
        sa.PrimaryKeyConstraint("shabad", "n", "nth", name=op.f("pk_slip_copy")),
    )


LISTS = (
    ("ix_claim_insurer_day", "claim", ["insurer", "service_day", "number"]),
    ("ix_claim_insurer_amount", "claim", ["insurer", "amount", "number"]),
    ("ix_claim_insurer_state", "claim", ["insurer", "state", "service_day"]),
    ("ix_appeal_at", "appeal", ["insurer", "at", "claim"]),
    ("ix_audit_entry_at", "audit_entry", ["at", "id"]),
    ("ix_audit_entry_actor_at", "audit_entry", ["actor", "at", "id"]),
)


def _lists() -> None:
    """What the desks' lists are sorted and filtered by."""
    for name, table, columns in LISTS:
        op.create_index(name, table, columns)
    op.create_index(
        "ix_prescription_issued", "prescription", ["issued_at"], postgresql_include=["source", "centre"]
    )


def downgrade() -> None:
    op.drop_index("ix_prescription_issued", table_name="prescription")
    for name, table, _ in LISTS:
        op.drop_index(name, table_name=table)
    for table in ("slip_copy", "favourite", "signing_session", "ceremony", "one_time_secret", "passkey"):
        op.drop_table(table)
    for column in ("open_since", "open_patient", "locked_at", "proof"):
        op.drop_column("account_session", column)
    op.drop_column("account", "offered_at")
    op.drop_column("signature_evidence", "approval")
    op.drop_column("certificate_request", "device")


def _role_exists() -> bool:
    found = sa.text("SELECT count(*) FROM pg_roles WHERE rolname = :role")
    return bool(op.get_bind().scalar(found, {"role": ROLE}))
