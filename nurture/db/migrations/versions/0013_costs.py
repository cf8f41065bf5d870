"""What winning customers costs, by source and month."""

from alembic import op
from sqlalchemy import Column, Date, Float, String, Text

from nurture.db.types import UtcDateTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "acquisition_cost",
        Column("month", Date, primary_key=True),
        Column("source", String(100), primary_key=True),
        Column("currency", String(3), primary_key=True),
        Column("amount", Float, nullable=False),
        Column("note", Text),
        Column("recorded_at", UtcDateTime, nullable=False),
        Column("recorded_by", String(320), nullable=False),
    )
