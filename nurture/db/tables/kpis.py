"""What winning customers costs, as somebody wrote it down: nothing else in the house knows."""

from __future__ import annotations

from sqlalchemy import Column, Date, Float, String, Table, Text

from nurture.db.tables.metadata import metadata
from nurture.db.types import UtcDateTime

#: the cost of a source in a month; the newest word of month, source and currency wins
acquisition_cost = Table(
    "acquisition_cost",
    metadata,
    #: first day of the month
    Column("month", Date, primary_key=True),
    #: a source of the policy's `kpis`, `referral`, or `referral/CHANNEL`
    Column("source", String(100), primary_key=True),
    Column("currency", String(3), primary_key=True),
    Column("amount", Float, nullable=False),
    Column("note", Text),
    Column("recorded_at", UtcDateTime, nullable=False),
    #: who brought it
    Column("recorded_by", String(320), nullable=False),
)
