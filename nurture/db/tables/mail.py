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
    false,
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
    #: marketing | survey | referral | service | progress | introduction
    Column("purpose", String(16), nullable=False),
    Column("template", String(200), nullable=False),
    #: subject that the step wrote instead of the template's
    Column("subject_override", Text),
    #: the same by locale, where the step has several; the mail's language chooses
    Column("subjects", JSON),
    #: `owner`, a sender key, or null: the policy's default
    Column("sender", String(64)),
    Column("window", String(64), nullable=False),
    Column("priority", Integer, nullable=False),
    #: seconds over which the mails of its batch leave; null: as they come
    Column("spread", Integer),
    #: leaves at the hour at which its reader reads
    Column("at_best_hour", Boolean, nullable=False, server_default=false()),
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
    #: the mailing it is of (nurture.domain.mailing), where it is of one
    Column("mailing", String(200)),
    #: the task it tells a team member of
    Column("task_id", BigKey),
    #: topic of the policy that readers may turn off
    Column("topic", String(64)),
    #: what the step wanted picked from the library ({kind, match, otherwise})
    Column("pick", JSON),
    #: key of the library item it carries
    Column("item", String(100)),
    #: paths of files in the release that go with it
    Column("attach", JSON, nullable=False, server_default="[]"),
    Column("release_id", BigKey, ForeignKey("release.id")),
    Column("created_at", UtcDateTime, nullable=False),
    #: machine time of `created_at`
    Column("recorded_at", UtcDateTime, nullable=False),
    Column("sent_at", UtcDateTime),
    Index("ix_message_contact_id_state", "contact_id", "state"),
    Index("ix_message_account_id_sent_at", "account_id", "sent_at"),
    Index("ix_message_enrolment_id", "enrolment_id"),
    Index(
        "ix_message_mailing",
        "mailing",
        "state",
        "contact_id",
        sqlite_where=text("mailing IS NOT NULL"),
        postgresql_where=text("mailing IS NOT NULL"),
    ),
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

#: a broadcast, or a seminar's invitation, reminder or correction, on its way through people
mailing = Table(
    "mailing",
    metadata,
    Column("id", BigKey, primary_key=True),
    #: as in nurture.domain.mailing.Mailing.name
    Column("name", String(200), nullable=False, unique=True),
    Column("seminar", String(100)),
    #: revision of the seminar that it tells people of
    Column("revision", String(16)),
    #: scheduled | running | paused | done | cancelled | missed
    Column("state", String(16), nullable=False),
    #: when it begins
    Column("at", UtcDateTime, nullable=False),
    #: business time at which its next batch is queued; null: nothing to do by itself
    Column("due_at", UtcDateTime),
    #: the release whose words it follows since it began
    Column("release_id", BigKey, ForeignKey("release.id")),
    #: contacts up to this id have been asked
    Column("cursor", BigKey, nullable=False, server_default="0"),
    #: how many mails were queued
    Column("queued", Integer, nullable=False, server_default="0"),
    #: how many matched and have no address
    Column("left_out", Integer, nullable=False, server_default="0"),
    #: who paused or cancelled it and why
    Column("reason", Text),
    Column("started_at", UtcDateTime),
    Column("finished_at", UtcDateTime),
    Column("created_at", UtcDateTime, nullable=False),
    Index("ix_mailing_due_at", "due_at"),
    Index("ix_mailing_seminar", "seminar"),
)

#: what the team knows of a seminar beyond its file
seminar_stand = Table(
    "seminar_stand",
    metadata,
    Column("name", String(100), primary_key=True),
    #: revision that people were told of last
    Column("revision", String(16), nullable=False),
    #: when the list of those who came was read in; null: not yet
    Column("attendance_at", UtcDateTime),
    Column("updated_at", UtcDateTime, nullable=False),
)

#: a line for a chat room, kept until the room's service has taken it
notice = Table(
    "notice",
    metadata,
    Column("id", BigKey, primary_key=True),
    #: enrolment/step/visit or task/ID/what: each line once
    Column("dedupe_key", String(300), nullable=False, unique=True),
    #: name of the room in policy.yaml
    Column("chat", String(64), nullable=False),
    Column("text", Text, nullable=False),
    Column("contact_id", BigKey, ForeignKey("contact.id")),
    #: queued | sent | failed | nowhere (no address is configured for the room)
    Column("state", String(16), nullable=False),
    Column("due_at", UtcDateTime),
    Column("tries", Integer, nullable=False, server_default="0"),
    #: machine time until which a worker is posting it; due meanwhile, so that no clock passes it
    Column("held_until", UtcDateTime),
    Column("created_at", UtcDateTime, nullable=False),
    Column("sent_at", UtcDateTime),
    Index("ix_notice_due_at", "due_at"),
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
