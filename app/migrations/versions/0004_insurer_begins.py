"""Coverage, SHABADs, cost statements, claims, batches, results and remittances."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "insurer",
        sa.Column("code", sa.String(length=10), nullable=False),
        sa.Column("name_fa", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "basic",
                "supplementary",
                "self_pay",
                name="insurerkind",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("abbr", sa.String(length=8), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_insurer")),
        sa.UniqueConstraint("abbr", name=op.f("uq_insurer_abbr")),
    )
    op.create_table(
        "batch",
        sa.Column("insurer", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claim_count", sa.Integer(), nullable=False),
        sa.Column("reversal_count", sa.Integer(), nullable=False),
        sa.Column("amount_total", sa.BigInteger(), nullable=False),
        sa.Column("prev_manifest_sha256", sa.String(), nullable=False),
        sa.Column("manifest", sa.LargeBinary(), nullable=False),
        sa.Column("manifest_sha256", sa.String(), nullable=False),
        sa.Column("signature", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("sealed", "acknowledged", name="batchstate", native_enum=False, create_constraint=True),
            nullable=False,
        ),
        sa.Column("file_bytes", sa.BigInteger(), nullable=False),
        sa.Column("file_sha256", sa.String(), nullable=False),
        sa.Column("retained_until", sa.Date(), nullable=False),
        sa.Column("ack", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("acked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'acknowledged') = (ack IS NOT NULL) AND (ack IS NULL) = (acked_at IS NULL)",
            name=op.f("ck_batch_ack"),
        ),
        sa.CheckConstraint("seq > 0 AND claim_count + reversal_count > 0", name=op.f("ck_batch_not_empty")),
        sa.ForeignKeyConstraint(["insurer"], ["insurer.code"], name=op.f("fk_batch_insurer")),
        sa.PrimaryKeyConstraint("insurer", "seq", name=op.f("pk_batch")),
    )
    op.create_table(
        "batch_counter",
        sa.Column("insurer", sa.String(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["insurer"], ["insurer.code"], name=op.f("fk_batch_counter_insurer")),
        sa.PrimaryKeyConstraint("insurer", name=op.f("pk_batch_counter")),
    )
    op.create_table(
        "claim_result",
        sa.Column("insurer", sa.String(), nullable=False),
        sa.Column("claim", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("result_no", sa.Integer(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "approved", "partly", "rejected", name="outcome", native_enum=False, create_constraint=True
            ),
            nullable=False,
        ),
        sa.Column("requested", sa.BigInteger(), nullable=False),
        sa.Column("approved", sa.BigInteger(), nullable=False),
        sa.Column("lines", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("submission", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.CheckConstraint("requested >= approved AND approved >= 0", name=op.f("ck_claim_result_approved")),
        sa.ForeignKeyConstraint(["insurer"], ["insurer.code"], name=op.f("fk_claim_result_insurer")),
        sa.PrimaryKeyConstraint("insurer", "claim", "version", "result_no", name=op.f("pk_claim_result")),
    )
    op.create_table(
        "coverage",
        sa.Column("insurer", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("national_id", sa.String(), nullable=True),
        sa.Column("fida", sa.String(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum("basic", "supplementary", name="claimkind", native_enum=False, create_constraint=True),
            nullable=False,
        ),
        sa.Column("fund", sa.String(), nullable=False),
        sa.Column("member_no", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("birth_date", sa.Date(), nullable=False),
        sa.Column(
            "sex",
            sa.Enum(
                "female", "male", "other", "unknown", name="sex", native_enum=False, create_constraint=True
            ),
            nullable=False,
        ),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column(
            "state",
            sa.Enum("active", "suspended", name="coveragestate", native_enum=False, create_constraint=True),
            nullable=False,
        ),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(national_id IS NULL) <> (fida IS NULL)", name=op.f("ck_coverage_one_identifier")
        ),
        sa.CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name=op.f("ck_coverage_period")),
        sa.ForeignKeyConstraint(["insurer"], ["insurer.code"], name=op.f("fk_coverage_insurer")),
        sa.PrimaryKeyConstraint("insurer", "id", name=op.f("pk_coverage")),
        sa.UniqueConstraint("insurer", "member_no", name=op.f("uq_coverage_insurer_member_no")),
    )
    op.create_index(
        "ix_coverage_fida", "coverage", ["fida"], unique=False, postgresql_where=sa.text("fida IS NOT NULL")
    )
    op.create_index(
        "ix_coverage_national_id",
        "coverage",
        ["national_id"],
        unique=False,
        postgresql_where=sa.text("national_id IS NOT NULL"),
    )
    op.create_table(
        "inquiry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("patient", sa.Uuid(), nullable=False),
        sa.Column("national_id", sa.String(), nullable=True),
        sa.Column("fida", sa.String(), nullable=True),
        sa.Column("practitioner", sa.String(), nullable=False),
        sa.Column("centre", sa.String(), nullable=False),
        sa.Column("result", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column(
            "source",
            sa.Enum(
                "online", "cache", "declared", name="inquirysource", native_enum=False, create_constraint=True
            ),
            nullable=False,
        ),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_good", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["centre"], ["centre.siam"], name=op.f("fk_inquiry_centre")),
        sa.ForeignKeyConstraint(["patient"], ["patient.id"], name=op.f("fk_inquiry_patient")),
        sa.ForeignKeyConstraint(
            ["practitioner"], ["practitioner.council"], name=op.f("fk_inquiry_practitioner")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inquiry")),
    )
    op.create_index("ix_inquiry_patient", "inquiry", ["patient", "made_at"], unique=False)
    op.create_table(
        "plan",
        sa.Column("insurer", sa.String(), nullable=False),
        sa.Column("fund", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name_fa", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("basic_bp", sa.Integer(), nullable=False),
        sa.Column("supplementary_bp", sa.Integer(), nullable=False),
        sa.Column(
            "supplementary_base",
            sa.Enum(
                "franchise", "residual", name="supplementarybase", native_enum=False, create_constraint=True
            ),
            nullable=False,
        ),
        sa.Column(
            "cob",
            sa.Enum("parallel", "after_basic", name="cob", native_enum=False, create_constraint=True),
            nullable=False,
        ),
        sa.Column(
            "rounding",
            sa.Enum(
                "half_up", "half_even", "down", name="rounding", native_enum=False, create_constraint=True
            ),
            nullable=False,
        ),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.CheckConstraint("basic_bp BETWEEN 0 AND 10000", name=op.f("ck_plan_basic_bp")),
        sa.CheckConstraint("supplementary_bp BETWEEN 0 AND 10000", name=op.f("ck_plan_supplementary_bp")),
        sa.ForeignKeyConstraint(["insurer"], ["insurer.code"], name=op.f("fk_plan_insurer")),
        sa.PrimaryKeyConstraint("insurer", "fund", "code", name=op.f("pk_plan")),
        sa.UniqueConstraint(
            "insurer", "fund", "effective_from", name=op.f("uq_plan_insurer_fund_effective_from")
        ),
    )
    op.create_table(
        "ready_claim",
        sa.Column("insurer", sa.String(), nullable=False),
        sa.Column("claim", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("shabad", sa.String(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("d", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("original", "reversal", name="versionkind", native_enum=False, create_constraint=True),
            nullable=False,
        ),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("line", sa.LargeBinary(), nullable=False),
        sa.Column("ready_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["insurer"], ["insurer.code"], name=op.f("fk_ready_claim_insurer")),
        sa.PrimaryKeyConstraint("insurer", "claim", "version", name=op.f("pk_ready_claim")),
    )
    op.create_index("ix_ready_claim_order", "ready_claim", ["insurer", "ready_at", "claim"], unique=False)
    op.create_table(
        "remittance",
        sa.Column("insurer", sa.String(), nullable=False),
        sa.Column("payment_no", sa.String(length=60), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["insurer"], ["insurer.code"], name=op.f("fk_remittance_insurer")),
        sa.PrimaryKeyConstraint("insurer", "payment_no", name=op.f("pk_remittance")),
    )
    op.create_table(
        "shabad",
        sa.Column("shabad", sa.String(length=20), nullable=False),
        sa.Column("insurer", sa.String(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "reserved",
                "issued",
                "assigned_offline",
                "verified",
                "used",
                "rejected",
                "eliminated",
                "expired",
                "returned",
                "stolen",
                name="shabadstate",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("patient", sa.Uuid(), nullable=True),
        sa.Column("practitioner", sa.String(), nullable=True),
        sa.Column("centre", sa.String(), nullable=False),
        sa.Column("inquiry", sa.Uuid(), nullable=True),
        sa.Column("basic", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("supplementary", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("bound_n", sa.Integer(), nullable=True),
        sa.Column("pool", sa.Uuid(), nullable=True),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "verified_proof", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True
        ),
        sa.Column("declaration", sa.String(), nullable=True),
        sa.CheckConstraint(
            "(state IN ('reserved', 'returned', 'stolen', 'expired')) = (patient IS NULL) OR state = 'eliminated'",
            name=op.f("ck_shabad_patient_when_assigned"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('verified', 'used') OR verified_proof IS NOT NULL", name=op.f("ck_shabad_proof")
        ),
        sa.ForeignKeyConstraint(["centre"], ["centre.siam"], name=op.f("fk_shabad_centre")),
        sa.ForeignKeyConstraint(["declaration"], ["declaration.number"], name=op.f("fk_shabad_declaration")),
        sa.ForeignKeyConstraint(["insurer"], ["insurer.code"], name=op.f("fk_shabad_insurer")),
        sa.ForeignKeyConstraint(["patient"], ["patient.id"], name=op.f("fk_shabad_patient")),
        sa.ForeignKeyConstraint(
            ["practitioner"], ["practitioner.council"], name=op.f("fk_shabad_practitioner")
        ),
        sa.PrimaryKeyConstraint("shabad", name=op.f("pk_shabad")),
    )
    op.create_index(
        "ix_shabad_reserved",
        "shabad",
        ["centre", "insurer", "valid_until"],
        unique=False,
        postgresql_where=sa.text("state = 'reserved'"),
    )
    op.create_table(
        "shabad_pool",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("insurer", sa.String(), nullable=False),
        sa.Column("centre", sa.String(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["centre"], ["centre.siam"], name=op.f("fk_shabad_pool_centre")),
        sa.ForeignKeyConstraint(["insurer"], ["insurer.code"], name=op.f("fk_shabad_pool_insurer")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shabad_pool")),
    )
    op.create_index(op.f("ix_shabad_pool_centre"), "shabad_pool", ["centre"], unique=False)
    op.create_table(
        "submission",
        sa.Column("insurer", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("results", "coverages", name="submissionkind", native_enum=False, create_constraint=True),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum("received", "done", name="submissionstate", native_enum=False, create_constraint=True),
            nullable=False,
        ),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("counts", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("failures", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(state = 'done') = (done_at IS NOT NULL)", name=op.f("ck_submission_done")),
        sa.ForeignKeyConstraint(["insurer"], ["insurer.code"], name=op.f("fk_submission_insurer")),
        sa.PrimaryKeyConstraint("insurer", "id", name=op.f("pk_submission")),
    )
    op.create_index("ix_submission_sha256", "submission", ["insurer", "kind", "sha256"], unique=False)
    op.create_table(
        "appeal",
        sa.Column("insurer", sa.String(), nullable=False),
        sa.Column("claim", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("result_no", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["insurer", "claim", "version", "result_no"],
            ["claim_result.insurer", "claim_result.claim", "claim_result.version", "claim_result.result_no"],
            name=op.f("fk_appeal_insurer_claim_version_result_no"),
        ),
        sa.PrimaryKeyConstraint("insurer", "claim", "version", "result_no", name=op.f("pk_appeal")),
    )
    op.create_table(
        "batch_download",
        sa.Column("insurer", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("start_byte", sa.BigInteger(), nullable=False),
        sa.Column("end_byte", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.CheckConstraint("start_byte >= 0 AND end_byte > start_byte", name=op.f("ck_batch_download_range")),
        sa.ForeignKeyConstraint(
            ["insurer", "seq"], ["batch.insurer", "batch.seq"], name=op.f("fk_batch_download_insurer_seq")
        ),
        sa.PrimaryKeyConstraint("insurer", "id", name=op.f("pk_batch_download")),
    )
    op.create_index("ix_batch_download_batch", "batch_download", ["insurer", "seq"], unique=False)
    op.create_table(
        "batch_item",
        sa.Column("insurer", sa.String(), nullable=False),
        sa.Column("claim", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("byte_offset", sa.BigInteger(), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("line", sa.LargeBinary(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("original", "reversal", name="versionkind", native_enum=False, create_constraint=True),
            nullable=False,
        ),
        sa.Column("shabad", sa.String(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("d", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["insurer", "seq"], ["batch.insurer", "batch.seq"], name=op.f("fk_batch_item_insurer_seq")
        ),
        sa.PrimaryKeyConstraint("insurer", "claim", "version", name=op.f("pk_batch_item")),
        sa.UniqueConstraint("insurer", "seq", "position", name=op.f("uq_batch_item_insurer_seq_position")),
    )
    op.create_table(
        "batch_status",
        sa.Column("insurer", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("from_state", sa.String(), nullable=True),
        sa.Column("to_state", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("why", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["insurer", "seq"], ["batch.insurer", "batch.seq"], name=op.f("fk_batch_status_insurer_seq")
        ),
        sa.PrimaryKeyConstraint("insurer", "id", name=op.f("pk_batch_status")),
    )
    op.create_table(
        "cost_statement",
        sa.Column("shabad", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("d", sa.Integer(), nullable=True),
        sa.Column("lines", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("totals", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("rules_sha256", sa.String(), nullable=False),
        sa.Column("prices_release", sa.String(), nullable=False),
        sa.Column("inputs_sha256", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["shabad"], ["shabad.shabad"], name=op.f("fk_cost_statement_shabad")),
        sa.PrimaryKeyConstraint("shabad", "id", name=op.f("pk_cost_statement")),
    )
    op.create_table(
        "deduction",
        sa.Column("insurer", sa.String(), nullable=False),
        sa.Column("claim", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("result_no", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.CheckConstraint("amount > 0", name=op.f("ck_deduction_amount")),
        sa.ForeignKeyConstraint(
            ["insurer", "claim", "version", "result_no"],
            ["claim_result.insurer", "claim_result.claim", "claim_result.version", "claim_result.result_no"],
            name=op.f("fk_deduction_insurer_claim_version_result_no"),
        ),
        sa.PrimaryKeyConstraint(
            "insurer", "claim", "version", "result_no", "line", "position", name=op.f("pk_deduction")
        ),
    )
    op.create_table(
        "remittance_line",
        sa.Column("insurer", sa.String(), nullable=False),
        sa.Column("payment_no", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("claim", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "payment", "advance", "recovery", name="linekind", native_enum=False, create_constraint=True
            ),
            nullable=False,
        ),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "(kind = 'recovery') = (amount < 0) AND amount <> 0", name=op.f("ck_remittance_line_sign")
        ),
        sa.ForeignKeyConstraint(
            ["insurer", "payment_no"],
            ["remittance.insurer", "remittance.payment_no"],
            name=op.f("fk_remittance_line_insurer_payment_no"),
        ),
        sa.PrimaryKeyConstraint("insurer", "payment_no", "position", name=op.f("pk_remittance_line")),
    )
    op.create_index("ix_remittance_line_claim", "remittance_line", ["insurer", "claim"], unique=False)
    op.create_table(
        "shabad_status",
        sa.Column("shabad", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("from_state", sa.String(), nullable=True),
        sa.Column("to_state", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("why", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["shabad"], ["shabad.shabad"], name=op.f("fk_shabad_status_shabad")),
        sa.PrimaryKeyConstraint("shabad", "id", name=op.f("pk_shabad_status")),
    )
    op.create_table(
        "claim",
        sa.Column("shabad", sa.String(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("d", sa.Integer(), nullable=False),
        sa.Column("insurer", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("pharmacy", sa.String(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "held",
                "ready",
                "sealed",
                "received",
                "returned",
                "in_review",
                "approved",
                "partly_approved",
                "rejected",
                "accepted",
                "appealed",
                "payable",
                "paid",
                "closed",
                "void",
                "reversed",
                name="claimstate",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column(
            "kind",
            sa.Enum("basic", "supplementary", name="claimkind", native_enum=False, create_constraint=True),
            nullable=False,
        ),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("gross", sa.BigInteger(), nullable=False),
        sa.Column("approved", sa.BigInteger(), nullable=True),
        sa.Column("paid", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("statement", sa.Uuid(), nullable=False),
        sa.Column("service_day", sa.Date(), nullable=False),
        sa.Column("packs_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("shabad_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ehr_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("packs_proof", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("shabad_proof", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("ehr_proof", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("after_basic", sa.Boolean(), nullable=False),
        sa.Column("basic_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("basic_proof", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("held_for", sa.Text(), nullable=True),
        sa.Column("declaration", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state IN ('held', 'void') OR (packs_at IS NOT NULL AND shabad_at IS NOT NULL AND ehr_at IS NOT NULL)",
            name=op.f("ck_claim_gates"),
        ),
        sa.CheckConstraint("amount > 0 AND amount <= gross", name=op.f("ck_claim_amount")),
        sa.CheckConstraint("approved BETWEEN 0 AND amount", name=op.f("ck_claim_approved")),
        sa.CheckConstraint("paid BETWEEN 0 AND amount", name=op.f("ck_claim_paid")),
        sa.ForeignKeyConstraint(["declaration"], ["declaration.number"], name=op.f("fk_claim_declaration")),
        sa.ForeignKeyConstraint(["insurer"], ["insurer.code"], name=op.f("fk_claim_insurer")),
        sa.ForeignKeyConstraint(["pharmacy"], ["centre.siam"], name=op.f("fk_claim_pharmacy")),
        sa.ForeignKeyConstraint(
            ["shabad", "n", "d"],
            ["dispense.shabad", "dispense.n", "dispense.d"],
            name=op.f("fk_claim_shabad_n_d"),
        ),
        sa.ForeignKeyConstraint(["shabad"], ["shabad.shabad"], name=op.f("fk_claim_shabad")),
        sa.PrimaryKeyConstraint("shabad", "n", "d", "insurer", name=op.f("pk_claim")),
        sa.UniqueConstraint("shabad", "number", name=op.f("uq_claim_shabad_number")),
    )
    op.create_index(
        "ix_claim_held",
        "claim",
        ["created_at", "number"],
        unique=False,
        postgresql_where=sa.text("state = 'held'"),
    )
    op.create_index("ix_claim_insurer", "claim", ["insurer", "created_at", "number"], unique=False)
    op.create_index("ix_claim_pharmacy", "claim", ["pharmacy", "created_at", "number"], unique=False)
    op.create_table(
        "claim_status",
        sa.Column("shabad", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("d", sa.Integer(), nullable=False),
        sa.Column("insurer", sa.String(), nullable=False),
        sa.Column("from_state", sa.String(), nullable=True),
        sa.Column("to_state", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("why", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["shabad", "n", "d", "insurer"],
            ["claim.shabad", "claim.n", "claim.d", "claim.insurer"],
            name=op.f("fk_claim_status_shabad_n_d_insurer"),
        ),
        sa.PrimaryKeyConstraint("shabad", "id", name=op.f("pk_claim_status")),
    )
    op.create_index(
        "ix_claim_status_claim", "claim_status", ["shabad", "n", "d", "insurer", "at"], unique=False
    )
    op.create_table(
        "claim_version",
        sa.Column("shabad", sa.String(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("d", sa.Integer(), nullable=False),
        sa.Column("insurer", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("original", "reversal", name="versionkind", native_enum=False, create_constraint=True),
            nullable=False,
        ),
        sa.Column("line", sa.LargeBinary(), nullable=True),
        sa.Column("sha256", sa.String(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("(kind = 'reversal') = (amount < 0)", name=op.f("ck_claim_version_sign")),
        sa.CheckConstraint("(line IS NULL) = (sha256 IS NULL)", name=op.f("ck_claim_version_line")),
        sa.ForeignKeyConstraint(
            ["shabad", "n", "d", "insurer"],
            ["claim.shabad", "claim.n", "claim.d", "claim.insurer"],
            name=op.f("fk_claim_version_shabad_n_d_insurer"),
        ),
        sa.PrimaryKeyConstraint("shabad", "n", "d", "insurer", "version", name=op.f("pk_claim_version")),
    )


def downgrade() -> None:
    op.drop_table("claim_version")
    op.drop_index("ix_claim_status_claim", table_name="claim_status")
    op.drop_table("claim_status")
    op.drop_index("ix_claim_pharmacy", table_name="claim")
    op.drop_index("ix_claim_insurer", table_name="claim")
    op.drop_index("ix_claim_held", table_name="claim", postgresql_where=sa.text("state = 'held'"))
    op.drop_table("claim")
    op.drop_table("shabad_status")
    op.drop_index("ix_remittance_line_claim", table_name="remittance_line")
    op.drop_table("remittance_line")
    op.drop_table("deduction")
    op.drop_table("cost_statement")
    op.drop_table("batch_status")
    op.drop_table("batch_item")
    op.drop_index("ix_batch_download_batch", table_name="batch_download")
    op.drop_table("batch_download")
    op.drop_table("appeal")
    op.drop_index("ix_submission_sha256", table_name="submission")
    op.drop_table("submission")
    op.drop_index(op.f("ix_shabad_pool_centre"), table_name="shabad_pool")
    op.drop_table("shabad_pool")
    op.drop_index("ix_shabad_reserved", table_name="shabad", postgresql_where=sa.text("state = 'reserved'"))
    op.drop_table("shabad")
    op.drop_table("remittance")
    op.drop_index("ix_ready_claim_order", table_name="ready_claim")
    op.drop_table("ready_claim")
    op.drop_table("plan")
    op.drop_index("ix_inquiry_patient", table_name="inquiry")
    op.drop_table("inquiry")
    op.drop_index(
        "ix_coverage_national_id", table_name="coverage", postgresql_where=sa.text("national_id IS NOT NULL")
    )
    op.drop_index("ix_coverage_fida", table_name="coverage", postgresql_where=sa.text("fida IS NOT NULL"))
    op.drop_table("coverage")
    op.drop_table("claim_result")
    op.drop_table("batch_counter")
    op.drop_table("batch")
    op.drop_table("insurer")
