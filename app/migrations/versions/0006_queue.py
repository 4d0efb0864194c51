"""The queue of jobs: procrastinate's own tables, functions and triggers, as that release ships them.

Its later releases bring migrations of their own; each becomes one of ours then.
"""

from alembic import op
from procrastinate.schema import SchemaManager

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TABLES = (
    "procrastinate_periodic_defers",
    "procrastinate_events",
    "procrastinate_jobs",
    "procrastinate_workers",
)
TYPES = ("procrastinate_job_to_defer_v1", "procrastinate_job_event_type", "procrastinate_job_status")
DROP_FUNCTIONS = """
    DO $$ DECLARE f regprocedure; BEGIN
        FOR f IN SELECT oid FROM pg_proc
            WHERE proname LIKE 'procrastinate\\_%' AND pronamespace = current_schema()::regnamespace
        LOOP EXECUTE format('DROP FUNCTION %s CASCADE', f); END LOOP;
    END $$
"""


def upgrade() -> None:
    # Many statements in one text, which only the driver itself takes.
    op.get_bind().connection.driver_connection.execute(SchemaManager.get_schema())


def downgrade() -> None:
    op.get_bind().connection.driver_connection.execute(DROP_FUNCTIONS)
    for table in TABLES:
        op.execute(f"DROP TABLE {table}")
    for name in TYPES:
        op.execute(f"DROP TYPE {name}")
