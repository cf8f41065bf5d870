"""What customers gain: metrics of an account by month, and the reports made of them."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from nurture.db.tables.metadata import metadata
from nurture.db.types import BigKey, UtcDateTime

#: a figure that an account wants to move
account_metric = Table(
    "account_metric",
    metadata,
    Column("id", BigKey, primary_key=True),
    Column("account_id", BigKey, ForeignKey("account.id"), nullable=False),
    #: what it is called in files and API: invoice_hours
    Column("name", String(100), nullable=False),
    #: what readers see, by locale
    Column("title", JSON, nullable=False, server_default="{}"),
    #: 時間/月, %, 件 … as written
    Column("unit", String(40), nullable=False, server_default=""),
    #: down | up: which way is better
    Column("direction", String(8), nullable=False),
    #: before we came; null: the first month's value
    Column("baseline", Float),
    Column("created_at", UtcDateTime, nullable=False),
    UniqueConstraint("account_id", "name"),
)

#: a metric's value in a month; the newest word of a month replaces the one before
account_metric_value = Table(
    "account_metric_value",
    metadata,
    Column("metric_id", BigKey, ForeignKey("account_metric.id"), primary_key=True),
    #: first day of the month
    Column("month", Date, primary_key=True),
    Column("value", Float, nullable=False),
    #: csv | api | form
    Column("source", String(16), nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
    #: who brought it
    Column("recorded_by", String(320), nullable=False),
)

#: what was reported to an account of a month, as it was then
results_report = Table(
    "results_report",
    metadata,
    Column("id", BigKey, primary_key=True),
    Column("account_id", BigKey, ForeignKey("account.id"), nullable=False),
    #: first day of the month
    Column("month", Date, nullable=False),
    #: the metrics with baseline, values and change, as nurture.domain.results wrote them down
    Column("lines", JSON, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("created_by", String(320), nullable=False),
    #: a remark of the owner's for the reader
    Column("remark", Text),
    UniqueConstraint("account_id", "month"),
    Index("ix_results_report_account_id", "account_id"),
)
