"""What our own people see of results: accounts with their figures, reports and what is missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row

from nurture.db import results as rows
from nurture.db.engine import read
from nurture.domain import result_words as words
from nurture.domain.metric_cells import read_month
from nurture.domain.results import (
    Line,
    Metric,
    from_json,
    headline,
    lines_of,
    months_before,
    months_between,
    without_figure,
)
from nurture.errors import NotFoundError, NurtureError
from nurture.language import say
from nurture.services.account_lookup import account_named
from nurture.services.house import house_at
from nurture.services.runtime import Runtime

#: months that a history shows
_SHOWN = 12


@dataclass(frozen=True, slots=True)
class KeptReport:
    """A report that was made."""

    id: int
    month: date
    lines: Sequence[Line]
    remark: str
    created_at: datetime
    created_by: str

    @property
    def improved(self) -> bool:
        """Whether it told of something better."""
        return headline(self.lines) is not None


@dataclass(frozen=True, slots=True)
class AccountResults:
    """An account's metrics and reports, as things stand now."""

    account: Row[Any]
    metrics: Sequence[Metric]
    reports: Sequence[KeptReport]
    #: contacts who get its reports
    readers: Sequence[Row[Any]]
    #: this month, in the calendar's zone
    this_month: date
    zone: ZoneInfo

    @property
    def months(self) -> list[date]:
        """The newest months that any metric has a figure of, oldest first, without gaps."""
        known = [month for metric in self.metrics for month in metric.values]
        if not known:
            return []
        last = max(known)
        return months_between(max(min(known), months_before(last, _SHOWN - 1)), last)

    @property
    def to_report(self) -> date:
        """The month that the next report is of: last month, or the newest one before it."""
        last = months_before(self.this_month, 1)
        known = [month for metric in self.metrics for month in metric.values if month <= last]
        return last if last in known or not known else max(known)

    def lines(self, month: date) -> list[Line]:
        """Return what a report of a month would say."""
        return lines_of(self.metrics, month)

    def missing(self, month: date) -> list[Metric]:
        """Return the metrics without a figure of a month."""
        return without_figure(self.metrics, month)

    def short(self, locale: str) -> str:
        """Return the line for a chat about the newest figures; "" where there are none."""
        lines = self.lines(self.to_report)
        return words.short_message(lines, self.to_report, locale) if lines else ""

    def news(self, locale: str) -> str:
        """Return the text for the customer's own people; "" where nothing became better."""
        lines = self.lines(self.to_report)
        if not lines:
            return ""
        return words.internal_news(lines, self.account.name, self.to_report, locale)


@dataclass(frozen=True, slots=True)
class Overview:
    """An account in the list of all that have metrics."""

    account: Row[Any]
    metrics: int
    readers: int
    #: the newest month with a figure
    newest: date | None
    #: the newest report
    reported: date | None
    #: metrics without a figure of last month
    missing: int


def account_results(runtime: Runtime, account: str) -> AccountResults:
    """Return what there is of an account; NotFoundError or NurtureError as the look-up says."""
    with read(runtime.engine) as connection:
        row = account_named(connection, account)
        metrics = [metric for _, metric in rows.metrics_of(connection, [row.id])[row.id]]
        reports = [_kept(one) for one in rows.reports_of(connection, row.id)]
        readers = rows.customers_of(connection, [row.id])
        zone = house_at(runtime, connection).zone
    today = runtime.clock.now().astimezone(zone).date()
    return AccountResults(row, metrics, reports, readers, today.replace(day=1), zone)


def overview(runtime: Runtime) -> list[Overview]:
    """Return every account that has metrics, those that lack figures of last month first."""
    with read(runtime.engine) as connection:
        ids = rows.accounts_with_metrics(connection)
        metrics = rows.metrics_of(connection, ids)
        customers = rows.customers_of(connection, ids)
        reported = rows.newest_reports(connection)
        accounts = {row.id: row for row in rows.account_names(connection)}
        zone = house_at(runtime, connection).zone
    last = months_before(runtime.clock.now().astimezone(zone).date().replace(day=1), 1)
    found = []
    for one in ids:
        own = [metric for _, metric in metrics[one]]
        months = [month for metric in own for month in metric.values]
        readers = sum(1 for row in customers if row.account_id == one)
        found.append(
            Overview(
                accounts[one],
                len(own),
                readers,
                max(months, default=None),
                reported.get(one),
                len(without_figure(own, last)),
            )
        )
    return sorted(found, key=lambda each: (-each.missing, each.account.name))


def month_named(text: str, otherwise: date) -> date:
    """Return the month that somebody wrote; NurtureError where it is none."""
    if not text.strip():
        return otherwise
    try:
        return read_month(text)
    except ValueError:
        raise NurtureError(
            say("'{text}' is no month", text=text), say("write it like 2026-06")
        ) from None


def report_named(runtime: Runtime, report_id: int) -> KeptReport:
    """Return a report; NotFoundError where there is none."""
    with read(runtime.engine) as connection:
        row = rows.report(connection, report_id)
    if row is None:
        raise NotFoundError(say("there is no report {number}", number=report_id))
    return _kept(row)


def _kept(row: Row[Any]) -> KeptReport:
    lines = [from_json(line) for line in row.lines]
    return KeptReport(row.id, row.month, lines, row.remark or "", row.created_at, row.created_by)
