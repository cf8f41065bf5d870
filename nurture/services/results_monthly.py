"""The month's reports make themselves: where the figures are there, else the owner is asked."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from nurture.db import results as rows
from nurture.db import schedules
from nurture.db.engine import read, write
from nurture.domain.definitions import Definitions
from nurture.domain.results import months_before, without_figure
from nurture.domain.schedule import next_firing
from nurture.domain.task_timers import next_day
from nurture.services.results import ask_for_figures, make_report
from nurture.services.runtime import DECIDE, Runtime

#: its row among the schedules
_NAME = "results"
_BY = "schedule"


def plan_reports(connection: Connection, definitions: Definitions, now: datetime) -> None:
    """Set when the next month is reported, as the policy of a new release says."""
    schedules.plan_anew(connection, _NAME, _next(definitions, now), now)


def report_month(runtime: Runtime) -> int:
    """Report last month to every account whose figures are there; return how many were looked at.

    Where some are missing the owner gets one task, and the account is looked at again on each
    business day until the month's next round. An account at a time, each in a transaction of
    its own; done twice it does nothing twice.
    """
    with read(runtime.engine) as connection:
        now = runtime.clock.now()
        if not schedules.is_due(connection, _NAME, now):
            return 0
        release = runtime.releases.live(connection)
        accounts = rows.accounts_with_metrics(connection)
    month = _last_month(release.definitions, now)
    left = 0
    for account_id in accounts:
        left += _look_at(runtime, account_id, month)
    with write(runtime.engine) as connection:
        now = runtime.clock.now()
        if schedules.hold_due(connection, _NAME, now) is None:
            return 0
        definitions = runtime.releases.live(connection).definitions
        due = _next(definitions, now)
        if due is not None and left:
            due = min(due, next_day(definitions.calendar, now))
        schedules.done(connection, _NAME, now, due)
    runtime.ring(DECIDE)
    return max(1, len(accounts))


def _look_at(runtime: Runtime, account_id: int, month: date) -> bool:
    """Report to an account, or ask for its figures; say whether it has to be looked at again."""
    with write(runtime.engine) as connection:
        now = runtime.clock.now()
        account = rows.account_row(connection, account_id)
        if account is None or rows.report_of(connection, account_id, month) is not None:
            return False
        rows.hold_accounts(connection, [account_id])
        readers = rows.customers_of(connection, [account_id])
        if not readers:
            return False
        release = runtime.releases.live(connection)
        metrics = [metric for _, metric in rows.metrics_of(connection, [account_id])[account_id]]
        missing = without_figure(metrics, month)
        if missing:
            ask_for_figures(connection, release, account, month, missing, readers, now)
            return True
        make_report(connection, release, account, month, _BY, now)
        return False


def _last_month(definitions: Definitions, now: datetime) -> date:
    today = now.astimezone(ZoneInfo(definitions.calendar.zone)).date()
    return months_before(today.replace(day=1), 1)


def _next(definitions: Definitions, now: datetime) -> datetime | None:
    schedule = definitions.policy.results_report
    return next_firing(schedule, definitions.calendar, now) if schedule is not None else None
