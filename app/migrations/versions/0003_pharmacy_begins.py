"""Acceptances, packs and what became of them, dispenses."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "acceptance_status",
        sa.Column("shabad", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("acceptance", sa.Uuid(), nullable=False),
        sa.Column("pharmacy", sa.String(), nullable=False),
        sa.Column("from_state", sa.String(), nullable=True),
        sa.Column("to_state", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("shabad", "id", name=op.f("pk_acceptance_status")),
    )
    op.create_index(
        "ix_acceptance_status_prescription", "acceptance_status", ["shabad", "n", "at"], unique=False
    )
    op.create_table(
        "authenticity_check",
        sa.Column("uid", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("gtin", sa.String(), nullable=False),
        sa.Column("lot", sa.String(), nullable=False),
        sa.Column("expiry", sa.Date(), nullable=False),
        sa.Column("pharmacy", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column(
            "verdict",
            sa.Enum(
                "genuine",
                "already_supplied",
                "unknown",
                "recalled",
                "expired",
                "withdrawn",
                "stolen",
                "mismatch",
                "unverified",
                name="verdict",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("answer", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("request_id", sa.String(), nullable=True),
        sa.CheckConstraint("source IN ('authority', 'local')", name=op.f("ck_authenticity_check_source")),
        sa.CheckConstraint("level BETWEEN 0 AND 5", name=op.f("ck_authenticity_check_level")),
        sa.PrimaryKeyConstraint("uid", "id", name=op.f("pk_authenticity_check")),
    )
    op.create_index("ix_authenticity_check_uid", "authenticity_check", ["uid", "at"], unique=False)
    op.create_table(
        "acceptance",
        sa.Column("shabad", sa.String(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("acceptance", sa.Uuid(), nullable=False),
        sa.Column("pharmacy", sa.String(), nullable=False),
        sa.Column("accepted_by", sa.String(), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("expires_at > accepted_at", name=op.f("ck_acceptance_expiry")),
        sa.ForeignKeyConstraint(["pharmacy"], ["centre.siam"], name=op.f("fk_acceptance_pharmacy")),
        sa.ForeignKeyConstraint(
            ["shabad", "n"], ["prescription.shabad", "prescription.n"], name=op.f("fk_acceptance_shabad_n")
        ),
        sa.PrimaryKeyConstraint("shabad", "n", name=op.f("pk_acceptance")),
        sa.UniqueConstraint("shabad", "acceptance", name=op.f("uq_acceptance_shabad_acceptance")),
    )
    op.create_index("ix_acceptance_acceptance", "acceptance", ["acceptance"], unique=False)
    op.create_index(
        "ix_acceptance_queue",
        "acceptance",
        ["pharmacy", "expires_at"],
        unique=False,
        postgresql_where=sa.text("released_at IS NULL"),
    )
    op.create_table(
        "dispense",
        sa.Column("shabad", sa.String(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("d", sa.Integer(), nullable=False),
        sa.Column("pharmacy", sa.String(), nullable=False),
        sa.Column("pharmacist", sa.String(), nullable=False),
        sa.Column("dispensed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum("recorded", "returned", name="dispensestate", native_enum=False, create_constraint=True),
            nullable=False,
        ),
        sa.Column("acceptance", sa.Uuid(), nullable=False),
        sa.Column("release", sa.String(), nullable=False),
        sa.Column("receipt", sa.Text(), nullable=True),
        sa.Column("statement", sa.Uuid(), nullable=True),
        sa.CheckConstraint("d > 0", name=op.f("ck_dispense_number")),
        sa.ForeignKeyConstraint(
            ["pharmacist"], ["practitioner.council"], name=op.f("fk_dispense_pharmacist")
        ),
        sa.ForeignKeyConstraint(["pharmacy"], ["centre.siam"], name=op.f("fk_dispense_pharmacy")),
        sa.ForeignKeyConstraint(
            ["shabad", "n"], ["prescription.shabad", "prescription.n"], name=op.f("fk_dispense_shabad_n")
        ),
        sa.PrimaryKeyConstraint("shabad", "n", "d", name=op.f("pk_dispense")),
    )
    op.create_index("ix_dispense_pharmacy", "dispense", ["pharmacy", "dispensed_at"], unique=False)
    op.create_table(
        "pack",
        sa.Column("uid", sa.String(), nullable=False),
        sa.Column("gtin", sa.String(), nullable=False),
        sa.Column("irc", sa.String(), nullable=False),
        sa.Column("lot", sa.String(), nullable=False),
        sa.Column("expiry", sa.Date(), nullable=False),
        sa.Column("size", sa.Numeric(precision=12, scale=3), nullable=False),
        sa.Column("taken", sa.Numeric(precision=12, scale=3), nullable=False),
        sa.Column("pharmacy", sa.String(), nullable=True),
        sa.CheckConstraint("(taken = 0) = (pharmacy IS NULL)", name=op.f("ck_pack_holder")),
        sa.CheckConstraint("taken >= 0 AND taken <= size", name=op.f("ck_pack_taken")),
        sa.ForeignKeyConstraint(["irc"], ["product.irc"], name=op.f("fk_pack_irc")),
        sa.ForeignKeyConstraint(["pharmacy"], ["centre.siam"], name=op.f("fk_pack_pharmacy")),
        sa.PrimaryKeyConstraint("uid", name=op.f("pk_pack")),
    )
    op.create_table(
        "dispense_line",
        sa.Column("shabad", sa.String(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("d", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("item", sa.Integer(), nullable=False),
        sa.Column("generic", sa.String(), nullable=False),
        sa.Column("irc", sa.String(), nullable=False),
        sa.Column("quantity", sa.Numeric(precision=12, scale=3), nullable=False),
        sa.Column("pack_price", sa.BigInteger(), nullable=False),
        sa.Column("pack_size", sa.Numeric(precision=12, scale=3), nullable=False),
        sa.Column("gross", sa.BigInteger(), nullable=False),
        sa.Column("substitution_reason", sa.String(), nullable=True),
        sa.CheckConstraint("gross >= 0", name=op.f("ck_dispense_line_gross")),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_dispense_line_quantity")),
        sa.ForeignKeyConstraint(["irc"], ["product.irc"], name=op.f("fk_dispense_line_irc")),
        sa.ForeignKeyConstraint(
            ["shabad", "n", "d"],
            ["dispense.shabad", "dispense.n", "dispense.d"],
            name=op.f("fk_dispense_line_shabad_n_d"),
        ),
        sa.ForeignKeyConstraint(
            ["shabad", "n", "item"],
            ["prescription_item.shabad", "prescription_item.n", "prescription_item.item"],
            name=op.f("fk_dispense_line_shabad_n_item"),
        ),
        sa.PrimaryKeyConstraint("shabad", "n", "d", "line", name=op.f("pk_dispense_line")),
    )
    op.create_table(
        "dispense_override",
        sa.Column("shabad", sa.String(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("d", sa.Integer(), nullable=False),
        sa.Column("finding", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["shabad", "n", "d"],
            ["dispense.shabad", "dispense.n", "dispense.d"],
            name=op.f("fk_dispense_override_shabad_n_d"),
        ),
        sa.PrimaryKeyConstraint("shabad", "n", "d", "finding", name=op.f("pk_dispense_override")),
    )
    op.create_table(
        "dispense_status",
        sa.Column("shabad", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("d", sa.Integer(), nullable=False),
        sa.Column("from_state", sa.String(), nullable=True),
        sa.Column("to_state", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["shabad", "n", "d"],
            ["dispense.shabad", "dispense.n", "dispense.d"],
            name=op.f("fk_dispense_status_shabad_n_d"),
        ),
        sa.PrimaryKeyConstraint("shabad", "id", name=op.f("pk_dispense_status")),
    )
    op.create_index(
        "ix_dispense_status_dispense", "dispense_status", ["shabad", "n", "d", "at"], unique=False
    )
    op.create_table(
        "not_dispensed",
        sa.Column("shabad", sa.String(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("d", sa.Integer(), nullable=False),
        sa.Column("item", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["shabad", "n", "d"],
            ["dispense.shabad", "dispense.n", "dispense.d"],
            name=op.f("fk_not_dispensed_shabad_n_d"),
        ),
        sa.ForeignKeyConstraint(
            ["shabad", "n", "item"],
            ["prescription_item.shabad", "prescription_item.n", "prescription_item.item"],
            name=op.f("fk_not_dispensed_shabad_n_item"),
        ),
        sa.PrimaryKeyConstraint("shabad", "n", "d", "item", name=op.f("pk_not_dispensed")),
    )
    op.create_table(
        "pack_use",
        sa.Column("uid", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "reserved",
                "released",
                "consumed",
                "pending_verify",
                "refused",
                "returned",
                name="packusestate",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("count", sa.Numeric(precision=12, scale=3), nullable=False),
        sa.Column("pharmacy", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("acceptance", sa.Uuid(), nullable=True),
        sa.Column("reserved_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("shabad", sa.String(), nullable=True),
        sa.Column("n", sa.Integer(), nullable=True),
        sa.Column("d", sa.Integer(), nullable=True),
        sa.Column("line", sa.Integer(), nullable=True),
        sa.Column("check_id", sa.Uuid(), nullable=True),
        sa.Column("supplied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("supply_proof", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("supply_refused", sa.String(), nullable=True),
        sa.Column("reactivated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "reactivation_proof", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True
        ),
        sa.Column("reactivation_refused", sa.String(), nullable=True),
        sa.CheckConstraint(
            "state IN ('reserved', 'released') OR num_nonnulls(shabad, n, d, line, check_id) = 5",
            name=op.f("ck_pack_use_handed_over"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('reserved', 'released') OR (acceptance IS NOT NULL AND reserved_until IS NOT NULL)",
            name=op.f("ck_pack_use_reservation"),
        ),
        sa.CheckConstraint("count > 0", name=op.f("ck_pack_use_count")),
        sa.ForeignKeyConstraint(
            ["uid", "check_id"],
            ["authenticity_check.uid", "authenticity_check.id"],
            name=op.f("fk_pack_use_uid_check_id"),
        ),
        sa.ForeignKeyConstraint(["uid"], ["pack.uid"], name=op.f("fk_pack_use_uid")),
        sa.PrimaryKeyConstraint("uid", "id", name=op.f("pk_pack_use")),
    )
    op.create_index(
        "ix_pack_use_acceptance",
        "pack_use",
        ["acceptance"],
        unique=False,
        postgresql_where=sa.text("state = 'reserved'"),
    )
    op.create_index(
        "ix_pack_use_dispense",
        "pack_use",
        ["shabad", "n", "d"],
        unique=False,
        postgresql_where=sa.text("shabad IS NOT NULL"),
    )
    op.create_index(
        "ix_pack_use_unreactivated",
        "pack_use",
        ["at"],
        unique=False,
        postgresql_where=sa.text(
            "state = 'returned' AND supplied_at IS NOT NULL AND reactivated_at IS NULL AND reactivation_refused IS NULL"
        ),
    )
    op.create_index(
        "ix_pack_use_unregistered",
        "pack_use",
        ["at"],
        unique=False,
        postgresql_where=sa.text("state = 'consumed' AND supplied_at IS NULL AND supply_refused IS NULL"),
    )
    op.create_index(
        "ix_pack_use_unverified",
        "pack_use",
        ["at"],
        unique=False,
        postgresql_where=sa.text("state = 'pending_verify'"),
    )
    op.create_index(
        "uq_pack_use_reserved",
        "pack_use",
        ["uid"],
        unique=True,
        postgresql_where=sa.text("state = 'reserved'"),
    )
    op.create_table(
        "pack_case",
        sa.Column("uid", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("use", sa.Uuid(), nullable=False),
        sa.Column("pharmacy", sa.String(), nullable=False),
        sa.Column("shabad", sa.String(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("d", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.String(), nullable=True),
        sa.Column("resolution", sa.String(length=200), nullable=True),
        sa.CheckConstraint("(closed_at IS NULL) = (resolution IS NULL)", name=op.f("ck_pack_case_closed")),
        sa.ForeignKeyConstraint(
            ["uid", "use"], ["pack_use.uid", "pack_use.id"], name=op.f("fk_pack_case_uid_use")
        ),
        sa.PrimaryKeyConstraint("uid", "id", name=op.f("pk_pack_case")),
    )
    op.create_index(
        "ix_pack_case_pharmacy",
        "pack_case",
        ["pharmacy", "opened_at"],
        unique=False,
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index(
        "uq_pack_case_open",
        "pack_case",
        ["uid", "use"],
        unique=True,
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_table(
        "pack_use_status",
        sa.Column("uid", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("use", sa.Uuid(), nullable=False),
        sa.Column("from_state", sa.String(), nullable=True),
        sa.Column("to_state", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["uid", "use"], ["pack_use.uid", "pack_use.id"], name=op.f("fk_pack_use_status_uid_use")
        ),
        sa.PrimaryKeyConstraint("uid", "id", name=op.f("pk_pack_use_status")),
    )
    op.create_index("ix_pack_use_status_use", "pack_use_status", ["uid", "use", "at"], unique=False)
    op.create_table(
        "window_use",
        sa.Column("shabad", sa.String(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("d", sa.Integer(), nullable=False),
        sa.Column("item", sa.Integer(), nullable=False),
        sa.Column("window", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.Numeric(precision=12, scale=3), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_window_use_quantity")),
        sa.ForeignKeyConstraint(
            ["shabad", "n", "d"],
            ["dispense.shabad", "dispense.n", "dispense.d"],
            name=op.f("fk_window_use_shabad_n_d"),
        ),
        sa.ForeignKeyConstraint(
            ["shabad", "n", "item", "window"],
            ["item_window.shabad", "item_window.n", "item_window.item", "item_window.window"],
            name=op.f("fk_window_use_shabad_n_item_window"),
        ),
        sa.PrimaryKeyConstraint("shabad", "n", "d", "item", "window", name=op.f("pk_window_use")),
    )


def downgrade() -> None:
    op.drop_table("window_use")
    op.drop_index("ix_pack_use_status_use", table_name="pack_use_status")
    op.drop_table("pack_use_status")
    op.drop_index("uq_pack_case_open", table_name="pack_case", postgresql_where=sa.text("closed_at IS NULL"))
    op.drop_index(
        "ix_pack_case_pharmacy", table_name="pack_case", postgresql_where=sa.text("closed_at IS NULL")
    )
    op.drop_table("pack_case")
    op.drop_index(
        "uq_pack_use_reserved", table_name="pack_use", postgresql_where=sa.text("state = 'reserved'")
    )
    op.drop_index(
        "ix_pack_use_unverified", table_name="pack_use", postgresql_where=sa.text("state = 'pending_verify'")
    )
    op.drop_index(
        "ix_pack_use_unregistered",
        table_name="pack_use",
        postgresql_where=sa.text("state = 'consumed' AND supplied_at IS NULL AND supply_refused IS NULL"),
    )
    op.drop_index(
        "ix_pack_use_unreactivated",
        table_name="pack_use",
        postgresql_where=sa.text(
            "state = 'returned' AND supplied_at IS NOT NULL AND reactivated_at IS NULL AND reactivation_refused IS NULL"
        ),
    )
    op.drop_index(
        "ix_pack_use_dispense", table_name="pack_use", postgresql_where=sa.text("shabad IS NOT NULL")
    )
    op.drop_index(
        "ix_pack_use_acceptance", table_name="pack_use", postgresql_where=sa.text("state = 'reserved'")
    )
    op.drop_table("pack_use")
    op.drop_table("not_dispensed")
    op.drop_index("ix_dispense_status_dispense", table_name="dispense_status")
    op.drop_table("dispense_status")
    op.drop_table("dispense_override")
    op.drop_table("dispense_line")
    op.drop_table("pack")
    op.drop_index("ix_dispense_pharmacy", table_name="dispense")
    op.drop_table("dispense")
    op.drop_index(
        "ix_acceptance_queue", table_name="acceptance", postgresql_where=sa.text("released_at IS NULL")
    )
    op.drop_index("ix_acceptance_acceptance", table_name="acceptance")
    op.drop_table("acceptance")
    op.drop_index("ix_authenticity_check_uid", table_name="authenticity_check")
    op.drop_table("authenticity_check")
    op.drop_index("ix_acceptance_status_prescription", table_name="acceptance_status")
    op.drop_table("acceptance_status")
