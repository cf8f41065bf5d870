"""The moment of a mailing against its window: does it open before the mails expire?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from nurture.compiler.report import Placed, Report
from nurture.domain.calendar import NoOpeningError, shift
from nurture.domain.policy import Calendar, QuietHours
from nurture.domain.quiet import next_free
from nurture.domain.steps import Duration
from nurture.language import say


def check_opening(
    moment: datetime,
    window: str,
    quiet: Sequence[QuietHours],
    expires: Duration,
    calendar: Calendar,
    at: Placed,
    report: Report,
) -> None:
    """Report a moment from which on a window stays shut until the mails expire.

    Warns where it is shut at the moment and opens later. Readers in the calendar's zone are
    meant; a window that the calendar does not have is left to its own check.
    """
    kept = calendar.windows.get(window)
    if kept is None:
        return
    zone = ZoneInfo(calendar.zone)
    ends = shift(calendar, moment, expires, zone)
    try:
        opens = next_free(calendar, kept, quiet, zone, moment)
    except NoOpeningError:
        opens = ends
    if opens >= ends:
        message = say(
            "window '{window}' does not open between {moment} and {ends}, when the mails expire: "
            "nobody would get it",
            window=window,
            moment=_wall(moment, zone),
            ends=_wall(ends, zone),
        )
        report.error(at, "promise", message, say("choose another time, or a longer `expires`"))
    elif opens > moment:
        message = say(
            "at {moment} window '{window}' is shut", moment=_wall(moment, zone), window=window
        )
        report.warn(
            at,
            "window-shut",
            message,
            say("its mails leave from {opens} on", opens=_wall(opens, zone)),
        )


def _wall(moment: datetime, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M")
