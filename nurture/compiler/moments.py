"""Shapes of spans, times of day, dates, and moments of the calendar's zone."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, time, timedelta

from nurture.compiler import durations
from nurture.compiler.nodes import Node, quoted
from nurture.compiler.report import Report
from nurture.compiler.shapes import Schema, Shape, SharedParts, scalar_of
from nurture.domain.calendar import is_believable
from nurture.domain.steps import Duration
from nurture.language import say


class Span(Shape[Duration]):
    """A duration longer than nothing; `or_nothing` allows `0h`."""

    def __init__(self, or_nothing: bool = False) -> None:
        self._or_nothing = or_nothing

    def read(self, node: Node, report: Report) -> Duration | None:
        """Return the duration."""
        found = scalar_of(node, report, say("a duration ({examples})", examples=durations.EXAMPLES))
        if found is None:
            return None
        try:
            duration = durations.read_duration(found.value)
        except durations.DurationError as error:
            report.error(node, "bad-duration", error.message, error.hint)
            return None
        if durations.is_zero(duration) and not self._or_nothing:
            report.error(node, "bad-duration", say("a duration must be longer than nothing"))
            return None
        return duration

    def schema(self, shared: SharedParts) -> Schema:
        """Return a reference to the pattern of durations."""
        shared["duration"] = {
            "type": "string",
            "pattern": durations.PATTERN,
            "description": say("A duration: {examples}.", examples=durations.EXAMPLES),
        }
        return {"$ref": "#/$defs/duration"}


class Elapsed(Shape[timedelta]):
    """A duration whose length does not depend on the calendar; `or_nothing` allows `0h`."""

    def __init__(self, or_nothing: bool = False) -> None:
        self._span = Span(or_nothing)

    def read(self, node: Node, report: Report) -> timedelta | None:
        """Return the length."""
        duration = self._span.read(node, report)
        if duration is None:
            return None
        try:
            return durations.as_span(duration)
        except durations.DurationError as error:
            report.error(node, "bad-duration", error.message, error.hint)
            return None

    def schema(self, shared: SharedParts) -> Schema:
        """Return a reference to the pattern of durations."""
        return self._span.schema(shared)


#: a time of day in a JSON Schema, full-width digits included; `read_clock` decides
CLOCK_PATTERN = "[0-9０-９]{1,2}[:：][0-9０-９]{2}"
_CLOCK = re.compile(r"([0-9]{1,2}):([0-9]{2})")


def read_clock(text: str) -> time | None:
    """Return the time of day that `9:00` or `09:00` says, `24:00` as midnight, or None."""
    found = _CLOCK.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if found is None:
        return None
    hour, minute = int(found.group(1)), int(found.group(2))
    if (hour, minute) == (24, 0):
        return time(0)
    return time(hour, minute) if hour < 24 and minute < 60 else None


class Clock(Shape[time]):
    """A time of day."""

    def read(self, node: Node, report: Report) -> time | None:
        """Return the time of day."""
        found = scalar_of(node, report, say("a time of day such as 10:00"))
        if found is None:
            return None
        clock = read_clock(found.value)
        if clock is None:
            message = say(
                "expected a time of day such as 10:00, found {found}", found=quoted(found.value)
            )
            report.error(node, "bad-value", message)
        return clock

    def schema(self, shared: SharedParts) -> Schema:
        """Return the pattern of a time of day."""
        return {"type": "string", "pattern": f"^{CLOCK_PATTERN}$"}


class Day(Shape[date]):
    """A date."""

    def read(self, node: Node, report: Report) -> date | None:
        """Return the date."""
        found = scalar_of(node, report, say("a date such as 2026-04-03"))
        if found is None:
            return None
        try:
            return date.fromisoformat(unicodedata.normalize("NFKC", found.value))
        except ValueError:
            message = say(
                "expected a date such as 2026-04-03, found {found}", found=quoted(found.value)
            )
            report.error(node, "bad-value", message)
            return None

    def schema(self, shared: SharedParts) -> Schema:
        """Return the format of a date."""
        return {"type": "string", "format": "date"}


_WALL = re.compile(r"(\d{4}-\d{2}-\d{2})[ T]+(\S+)")


def read_wall_time(text: str) -> datetime | None:
    """Return what `2026-12-10 15:00` says, without a zone, or None.

    `24:00` is the midnight after the date.
    """
    parts = _WALL.fullmatch(unicodedata.normalize("NFKC", text).strip())
    clock = read_clock(parts[2]) if parts is not None else None
    if parts is None or clock is None:
        return None
    try:
        moment = datetime.combine(date.fromisoformat(parts[1]), clock)
    except ValueError:
        return None
    return moment + timedelta(days=1) if parts[2].startswith("24") else moment


class WallTime(Shape[datetime]):
    """A date and a time of day, `2026-12-10 15:00`, in the calendar's zone."""

    def read(self, node: Node, report: Report) -> datetime | None:
        """Return them without a zone; `24:00` is the midnight after the date."""
        expected = say("a date and a time such as 2026-12-10 15:00")
        found = scalar_of(node, report, expected)
        if found is None:
            return None
        moment = read_wall_time(found.value)
        if moment is None:
            report.error(
                node,
                "bad-value",
                say(
                    "expected {expected}, found {found}",
                    expected=expected,
                    found=quoted(found.value),
                ),
            )
        elif not is_believable(moment.date()):
            day = moment.date()
            report.error(node, "bad-value", say("{day} lies before 1900 or after 2200", day=day))
            return None
        return moment

    def schema(self, shared: SharedParts) -> Schema:
        """Return the pattern of a date and a time."""
        return {"type": "string", "pattern": rf"^\d{{4}}-\d{{2}}-\d{{2}}[ T]+{CLOCK_PATTERN}$"}
