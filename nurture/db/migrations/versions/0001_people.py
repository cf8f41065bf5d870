"""Contacts and what belongs to them, the team, keys."""

from alembic import op
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Integer,
    String,
    Text,
    UniqueConstraint,
    false,
    true,
)

from nurture.db.types import BigKey, UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "team_member",
        Column("id", BigKey, primary_key=True),
        Column("key", String(64), unique=True),
        Column("name", String(200), nullable=False),
        Column("email", String(320), nullable=False, unique=True),
        Column("role", String(64), nullable=False, server_default="sales"),
        Column("active", Boolean, nullable=False, server_default=true()),
    )
    op.create_table(
        "account",
        Column("id", BigKey, primary_key=True),
        Column("name", String(300), nullable=False),
        Column("domain", String(253), unique=True),
        Column("industry", String(100)),
        Column("employees", Integer),
        Column("region", String(100)),
        Column("zone", String(64)),
        Column("fields", JSON, nullable=False, server_default="{}"),
        Column("hold_reason", Text),
        Column("created_at", UtcDateTime, nullable=False),
    )
    op.create_index("ix_account_name", "account", ["name"])
    op.create_table(
        "contact",
        Column("id", BigKey, primary_key=True),
        Column("email", String(320)),
        Column("family_name", String(100)),
        Column("given_name", String(100)),
        Column("title", String(200)),
        Column("department", String(200)),
        Column("role", String(64)),
        Column("locale", String(16)),
        Column("zone", String(64)),
        Column("phone", String(64)),
        Column("source", String(200)),
        Column("fields", JSON, nullable=False, server_default="{}"),
        Column("account_id", BigKey, ForeignKey("account.id")),
        Column("owner_id", BigKey, ForeignKey("team_member.id")),
        Column("first_touch_at", UtcDateTime),
        Column("created_at", UtcDateTime, nullable=False),
        Column("merged_into", BigKey, ForeignKey("contact.id")),
        Column("engagement", Float, nullable=False, server_default="0"),
        Column("scored_at", UtcDateTime, nullable=False),
        Column("fit", Float, nullable=False, server_default="0"),
        Column("intent_until", UtcDateTime),
        Column("temperature", String(8), nullable=False, server_default="cold"),
        Column("temperature_at", UtcDateTime),
        Column("lifecycle", String(16), nullable=False, server_default="prospect"),
        Column("lifecycle_at", UtcDateTime),
        Column("review_at", UtcDateTime),
        Column("tracking", Boolean, nullable=False, server_default=true()),
        Column("erased", Boolean, nullable=False, server_default=false()),
    )
    op.create_index("ix_contact_account_id", "contact", ["account_id"])
    op.create_index("ix_contact_lifecycle", "contact", ["lifecycle"])
    op.create_index("ix_contact_review_at", "contact", ["review_at"])
    op.create_index("ix_contact_temperature", "contact", ["temperature"])
    op.create_table(
        "identity",
        Column("id", BigKey, primary_key=True),
        Column("kind", String(64), nullable=False),
        Column("value", String(400), nullable=False),
        Column("contact_id", BigKey, ForeignKey("contact.id"), nullable=False),
        UniqueConstraint("kind", "value"),
    )
    op.create_index("ix_identity_contact_id", "identity", ["contact_id"])
    op.create_table(
        "contact_tag",
        Column("contact_id", BigKey, ForeignKey("contact.id"), primary_key=True),
        Column("tag", String(100), primary_key=True),
    )
    op.create_index("ix_contact_tag_tag", "contact_tag", ["tag"])
    op.create_table(
        "segment_member",
        Column("contact_id", BigKey, ForeignKey("contact.id"), primary_key=True),
        Column("segment", String(100), primary_key=True),
    )
    op.create_index("ix_segment_member_segment", "segment_member", ["segment"])
    op.create_table(
        "deal",
        Column("id", BigKey, primary_key=True),
        Column("external_id", String(200), unique=True),
        Column("account_id", BigKey, ForeignKey("account.id")),
        Column("contact_id", BigKey, ForeignKey("contact.id")),
        Column("stage", String(32), nullable=False),
        Column("amount", Float),
        Column("currency", String(3)),
        Column("product", String(200)),
        Column("reason", Text),
        Column("referral", String(200)),
        Column("created_at", UtcDateTime, nullable=False),
        Column("updated_at", UtcDateTime, nullable=False),
        Column("closed_at", UtcDateTime),
    )
    op.create_index("ix_deal_account_id", "deal", ["account_id"])
    op.create_index("ix_deal_contact_id", "deal", ["contact_id"])
    op.create_table(
        "consent",
        Column("id", BigKey, primary_key=True),
        Column("contact_id", BigKey, ForeignKey("contact.id"), nullable=False),
        Column("purpose", String(16), nullable=False),
        Column("state", String(16), nullable=False),
        Column("basis", String(32)),
        Column("source", String(400)),
        Column("text_shown", Text),
        Column("obtained_at", UtcDateTime, nullable=False),
        Column("recorded_at", UtcDateTime, nullable=False),
        Column("recorded_by", String(320), nullable=False),
    )
    op.create_index("ix_consent_contact_id_purpose", "consent", ["contact_id", "purpose"])
    op.create_table(
        "suppression",
        Column("id", BigKey, primary_key=True),
        Column("address_hash", String(64), nullable=False, unique=True),
        Column("reason", String(32), nullable=False),
        Column("detail", Text),
        Column("created_at", UtcDateTime, nullable=False),
    )
    op.create_table(
        "api_key",
        Column("id", BigKey, primary_key=True),
        Column("name", String(100), nullable=False, unique=True),
        Column("key_hash", String(64), nullable=False, unique=True),
        Column("created_at", UtcDateTime, nullable=False),
        Column("revoked_at", UtcDateTime),
    )


def downgrade() -> None:
    op.drop_table("api_key")
    op.drop_table("suppression")
    op.drop_table("consent")
    op.drop_table("deal")
    op.drop_table("segment_member")
    op.drop_table("contact_tag")
    op.drop_table("identity")
    op.drop_table("contact")
    op.drop_table("account")
    op.drop_table("team_member")
