"""What news of a deal says: the stage it reaches, what was learnt, when silence becomes stale."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from math import isfinite
from typing import Any
from zoneinfo import ZoneInfo

from nurture.domain.calendar import at_wall, is_believable
from nurture.domain.policy import Calendar
from nurture.domain.task_timers import due_moment, opening

#: `deal.*` event → stage of the deal; None: it stays where it is
STAGES: Mapping[str, str | None] = {
    "deal.opened": "open",
    "deal.meeting_set": "meeting",
    "deal.met": "meeting",
    "deal.proposed": "proposal",
    "deal.won": "won",
    "deal.lost": "lost",
    "deal.reopened": "open",
    "deal.advanced": "meeting",
    "deal.updated": None,
}

#: what may take a deal out of `won`: a word about the stage itself. A meeting after the
#: signature (`deal.met`: the kick-off, as a rule) undoes no contract
_UNDO = frozenset({"deal.advanced", "deal.reopened", "deal.lost"})

#: stages that a CRM may name in `deal.advanced`
NAMED = frozenset(stage for stage in STAGES.values() if stage is not None)

#: what a meeting brings to light: yes or no
FINDINGS = ("decider_met", "requirements", "budget")

#: history that a CRM hands in late is not chased
_NEWS_FOR = timedelta(days=30)

_LONGEST_TEXT = 2000


@dataclass(frozen=True, slots=True)
class DealNews:
    """What an event changes about its deal."""

    #: None: as before (a deal that is new begins as `open`)
    stage: str | None
    #: columns of the deal
    values: Mapping[str, Any] = field(default_factory=dict)
    #: joined to what was known
    facts: Mapping[str, Any] = field(default_factory=dict)
    #: when the next, or last, meeting is; None: as before
    meeting_at: datetime | None = None
    #: when silence about that meeting is stale; None: nothing new to wait for
    review_at: datetime | None = None
    reopened: bool = False
    #: a deal that is won leaves that stage by it
    undoes: bool = False
    #: a date that could not be read, as it was written
    unread: str = ""


def read_news(
    event_type: str,
    properties: Mapping[str, Any],
    at: datetime,
    calendar: Calendar,
    stale_after: timedelta,
) -> DealNews:
    """Return what a `deal.*` event of moment `at` says.

    A moment without a zone, or a bare date, is one of the calendar's zone. Properties of the
    wrong kind say nothing.
    """
    stage = STAGES[event_type]
    named = properties.get("stage")
    if event_type == "deal.advanced" and named in NAMED:
        stage = str(named)
    meeting, unread = _meeting(event_type, properties, ZoneInfo(calendar.zone))
    return DealNews(
        stage,
        _columns(properties),
        _facts(event_type, properties),
        meeting,
        stale_moment(calendar, meeting, stale_after, at) if meeting is not None else None,
        event_type == "deal.reopened",
        event_type in _UNDO,
        unread,
    )


def stale_moment(
    calendar: Calendar, meeting_at: datetime, stale_after: timedelta, at: datetime
) -> datetime | None:
    """Return when a meeting without news is stale: so long after it, on a business day, in hours.

    None for a meeting so long before the event of moment `at` that it is history.
    """
    if meeting_at < at - _NEWS_FOR:
        return None
    return opening(calendar, due_moment(calendar, meeting_at + stale_after))


def read_moment(value: object, zone: ZoneInfo) -> datetime | None:
    """Return the moment that an ISO text says, wall clocks and bare dates in `zone`; or None."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value.strip())
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = at_wall(moment.date(), moment.time(), zone)
    return moment if is_believable(moment) else None


def read_day(value: object) -> date | None:
    """Return the day that an ISO text begins with (`2027-04-01`, `2027-04-01T09:00`), or None."""
    if not isinstance(value, str):
        return None
    try:
        day = datetime.fromisoformat(value.strip()).date()
    except ValueError:
        return None
    return day if is_believable(day) else None


def _meeting(
    event_type: str, properties: Mapping[str, Any], zone: ZoneInfo
) -> tuple[datetime | None, str]:
    name = {"deal.meeting_set": "at", "deal.met": "next_at"}.get(event_type)
    written = properties.get(name) if name is not None else None
    if written in (None, ""):
        return None, ""
    moment = read_moment(written, zone)
    if moment is None:
        return None, str(written)[:100]
    if moment.astimezone(zone).time() == time(0) and len(str(written).strip()) <= len("2026-12-10"):
        # A bare date: whatever the hour, silence counts from the end of that day.
        moment = at_wall(moment.astimezone(zone).date(), time(18), zone)
    return moment, ""


def _columns(properties: Mapping[str, Any]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    amount = _figure(properties.get("amount"))
    if amount is not None:
        values["amount"] = amount
    texts = (("currency", 3), ("product", 200), ("reason", _LONGEST_TEXT), ("referral", 200))
    for name, longest in (*texts, ("next_step", _LONGEST_TEXT)):
        text = properties.get(name)
        if isinstance(text, str) and text.strip():
            values[name] = text.strip()[:longest]
    if "currency" in values:
        # `jpy` is JPY: no sum has two columns for one currency.
        values["currency"] = values["currency"].upper()
    return values


def _figure(value: object) -> float | None:
    """Return a number that may be added up; None for what is none, and beyond all measure."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if isfinite(number) else None


def _facts(event_type: str, properties: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {
        name: properties[name] for name in FINDINGS if isinstance(properties.get(name), bool)
    }
    if event_type == "deal.meeting_set" and isinstance(properties.get("decider"), bool):
        found["decider_meeting"] = properties["decider"]
    for name in ("attendees", "note"):
        value = properties.get(name)
        if isinstance(value, list):
            value = ", ".join(str(one) for one in value)
        if isinstance(value, str) and value.strip():
            found[name] = value.strip()[:_LONGEST_TEXT]
    return found
