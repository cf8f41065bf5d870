"""Experiments: who was divided how by splits and holdouts, and what was decided."""

from alembic import op
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Float,
    ForeignKey,
    String,
    Text,
    UniqueConstraint,
    text,
)

from nurture.db.types import BigKey, UtcDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "experiment",
        Column("id", BigKey, primary_key=True),
        Column("workflow", String(100), nullable=False),
        Column("step", String(200), nullable=False),
        Column("digest", String(64), nullable=False),
        Column("release_id", BigKey, ForeignKey("release.id"), nullable=False),
        Column("started_at", UtcDateTime, nullable=False),
        Column("runs_from", UtcDateTime, nullable=False),
        Column("due_at", UtcDateTime),
        Column("winner", String(100)),
        Column("decided_at", UtcDateTime),
        UniqueConstraint("workflow", "step", "digest"),
    )
    op.create_index(
        "ix_experiment_due_at",
        "experiment",
        ["due_at"],
        sqlite_where=text("due_at IS NOT NULL"),
        postgresql_where=text("due_at IS NOT NULL"),
    )
    op.create_index("ix_experiment_decided_at", "experiment", ["decided_at"])
    op.create_table(
        "experiment_member",
        Column("experiment_id", BigKey, ForeignKey("experiment.id"), primary_key=True),
        Column("contact_id", BigKey, ForeignKey("contact.id"), primary_key=True),
        Column("variant", String(100), nullable=False),
        Column("enrolment_id", BigKey, ForeignKey("enrolment.id"), nullable=False),
        Column("counted", Boolean, nullable=False),
        Column("at", UtcDateTime, nullable=False),
        Column("watch_until", UtcDateTime),
        Column("reached_at", UtcDateTime),
    )
    op.create_index("ix_experiment_member_contact_id", "experiment_member", ["contact_id"])
    op.create_index("ix_experiment_member_enrolment_id", "experiment_member", ["enrolment_id"])
    op.create_table(
        "experiment_decision",
        Column("id", BigKey, primary_key=True),
        Column("experiment_id", BigKey, ForeignKey("experiment.id"), nullable=False),
        Column("winner", String(100)),
        Column("reason", String(64), nullable=False),
        Column("sureness", Float, nullable=False),
        Column("figures", JSON, nullable=False),
        Column("note", Text),
        Column("by", String(200), nullable=False),
        Column("at", UtcDateTime, nullable=False),
    )
    op.create_index(
        "ix_experiment_decision_experiment_id", "experiment_decision", ["experiment_id"]
    )
