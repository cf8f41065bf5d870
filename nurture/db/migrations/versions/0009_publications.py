"""Publications and crossings: who published what, and how people went over to it."""

from alembic import op
from sqlalchemy import JSON, Boolean, Column, ForeignKey, String, false

from nurture.db.types import BigKey, UtcDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "publication",
        Column("id", BigKey, primary_key=True),
        Column("release_id", BigKey, ForeignKey("release.id"), nullable=False),
        Column("before_id", BigKey, ForeignKey("release.id")),
        Column("kind", String(16), nullable=False),
        Column("of_id", BigKey, ForeignKey("release.id")),
        Column("at", UtcDateTime, nullable=False),
        Column("by", String(200), nullable=False),
        Column("plan", String(100), nullable=False),
        Column("headline", JSON, nullable=False),
        Column("counts", JSON, nullable=False),
    )
    op.create_index("ix_publication_release_id", "publication", ["release_id"])
    op.create_table(
        "crossing",
        Column("release_id", BigKey, ForeignKey("release.id"), primary_key=True),
        Column("workflow", String(100), primary_key=True),
        Column("renamed", JSON, nullable=False, server_default="{}"),
        Column("sources", JSON),
        Column("up_to", BigKey, nullable=False),
        Column("undone", Boolean, nullable=False, server_default=false()),
    )


def downgrade() -> None:
    op.drop_table("crossing")
    op.drop_table("publication")
