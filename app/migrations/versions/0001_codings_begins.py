"""The ground floor: code systems, medicines, registers of centres and people, certificates, declarations."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "centre",
        sa.Column("siam", sa.String(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("clinic", "pharmacy", name="centrekind", native_enum=False, create_constraint=True),
            nullable=False,
        ),
        sa.Column("name_fa", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("province", sa.String(), nullable=False),
        sa.Column("address_fa", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("licence_from", sa.Date(), nullable=False),
        sa.Column("licence_to", sa.Date(), nullable=True),
        sa.Column(
            "state",
            sa.Enum("active", "suspended", name="licencestate", native_enum=False, create_constraint=True),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("siam", name=op.f("pk_centre")),
    )
    op.create_table(
        "certificate_request",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column(
            "holder_kind",
            sa.Enum(
                "physician",
                "pharmacist",
                "officer",
                name="holderkind",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("csr", sa.Text(), nullable=False),
        sa.Column("csr_sha256", sa.String(), nullable=False),
        sa.Column("key_sha256", sa.String(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "requested",
                "entered",
                "approved",
                "refused",
                name="requeststate",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("requested_by", sa.String(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entered_by", sa.String(), nullable=True),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("kid", sa.String(), nullable=True),
        sa.CheckConstraint(
            "state <> 'approved' OR coalesce(decided_by <> entered_by, false)",
            name=op.f("ck_certificate_request_two_officers"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate_request")),
        sa.UniqueConstraint("key_sha256", name=op.f("uq_certificate_request_key_sha256")),
    )
    op.create_index(op.f("ix_certificate_request_holder"), "certificate_request", ["holder"], unique=False)
    op.create_index(
        "ix_certificate_request_waiting",
        "certificate_request",
        ["id"],
        unique=False,
        postgresql_where=sa.text("state IN ('requested', 'entered')"),
    )
    op.create_table(
        "concept",
        sa.Column("system", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("release", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("fa", sa.String(), nullable=False),
        sa.Column("en", sa.String(), nullable=False),
        sa.Column("properties", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("system", "code", name=op.f("pk_concept")),
    )
    op.create_table(
        "declaration",
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("provinces", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("words", sa.String(length=200), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "drafted",
                "in_force",
                "ended",
                "refused",
                name="declarationstate",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("drafted_by", sa.String(), nullable=False),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_by", sa.String(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seal", sa.Text(), nullable=True),
        sa.CheckConstraint("(state = 'in_force') = (seal IS NOT NULL)", name=op.f("ck_declaration_sealed")),
        sa.CheckConstraint(
            "ends_at > starts_at AND ends_at <= starts_at + interval '72 hours'",
            name=op.f("ck_declaration_span"),
        ),
        sa.CheckConstraint("state <> 'ended'", name=op.f("ck_declaration_end_is_computed")),
        sa.CheckConstraint(
            "state <> 'in_force' OR coalesce(approved_by <> drafted_by, false)",
            name=op.f("ck_declaration_two_officers"),
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_declaration")),
    )
    op.create_table(
        "medicine",
        sa.Column("generic", sa.String(), nullable=False),
        sa.Column("release", sa.String(), nullable=False),
        sa.Column("ingredients", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("atc", sa.String(), nullable=False),
        sa.Column("inn", sa.String(), nullable=False),
        sa.Column("name_fa", sa.String(), nullable=False),
        sa.Column("short", sa.String(), nullable=False),
        sa.Column("form", sa.String(), nullable=False),
        sa.Column("strength", sa.String(), nullable=False),
        sa.Column("route", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("strength_per_unit_mg", sa.Numeric(precision=15, scale=6), nullable=True),
        sa.Column("max_daily_mg", sa.Numeric(precision=15, scale=6), nullable=True),
        sa.Column("max_daily_source", sa.String(), nullable=False),
        sa.Column("controlled", sa.Boolean(), nullable=False),
        sa.Column("high_risk", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("generic", name=op.f("pk_medicine")),
    )
    op.create_table(
        "practitioner",
        sa.Column("council", sa.String(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "physician",
                "pharmacist",
                "officer",
                name="holderkind",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("name_fa", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("specialty", sa.String(), nullable=False),
        sa.Column(
            "licence_state",
            sa.Enum("active", "suspended", name="licencestate", native_enum=False, create_constraint=True),
            nullable=False,
        ),
        sa.Column("licence_to", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("council", name=op.f("pk_practitioner")),
    )
    op.create_table(
        "release",
        sa.Column("system", sa.String(), nullable=False),
        sa.Column("release", sa.String(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("system", "release", name=op.f("pk_release")),
    )
    op.create_table(
        "affiliation",
        sa.Column("practitioner", sa.String(), nullable=False),
        sa.Column("centre", sa.String(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("added_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["centre"], ["centre.siam"], name=op.f("fk_affiliation_centre")),
        sa.ForeignKeyConstraint(
            ["practitioner"], ["practitioner.council"], name=op.f("fk_affiliation_practitioner")
        ),
        sa.PrimaryKeyConstraint("practitioner", "centre", name=op.f("pk_affiliation")),
    )
    op.create_index(op.f("ix_affiliation_centre"), "affiliation", ["centre"], unique=False)
    op.create_table(
        "centre_status",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("from_state", sa.String(), nullable=True),
        sa.Column("to_state", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=True),
        sa.Column("siam", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["siam"], ["centre.siam"], name=op.f("fk_centre_status_siam")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_centre_status")),
    )
    op.create_index(op.f("ix_centre_status_siam"), "centre_status", ["siam"], unique=False)
    op.create_table(
        "certificate",
        sa.Column("kid", sa.String(), nullable=False),
        sa.Column("request", sa.Uuid(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column(
            "holder_kind",
            sa.Enum(
                "physician",
                "pharmacist",
                "officer",
                name="holderkind",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("pem", sa.Text(), nullable=False),
        sa.Column("public_pem", sa.Text(), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("not_after", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum("active", "revoked", name="certificatestate", native_enum=False, create_constraint=True),
            nullable=False,
        ),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("invalid_from", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["request"], ["certificate_request.id"], name=op.f("fk_certificate_request")),
        sa.PrimaryKeyConstraint("kid", name=op.f("pk_certificate")),
        sa.UniqueConstraint("request", name=op.f("uq_certificate_request")),
    )
    op.create_index(op.f("ix_certificate_holder"), "certificate", ["holder"], unique=False)
    op.create_table(
        "certificate_request_status",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("from_state", sa.String(), nullable=True),
        sa.Column("to_state", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=True),
        sa.Column("request", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["request"], ["certificate_request.id"], name=op.f("fk_certificate_request_status_request")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate_request_status")),
    )
    op.create_index(
        op.f("ix_certificate_request_status_request"), "certificate_request_status", ["request"], unique=False
    )
    op.create_table(
        "declaration_status",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("from_state", sa.String(), nullable=True),
        sa.Column("to_state", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=True),
        sa.Column("number", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["number"], ["declaration.number"], name=op.f("fk_declaration_status_number")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_declaration_status")),
    )
    op.create_index(op.f("ix_declaration_status_number"), "declaration_status", ["number"], unique=False)
    op.create_table(
        "practitioner_status",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("from_state", sa.String(), nullable=True),
        sa.Column("to_state", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=True),
        sa.Column("council", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["council"], ["practitioner.council"], name=op.f("fk_practitioner_status_council")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_practitioner_status")),
    )
    op.create_index(op.f("ix_practitioner_status_council"), "practitioner_status", ["council"], unique=False)
    op.create_table(
        "product",
        sa.Column("irc", sa.String(), nullable=False),
        sa.Column("gtin", sa.String(), nullable=False),
        sa.Column("generic", sa.String(), nullable=False),
        sa.Column("name_fa", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("maker", sa.String(), nullable=False),
        sa.Column("pack_size", sa.Numeric(precision=12, scale=3), nullable=False),
        sa.Column("price", sa.BigInteger(), nullable=False),
        sa.Column("release", sa.String(), nullable=False),
        sa.CheckConstraint("pack_size > 0", name=op.f("ck_product_pack_size")),
        sa.CheckConstraint("price >= 0", name=op.f("ck_product_price")),
        sa.ForeignKeyConstraint(["generic"], ["medicine.generic"], name=op.f("fk_product_generic")),
        sa.PrimaryKeyConstraint("irc", name=op.f("pk_product")),
        sa.UniqueConstraint("gtin", name=op.f("uq_product_gtin")),
    )
    op.create_index(op.f("ix_product_generic"), "product", ["generic"], unique=False)
    op.create_table(
        "certificate_status",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("from_state", sa.String(), nullable=True),
        sa.Column("to_state", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=True),
        sa.Column("kid", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["kid"], ["certificate.kid"], name=op.f("fk_certificate_status_kid")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate_status")),
    )
    op.create_index(op.f("ix_certificate_status_kid"), "certificate_status", ["kid"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_certificate_status_kid"), table_name="certificate_status")
    op.drop_table("certificate_status")
    op.drop_index(op.f("ix_product_generic"), table_name="product")
    op.drop_table("product")
    op.drop_index(op.f("ix_practitioner_status_council"), table_name="practitioner_status")
    op.drop_table("practitioner_status")
    op.drop_index(op.f("ix_declaration_status_number"), table_name="declaration_status")
    op.drop_table("declaration_status")
    op.drop_index(op.f("ix_certificate_request_status_request"), table_name="certificate_request_status")
    op.drop_table("certificate_request_status")
    op.drop_index(op.f("ix_certificate_holder"), table_name="certificate")
    op.drop_table("certificate")
    op.drop_index(op.f("ix_centre_status_siam"), table_name="centre_status")
    op.drop_table("centre_status")
    op.drop_index(op.f("ix_affiliation_centre"), table_name="affiliation")
    op.drop_table("affiliation")
    op.drop_table("release")
    op.drop_table("practitioner")
    op.drop_table("medicine")
    op.drop_table("declaration")
    op.drop_table("concept")
    op.drop_index(
        "ix_certificate_request_waiting",
        table_name="certificate_request",
        postgresql_where=sa.text("state IN ('requested', 'entered')"),
    )
    op.drop_index(op.f("ix_certificate_request_holder"), table_name="certificate_request")
    op.drop_table("certificate_request")
    op.drop_table("centre")
