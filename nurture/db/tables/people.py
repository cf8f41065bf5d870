"""Contacts and what belongs to them: accounts, deals, consents, suppressions, tasks."""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
    true,
)

from nurture.db.tables.metadata import metadata
from nurture.db.types import BigKey, UtcDateTime

#: people of our own company: senders, owners, those whom tasks are for
team_member = Table(
    "team_member",
    metadata,
    Column("id", BigKey, primary_key=True),
    #: sender key in policy.yaml, where there is one
    Column("key", String(64), unique=True, nullable=True),
    Column("name", String(200), nullable=False),
    Column("email", String(320), nullable=False, unique=True),
    #: sales | inside-sales | marketing | …: what `task: {for: …}` may name
    Column("role", String(64), nullable=False, server_default="sales"),
    Column("active", Boolean, nullable=False, server_default=true()),
)

#: a company we sell to
account = Table(
    "account",
    metadata,
    Column("id", BigKey, primary_key=True),
    Column("name", String(300), nullable=False),
    #: mail domain, canonical; null where contacts use a public mail service
    Column("domain", String(253), nullable=True, unique=True),
    Column("industry", String(100)),
    Column("employees", Integer),
    Column("region", String(100)),
    Column("zone", String(64)),
    #: declared custom fields
    Column("fields", JSON, nullable=False, server_default="{}"),
    #: set: marketing, surveys and asks are silent; why
    Column("hold_reason", Text),
    Column("created_at", UtcDateTime, nullable=False),
    Index("ix_account_name", "name"),
)

#: one person
contact = Table(
    "contact",
    metadata,
    Column("id", BigKey, primary_key=True),
    #: as the person writes it; its canonical form is in `identity`
    Column("email", String(320)),
    Column("family_name", String(100)),
    Column("given_name", String(100)),
    Column("title", String(200)),
    Column("department", String(200)),
    #: decision-maker | user | it: whom the text speaks to
    Column("role", String(64)),
    Column("locale", String(16)),
    Column("zone", String(64)),
    Column("phone", String(64)),
    Column("source", String(200)),
    #: declared custom fields
    Column("fields", JSON, nullable=False, server_default="{}"),
    Column("account_id", BigKey, ForeignKey("account.id")),
    Column("owner_id", BigKey, ForeignKey("team_member.id")),
    #: when we first met: first event or the date an import names
    Column("first_touch_at", UtcDateTime),
    Column("created_at", UtcDateTime, nullable=False),
    #: points at the contact that this duplicate became
    Column("merged_into", BigKey, ForeignKey("contact.id")),
    #: faded ledger sum at `scored_at`; score(t) = engagement · 2^(−(t−scored_at)/h) + fit
    Column("engagement", Float, nullable=False, server_default="0"),
    Column("scored_at", UtcDateTime, nullable=False),
    Column("fit", Float, nullable=False, server_default="0"),
    #: when the newest sign of intent stops counting
    Column("intent_until", UtcDateTime),
    Column("temperature", String(8), nullable=False, server_default="cold"),
    Column("temperature_at", UtcDateTime),
    Column("lifecycle", String(16), nullable=False, server_default="prospect"),
    Column("lifecycle_at", UtcDateTime),
    #: when time alone may change the temperature; due work like any other
    Column("review_at", UtcDateTime),
    #: tracking consent: false means no pixel and no rewritten links
    Column("tracking", Boolean, nullable=False, server_default=true()),
    Column("erased", Boolean, nullable=False, server_default=false()),
    #: when they read: see nurture.domain.best_hour.BestHours; null: nothing learnt
    Column("best_hours", JSON),
    #: when to come back to somebody who said "not now"; due work
    Column("revisit_at", UtcDateTime),
    Column("revisit_reason", Text),
    #: sales gave the lead back: not handed off again before this, unless it shows intent
    Column("rests_until", UtcDateTime),
    #: sales gave the lead back, a deal was lost or a person set the stage: what came before
    #: counts for no further stage (nurture.domain.lifecycle.Standing)
    Column("counts_from", UtcDateTime),
    #: the event that was this step back: of the same instant, what came after it counts
    Column("counts_after", BigKey),
    Index("ix_contact_review_at", "review_at"),
    Index("ix_contact_revisit_at", "revisit_at"),
    Index(
        "ix_contact_merged_into",
        "merged_into",
        sqlite_where=text("merged_into IS NOT NULL"),
        postgresql_where=text("merged_into IS NOT NULL"),
    ),
    Index("ix_contact_account_id", "account_id"),
    Index("ix_contact_temperature", "temperature"),
    Index("ix_contact_lifecycle", "lifecycle"),
)

#: what names a contact: canonical address first, CRM ids, site visitors
identity = Table(
    "identity",
    metadata,
    Column("id", BigKey, primary_key=True),
    #: email | crm:NAME | visitor | …
    Column("kind", String(64), nullable=False),
    Column("value", String(400), nullable=False),
    Column("contact_id", BigKey, ForeignKey("contact.id"), nullable=False),
    UniqueConstraint("kind", "value"),
    Index("ix_identity_contact_id", "contact_id"),
)

#: tags of a contact
contact_tag = Table(
    "contact_tag",
    metadata,
    Column("contact_id", BigKey, ForeignKey("contact.id"), primary_key=True),
    Column("tag", String(100), primary_key=True),
    Index("ix_contact_tag_tag", "tag"),
)

#: who was in a segment at the last look; only segments that start a workflow are kept
segment_member = Table(
    "segment_member",
    metadata,
    Column("contact_id", BigKey, ForeignKey("contact.id"), primary_key=True),
    Column("segment", String(100), primary_key=True),
    Index("ix_segment_member_segment", "segment"),
)

#: a sales opportunity
deal = Table(
    "deal",
    metadata,
    Column("id", BigKey, primary_key=True),
    #: id in the CRM or the caller's own, unique where given
    Column("external_id", String(200), unique=True),
    Column("account_id", BigKey, ForeignKey("account.id")),
    Column("contact_id", BigKey, ForeignKey("contact.id")),
    #: open | meeting | proposal | won | lost
    Column("stage", String(32), nullable=False),
    Column("amount", Float),
    Column("currency", String(3)),
    Column("product", String(200)),
    #: won or lost, and why
    Column("reason", Text),
    #: the referral it came from
    Column("referral", String(200)),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("closed_at", UtcDateTime),
    #: when the next, or last, meeting is
    Column("meeting_at", UtcDateTime),
    #: what is agreed to happen next
    Column("next_step", Text),
    #: what was learnt: decider_met, requirements, budget … (booleans and texts)
    Column("facts", JSON, nullable=False, server_default="{}"),
    #: when silence about it becomes stale; due work
    Column("review_at", UtcDateTime),
    #: nobody wrote about its last meeting in time
    Column("stale_at", UtcDateTime),
    Index("ix_deal_review_at", "review_at"),
    Index("ix_deal_contact_id", "contact_id"),
    Index("ix_deal_account_id", "account_id"),
)

#: what a reader asked for in the preference centre; absent: everything, as it comes
preference = Table(
    "preference",
    metadata,
    Column("contact_id", BigKey, ForeignKey("contact.id"), primary_key=True),
    #: names of topics that are turned off
    Column("topics_off", JSON, nullable=False, server_default="[]"),
    #: all | fortnightly | monthly: how often at most, marketing only
    Column("rhythm", String(16), nullable=False, server_default="all"),
    #: nothing but service mails before this moment
    Column("paused_until", UtcDateTime),
    Column("updated_at", UtcDateTime, nullable=False),
)

#: consent is a record, append only; the newest per contact and purpose wins
consent = Table(
    "consent",
    metadata,
    Column("id", BigKey, primary_key=True),
    Column("contact_id", BigKey, ForeignKey("contact.id"), nullable=False),
    #: marketing | survey | referral
    Column("purpose", String(16), nullable=False),
    #: granted | withdrawn
    Column("state", String(16), nullable=False),
    #: opt_in | business_card | business_relationship | published_address; withdrawn: none
    Column("basis", String(32)),
    #: 「◯◯展2026」, a form's address …
    Column("source", String(400)),
    #: what text the person saw
    Column("text_shown", Text),
    #: when it was given (the source's date)
    Column("obtained_at", UtcDateTime, nullable=False),
    #: when we wrote it down
    Column("recorded_at", UtcDateTime, nullable=False),
    #: who: `contact`, a team member's address, `import`
    Column("recorded_by", String(320), nullable=False),
    Index("ix_consent_contact_id_purpose", "contact_id", "purpose"),
)

#: addresses that get nothing, known by a keyed hash so that it outlives erasure
suppression = Table(
    "suppression",
    metadata,
    Column("id", BigKey, primary_key=True),
    #: hex of a keyed hash of the canonical address
    Column("address_hash", String(64), nullable=False, unique=True),
    #: hard_bounce | complaint | erased | by_hand
    Column("reason", String(32), nullable=False),
    Column("detail", Text),
    Column("created_at", UtcDateTime, nullable=False),
)

#: what a person has to do
task = Table(
    "task",
    metadata,
    Column("id", BigKey, primary_key=True),
    #: enrolment/step/visit or handoff/contact/entry into the stage: a task is made once
    Column("dedupe_key", String(200), nullable=False, unique=True),
    Column("contact_id", BigKey, ForeignKey("contact.id")),
    Column("account_id", BigKey, ForeignKey("account.id")),
    Column("enrolment_id", BigKey, ForeignKey("enrolment.id")),
    #: call | card | todo …
    Column("kind", String(32), nullable=False),
    Column("title", String(400), nullable=False),
    #: `owner` or a role, as written; `assignee_id` is who that was
    Column("assignee", String(64), nullable=False),
    Column("assignee_id", BigKey, ForeignKey("team_member.id")),
    #: open | done | cancelled
    Column("state", String(16), nullable=False, server_default="open"),
    #: BANT and the like
    Column("result", JSON, nullable=False, server_default="{}"),
    Column("due_at", UtcDateTime),
    Column("created_at", UtcDateTime, nullable=False),
    Column("done_at", UtcDateTime),
    # No foreign keys here: SQLite cannot add one to a standing table without copying it.
    #: the deal it is about
    Column("deal_id", BigKey),
    #: what was done with it: accepted | returned | called | met | proposed | won | lost | done
    Column("outcome", String(32)),
    #: team member who closed it, where it was one
    Column("done_by", BigKey),
    #: when its assignee is to be reminded, or others told; due work
    Column("review_at", UtcDateTime),
    Column("reminded_at", UtcDateTime),
    Column("escalated_at", UtcDateTime),
    Index("ix_task_review_at", "review_at"),
    Index("ix_task_assignee_id_state", "assignee_id", "state"),
    Index("ix_task_contact_id", "contact_id"),
    Index("ix_task_state_due_at", "state", "due_at"),
)

#: keys of the API; only hashes are kept
api_key = Table(
    "api_key",
    metadata,
    Column("id", BigKey, primary_key=True),
    Column("name", String(100), nullable=False, unique=True),
    #: SHA-256 of the key (which has 256 random bits, so needs no slow hash)
    Column("key_hash", String(64), nullable=False, unique=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("revoked_at", UtcDateTime),
)
