"""Firings of `schedule:` triggers."""

from alembic import op
from sqlalchemy import Column, Integer, String, UniqueConstraint, text

from nurture.db.types import BigKey, UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "firing",
        Column("id", BigKey, primary_key=True),
        Column("workflow", String(100), nullable=False),
        Column("schedule", String(400), nullable=False),
        Column("at", UtcDateTime, nullable=False),
        Column("state", String(16), nullable=False),
        Column("due_at", UtcDateTime),
        Column("cursor", BigKey, nullable=False, server_default="0"),
        Column("enrolled", Integer, nullable=False, server_default="0"),
        Column("left_out", Integer, nullable=False, server_default="0"),
        Column("skipped", Integer, nullable=False, server_default="0"),
        Column("started_at", UtcDateTime),
        Column("finished_at", UtcDateTime),
        UniqueConstraint("workflow", "schedule", "at"),
    )
    op.create_index(
        "ix_firing_due_at",
        "firing",
        ["due_at"],
        sqlite_where=text("due_at IS NOT NULL"),
        postgresql_where=text("due_at IS NOT NULL"),
    )
