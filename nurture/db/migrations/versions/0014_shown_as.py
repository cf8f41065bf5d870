"""How a referrer is named on the pages that they hand on."""

from alembic import op
from sqlalchemy import Column, String

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "referrer", Column("shown_as", String(16), nullable=False, server_default="short")
    )
