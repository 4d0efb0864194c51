"""Releases with their rows, reports and people; what is known of doses and interactions; released registers."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

ROLE = "noskheh_app"
INSTANT = sa.DateTime(timezone=True)
MG = sa.Numeric(precision=15, scale=6)
# As in 0007: only these columns may be changed. The rows, reports and files of a release are never.
CHANGES = {
    "release": "state rows checked problems published_by published_at withdrawn_why",
    "release_in_force": "ended_at",
    "medicine": "hospital_only specialist_only formulary source",
    "dosing": "release suggestions max_single_mg max_daily_mg kg_low kg_high kg_max_daily kg_max_single"
    " min_age_months age_fa age_en pregnancy pregnancy_fa pregnancy_en source",
    "interaction": "release a b severity mechanism_fa mechanism_en action_fa action_en source",
    "centre": "kind name_fa name_en province address_fa phone licence_from licence_to parent release",
    "practitioner": "kind name_fa name_en specialty licence_to fida release",
}
STATES = "'importing', 'refused', 'ready', 'published', 'retired', 'withdrawn'"
PUBLISHED = "state NOT IN ('published', 'retired') OR coalesce(published_by <> prepared_by, false)"
# What was in force before releases had a history of their own: the newest loaded of each system.
KEEP = (
    (
        "INSERT INTO release_in_force (id, system, began_at, release)"
        " SELECT DISTINCT ON (system) gen_random_uuid(), system, loaded_at, release"
        " FROM release ORDER BY system, loaded_at DESC, release"
    ),
    (
        "UPDATE release SET state = 'retired' WHERE NOT EXISTS (SELECT FROM release_in_force f"
        " WHERE f.system = release.system AND f.release = release.release)"
    ),
    (
        "INSERT INTO release_entry SELECT system, release, code, position,"
        " jsonb_build_object('code', code, 'fa', fa, 'en', en, 'properties', properties) FROM concept"
    ),
    (
        "INSERT INTO release_entry SELECT 'urn:noskheh:generic', release, generic,"
        " row_number() OVER (ORDER BY generic), to_jsonb(medicine) - 'release' FROM medicine"
    ),
    (
        "INSERT INTO release_entry SELECT 'urn:noskheh:product', release, irc, row_number() OVER (ORDER BY irc),"
        " to_jsonb(product) - 'release' FROM product"
    ),
)


def upgrade() -> None:
    _releases()
    _knowledge()
    for column in ("hospital_only", "specialist_only", "formulary"):
        op.add_column("medicine", sa.Column(column, sa.Boolean(), server_default="false", nullable=False))
        op.alter_column("medicine", column, server_default=None)  # the default is the code's
    op.add_column("medicine", sa.Column("source", sa.String(), server_default="", nullable=False))
    op.alter_column("medicine", "source", server_default=None)
    op.add_column("centre", sa.Column("parent", sa.String(), nullable=True))
    op.add_column("practitioner", sa.Column("fida", sa.String(), nullable=True))
    for table in ("centre", "practitioner"):
        op.add_column(table, sa.Column("release", sa.String(), nullable=True))
    for statement in KEEP:
        op.execute(statement)
    if _role_exists():
        for table, columns in CHANGES.items():
            op.execute(f"GRANT UPDATE ({', '.join(columns.split())}) ON {table} TO {ROLE}")


def _releases() -> None:
    added = {
        "state": sa.Column("state", sa.String(length=9), server_default="published", nullable=False),
        "licence": sa.Column("licence", sa.String(), server_default="", nullable=False),
        "rows": sa.Column("rows", sa.Integer(), server_default="0", nullable=False),
        "checked": sa.Column("checked", sa.Integer(), server_default="0", nullable=False),
        "problems": sa.Column("problems", sa.Integer(), server_default="0", nullable=False),
        "prepared_by": sa.Column("prepared_by", sa.String(), server_default="unrecorded", nullable=False),
        "published_by": sa.Column(
            "published_by", sa.String(), server_default="before releases were kept", nullable=True
        ),
        "published_at": sa.Column("published_at", INSTANT, nullable=True),
        "withdrawn_why": sa.Column("withdrawn_why", sa.String(), nullable=True),
    }
    for name, column in added.items():
        op.add_column("release", column)
        if column.server_default is not None:
            op.alter_column("release", name, server_default=None)
    op.create_check_constraint("releasestate", "release", f"state IN ({STATES})")
    op.create_check_constraint("two_people", "release", PUBLISHED)
    op.create_check_constraint(
        "withdrawn_why", "release", "(state = 'withdrawn') = (withdrawn_why IS NOT NULL)"
    )
    op.create_table(
        "release_in_force",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("system", sa.String(), nullable=False),
        sa.Column("release", sa.String(), nullable=False),
        sa.Column("began_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_release_in_force")),
    )
    op.create_index("ix_release_in_force_began", "release_in_force", ["system", "began_at"])
    op.create_index(
        "ix_release_in_force_now",
        "release_in_force",
        ["system"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    _of_release(
        "release_entry",
        sa.Column("code", sa.String(), primary_key=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("row", postgresql.JSONB(), nullable=False),
    )
    op.create_index("ix_release_entry_code", "release_entry", ["system", "code"])
    words = ("column", "value", "what_fa", "what_en", "mend_fa", "mend_en")
    _of_release(
        "release_problem",
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("line", sa.Integer(), nullable=False),
        *(sa.Column(word, sa.String(), nullable=False) for word in words),
    )
    _of_release(
        "release_file",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "release_status",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("from_state", sa.String(), nullable=True),
        sa.Column("to_state", sa.String(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=True),
        sa.Column("system", sa.String(), nullable=False),
        sa.Column("release", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_release_status")),
    )
    op.create_index("ix_release_status_release", "release_status", ["system", "release"])


def _of_release(table: str, *columns: sa.Column) -> None:
    """A table whose key begins with the release."""
    more = [column.name for column in columns if column.primary_key]
    for column in columns:
        column.primary_key = False
        column.nullable = False
    op.create_table(
        table,
        sa.Column("system", sa.String(), nullable=False),
        sa.Column("release", sa.String(), nullable=False),
        *columns,
        sa.PrimaryKeyConstraint("system", "release", *more, name=op.f(f"pk_{table}")),
    )


def _knowledge() -> None:
    amounts = ("max_single_mg", "max_daily_mg", "kg_low", "kg_high", "kg_max_daily", "kg_max_single")
    words = ("age_fa", "age_en", "pregnancy", "pregnancy_fa", "pregnancy_en", "source")
    op.create_table(
        "dosing",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("release", sa.String(), nullable=False),
        sa.Column("suggestions", postgresql.JSONB(), nullable=False),
        *(sa.Column(name, MG, nullable=True) for name in amounts),
        sa.Column("min_age_months", sa.Integer(), nullable=True),
        *(sa.Column(name, sa.String(), nullable=False) for name in words),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_dosing")),
    )
    words = ("severity", "mechanism_fa", "mechanism_en", "action_fa", "action_en", "source")
    op.create_table(
        "interaction",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("release", sa.String(), nullable=False),
        sa.Column("a", postgresql.JSONB(), nullable=False),
        sa.Column("b", postgresql.JSONB(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in words),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_interaction")),
    )


def downgrade() -> None:
    for table in ("centre", "practitioner"):
        op.drop_column(table, "release")
    op.drop_column("practitioner", "fida")
    op.drop_column("centre", "parent")
    for column in ("source", "formulary", "specialist_only", "hospital_only"):
        op.drop_column("medicine", column)
    for table in (
        "interaction",
        "dosing",
        "release_status",
        "release_file",
        "release_problem",
        "release_entry",
        "release_in_force",
    ):
        op.drop_table(table)
    for name in ("withdrawn_why", "two_people", "releasestate"):
        op.drop_constraint(op.f(f"ck_release_{name}"), "release", type_="check")
    for column in (
        "withdrawn_why",
        "published_at",
        "published_by",
        "prepared_by",
        "problems",
        "checked",
        "rows",
        "licence",
        "state",
    ):
        op.drop_column("release", column)


def _role_exists() -> bool:
    found = sa.text("SELECT count(*) FROM pg_roles WHERE rolname = :role")
    return bool(op.get_bind().scalar(found, {"role": ROLE}))
