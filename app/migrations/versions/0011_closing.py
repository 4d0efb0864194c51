"""When nothing is handed over, since a backup was just restored."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
ROLE = "noskheh_app"


def upgrade() -> None:
    op.create_table(
        "dispensing_closed",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("closed_at", INSTANT, nullable=False),
        sa.Column("closed_by", sa.String(length=100), nullable=False),
        sa.Column("opened_at", INSTANT, nullable=True),
        sa.Column("opened_by", sa.String(length=100), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispensing_closed")),
    )
    op.create_index(
        "ix_dispensing_closed_now",
        "dispensing_closed",
        ["kind"],
        unique=True,
        postgresql_where=sa.text("opened_at IS NULL"),
    )
    found = sa.text("SELECT count(*) FROM pg_roles WHERE rolname = :role")
    if op.get_bind().scalar(found, {"role": ROLE}):
        op.execute(f"GRANT UPDATE (opened_at, opened_by) ON dispensing_closed TO {ROLE}")


def downgrade() -> None:
    op.drop_table("dispensing_closed")
