"""What splits and holdouts show: who was divided how, and what was decided."""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from nurture.db.tables.metadata import metadata
from nurture.db.types import BigKey, UtcDateTime

#: one content of a split (another content is another experiment); there from its first contact
experiment = Table(
    "experiment",
    metadata,
    Column("id", BigKey, primary_key=True),
    Column("workflow", String(100), nullable=False),
    #: the split's step; empty: the holdout of the whole workflow
    Column("step", String(200), nullable=False),
    #: nurture.domain.variants.fingerprint
    Column("digest", String(64), nullable=False),
    #: the first release that had it; a later one may have it, too
    Column("release_id", BigKey, ForeignKey("release.id"), nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    #: from when `at_most` counts: its start, or when it was reopened
    Column("runs_from", UtcDateTime, nullable=False),
    #: when to look whether it can be decided; null: not before somebody new comes
    Column("due_at", UtcDateTime),
    #: the variant that newcomers get; null: undecided
    Column("winner", String(100)),
    Column("decided_at", UtcDateTime),
    UniqueConstraint("workflow", "step", "digest"),
    Index(
        "ix_experiment_due_at",
        "due_at",
        sqlite_where=text("due_at IS NOT NULL"),
        postgresql_where=text("due_at IS NOT NULL"),
    ),
    Index("ix_experiment_decided_at", "decided_at"),
)

#: a contact's first visit to an experiment
experiment_member = Table(
    "experiment_member",
    metadata,
    Column("experiment_id", BigKey, ForeignKey("experiment.id"), primary_key=True),
    Column("contact_id", BigKey, ForeignKey("contact.id"), primary_key=True),
    Column("variant", String(100), nullable=False),
    Column("enrolment_id", BigKey, ForeignKey("enrolment.id"), nullable=False),
    #: divided by share in this very experiment; those who kept a variant or came after the
    #: decision are no evidence
    Column("counted", Boolean, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    #: until when the workflow's goal is looked for; null: it is not
    Column("watch_until", UtcDateTime),
    #: when the goal was reached within that time
    Column("reached_at", UtcDateTime),
    Index("ix_experiment_member_contact_id", "contact_id"),
    Index("ix_experiment_member_enrolment_id", "enrolment_id"),
)

#: each decision about an experiment, append only; the newest one holds
experiment_decision = Table(
    "experiment_decision",
    metadata,
    Column("id", BigKey, primary_key=True),
    Column("experiment_id", BigKey, ForeignKey("experiment.id"), nullable=False),
    #: null: reopened
    Column("winner", String(100)),
    #: split_sure | split_time_over_best | split_time_over_first | split_by_hand | split_reopened
    Column("reason", String(64), nullable=False),
    #: how sure the figures were then, 0 to 1
    Column("sureness", Float, nullable=False),
    #: variant → [people, observed, successes] as they were counted then
    Column("figures", JSON, nullable=False),
    #: what a person gave as their reason
    Column("note", Text),
    #: who: `engine` or a person
    Column("by", String(200), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index("ix_experiment_decision_experiment_id", "experiment_id"),
)
