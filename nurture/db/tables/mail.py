"""Messages, the attempts to hand them over, and where their links lead."""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    text,
    true,
)

from nurture.db.tables.metadata import metadata
from nurture.db.types import BigKey, UtcDateTime

#: one mail, from decision to fate
message = Table(
    "message",
    metadata,
    Column("id", BigKey, primary_key=True),
    #: enrolment/step/visit, or cause/purpose/recipient: one mail per key, ever
    Column("dedupe_key", String(300), nullable=False, unique=True),
    Column("contact_id", BigKey, ForeignKey("contact.id")),
    Column("account_id", BigKey, ForeignKey("account.id")),
    Column("enrolment_id", BigKey, ForeignKey("enrolment.id")),
    Column("workflow", String(100)),
    Column("step", String(200)),
    #: the event that led here, for causes and latencies
    Column("caused_by", BigKey, ForeignKey("event.id")),
    #: address it goes to; null only after erasure
    Column("recipient", String(320)),
    #: marketing | survey | referral | service
    Column("purpose", String(16), nullable=False),
    Column("template", String(200), nullable=False),
    #: subject that the step wrote instead of the template's
    Column("subject_override", Text),
    #: `owner`, a sender key, or null: the policy's default
    Column("sender", String(64)),
    Column("window", String(64), nullable=False),
    Column("priority", Integer, nullable=False),
    #: queued | claimed | sending | sent | delivered | deferred | failed | cancelled |
    #: bounced | complained | in_doubt: see nurture.domain.message.State
    Column("state", String(16), nullable=False),
    #: why it is cancelled, failed or deferred: a code of nurture.domain.reasons
    Column("reason", String(64)),
    #: business time from which it may be looked at again
    Column("due_at", UtcDateTime),
    Column("expires_at", UtcDateTime),
    #: how often a server has been asked to take it
    Column("tries", Integer, nullable=False, server_default="0"),
    #: machine-time lease and fencing number of the worker that holds it
    Column("lease_until", UtcDateTime),
    Column("fence", Integer, nullable=False, server_default="0"),
    #: what was rendered: locale, content hash, values, subject line
    Column("locale", String(16)),
    Column("template_hash", String(64)),
    Column("values", JSON),
    Column("subject", Text),
    #: address it left from (the resolved sender's)
    Column("sent_from", String(320)),
    Column("tracked", Boolean, nullable=False, server_default=true()),
    Column("release_id", BigKey, ForeignKey("release.id")),
    Column("created_at", UtcDateTime, nullable=False),
    #: machine time of `created_at`
    Column("recorded_at", UtcDateTime, nullable=False),
    Column("sent_at", UtcDateTime),
    Index("ix_message_contact_id_state", "contact_id", "state"),
    Index("ix_message_account_id_sent_at", "account_id", "sent_at"),
    Index("ix_message_enrolment_id", "enrolment_id"),
    Index("ix_message_caused_by", "caused_by"),
    Index("ix_message_sent_at", "sent_at"),
    Index(
        "ix_message_due_at",
        "due_at",
        sqlite_where=text("state IN ('queued', 'deferred')"),
        postgresql_where=text("state IN ('queued', 'deferred')"),
    ),
    Index(
        "ix_message_lease_until",
        "lease_until",
        sqlite_where=text("state IN ('claimed', 'sending')"),
        postgresql_where=text("state IN ('claimed', 'sending')"),
    ),
)

#: each time a server was asked to take a message; all share one Message-ID
attempt = Table(
    "attempt",
    metadata,
    Column("id", BigKey, primary_key=True),
    Column("message_id", BigKey, ForeignKey("message.id"), nullable=False),
    Column("provider", String(64), nullable=False),
    #: accepted | deferred | rejected | not_sent | in_doubt
    Column("outcome", String(16), nullable=False),
    Column("code", Integer),
    Column("answer", Text),
    Column("at", UtcDateTime, nullable=False),
    Index("ix_attempt_message_id", "message_id"),
)

#: fixed targets of a template's links; also kept in a local file for when SQL is away
template_links = Table(
    "template_links",
    metadata,
    #: hex of the eight bytes of the template's hash that tokens carry
    Column("template", String(16), primary_key=True),
    #: target addresses; null where the target is personal and signed into the link
    Column("targets", JSON, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)
