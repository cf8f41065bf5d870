"""Releases, enrolments and the decisions taken about them."""

from sqlalchemy import (
    JSON,
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Table,
    text,
)

from nurture.db.tables.metadata import metadata
from nurture.db.types import BigKey, UtcDateTime

#: contents of files, by the SHA-256 of their bytes
blob = Table(
    "blob",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("content", LargeBinary, nullable=False),
)

#: what was published; the newest is live
release = Table(
    "release",
    metadata,
    Column("id", BigKey, primary_key=True),
    #: SHA-256 over the sorted (path, digest) pairs
    Column("digest", String(64), nullable=False),
    Column("published_at", UtcDateTime, nullable=False),
    Column("published_by", String(200), nullable=False),
)

#: the files of a release
release_file = Table(
    "release_file",
    metadata,
    Column("release_id", BigKey, ForeignKey("release.id"), primary_key=True),
    Column("path", String(400), primary_key=True),
    Column("digest", String(64), ForeignKey("blob.digest"), nullable=False),
)

#: a contact's journey through a workflow; stands at one step
enrolment = Table(
    "enrolment",
    metadata,
    Column("id", BigKey, primary_key=True),
    Column("contact_id", BigKey, ForeignKey("contact.id"), nullable=False),
    Column("workflow", String(100), nullable=False),
    #: `per:`: the referral, deal or event field it is about; empty: none
    Column("subject", String(200), nullable=False, server_default=""),
    #: the release whose steps it follows
    Column("release_id", BigKey, ForeignKey("release.id"), nullable=False),
    #: active | ended
    Column("state", String(16), nullable=False),
    #: converted, exited, completed, stopped, …: once ended
    Column("outcome", String(64)),
    #: step it stands at; null before the first walk
    Column("step", String(200)),
    #: when to look at it again; null: waits for a mail's fate or an event
    Column("due_at", UtcDateTime),
    #: when time alone may make a goal or exit true
    Column("review_at", UtcDateTime),
    #: visits, step outcomes, arrival, last send: see nurture.domain.enrolment.Memory
    Column("memory", JSON, nullable=False, server_default="{}"),
    #: properties of the event that enrolled, as `trigger.*`
    Column("trigger", JSON, nullable=False, server_default="{}"),
    Column("caused_by", BigKey, ForeignKey("event.id")),
    Column("started_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    Index(
        "uq_enrolment_active",
        "contact_id",
        "workflow",
        "subject",
        unique=True,
        sqlite_where=text("state = 'active'"),
        postgresql_where=text("state = 'active'"),
    ),
    Index("ix_enrolment_contact_id_state", "contact_id", "state"),
    Index("ix_enrolment_workflow_state_step", "workflow", "state", "step"),
    # Partial, so that what is not due costs nothing to look past.
    Index(
        "ix_enrolment_due_at",
        "due_at",
        sqlite_where=text("due_at IS NOT NULL"),
        postgresql_where=text("due_at IS NOT NULL"),
    ),
    Index(
        "ix_enrolment_review_at",
        "review_at",
        sqlite_where=text("review_at IS NOT NULL"),
        postgresql_where=text("review_at IS NOT NULL"),
    ),
)

#: every decision with its reason, for `explain`
decision = Table(
    "decision",
    metadata,
    Column("id", BigKey, primary_key=True),
    Column("contact_id", BigKey, ForeignKey("contact.id")),
    Column("enrolment_id", BigKey, ForeignKey("enrolment.id")),
    Column("message_id", BigKey, ForeignKey("message.id")),
    Column("event_id", BigKey),
    Column("workflow", String(100)),
    Column("step", String(200)),
    #: enrolled | not_enrolled | walked | ended | deferred | dropped | sent | moved | …
    Column("kind", String(32), nullable=False),
    #: code of a sentence in nurture.domain.reasons
    Column("reason", String(64), nullable=False),
    #: the blanks of that sentence
    Column("detail", JSON, nullable=False, server_default="{}"),
    Column("at", UtcDateTime, nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
    Index("ix_decision_contact_id_id", "contact_id", "id"),
    Index("ix_decision_kind_at", "kind", "at"),
)
