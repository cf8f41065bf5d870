"""Mailings, seminars, preferences, chat notices; and what sales knows of tasks and deals."""

from alembic import op
from sqlalchemy import JSON, Column, ForeignKey, Integer, String, Text, text

from nurture.db.types import BigKey, UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _people()
    _sales()
    _mail()
    op.create_table(
        "preference",
        Column("contact_id", BigKey, ForeignKey("contact.id"), primary_key=True),
        Column("topics_off", JSON, nullable=False, server_default="[]"),
        Column("rhythm", String(16), nullable=False, server_default="all"),
        Column("paused_until", UtcDateTime),
        Column("updated_at", UtcDateTime, nullable=False),
    )
    op.create_table(
        "mailing",
        Column("id", BigKey, primary_key=True),
        Column("name", String(200), nullable=False, unique=True),
        Column("seminar", String(100)),
        Column("revision", String(16)),
        Column("state", String(16), nullable=False),
        Column("at", UtcDateTime, nullable=False),
        Column("due_at", UtcDateTime),
        Column("release_id", BigKey, ForeignKey("release.id")),
        Column("cursor", BigKey, nullable=False, server_default="0"),
        Column("queued", Integer, nullable=False, server_default="0"),
        Column("left_out", Integer, nullable=False, server_default="0"),
        Column("reason", Text),
        Column("started_at", UtcDateTime),
        Column("finished_at", UtcDateTime),
        Column("created_at", UtcDateTime, nullable=False),
    )
    op.create_index("ix_mailing_due_at", "mailing", ["due_at"])
    op.create_index("ix_mailing_seminar", "mailing", ["seminar"])
    op.create_table(
        "seminar_stand",
        Column("name", String(100), primary_key=True),
        Column("revision", String(16), nullable=False),
        Column("attendance_at", UtcDateTime),
        Column("updated_at", UtcDateTime, nullable=False),
    )
    op.create_table(
        "notice",
        Column("id", BigKey, primary_key=True),
        Column("dedupe_key", String(300), nullable=False, unique=True),
        Column("chat", String(64), nullable=False),
        Column("text", Text, nullable=False),
        Column("contact_id", BigKey, ForeignKey("contact.id")),
        Column("state", String(16), nullable=False),
        Column("due_at", UtcDateTime),
        Column("tries", Integer, nullable=False, server_default="0"),
        Column("held_until", UtcDateTime),
        Column("created_at", UtcDateTime, nullable=False),
        Column("sent_at", UtcDateTime),
    )
    op.create_index("ix_notice_due_at", "notice", ["due_at"])
    op.create_table(
        "schedule",
        Column("name", String(100), primary_key=True),
        Column("due_at", UtcDateTime, nullable=False),
        Column("last_at", UtcDateTime),
    )


def _people() -> None:
    op.add_column("contact", Column("revisit_at", UtcDateTime))
    op.add_column("contact", Column("revisit_reason", Text))
    op.add_column("contact", Column("rests_until", UtcDateTime))
    op.add_column("contact", Column("counts_from", UtcDateTime))
    op.add_column("contact", Column("counts_after", BigKey))
    op.create_index("ix_contact_revisit_at", "contact", ["revisit_at"])
    op.create_index(
        "ix_contact_merged_into",
        "contact",
        ["merged_into"],
        sqlite_where=text("merged_into IS NOT NULL"),
        postgresql_where=text("merged_into IS NOT NULL"),
    )


def _sales() -> None:
    for column in (
        Column("meeting_at", UtcDateTime),
        Column("next_step", Text),
        Column("facts", JSON, nullable=False, server_default="{}"),
        Column("review_at", UtcDateTime),
        Column("stale_at", UtcDateTime),
    ):
        op.add_column("deal", column)
    op.create_index("ix_deal_review_at", "deal", ["review_at"])
    for column in (
        Column("deal_id", BigKey),
        Column("outcome", String(32)),
        Column("done_by", BigKey),
        Column("review_at", UtcDateTime),
        Column("reminded_at", UtcDateTime),
        Column("escalated_at", UtcDateTime),
    ):
        op.add_column("task", column)
    op.create_index("ix_task_review_at", "task", ["review_at"])
    op.create_index("ix_task_assignee_id_state", "task", ["assignee_id", "state"])


def _mail() -> None:
    for column in (
        Column("mailing", String(200)),
        Column("task_id", BigKey),
        Column("topic", String(64)),
        Column("pick", JSON),
        Column("item", String(100)),
        Column("attach", JSON, nullable=False, server_default="[]"),
    ):
        op.add_column("message", column)
    op.create_index(
        "ix_message_mailing",
        "message",
        ["mailing", "state", "contact_id"],
        sqlite_where=text("mailing IS NOT NULL"),
        postgresql_where=text("mailing IS NOT NULL"),
    )
