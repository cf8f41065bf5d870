"""What the running system agrees on."""

from alembic import op
from sqlalchemy import JSON, Boolean, Column, Integer, String, Text, UniqueConstraint

from nurture.db.types import BigKey, UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "business_clock",
        Column("id", Integer, primary_key=True),
        Column("business_at", UtcDateTime, nullable=False),
        Column("set_at", UtcDateTime, nullable=False),
        Column("running", Boolean, nullable=False),
        Column("until", UtcDateTime),
    )
    op.create_table(
        "participant",
        Column("name", String(64), primary_key=True),
        Column("busy", Boolean, nullable=False),
        Column("mailbox_number", BigKey),
        Column("next_at", UtcDateTime),
    )
    op.create_table(
        "pause",
        Column("id", BigKey, primary_key=True),
        Column("kind", String(16), nullable=False),
        Column("name", String(100), nullable=False, server_default=""),
        Column("reason", Text),
        Column("at", UtcDateTime, nullable=False),
        UniqueConstraint("kind", "name"),
    )
    op.create_table(
        "idempotency",
        Column("api_key_id", BigKey, primary_key=True),
        Column("key", String(200), primary_key=True),
        Column("request_hash", String(64), nullable=False),
        Column("status", Integer, nullable=False),
        Column("answer", JSON, nullable=False),
        Column("at", UtcDateTime, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("idempotency")
    op.drop_table("pause")
    op.drop_table("participant")
    op.drop_table("business_clock")
