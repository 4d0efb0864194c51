"""The audit's tree: which transaction wrote a row, the leaves, the stored blocks, the signed checkpoints."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
# No grants: what 0007 gives to every new table, reading and adding, is all that these may have.


def upgrade() -> None:
    # Rows from before are committed whatever their transaction was; a constant does not rewrite the table.
    op.add_column("audit_entry", sa.Column("xid", sa.BigInteger(), server_default="0", nullable=False))
    op.alter_column("audit_entry", "xid", server_default=sa.text("pg_current_xact_id()::text::bigint"))
    op.create_index("ix_audit_entry_xid", "audit_entry", ["xid"], postgresql_using="brin")
    op.create_table(
        "audit_leaf",
        sa.Column("leaf", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("entry", sa.Uuid(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("leaf", name=op.f("pk_audit_leaf")),
        sa.UniqueConstraint("entry", name=op.f("uq_audit_leaf_entry")),
    )
    op.create_table(
        "audit_node",
        sa.Column("height", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("place", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("height", "place", name=op.f("pk_audit_node")),
    )
    op.create_table(
        "audit_checkpoint",
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("horizon", sa.BigInteger(), nullable=False),
        sa.Column("signed", sa.String(length=2000), nullable=False),
        sa.PrimaryKeyConstraint("size", name=op.f("pk_audit_checkpoint")),
    )


def downgrade() -> None:
    for table in ("audit_checkpoint", "audit_node", "audit_leaf"):
        op.drop_table(table)
    op.drop_index("ix_audit_entry_xid", "audit_entry")
    op.drop_column("audit_entry", "xid")
