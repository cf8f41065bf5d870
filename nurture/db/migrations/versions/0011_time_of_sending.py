"""When mails leave: spread, and the hour at which their reader reads."""

from alembic import op
from sqlalchemy import JSON, Boolean, Column, Integer, false

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("message", Column("spread", Integer))
    op.add_column(
        "message", Column("at_best_hour", Boolean, nullable=False, server_default=false())
    )
    op.add_column("contact", Column("best_hours", JSON))
    op.create_table(
        "open_hour",
        Column("hour", Integer, primary_key=True, autoincrement=False),
        Column("opens", Integer, nullable=False, server_default="0"),
    )
