"""Patients, drafts, and signed prescriptions with their evidence and history."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "patient",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("national_id", sa.String(length=10), nullable=True),
        sa.Column("fida", sa.String(length=12), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("birth_date", sa.Date(), nullable=False),
        sa.Column(
            "sex",
            sa.Enum(
                "female", "male", "other", "unknown", name="sex", native_enum=False, create_constraint=True
            ),
            nullable=False,
        ),
        sa.Column("mobile", sa.String(length=11), nullable=True),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patient")),
        sa.UniqueConstraint("fida", name=op.f("uq_patient_fida")),
        sa.UniqueConstraint("national_id", name=op.f("uq_patient_national_id")),
    )
    op.create_table(
        "draft",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("patient", sa.Uuid(), nullable=False),
        sa.Column("practitioner", sa.String(), nullable=False),
        sa.Column("centre", sa.String(), nullable=False),
        sa.Column("shabad", sa.String(length=20), nullable=True),
        sa.Column("typed", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open", "signed", "discarded", name="draftstate", native_enum=False, create_constraint=True
            ),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signed_n", sa.Integer(), nullable=True),
        sa.CheckConstraint("(state = 'signed') = (signed_n IS NOT NULL)", name=op.f("ck_draft_signed")),
        sa.ForeignKeyConstraint(["centre"], ["centre.siam"], name=op.f("fk_draft_centre")),
        sa.ForeignKeyConstraint(["patient"], ["patient.id"], name=op.f("fk_draft_patient")),
        sa.ForeignKeyConstraint(
            ["practitioner"], ["practitioner.council"], name=op.f("fk_draft_practitioner")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft")),
    )
    op.create_index(
        "ix_draft_open",
        "draft",
        ["practitioner", "centre"],
        unique=False,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index(
        "ix_draft_shabad", "draft", ["shabad"], unique=False, postgresql_where=sa.text("state = 'open'")
    )
    op.create_table(
        "paper_image",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("media_type", sa.String(length=20), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("centre", sa.String(), nullable=False),
        sa.Column("uploaded_by", sa.String(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("transcribed_as", sa.String(length=30), nullable=True),
        sa.ForeignKeyConstraint(["centre"], ["centre.siam"], name=op.f("fk_paper_image_centre")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_image")),
        sa.UniqueConstraint("centre", "sha256", name=op.f("uq_paper_image_centre_sha256")),
    )
    op.create_table(
        "patient_centre",
        sa.Column("patient", sa.Uuid(), nullable=False),
        sa.Column("centre", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["centre"], ["centre.siam"], name=op.f("fk_patient_centre_centre")),
        sa.ForeignKeyConstraint(["patient"], ["patient.id"], name=op.f("fk_patient_centre_patient")),
        sa.PrimaryKeyConstraint("patient", "centre", name=op.f("pk_patient_centre")),
    )
    op.create_table(
        "patient_facts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("patient", sa.Uuid(), nullable=False),
        sa.Column(
            "allergy_state",
            sa.Enum(
                "not_asked",
                "none_known",
                "list",
                name="allergystate",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("allergies", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("weight_kg", sa.Numeric(precision=12, scale=3), nullable=True),
        sa.Column("pregnant", sa.Boolean(), nullable=True),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(allergy_state = 'list') = (jsonb_array_length(allergies) > 0)",
            name=op.f("ck_patient_facts_list_of_allergies"),
        ),
        sa.CheckConstraint("weight_kg > 0", name=op.f("ck_patient_facts_weight")),
        sa.ForeignKeyConstraint(["patient"], ["patient.id"], name=op.f("fk_patient_facts_patient")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patient_facts")),
    )
    op.create_index("ix_patient_facts_newest", "patient_facts", ["patient", "id"], unique=False)
    op.create_table(
        "prescription",
        sa.Column("shabad", sa.String(length=20), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("patient", sa.Uuid(), nullable=False),
        sa.Column("practitioner", sa.String(), nullable=False),
        sa.Column("centre", sa.String(), nullable=False),
        sa.Column("insurer", sa.String(length=10), nullable=False),
        sa.Column("kid", sa.String(length=40), nullable=False),
        sa.Column("jws", sa.Text(), nullable=False),
        sa.Column("payload_sha256", sa.String(length=64), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("redeemable_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("payable_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replaces", sa.Integer(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "active",
                "partly_dispensed",
                "dispensed",
                "cancel_requested",
                "cancelled",
                "replaced",
                name="prescriptionstate",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column(
            "source",
            sa.Enum("electronic", "paper", name="source", native_enum=False, create_constraint=True),
            nullable=False,
        ),
        sa.Column("declaration", sa.String(), nullable=True),
        sa.Column("coding_release", sa.String(), nullable=False),
        sa.Column("pointer_sha256", sa.String(length=64), nullable=True),
        sa.CheckConstraint(
            "source <> 'paper' OR declaration IS NOT NULL", name=op.f("ck_prescription_paper_in_emergency")
        ),
        sa.CheckConstraint("n > 0", name=op.f("ck_prescription_n")),
        sa.CheckConstraint("replaces < n", name=op.f("ck_prescription_replaces")),
        sa.ForeignKeyConstraint(["centre"], ["centre.siam"], name=op.f("fk_prescription_centre")),
        sa.ForeignKeyConstraint(
            ["declaration"], ["declaration.number"], name=op.f("fk_prescription_declaration")
        ),
        sa.ForeignKeyConstraint(["patient"], ["patient.id"], name=op.f("fk_prescription_patient")),
        sa.ForeignKeyConstraint(
            ["practitioner"], ["practitioner.council"], name=op.f("fk_prescription_practitioner")
        ),
        sa.ForeignKeyConstraint(
            ["shabad", "replaces"],
            ["prescription.shabad", "prescription.n"],
            name=op.f("fk_prescription_shabad_replaces"),
        ),
        sa.PrimaryKeyConstraint("shabad", "n", name=op.f("pk_prescription")),
    )
    op.create_index(
        "ix_prescription_cancel_requested",
        "prescription",
        ["shabad", "n"],
        unique=False,
        postgresql_where=sa.text("status = 'cancel_requested'"),
    )
    op.create_index(
        "ix_prescription_centre", "prescription", ["centre", "issued_at", "shabad", "n"], unique=False
    )
    op.create_index(
        "ix_prescription_declaration",
        "prescription",
        ["declaration", "centre"],
        unique=False,
        postgresql_where=sa.text("source = 'paper'"),
    )
    op.create_index(
        "ix_prescription_patient", "prescription", ["patient", "issued_at", "shabad", "n"], unique=False
    )
    op.create_index(
        "ix_prescription_practitioner",
        "prescription",
        ["practitioner", "centre", "issued_at", "shabad", "n"],
        unique=False,
    )
    op.create_table(
        "draft_status",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("draft", sa.Uuid(), nullable=False),
        sa.Column("from_state", sa.String(), nullable=True),
        sa.Column("to_state", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["draft"], ["draft.id"], name=op.f("fk_draft_status_draft")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft_status")),
    )
    op.create_index(op.f("ix_draft_status_draft"), "draft_status", ["draft"], unique=False)
    op.create_table(
        "prescription_diagnosis",
        sa.Column("shabad", sa.String(length=20), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("system", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["shabad", "n"],
            ["prescription.shabad", "prescription.n"],
            name=op.f("fk_prescription_diagnosis_shabad_n"),
        ),
        sa.ForeignKeyConstraint(
            ["system", "code"],
            ["concept.system", "concept.code"],
            name=op.f("fk_prescription_diagnosis_system_code"),
        ),
        sa.PrimaryKeyConstraint("shabad", "n", "position", name=op.f("pk_prescription_diagnosis")),
    )
    op.create_table(
        "prescription_item",
        sa.Column("shabad", sa.String(length=20), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("item", sa.Integer(), nullable=False),
        sa.Column("generic", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("dose", sa.Numeric(precision=12, scale=3), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("frequency", sa.String(), nullable=False),
        sa.Column("timing", sa.String(), nullable=True),
        sa.Column("route", sa.String(), nullable=False),
        sa.Column("as_needed", sa.String(), nullable=True),
        sa.Column("duration_days", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.Numeric(precision=12, scale=3), nullable=False),
        sa.Column("repeats", sa.Integer(), nullable=False),
        sa.Column("substitution", sa.Boolean(), nullable=False),
        sa.Column("instruction", sa.String(), nullable=True),
        sa.CheckConstraint("dose > 0 AND quantity > 0", name=op.f("ck_prescription_item_amounts")),
        sa.CheckConstraint("duration_days > 0 AND repeats >= 0", name=op.f("ck_prescription_item_counts")),
        sa.ForeignKeyConstraint(["generic"], ["medicine.generic"], name=op.f("fk_prescription_item_generic")),
        sa.ForeignKeyConstraint(
            ["shabad", "n"],
            ["prescription.shabad", "prescription.n"],
            name=op.f("fk_prescription_item_shabad_n"),
        ),
        sa.PrimaryKeyConstraint("shabad", "n", "item", name=op.f("pk_prescription_item")),
    )
    op.create_table(
        "prescription_override",
        sa.Column("shabad", sa.String(length=20), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("finding", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["shabad", "n"],
            ["prescription.shabad", "prescription.n"],
            name=op.f("fk_prescription_override_shabad_n"),
        ),
        sa.PrimaryKeyConstraint("shabad", "n", "finding", name=op.f("pk_prescription_override")),
    )
    op.create_table(
        "prescription_status",
        sa.Column("shabad", sa.String(length=20), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("from_state", sa.String(), nullable=True),
        sa.Column("to_state", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["shabad", "n"],
            ["prescription.shabad", "prescription.n"],
            name=op.f("fk_prescription_status_shabad_n"),
        ),
        sa.PrimaryKeyConstraint("shabad", "id", name=op.f("pk_prescription_status")),
        sa.UniqueConstraint("shabad", "n", "step", name=op.f("uq_prescription_status_shabad_n_step")),
    )
    op.create_table(
        "signature_evidence",
        sa.Column("shabad", sa.String(length=20), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("certificate_pem", sa.Text(), nullable=False),
        sa.Column("chain_pem", sa.Text(), nullable=False),
        sa.Column("revocation", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("verified_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["shabad", "n"],
            ["prescription.shabad", "prescription.n"],
            name=op.f("fk_signature_evidence_shabad_n"),
        ),
        sa.PrimaryKeyConstraint("shabad", "n", name=op.f("pk_signature_evidence")),
    )
    op.create_table(
        "transcription",
        sa.Column("shabad", sa.String(length=20), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("image", sa.Uuid(), nullable=False),
        sa.Column("image_sha256", sa.String(length=64), nullable=False),
        sa.Column("declaration", sa.String(), nullable=False),
        sa.Column("written_on", sa.Date(), nullable=False),
        sa.Column("transcribed_by", sa.String(), nullable=False),
        sa.Column("centre", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["centre"], ["centre.siam"], name=op.f("fk_transcription_centre")),
        sa.ForeignKeyConstraint(
            ["declaration"], ["declaration.number"], name=op.f("fk_transcription_declaration")
        ),
        sa.ForeignKeyConstraint(
            ["shabad", "n"], ["prescription.shabad", "prescription.n"], name=op.f("fk_transcription_shabad_n")
        ),
        sa.PrimaryKeyConstraint("shabad", "n", name=op.f("pk_transcription")),
    )
    op.create_table(
        "item_window",
        sa.Column("shabad", sa.String(length=20), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("item", sa.Integer(), nullable=False),
        sa.Column("window", sa.Integer(), nullable=False),
        sa.Column("opens_on", sa.Date(), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=False),
        sa.Column("quantity", sa.Numeric(precision=12, scale=3), nullable=False),
        sa.Column("remaining", sa.Numeric(precision=12, scale=3), nullable=False),
        sa.CheckConstraint("closes_on >= opens_on", name=op.f("ck_item_window_days")),
        sa.CheckConstraint("remaining >= 0 AND remaining <= quantity", name=op.f("ck_item_window_remaining")),
        sa.ForeignKeyConstraint(
            ["shabad", "n", "item"],
            ["prescription_item.shabad", "prescription_item.n", "prescription_item.item"],
            name=op.f("fk_item_window_shabad_n_item"),
        ),
        sa.PrimaryKeyConstraint("shabad", "n", "item", "window", name=op.f("pk_item_window")),
    )


def downgrade() -> None:
    op.drop_table("item_window")
    op.drop_table("transcription")
    op.drop_table("signature_evidence")
    op.drop_table("prescription_status")
    op.drop_table("prescription_override")
    op.drop_table("prescription_item")
    op.drop_table("prescription_diagnosis")
    op.drop_index(op.f("ix_draft_status_draft"), table_name="draft_status")
    op.drop_table("draft_status")
    op.drop_index("ix_prescription_practitioner", table_name="prescription")
    op.drop_index("ix_prescription_patient", table_name="prescription")
    op.drop_index(
        "ix_prescription_declaration", table_name="prescription", postgresql_where=sa.text("source = 'paper'")
    )
    op.drop_index("ix_prescription_centre", table_name="prescription")
    op.drop_index(
        "ix_prescription_cancel_requested",
        table_name="prescription",
        postgresql_where=sa.text("status = 'cancel_requested'"),
    )
    op.drop_table("prescription")
    op.drop_index("ix_patient_facts_newest", table_name="patient_facts")
    op.drop_table("patient_facts")
    op.drop_table("patient_centre")
    op.drop_table("paper_image")
    op.drop_index("ix_draft_shabad", table_name="draft", postgresql_where=sa.text("state = 'open'"))
    op.drop_index("ix_draft_open", table_name="draft", postgresql_where=sa.text("state = 'open'"))
    op.drop_table("draft")
    op.drop_table("patient")
