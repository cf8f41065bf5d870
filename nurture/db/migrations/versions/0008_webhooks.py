"""Calls of other systems, and the log of their tries."""

from alembic import op
from sqlalchemy import JSON, Column, ForeignKey, Integer, String, Text

from nurture.db.types import BigKey, UtcDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "webhook_call",
        Column("id", BigKey, primary_key=True),
        Column("dedupe_key", String(300), nullable=False, unique=True),
        Column("endpoint", String(100), nullable=False),
        Column("workflow", String(100), nullable=False),
        Column("step", String(300), nullable=False),
        Column("visit", Integer, nullable=False),
        Column("contact_id", BigKey, ForeignKey("contact.id"), nullable=False),
        Column("enrolment_id", BigKey, ForeignKey("enrolment.id"), nullable=False),
        Column("fields", JSON, nullable=False),
        Column("data", JSON, nullable=False),
        Column("caused_by", BigKey),
        Column("state", String(16), nullable=False),
        Column("status", Integer),
        Column("tries", Integer, nullable=False, server_default="0"),
        Column("due_at", UtcDateTime),
        Column("held_until", UtcDateTime),
        Column("created_at", UtcDateTime, nullable=False),
        Column("settled_at", UtcDateTime),
    )
    op.create_index("ix_webhook_call_due_at", "webhook_call", ["due_at"])
    op.create_index("ix_webhook_call_contact_id", "webhook_call", ["contact_id"])
    op.create_table(
        "webhook_attempt",
        Column("id", BigKey, primary_key=True),
        Column("call_id", BigKey, ForeignKey("webhook_call.id"), nullable=False),
        Column("at", UtcDateTime, nullable=False),
        Column("status", Integer),
        Column("text", Text, nullable=False),
        Column("milliseconds", Integer, nullable=False),
    )
    op.create_index("ix_webhook_attempt_call_id", "webhook_attempt", ["call_id"])
