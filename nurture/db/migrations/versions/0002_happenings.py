"""Releases, events and what is computed from them."""

from alembic import op
from sqlalchemy import JSON, Column, Float, ForeignKey, Integer, LargeBinary, String, Text

from nurture.db.types import BigKey, UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "blob",
        Column("digest", String(64), primary_key=True),
        Column("content", LargeBinary, nullable=False),
    )
    op.create_table(
        "release",
        Column("id", BigKey, primary_key=True),
        Column("digest", String(64), nullable=False),
        Column("published_at", UtcDateTime, nullable=False),
        Column("published_by", String(200), nullable=False),
    )
    op.create_table(
        "release_file",
        Column("release_id", BigKey, ForeignKey("release.id"), primary_key=True),
        Column("path", String(400), primary_key=True),
        Column("digest", String(64), ForeignKey("blob.digest"), nullable=False),
    )
    op.create_table(
        "event",
        Column("id", BigKey, primary_key=True),
        Column("type", String(100), nullable=False),
        Column("contact_id", BigKey, ForeignKey("contact.id")),
        Column("occurred_at", UtcDateTime, nullable=False),
        Column("received_at", UtcDateTime, nullable=False),
        Column("recorded_at", UtcDateTime, nullable=False),
        Column("claimed_at", UtcDateTime),
        Column("properties", JSON, nullable=False, server_default="{}"),
        Column("source", String(64), nullable=False),
        Column("caused_by", BigKey, ForeignKey("event.id")),
        Column("depth", Integer, nullable=False, server_default="0"),
        Column("message_id", BigKey),
    )
    op.create_index("ix_event_caused_by", "event", ["caused_by"])
    op.create_index(
        "ix_event_contact_id_type_occurred_at", "event", ["contact_id", "type", "occurred_at"]
    )
    op.create_index("ix_event_message_id", "event", ["message_id"])
    op.create_index("ix_event_type_occurred_at", "event", ["type", "occurred_at"])
    op.create_table(
        "inbox",
        Column("event_id", BigKey, ForeignKey("event.id"), primary_key=True),
        Column("contact_id", BigKey),
        Column("available_at", UtcDateTime, nullable=False),
    )
    op.create_index("ix_inbox_available_at_event_id", "inbox", ["available_at", "event_id"])
    op.create_table(
        "event_dedupe",
        Column("source", String(64), primary_key=True),
        Column("key", String(200), primary_key=True),
        Column("event_id", BigKey),
    )
    op.create_table(
        "event_evidence",
        Column("id", BigKey, primary_key=True),
        Column("event_id", BigKey, ForeignKey("event.id"), nullable=False),
        Column("verdict", String(16), nullable=False),
        Column("reason", String(64), nullable=False),
        Column("at", UtcDateTime, nullable=False),
    )
    op.create_index("ix_event_evidence_event_id", "event_evidence", ["event_id"])
    op.create_table(
        "stray_event",
        Column("id", BigKey, primary_key=True),
        Column("type", String(100), nullable=False),
        Column("source", String(64), nullable=False),
        Column("properties", JSON, nullable=False, server_default="{}"),
        Column("reason", Text, nullable=False),
        Column("received_at", UtcDateTime, nullable=False),
    )
    op.create_table(
        "ledger",
        Column("id", BigKey, primary_key=True),
        Column("contact_id", BigKey, ForeignKey("contact.id"), nullable=False),
        Column("rule", String(100), nullable=False),
        Column("points", Float, nullable=False),
        Column("event_id", BigKey, ForeignKey("event.id"), nullable=False),
        Column("occurred_at", UtcDateTime, nullable=False),
        Column("release_id", BigKey, ForeignKey("release.id")),
    )
    op.create_index("ix_ledger_contact_id_rule", "ledger", ["contact_id", "rule"])


def downgrade() -> None:
    op.drop_table("ledger")
    op.drop_table("stray_event")
    op.drop_table("event_evidence")
    op.drop_table("event_dedupe")
    op.drop_table("inbox")
    op.drop_table("event")
    op.drop_table("release_file")
    op.drop_table("release")
    op.drop_table("blob")
