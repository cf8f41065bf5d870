"""Events and what is computed from them: evidence, inbox, dedupe, ledger."""

from sqlalchemy import (
    JSON,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
)

from nurture.db.tables.metadata import metadata
from nurture.db.types import BigKey, UtcDateTime

#: facts, append only, changed by erasure alone
event = Table(
    "event",
    metadata,
    Column("id", BigKey, primary_key=True),
    #: `noun.verbed`
    Column("type", String(100), nullable=False),
    Column("contact_id", BigKey, ForeignKey("contact.id")),
    #: when it happened (business time); never more than five minutes ahead
    Column("occurred_at", UtcDateTime, nullable=False),
    #: when it reached us (business time)
    Column("received_at", UtcDateTime, nullable=False),
    #: when it reached us (machine time)
    Column("recorded_at", UtcDateTime, nullable=False),
    #: what the source said, where that was too far ahead to believe
    Column("claimed_at", UtcDateTime),
    Column("properties", JSON, nullable=False, server_default="{}"),
    #: web | api | cli | engine | mailbox | import | …
    Column("source", String(64), nullable=False),
    #: the event whose handling made this one
    Column("caused_by", BigKey, ForeignKey("event.id")),
    #: length of the chain of causes; deeper than 16 is stored, not acted on
    Column("depth", Integer, nullable=False, server_default="0"),
    #: the mail it is about
    Column("message_id", BigKey),
    Index("ix_event_contact_id_type_occurred_at", "contact_id", "type", "occurred_at"),
    Index("ix_event_message_id", "message_id"),
    Index("ix_event_caused_by", "caused_by"),
    # A sweep by one network is looked for in a short span over all contacts.
    Index("ix_event_type_occurred_at", "type", "occurred_at"),
)

#: events not yet ingested; the ingesting transaction deletes the row
inbox = Table(
    "inbox",
    metadata,
    Column("event_id", BigKey, ForeignKey("event.id"), primary_key=True),
    Column("contact_id", BigKey),
    #: business time before which it is not looked at (the hold of a click)
    Column("available_at", UtcDateTime, nullable=False),
    Index("ix_inbox_available_at_event_id", "available_at", "event_id"),
)

#: one row per (source, key) ever seen, so the same fact is never taken twice
event_dedupe = Table(
    "event_dedupe",
    metadata,
    Column("source", String(64), primary_key=True),
    Column("key", String(200), primary_key=True),
    Column("event_id", BigKey),
)

#: verdicts on opens and clicks, append only, the newest wins
event_evidence = Table(
    "event_evidence",
    metadata,
    Column("id", BigKey, primary_key=True),
    Column("event_id", BigKey, ForeignKey("event.id"), nullable=False),
    #: human | machine | prefetch | unknown
    Column("verdict", String(16), nullable=False),
    #: agent | head | too_soon | hidden_link | burst | sweep | image_proxy | held | …
    Column("reason", String(64), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index("ix_event_evidence_event_id", "event_id"),
)

#: events that name nobody we know, kept aside and shown
stray_event = Table(
    "stray_event",
    metadata,
    Column("id", BigKey, primary_key=True),
    Column("type", String(100), nullable=False),
    Column("source", String(64), nullable=False),
    Column("properties", JSON, nullable=False, server_default="{}"),
    Column("reason", Text, nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
)

#: changes of points, append only; a reversal repeats the original `occurred_at`
ledger = Table(
    "ledger",
    metadata,
    Column("id", BigKey, primary_key=True),
    Column("contact_id", BigKey, ForeignKey("contact.id"), nullable=False),
    Column("rule", String(100), nullable=False),
    Column("points", Float, nullable=False),
    Column("event_id", BigKey, ForeignKey("event.id"), nullable=False),
    Column("occurred_at", UtcDateTime, nullable=False),
    Column("release_id", BigKey, ForeignKey("release.id")),
    Index("ix_ledger_contact_id_rule", "contact_id", "rule"),
)

#: mails that people opened or clicked, by the hour of their own clocks; all readers together
open_hour = Table(
    "open_hour",
    metadata,
    #: 0 to 23
    Column("hour", Integer, primary_key=True, autoincrement=False),
    Column("opens", Integer, nullable=False, server_default="0"),
)
