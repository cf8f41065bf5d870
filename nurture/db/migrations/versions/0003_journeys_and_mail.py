"""Journeys, mails, decisions and tasks."""

from alembic import op
from sqlalchemy import JSON, Boolean, Column, ForeignKey, Integer, String, Text, text, true

from nurture.db.types import BigKey, UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "enrolment",
        Column("id", BigKey, primary_key=True),
        Column("contact_id", BigKey, ForeignKey("contact.id"), nullable=False),
        Column("workflow", String(100), nullable=False),
        Column("subject", String(200), nullable=False, server_default=""),
        Column("release_id", BigKey, ForeignKey("release.id"), nullable=False),
        Column("state", String(16), nullable=False),
        Column("outcome", String(64)),
        Column("step", String(200)),
        Column("due_at", UtcDateTime),
        Column("review_at", UtcDateTime),
        Column("memory", JSON, nullable=False, server_default="{}"),
        Column("trigger", JSON, nullable=False, server_default="{}"),
        Column("caused_by", BigKey, ForeignKey("event.id")),
        Column("started_at", UtcDateTime, nullable=False),
        Column("ended_at", UtcDateTime),
    )
    op.create_index("ix_enrolment_contact_id_state", "enrolment", ["contact_id", "state"])
    op.create_index(
        "ix_enrolment_due_at",
        "enrolment",
        ["due_at"],
        sqlite_where=text("due_at IS NOT NULL"),
        postgresql_where=text("due_at IS NOT NULL"),
    )
    op.create_index(
        "ix_enrolment_review_at",
        "enrolment",
        ["review_at"],
        sqlite_where=text("review_at IS NOT NULL"),
        postgresql_where=text("review_at IS NOT NULL"),
    )
    op.create_index("ix_enrolment_workflow_state_step", "enrolment", ["workflow", "state", "step"])
    op.create_index(
        "uq_enrolment_active",
        "enrolment",
        ["contact_id", "workflow", "subject"],
        unique=True,
        sqlite_where=text("state = 'active'"),
        postgresql_where=text("state = 'active'"),
    )
    op.create_table(
        "message",
        Column("id", BigKey, primary_key=True),
        Column("dedupe_key", String(300), nullable=False, unique=True),
        Column("contact_id", BigKey, ForeignKey("contact.id")),
        Column("account_id", BigKey, ForeignKey("account.id")),
        Column("enrolment_id", BigKey, ForeignKey("enrolment.id")),
        Column("workflow", String(100)),
        Column("step", String(200)),
        Column("caused_by", BigKey, ForeignKey("event.id")),
        Column("recipient", String(320)),
        Column("purpose", String(16), nullable=False),
        Column("template", String(200), nullable=False),
        Column("subject_override", Text),
        Column("sender", String(64)),
        Column("window", String(64), nullable=False),
        Column("priority", Integer, nullable=False),
        Column("state", String(16), nullable=False),
        Column("reason", String(64)),
        Column("due_at", UtcDateTime),
        Column("expires_at", UtcDateTime),
        Column("tries", Integer, nullable=False, server_default="0"),
        Column("lease_until", UtcDateTime),
        Column("fence", Integer, nullable=False, server_default="0"),
        Column("locale", String(16)),
        Column("template_hash", String(64)),
        Column("values", JSON),
        Column("subject", Text),
        Column("sent_from", String(320)),
        Column("tracked", Boolean, nullable=False, server_default=true()),
        Column("release_id", BigKey, ForeignKey("release.id")),
        Column("created_at", UtcDateTime, nullable=False),
        Column("recorded_at", UtcDateTime, nullable=False),
        Column("sent_at", UtcDateTime),
    )
    op.create_index("ix_message_account_id_sent_at", "message", ["account_id", "sent_at"])
    op.create_index("ix_message_caused_by", "message", ["caused_by"])
    op.create_index("ix_message_contact_id_state", "message", ["contact_id", "state"])
    op.create_index(
        "ix_message_due_at",
        "message",
        ["due_at"],
        sqlite_where=text("state IN ('queued', 'deferred')"),
        postgresql_where=text("state IN ('queued', 'deferred')"),
    )
    op.create_index("ix_message_enrolment_id", "message", ["enrolment_id"])
    op.create_index(
        "ix_message_lease_until",
        "message",
        ["lease_until"],
        sqlite_where=text("state IN ('claimed', 'sending')"),
        postgresql_where=text("state IN ('claimed', 'sending')"),
    )
    op.create_index("ix_message_sent_at", "message", ["sent_at"])
    op.create_table(
        "attempt",
        Column("id", BigKey, primary_key=True),
        Column("message_id", BigKey, ForeignKey("message.id"), nullable=False),
        Column("provider", String(64), nullable=False),
        Column("outcome", String(16), nullable=False),
        Column("code", Integer),
        Column("answer", Text),
        Column("at", UtcDateTime, nullable=False),
    )
    op.create_index("ix_attempt_message_id", "attempt", ["message_id"])
    op.create_table(
        "template_links",
        Column("template", String(16), primary_key=True),
        Column("targets", JSON, nullable=False),
        Column("created_at", UtcDateTime, nullable=False),
    )
    op.create_table(
        "decision",
        Column("id", BigKey, primary_key=True),
        Column("contact_id", BigKey, ForeignKey("contact.id")),
        Column("enrolment_id", BigKey, ForeignKey("enrolment.id")),
        Column("message_id", BigKey, ForeignKey("message.id")),
        Column("event_id", BigKey),
        Column("workflow", String(100)),
        Column("step", String(200)),
        Column("kind", String(32), nullable=False),
        Column("reason", String(64), nullable=False),
        Column("detail", JSON, nullable=False, server_default="{}"),
        Column("at", UtcDateTime, nullable=False),
        Column("recorded_at", UtcDateTime, nullable=False),
    )
    op.create_index("ix_decision_contact_id_id", "decision", ["contact_id", "id"])
    op.create_index("ix_decision_kind_at", "decision", ["kind", "at"])
    op.create_table(
        "task",
        Column("id", BigKey, primary_key=True),
        Column("dedupe_key", String(200), nullable=False, unique=True),
        Column("contact_id", BigKey, ForeignKey("contact.id")),
        Column("account_id", BigKey, ForeignKey("account.id")),
        Column("enrolment_id", BigKey, ForeignKey("enrolment.id")),
        Column("kind", String(32), nullable=False),
        Column("title", String(400), nullable=False),
        Column("assignee", String(64), nullable=False),
        Column("assignee_id", BigKey, ForeignKey("team_member.id")),
        Column("state", String(16), nullable=False, server_default="open"),
        Column("result", JSON, nullable=False, server_default="{}"),
        Column("due_at", UtcDateTime),
        Column("created_at", UtcDateTime, nullable=False),
        Column("done_at", UtcDateTime),
    )
    op.create_index("ix_task_contact_id", "task", ["contact_id"])
    op.create_index("ix_task_state_due_at", "task", ["state", "due_at"])


def downgrade() -> None:
    op.drop_table("task")
    op.drop_table("decision")
    op.drop_table("template_links")
    op.drop_table("attempt")
    op.drop_table("message")
    op.drop_table("enrolment")
