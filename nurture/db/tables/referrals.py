"""Referrals: who refers, who was asked, whom they introduced, and what they get for it."""

from __future__ import annotations

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
)

from nurture.db.tables.metadata import metadata
from nurture.db.types import BigKey, UtcDateTime

#: a contact who may refer: made when first asked, or by hand for partners and colleagues
referrer = Table(
    "referrer",
    metadata,
    Column("contact_id", BigKey, ForeignKey("contact.id"), primary_key=True),
    #: in the personal link that they hand on; unguessable, but no secret
    Column("code", String(24), nullable=False, unique=True),
    #: customer | partner | employee | community | prospect
    Column("kind", String(16), nullable=False),
    #: trusted | relation | value: why they would refer (their emotional or economic reason)
    Column("motive", String(32)),
    #: 0 unknown, 1 few, 2 some, 3 many people in reach
    Column("network_reach", Integer, nullable=False, server_default="0"),
    #: never asked again: who said so and when stands in the events
    Column("do_not_ask", Boolean, nullable=False, server_default=false()),
    #: progress of their own referrals is stopped (their own stop link)
    Column("updates_stopped_at", UtcDateTime),
    #: how the pages that they hand on name them (nurture.domain.referrer_view.ShownAs)
    Column("shown_as", String(16), nullable=False, server_default="short"),
    #: specialities in which a partner is certified
    Column("certifications", JSON, nullable=False, server_default="[]"),
    Column("created_at", UtcDateTime, nullable=False),
)

#: an ask for an introduction; its row is made with its mail
referral_ask = Table(
    "referral_ask",
    metadata,
    Column("id", BigKey, primary_key=True),
    #: enrolment/step/visit, or by-hand/…
    Column("dedupe_key", String(300), nullable=False, unique=True),
    Column("program", String(100), nullable=False),
    Column("contact_id", BigKey, ForeignKey("contact.id"), nullable=False),
    Column("account_id", BigKey, ForeignKey("account.id")),
    Column("enrolment_id", BigKey, ForeignKey("enrolment.id")),
    #: key of the offer
    Column("offer", String(64), nullable=False),
    #: result_reported | onboarding_completed | upsell_completed | renewal | followup |
    #: deal_lost | negotiation | regular | by_hand
    Column("timing", String(32), nullable=False),
    #: mail | bulk_mail | meeting | sns
    Column("channel", String(16), nullable=False, server_default="mail"),
    #: criteria | named
    Column("mode", String(16), nullable=False),
    #: whom we want to meet, where it is a name
    Column("named", String(300)),
    #: why this person is asked (あなただから)
    Column("reason", Text),
    #: nurture.domain.readiness score when asked
    Column("readiness", Float),
    #: asked within the pilot
    Column("pilot", Boolean, nullable=False, server_default=false()),
    Column("asked_at", UtcDateTime, nullable=False),
    #: referred | nobody_in_mind | not_now | company_policy | never; null: none yet
    Column("answer", String(32)),
    Column("answered_at", UtcDateTime),
    #: its mail was dropped or failed: it counts for nothing
    Column("void", Boolean, nullable=False, server_default=false()),
    Index("ix_referral_ask_contact_id_asked_at", "contact_id", "asked_at"),
    Index("ix_referral_ask_account_id_asked_at", "account_id", "asked_at"),
)

#: a person or company that somebody introduced
referral = Table(
    "referral",
    metadata,
    Column("id", BigKey, primary_key=True),
    #: what people and other systems call it: R-7K2M9Q
    Column("ref", String(24), nullable=False, unique=True),
    Column("program", String(100), nullable=False),
    Column("referrer_id", BigKey, ForeignKey("contact.id"), nullable=False),
    #: customer | partner | employee | community | prospect, when it came
    Column("channel", String(16), nullable=False),
    #: forward | introduce | ticket | cc | download | by_hand | api | outbound (to a partner)
    Column("way", String(16), nullable=False),
    Column("ask_id", BigKey, ForeignKey("referral_ask.id")),
    Column("ticket_id", BigKey),
    #: offer that was promised
    Column("offer", String(64)),
    #: the referred person; the address lives here alone until they agree
    Column("name", String(200)),
    Column("company", String(300)),
    Column("email", String(320)),
    #: keyed hash of the canonical address, so that it is found without being read
    Column("address_hash", String(64)),
    #: why the referrer thinks of them
    Column("why", Text),
    Column("locale", String(16)),
    #: see nurture.domain.referral.State
    Column("state", String(24), nullable=False),
    #: why it was closed; a code of nurture.domain.referral.Reason or words
    Column("reason", Text),
    #: self | same_domain | customer | open_deal | duplicate | disposable: doubts, never a block
    Column("flags", JSON, nullable=False, server_default="[]"),
    #: the referrer ticked 「ご本人の了承を得ています」: when and what text
    Column("vouched_at", UtcDateTime),
    #: when we wrote to ask for consent; once ever per address
    Column("asked_consent_at", UtcDateTime),
    Column("consented_at", UtcDateTime),
    #: the referred person as a contact; set by their consent
    Column("contact_id", BigKey, ForeignKey("contact.id")),
    Column("deal_id", BigKey),
    Column("owner_id", BigKey, ForeignKey("team_member.id")),
    #: receipt, first contact and report to the referrer: when each was done
    Column("acknowledged_at", UtcDateTime),
    Column("contacted_at", UtcDateTime),
    #: phone | mail | meeting | online: how the first contact was made
    Column("contacted_by", String(32)),
    Column("reported_at", UtcDateTime),
    #: until when each has to be done; breached: a task, then escalation
    Column("acknowledge_by", UtcDateTime),
    Column("contact_by", UtcDateTime),
    Column("report_by", UtcDateTime),
    Column("breaches", JSON, nullable=False, server_default="[]"),
    #: the referred person agreed that numbers are told
    Column("numbers_agreed", Boolean, nullable=False, server_default=false()),
    #: what may be told then: 転記の時間を42%削減
    Column("result", Text),
    #: consent to a case study, by both sides
    Column("case_referrer_at", UtcDateTime),
    Column("case_referred_at", UtcDateTime),
    #: newest news of its deal; older than a week is no news
    Column("news_at", UtcDateTime),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("closed_at", UtcDateTime),
    #: when something about it is due (timers, expiry); due work
    Column("review_at", UtcDateTime),
    Index("ix_referral_referrer_id", "referrer_id"),
    Index("ix_referral_contact_id", "contact_id"),
    Index("ix_referral_address_hash", "address_hash"),
    Index("ix_referral_deal_id", "deal_id"),
    Index(
        "ix_referral_review_at",
        "review_at",
        sqlite_where=text("review_at IS NOT NULL"),
        postgresql_where=text("review_at IS NOT NULL"),
    ),
)

#: every step of a referral's life, append only
referral_step = Table(
    "referral_step",
    metadata,
    Column("id", BigKey, primary_key=True),
    Column("referral_id", BigKey, ForeignKey("referral.id"), nullable=False),
    #: null: it began here
    Column("from_state", String(24)),
    Column("to_state", String(24), nullable=False),
    Column("reason", Text),
    #: team member's address, `contact`, `referrer`, `engine`, an API key's name
    Column("by", String(320), nullable=False),
    #: the event it made
    Column("event_id", BigKey),
    Column("at", UtcDateTime, nullable=False),
    Index("ix_referral_step_referral_id", "referral_id"),
)

#: what ties somebody to a referrer before anything is decided
referral_touch = Table(
    "referral_touch",
    metadata,
    Column("id", BigKey, primary_key=True),
    Column("referrer_id", BigKey, ForeignKey("contact.id"), nullable=False),
    #: forward | introduce | ticket | cc | download
    Column("way", String(16), nullable=False),
    #: whom: a contact, or an address we hold no consent for (keyed hash), or a site visitor
    Column("contact_id", BigKey, ForeignKey("contact.id")),
    Column("address_hash", String(64)),
    Column("visitor", String(100)),
    #: page, item or ticket
    Column("what", String(200)),
    Column("at", UtcDateTime, nullable=False),
    Index("ix_referral_touch_contact_id", "contact_id"),
    Index("ix_referral_touch_address_hash", "address_hash"),
    Index("ix_referral_touch_visitor", "visitor"),
)

#: a letter that the referrer hands on: single use, a perk, an end
golden_ticket = Table(
    "golden_ticket",
    metadata,
    Column("id", BigKey, primary_key=True),
    #: in its address; unguessable
    Column("code", String(24), nullable=False, unique=True),
    Column("program", String(100), nullable=False),
    Column("referrer_id", BigKey, ForeignKey("contact.id"), nullable=False),
    #: key of the offer whose perk it brings
    Column("offer", String(64), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("redeemed_at", UtcDateTime),
    Column("referral_id", BigKey),
    #: taken back by us, and why
    Column("withdrawn_at", UtcDateTime),
    Index("ix_golden_ticket_referrer_id", "referrer_id"),
)

#: what somebody gets for a referral, as it stands; `reward_entry` is how it came there
reward = Table(
    "reward",
    metadata,
    Column("id", BigKey, primary_key=True),
    Column("referral_id", BigKey, ForeignKey("referral.id"), nullable=False),
    #: referrer | referred
    Column("side", String(16), nullable=False),
    Column("contact_id", BigKey, ForeignKey("contact.id")),
    Column("offer", String(64), nullable=False),
    #: discount | training | seminar | extension | donation | gift | points | cash
    Column("kind", String(16), nullable=False),
    Column("amount", Float),
    Column("currency", String(3)),
    #: what it is, in the receiver's language; recipient of a donation
    Column("title", Text, nullable=False),
    Column("recipient", Text),
    #: pending | earned | due | delivered | reversed
    Column("state", String(16), nullable=False),
    #: why it is held or was reversed
    Column("reason", Text),
    Column("held", Boolean, nullable=False, server_default=false()),
    #: promised day
    Column("due_at", UtcDateTime),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    #: when something about it is due; due work
    Column("review_at", UtcDateTime),
    UniqueConstraint("referral_id", "side"),
    Index("ix_reward_contact_id", "contact_id"),
    Index(
        "ix_reward_review_at",
        "review_at",
        sqlite_where=text("review_at IS NOT NULL"),
        postgresql_where=text("review_at IS NOT NULL"),
    ),
)

#: the ledger: append only, kept apart from contracts
reward_entry = Table(
    "reward_entry",
    metadata,
    Column("id", BigKey, primary_key=True),
    Column("reward_id", BigKey, ForeignKey("reward.id"), nullable=False),
    #: null: it began here
    Column("from_state", String(16)),
    Column("to_state", String(16), nullable=False),
    #: what it adds to what we owe; a reversal repeats it with the other sign
    Column("amount", Float),
    Column("currency", String(3)),
    Column("reason", Text),
    Column("by", String(320), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index("ix_reward_entry_reward_id", "reward_id"),
)
