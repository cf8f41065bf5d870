"""Durations as marketers write them: `30m 24h 14d 2w`, `3 business days`, `3営業日`."""

from __future__ import annotations

import re
import unicodedata
from datetime import timedelta

from nurture.domain.steps import Duration
from nurture.language import NOTHING, Said, say

#: days; a longer wait is a slip of the finger
LONGEST = 3660

#: what a message shows as examples
EXAMPLES = "30m, 24h, 14d, 2w, 3 business days, 3営業日"

#: a pattern for JSON Schema and editors; `read_duration` decides
PATTERN = (
    r"^\s*[0-9０-９]+\s*(s|seconds?|秒|m|min|minutes?|分|h|hours?|時間|d|days?|日|w|weeks?|週間?"
    r"|business days?|営業日)\s*$"
)

_PARTS = re.compile(r"([0-9]+)\s*(.*)")

_SECONDS = {
    **dict.fromkeys(("s", "second", "seconds", "秒"), 1),
    **dict.fromkeys(("m", "min", "minute", "minutes", "分"), 60),
    **dict.fromkeys(("h", "hour", "hours", "時間"), 3600),
}
_DAYS = {
    **dict.fromkeys(("d", "day", "days", "日"), 1),
    **dict.fromkeys(("w", "week", "weeks", "週", "週間"), 7),
}
_BUSINESS_DAYS = frozenset({"business day", "business days", "営業日"})
_MONTHS = frozenset({"month", "months", "mo", "ヶ月", "か月", "カ月", "year", "years", "y", "年"})


class DurationError(ValueError):
    """A text that is no duration; `hint` says how to write it."""

    def __init__(self, message: Said, hint: Said = NOTHING) -> None:
        super().__init__(message)
        self.message, self.hint = message, hint


def read_duration(text: str) -> Duration:
    """Return the duration that a text says; full-width digits and letters count.

    Raises DurationError for anything else: a bare number, two units, a span beyond ten years.
    """
    plain = " ".join(unicodedata.normalize("NFKC", text).split())
    parts = _PARTS.fullmatch(plain)
    if parts is None:
        raise DurationError(
            say("'{text}' is not a duration", text=text),
            say("write for example {examples}", examples=EXAMPLES),
        )
    digits, unit = parts.group(1), parts.group(2).lower()
    if not unit:
        message = say("{plain} is a bare number, not a duration", plain=plain)
        raise DurationError(
            message,
            say("add a unit: {plain}m, {plain}h, {plain}d, {plain} business days", plain=plain),
        )
    if len(digits) > 9:
        raise DurationError(say("'{text}' is longer than ten years", text=text))
    number = int(digits)
    if unit in _SECONDS:
        duration = Duration(elapsed=timedelta(seconds=number * _SECONDS[unit]))
    elif unit in _DAYS:
        duration = Duration(days=number * _DAYS[unit])
    elif unit in _BUSINESS_DAYS:
        duration = Duration(business_days=number)
    elif unit in _MONTHS:
        raise DurationError(
            say("'{text}': months and years differ in length", text=text),
            say("write days, e.g. 30d"),
        )
    else:
        message = say("'{text}' is not a duration: one number and one unit", text=text)
        raise DurationError(message, say("write for example {examples}", examples=EXAMPLES))
    if max(duration.elapsed / timedelta(days=1), duration.days, duration.business_days) > LONGEST:
        raise DurationError(say("'{text}' is longer than ten years", text=text))
    return duration


def write_duration(duration: Duration) -> str:
    """Return the shortest text that `read_duration` reads as this duration."""
    if duration.business_days:
        return f"{duration.business_days} business day{'s' if duration.business_days > 1 else ''}"
    if duration.days:
        weeks, rest = divmod(duration.days, 7)
        return f"{duration.days}d" if rest else f"{weeks}w"
    seconds = int(duration.elapsed.total_seconds())
    for size, unit in ((3600, "h"), (60, "m")):
        if seconds and seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def as_span(duration: Duration) -> timedelta:
    """Return a duration without business days as elapsed time, days as 24 hours.

    Raises DurationError for business days: their length depends on the calendar.
    """
    if duration.business_days:
        raise DurationError(say("business days do not work here"), say("write hours or days"))
    return duration.elapsed + timedelta(days=duration.days)


def is_whole_days(duration: Duration) -> bool:
    """Say whether a duration counts days, so that a time of day may go with it."""
    return not duration.elapsed


def is_zero(duration: Duration) -> bool:
    """Say whether a duration has no length."""
    return not (duration.elapsed or duration.days or duration.business_days)
