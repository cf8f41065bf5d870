"""Promises that cannot be kept: a mail that expires while a window or a cap holds it back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from nurture.compiler.durations import write_duration
from nurture.compiler.report import Placed, Report
from nurture.domain.calendar import NoOpeningError, longest_closed
from nurture.domain.mailing import Mailing
from nurture.domain.policy import Calendar, MailCap, QuietHours, Window
from nurture.domain.purpose import OWN_AFFAIR
from nurture.domain.quiet import free_until, next_free
from nurture.domain.steps import Duration, Send
from nurture.domain.workflow import Workflow
from nurture.language import say

#: a Monday; an ordinary fortnight starts here, without holidays
_MONDAY = date(2024, 1, 1)


@lru_cache(maxsize=256)
def ordinary_gap(window: Window, quiet: tuple[QuietHours, ...] = ()) -> timedelta:
    """Return the longest span for which a window stays shut in weeks without holidays.

    Quiet hours are taken out of it, as if all clocks were one. Raises NoOpeningError where
    they leave nothing.

    Holidays and closed days make it longer; a mail that they outlast is dropped with that
    reason, and nobody would write `expires: 10d` for the new year's sake.
    """
    bare = Calendar(zone="UTC", holidays=frozenset(), closed=(), windows={})
    if not quiet:
        return longest_closed(bare, window, _MONDAY, days=15)
    zone, longest = ZoneInfo("UTC"), timedelta(0)
    ends = datetime.combine(_MONDAY, time(0), zone)
    last = ends + timedelta(days=15)
    # Up to the first opening nothing was counted on yet.
    ends = next_free(bare, window, quiet, zone, ends)
    while ends < last:
        opens = next_free(bare, window, quiet, zone, ends)
        longest = max(longest, opens - ends)
        ends = free_until(bare, window, quiet, zone, opens, timedelta(days=1))
    return longest


def check_promise(
    expires: Duration,
    window: Window,
    quiet: tuple[QuietHours, ...],
    at: Placed,
    report: Report,
) -> None:
    """Report an `expires` that an ordinary night or week-end outlasts."""
    if expires.business_days:
        return
    try:
        gap = ordinary_gap(window, quiet)
    except NoOpeningError:
        # Said once, where the quiet hours stand.
        return
    if expires.elapsed + timedelta(days=expires.days) < gap:
        message = say(
            "expires after {expires}, but window '{name}' may stay shut for {gap} at a stretch",
            expires=write_duration(expires),
            name=window.name,
            gap=_hours(gap),
        )
        hint = say(
            "write at least {gap}, or choose a window that opens more often", gap=_hours(gap)
        )
        report.error(at, "promise", message, hint)


def check_caps(
    workflow: Workflow, caps: Iterable[MailCap], places: Mapping[str, Placed], report: Report
) -> None:
    """Warn of a cap of a single mail that lasts as long as a mail waits for it, or longer.

    Two mails fall due together, one takes the slot: when it frees the other is over. Said
    once for each cap, at the first step that it concerns.
    """
    for cap in caps:
        if cap.mails != 1 or not _concerns(cap, workflow):
            continue
        for step in workflow.graph.steps.values():
            if not isinstance(step, Send) or workflow.purpose_of(step) in OWN_AFFAIR:
                continue
            if _outlasts(cap, step.expires):
                _warn_of(cap, step.expires, places.get(step.id), report)
                break


def check_mailing_caps(
    mailing: Mailing, caps: Iterable[MailCap], at: Placed, report: Report
) -> None:
    """Warn of the same for a mailing, at its `expires`."""
    for cap in caps:
        if cap.mails == 1 and _concerns(cap, mailing) and _outlasts(cap, mailing.expires):
            _warn_of(cap, mailing.expires, at, report)


def _outlasts(cap: MailCap, expires: Duration) -> bool:
    """Say whether a mail that came second is over before the cap has room for it."""
    if expires.business_days:
        return False
    return expires.elapsed + timedelta(days=expires.days) <= cap.within


def _warn_of(cap: MailCap, expires: Duration, at: Placed | None, report: Report) -> None:
    message = say(
        "expires after {expires}, but cap '{name}' lets one mail go in {within}: "
        "who comes second is always too late",
        expires=write_duration(expires),
        name=cap.name,
        within=_hours(cap.within),
    )
    report.warn(
        at,
        "cap-outlasts",
        message,
        say("write an `expires` longer than {within}", within=_hours(cap.within)),
    )


def _concerns(cap: MailCap, sends: Workflow | Mailing) -> bool:
    """Say whether a cap holds back mails of a workflow or mailing."""
    return (
        sends.purpose not in OWN_AFFAIR
        and cap.purpose in (None, sends.purpose)
        and cap.workflow in (None, sends.name)
        and (cap.below is None or sends.priority < cap.below)
    )


def _hours(span: timedelta) -> str:
    minutes = int(span.total_seconds()) // 60
    hours, rest = divmod(minutes, 60)
    return f"{hours}h {rest}m" if rest else f"{hours}h"
