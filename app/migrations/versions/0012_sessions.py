"""What a browser's session is bound to, its ids that change by the clock, and what the nightly comparison found."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
ROLE = "noskheh_app"


def upgrade() -> None:
    # All may be empty: a session that the version before began goes on under its first id, bound to no device.
    op.add_column("account_session", sa.Column("present", sa.String(length=64), nullable=True))
    op.add_column("account_session", sa.Column("former", sa.String(length=64), nullable=True))
    op.add_column("account_session", sa.Column("former_until", INSTANT, nullable=True))
    op.add_column("account_session", sa.Column("given_at", INSTANT, nullable=True))
    op.add_column("account_session", sa.Column("device", sa.String(length=64), nullable=True))
    op.add_column("account_session", sa.Column("address", sa.String(length=64), nullable=True))
    op.create_index("ix_account_session_present", "account_session", ["present"])
    op.create_index("ix_account_session_former", "account_session", ["former"])
    op.create_table(
        "reconciliation_run",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("ran_at", INSTANT, nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.Column("dispenses", sa.Integer(), nullable=False),
        sa.Column("claims", sa.Integer(), nullable=False),
        sa.Column("unclaimed", sa.Integer(), nullable=False),
        sa.Column("undispensed", sa.Integer(), nullable=False),
        sa.Column("faults", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reconciliation_run")),
    )
    op.create_index(op.f("ix_reconciliation_run_ran_at"), "reconciliation_run", ["ran_at"])
    if op.get_bind().scalar(sa.text("SELECT count(*) FROM pg_roles WHERE rolname = :role"), {"role": ROLE}):
        op.execute(
            f"GRANT UPDATE (present, former, former_until, given_at, address) ON account_session TO {ROLE}"
        )
        op.execute(f"GRANT UPDATE (role, centre, insurer, practitioner) ON account TO {ROLE}")


def downgrade() -> None:
    op.drop_table("reconciliation_run")
    op.drop_index("ix_account_session_former", "account_session")
    op.drop_index("ix_account_session_present", "account_session")
    for column in ("address", "device", "given_at", "former_until", "former", "present"):
        op.drop_column("account_session", column)
    if op.get_bind().scalar(sa.text("SELECT count(*) FROM pg_roles WHERE rolname = :role"), {"role": ROLE}):
        op.execute(f"REVOKE UPDATE (role, centre, insurer, practitioner) ON account FROM {ROLE}")
