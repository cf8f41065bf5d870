"""What the running system needs to agree on: clock, participants, pauses, idempotency."""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from nurture.db.tables.metadata import metadata
from nurture.db.types import BigKey, UtcDateTime

#: stepped business time, one row that all processes read; absent: real time
business_clock = Table(
    "business_clock",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("business_at", UtcDateTime, nullable=False),
    #: machine time at which `business_at` was set
    Column("set_at", UtcDateTime, nullable=False),
    #: true: runs at real pace from there; false: jumps when nobody is busy
    Column("running", Boolean, nullable=False),
    #: business time at which the jumping ends; null: no end
    Column("until", UtcDateTime),
)

#: those outside SQL that the stepped clock waits for (mailbox, audience, spool)
participant = Table(
    "participant",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("busy", Boolean, nullable=False),
    #: number of the newest mail received (mailbox) or seen (readers)
    Column("mailbox_number", BigKey),
    #: business time at which it wants to act next
    Column("next_at", UtcDateTime),
)

#: what is paused: everything, a workflow or a sender
pause = Table(
    "pause",
    metadata,
    Column("id", BigKey, primary_key=True),
    #: everything | workflow | sender
    Column("kind", String(16), nullable=False),
    Column("name", String(100), nullable=False, server_default=""),
    Column("reason", Text),
    Column("at", UtcDateTime, nullable=False),
    UniqueConstraint("kind", "name"),
)

#: what is done again and again at a time of day; due work
schedule = Table(
    "schedule",
    metadata,
    #: digest: the morning mail to the team
    Column("name", String(100), primary_key=True),
    Column("due_at", UtcDateTime, nullable=False),
    Column("last_at", UtcDateTime),
)

#: a moment at which a `schedule:` trigger starts a workflow, and what became of it; due work
firing = Table(
    "firing",
    metadata,
    Column("id", BigKey, primary_key=True),
    Column("workflow", String(100), nullable=False),
    #: nurture.domain.schedule.Schedule.text of the trigger
    Column("schedule", String(400), nullable=False),
    #: the moment that the calendar says
    Column("at", UtcDateTime, nullable=False),
    #: waiting | running | done | missed | cancelled: see nurture.domain.firing
    Column("state", String(16), nullable=False),
    #: business time at which its next batch is enrolled; null: nothing to do any more
    Column("due_at", UtcDateTime),
    #: contacts up to this id have been asked
    Column("cursor", BigKey, nullable=False, server_default="0"),
    #: contacts who began the journey, and who matched and may not enter again yet
    Column("enrolled", Integer, nullable=False, server_default="0"),
    Column("left_out", Integer, nullable=False, server_default="0"),
    #: earlier moments that passed while nobody was there, for which this one stands
    Column("skipped", Integer, nullable=False, server_default="0"),
    Column("started_at", UtcDateTime),
    Column("finished_at", UtcDateTime),
    # A trigger fires once at a moment, whoever is at work.
    UniqueConstraint("workflow", "schedule", "at"),
    Index(
        "ix_firing_due_at",
        "due_at",
        sqlite_where=text("due_at IS NOT NULL"),
        postgresql_where=text("due_at IS NOT NULL"),
    ),
)

#: answers already given to an idempotency key of the API
idempotency = Table(
    "idempotency",
    metadata,
    Column("api_key_id", BigKey, primary_key=True),
    Column("key", String(200), primary_key=True),
    #: SHA-256 of the request, so a key reused for something else is refused
    Column("request_hash", String(64), nullable=False),
    Column("status", Integer, nullable=False),
    Column("answer", JSON, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)
