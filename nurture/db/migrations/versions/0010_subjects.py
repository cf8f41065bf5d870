"""Subjects by language, as a step writes them."""

from alembic import op
from sqlalchemy import JSON, Column

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("message", Column("subjects", JSON))
