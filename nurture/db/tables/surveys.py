"""Surveys: who was asked, everything they answered, and what became of unhappy answers."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Index, Integer, String, Table, Text, false

from nurture.db.tables.metadata import metadata
from nurture.db.types import BigKey, UtcDateTime

#: a contact is asked once; its row is made with its mail
survey_invitation = Table(
    "survey_invitation",
    metadata,
    Column("id", BigKey, primary_key=True),
    #: enrolment/step/visit: asked once, however often a step runs
    Column("dedupe_key", String(300), nullable=False, unique=True),
    #: name of the survey's file
    Column("survey", String(100), nullable=False),
    #: 2026-Q4 …: the round of the account that it belongs to
    Column("round", String(32), nullable=False),
    Column("contact_id", BigKey, ForeignKey("contact.id"), nullable=False),
    Column("account_id", BigKey, ForeignKey("account.id")),
    Column("enrolment_id", BigKey, ForeignKey("enrolment.id")),
    #: contact's role when asked: decision-maker | user | it
    Column("role", String(64)),
    #: locale whose words were shown
    Column("locale", String(16)),
    #: when its mail was queued; it counts against the limits unless it was never sent
    Column("asked_at", UtcDateTime, nullable=False),
    #: the newest answer: when, 0-10
    Column("answered_at", UtcDateTime),
    Column("score", Integer),
    #: its mail was dropped or failed: it counts for nothing
    Column("void", Boolean, nullable=False, server_default=false()),
    Index("ix_survey_invitation_contact_id", "contact_id"),
    Index("ix_survey_invitation_account_id_asked_at", "account_id", "asked_at"),
)

#: every answer, append only; the newest of an invitation counts
survey_answer = Table(
    "survey_answer",
    metadata,
    Column("id", BigKey, primary_key=True),
    Column("invitation_id", BigKey, ForeignKey("survey_invitation.id"), nullable=False),
    Column("contact_id", BigKey, ForeignKey("contact.id"), nullable=False),
    #: 0-10
    Column("score", Integer, nullable=False),
    #: keys of the survey's drivers
    Column("drivers", JSON, nullable=False, server_default="[]"),
    #: null after erasure
    Column("comment", Text),
    Column("at", UtcDateTime, nullable=False),
    Index("ix_survey_answer_invitation_id", "invitation_id"),
)

#: an unhappy answer is followed until it is resolved
survey_loop = Table(
    "survey_loop",
    metadata,
    Column("id", BigKey, primary_key=True),
    Column("invitation_id", BigKey, ForeignKey("survey_invitation.id"), nullable=False),
    Column("contact_id", BigKey, ForeignKey("contact.id"), nullable=False),
    Column("account_id", BigKey, ForeignKey("account.id")),
    #: open | contacted | resolved | closed (answered better when asked again, or given up)
    Column("state", String(16), nullable=False),
    #: what was done, in the owner's words
    Column("resolution", Text),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("contacted_at", UtcDateTime),
    Column("resolved_at", UtcDateTime),
    Column("closed_at", UtcDateTime),
    #: the answer after it was resolved, 0-10
    Column("score_after", Integer),
    Index("ix_survey_loop_contact_id_state", "contact_id", "state"),
)
