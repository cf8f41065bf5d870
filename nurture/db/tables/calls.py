"""Calls of other systems: what `webhook` steps want done, and each try of it."""

from __future__ import annotations

from sqlalchemy import JSON, Column, ForeignKey, Index, Integer, String, Table, Text

from nurture.db.tables.metadata import metadata
from nurture.db.types import BigKey, UtcDateTime

#: a call is kept until the endpoint has taken it, refused it, or all tries are used up
webhook_call = Table(
    "webhook_call",
    metadata,
    Column("id", BigKey, primary_key=True),
    #: enrolment/step/visit: each call once, and what the endpoint tells repeats by
    Column("dedupe_key", String(300), nullable=False, unique=True),
    #: name in policy.yaml
    Column("endpoint", String(100), nullable=False),
    Column("workflow", String(100), nullable=False),
    Column("step", String(300), nullable=False),
    Column("visit", Integer, nullable=False),
    Column("contact_id", BigKey, ForeignKey("contact.id"), nullable=False),
    Column("enrolment_id", BigKey, ForeignKey("enrolment.id"), nullable=False),
    #: [[scope, name], …] of what is told; the values are read when it is called
    Column("fields", JSON, nullable=False),
    #: constants that are told
    Column("data", JSON, nullable=False),
    #: event that led to it
    Column("caused_by", BigKey),
    #: queued | answered | refused | failed | dropped
    Column("state", String(16), nullable=False),
    #: HTTP status of the last try; null: no answer yet
    Column("status", Integer),
    Column("tries", Integer, nullable=False, server_default="0"),
    #: when it is tried next; null: never again
    Column("due_at", UtcDateTime),
    #: machine time until which a worker is at it; due meanwhile, so that no clock passes it
    Column("held_until", UtcDateTime),
    Column("created_at", UtcDateTime, nullable=False),
    Column("settled_at", UtcDateTime),
    Index("ix_webhook_call_due_at", "due_at"),
    Index("ix_webhook_call_contact_id", "contact_id"),
)

#: the log: one row per try
webhook_attempt = Table(
    "webhook_attempt",
    metadata,
    Column("id", BigKey, primary_key=True),
    Column("call_id", BigKey, ForeignKey("webhook_call.id"), nullable=False),
    #: business time
    Column("at", UtcDateTime, nullable=False),
    #: HTTP status; null: no answer
    Column("status", Integer),
    #: why there was no answer, in words
    Column("text", Text, nullable=False),
    #: machine time it took
    Column("milliseconds", Integer, nullable=False),
    Index("ix_webhook_attempt_call_id", "call_id"),
)
