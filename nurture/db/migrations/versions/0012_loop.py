"""Results, surveys and referrals: what the loop of customers is made of."""

from alembic import op
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    Float,
    ForeignKey,
    Integer,
    String,
    Text,
    UniqueConstraint,
    false,
    text,
)

from nurture.db.types import BigKey, UtcDateTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "account_metric",
        Column("id", BigKey, primary_key=True),
        Column("account_id", BigKey, ForeignKey("account.id"), nullable=False),
        Column("name", String(100), nullable=False),
        Column("title", JSON, nullable=False, server_default="{}"),
        Column("unit", String(40), nullable=False, server_default=""),
        Column("direction", String(8), nullable=False),
        Column("baseline", Float),
        Column("created_at", UtcDateTime, nullable=False),
        UniqueConstraint("account_id", "name"),
    )
    op.create_table(
        "account_metric_value",
        Column("metric_id", BigKey, ForeignKey("account_metric.id"), primary_key=True),
        Column("month", Date, primary_key=True),
        Column("value", Float, nullable=False),
        Column("source", String(16), nullable=False),
        Column("recorded_at", UtcDateTime, nullable=False),
        Column("recorded_by", String(320), nullable=False),
    )
    op.create_table(
        "results_report",
        Column("id", BigKey, primary_key=True),
        Column("account_id", BigKey, ForeignKey("account.id"), nullable=False),
        Column("month", Date, nullable=False),
        Column("lines", JSON, nullable=False),
        Column("created_at", UtcDateTime, nullable=False),
        Column("created_by", String(320), nullable=False),
        Column("remark", Text),
        UniqueConstraint("account_id", "month"),
    )
    op.create_table(
        "survey_invitation",
        Column("id", BigKey, primary_key=True),
        Column("dedupe_key", String(300), nullable=False, unique=True),
        Column("survey", String(100), nullable=False),
        Column("round", String(32), nullable=False),
        Column("contact_id", BigKey, ForeignKey("contact.id"), nullable=False),
        Column("account_id", BigKey, ForeignKey("account.id")),
        Column("enrolment_id", BigKey, ForeignKey("enrolment.id")),
        Column("role", String(64)),
        Column("locale", String(16)),
        Column("asked_at", UtcDateTime, nullable=False),
        Column("answered_at", UtcDateTime),
        Column("score", Integer),
        Column("void", Boolean, nullable=False, server_default=false()),
    )
    op.create_table(
        "survey_answer",
        Column("id", BigKey, primary_key=True),
        Column("invitation_id", BigKey, ForeignKey("survey_invitation.id"), nullable=False),
        Column("contact_id", BigKey, ForeignKey("contact.id"), nullable=False),
        Column("score", Integer, nullable=False),
        Column("drivers", JSON, nullable=False, server_default="[]"),
        Column("comment", Text),
        Column("at", UtcDateTime, nullable=False),
    )
    op.create_table(
        "survey_loop",
        Column("id", BigKey, primary_key=True),
        Column("invitation_id", BigKey, ForeignKey("survey_invitation.id"), nullable=False),
        Column("contact_id", BigKey, ForeignKey("contact.id"), nullable=False),
        Column("account_id", BigKey, ForeignKey("account.id")),
        Column("state", String(16), nullable=False),
        Column("resolution", Text),
        Column("opened_at", UtcDateTime, nullable=False),
        Column("contacted_at", UtcDateTime),
        Column("resolved_at", UtcDateTime),
        Column("closed_at", UtcDateTime),
        Column("score_after", Integer),
    )
    op.create_table(
        "referrer",
        Column("contact_id", BigKey, ForeignKey("contact.id"), primary_key=True),
        Column("code", String(24), nullable=False, unique=True),
        Column("kind", String(16), nullable=False),
        Column("motive", String(32)),
        Column("network_reach", Integer, nullable=False, server_default="0"),
        Column("do_not_ask", Boolean, nullable=False, server_default=false()),
        Column("updates_stopped_at", UtcDateTime),
        Column("certifications", JSON, nullable=False, server_default="[]"),
        Column("created_at", UtcDateTime, nullable=False),
    )
    op.create_table(
        "referral_ask",
        Column("id", BigKey, primary_key=True),
        Column("dedupe_key", String(300), nullable=False, unique=True),
        Column("program", String(100), nullable=False),
        Column("contact_id", BigKey, ForeignKey("contact.id"), nullable=False),
        Column("account_id", BigKey, ForeignKey("account.id")),
        Column("enrolment_id", BigKey, ForeignKey("enrolment.id")),
        Column("offer", String(64), nullable=False),
        Column("timing", String(32), nullable=False),
        Column("channel", String(16), nullable=False, server_default="mail"),
        Column("mode", String(16), nullable=False),
        Column("named", String(300)),
        Column("reason", Text),
        Column("readiness", Float),
        Column("pilot", Boolean, nullable=False, server_default=false()),
        Column("asked_at", UtcDateTime, nullable=False),
        Column("answer", String(32)),
        Column("answered_at", UtcDateTime),
        Column("void", Boolean, nullable=False, server_default=false()),
    )
    op.create_table(
        "referral",
        Column("id", BigKey, primary_key=True),
        Column("ref", String(24), nullable=False, unique=True),
        Column("program", String(100), nullable=False),
        Column("referrer_id", BigKey, ForeignKey("contact.id"), nullable=False),
        Column("channel", String(16), nullable=False),
        Column("way", String(16), nullable=False),
        Column("ask_id", BigKey, ForeignKey("referral_ask.id")),
        Column("ticket_id", BigKey),
        Column("offer", String(64)),
        Column("name", String(200)),
        Column("company", String(300)),
        Column("email", String(320)),
        Column("address_hash", String(64)),
        Column("why", Text),
        Column("locale", String(16)),
        Column("state", String(24), nullable=False),
        Column("reason", Text),
        Column("flags", JSON, nullable=False, server_default="[]"),
        Column("vouched_at", UtcDateTime),
        Column("asked_consent_at", UtcDateTime),
        Column("consented_at", UtcDateTime),
        Column("contact_id", BigKey, ForeignKey("contact.id")),
        Column("deal_id", BigKey),
        Column("owner_id", BigKey, ForeignKey("team_member.id")),
        Column("acknowledged_at", UtcDateTime),
        Column("contacted_at", UtcDateTime),
        Column("contacted_by", String(32)),
        Column("reported_at", UtcDateTime),
        Column("acknowledge_by", UtcDateTime),
        Column("contact_by", UtcDateTime),
        Column("report_by", UtcDateTime),
        Column("breaches", JSON, nullable=False, server_default="[]"),
        Column("numbers_agreed", Boolean, nullable=False, server_default=false()),
        Column("result", Text),
        Column("case_referrer_at", UtcDateTime),
        Column("case_referred_at", UtcDateTime),
        Column("news_at", UtcDateTime),
        Column("created_at", UtcDateTime, nullable=False),
        Column("updated_at", UtcDateTime, nullable=False),
        Column("closed_at", UtcDateTime),
        Column("review_at", UtcDateTime),
    )
    op.create_table(
        "referral_step",
        Column("id", BigKey, primary_key=True),
        Column("referral_id", BigKey, ForeignKey("referral.id"), nullable=False),
        Column("from_state", String(24)),
        Column("to_state", String(24), nullable=False),
        Column("reason", Text),
        Column("by", String(320), nullable=False),
        Column("event_id", BigKey),
        Column("at", UtcDateTime, nullable=False),
    )
    op.create_table(
        "referral_touch",
        Column("id", BigKey, primary_key=True),
        Column("referrer_id", BigKey, ForeignKey("contact.id"), nullable=False),
        Column("way", String(16), nullable=False),
        Column("contact_id", BigKey, ForeignKey("contact.id")),
        Column("address_hash", String(64)),
        Column("visitor", String(100)),
        Column("what", String(200)),
        Column("at", UtcDateTime, nullable=False),
    )
    op.create_table(
        "golden_ticket",
        Column("id", BigKey, primary_key=True),
        Column("code", String(24), nullable=False, unique=True),
        Column("program", String(100), nullable=False),
        Column("referrer_id", BigKey, ForeignKey("contact.id"), nullable=False),
        Column("offer", String(64), nullable=False),
        Column("created_at", UtcDateTime, nullable=False),
        Column("expires_at", UtcDateTime, nullable=False),
        Column("redeemed_at", UtcDateTime),
        Column("referral_id", BigKey),
        Column("withdrawn_at", UtcDateTime),
    )
    op.create_table(
        "reward",
        Column("id", BigKey, primary_key=True),
        Column("referral_id", BigKey, ForeignKey("referral.id"), nullable=False),
        Column("side", String(16), nullable=False),
        Column("contact_id", BigKey, ForeignKey("contact.id")),
        Column("offer", String(64), nullable=False),
        Column("kind", String(16), nullable=False),
        Column("amount", Float),
        Column("currency", String(3)),
        Column("title", Text, nullable=False),
        Column("recipient", Text),
        Column("state", String(16), nullable=False),
        Column("reason", Text),
        Column("held", Boolean, nullable=False, server_default=false()),
        Column("due_at", UtcDateTime),
        Column("created_at", UtcDateTime, nullable=False),
        Column("updated_at", UtcDateTime, nullable=False),
        Column("review_at", UtcDateTime),
        UniqueConstraint("referral_id", "side"),
    )
    op.create_table(
        "reward_entry",
        Column("id", BigKey, primary_key=True),
        Column("reward_id", BigKey, ForeignKey("reward.id"), nullable=False),
        Column("from_state", String(16)),
        Column("to_state", String(16), nullable=False),
        Column("amount", Float),
        Column("currency", String(3)),
        Column("reason", Text),
        Column("by", String(320), nullable=False),
        Column("at", UtcDateTime, nullable=False),
    )
    op.create_index("ix_results_report_account_id", "results_report", ["account_id"])
    op.create_index("ix_survey_invitation_contact_id", "survey_invitation", ["contact_id"])
    op.create_index(
        "ix_survey_invitation_account_id_asked_at", "survey_invitation", ["account_id", "asked_at"]
    )
    op.create_index("ix_survey_answer_invitation_id", "survey_answer", ["invitation_id"])
    op.create_index("ix_survey_loop_contact_id_state", "survey_loop", ["contact_id", "state"])
    op.create_index(
        "ix_referral_ask_contact_id_asked_at", "referral_ask", ["contact_id", "asked_at"]
    )
    op.create_index(
        "ix_referral_ask_account_id_asked_at", "referral_ask", ["account_id", "asked_at"]
    )
    op.create_index("ix_referral_referrer_id", "referral", ["referrer_id"])
    op.create_index("ix_referral_contact_id", "referral", ["contact_id"])
    op.create_index("ix_referral_address_hash", "referral", ["address_hash"])
    op.create_index("ix_referral_deal_id", "referral", ["deal_id"])
    op.create_index(
        "ix_referral_review_at",
        "referral",
        ["review_at"],
        sqlite_where=text("review_at IS NOT NULL"),
        postgresql_where=text("review_at IS NOT NULL"),
    )
    op.create_index("ix_referral_step_referral_id", "referral_step", ["referral_id"])
    op.create_index("ix_referral_touch_contact_id", "referral_touch", ["contact_id"])
    op.create_index("ix_referral_touch_address_hash", "referral_touch", ["address_hash"])
    op.create_index("ix_referral_touch_visitor", "referral_touch", ["visitor"])
    op.create_index("ix_golden_ticket_referrer_id", "golden_ticket", ["referrer_id"])
    op.create_index("ix_reward_contact_id", "reward", ["contact_id"])
    op.create_index(
        "ix_reward_review_at",
        "reward",
        ["review_at"],
        sqlite_where=text("review_at IS NOT NULL"),
        postgresql_where=text("review_at IS NOT NULL"),
    )
    op.create_index("ix_reward_entry_reward_id", "reward_entry", ["reward_id"])
