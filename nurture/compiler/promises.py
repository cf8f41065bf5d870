"""Promises that no window can keep: a mail that expires while its window is shut."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

from nurture.compiler.durations import write_duration
from nurture.compiler.report import Placed, Report
from nurture.domain.calendar import longest_closed
from nurture.domain.policy import Calendar, Window
from nurture.domain.steps import Duration

#: a Monday; an ordinary fortnight starts here, without holidays
_MONDAY = date(2024, 1, 1)


@lru_cache(maxsize=256)
def ordinary_gap(window: Window) -> timedelta:
    """Return the longest span for which a window stays shut in weeks without holidays.

    Holidays and closed days make it longer; a mail that they outlast is dropped with that
    reason, and nobody would write `expires: 10d` for the new year's sake.
    """
    bare = Calendar(zone="UTC", holidays=frozenset(), closed=(), windows={})
    return longest_closed(bare, window, _MONDAY, days=15)


def check_promise(expires: Duration, window: Window, at: Placed, report: Report) -> None:
    """Report an `expires` that an ordinary night or week-end outlasts."""
    if expires.business_days:
        return
    gap = ordinary_gap(window)
    if expires.elapsed + timedelta(days=expires.days) < gap:
        message = (
            f"expires after {write_duration(expires)}, but window '{window.name}' "
            f"may stay shut for {_hours(gap)} at a stretch"
        )
        hint = f"write at least {_hours(gap)}, or choose a window that opens more often"
        report.error(at, "promise", message, hint)


def _hours(span: timedelta) -> str:
    minutes = int(span.total_seconds()) // 60
    hours, rest = divmod(minutes, 60)
    return f"{hours}h {rest}m" if rest else f"{hours}h"
