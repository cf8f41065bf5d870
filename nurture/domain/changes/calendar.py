"""The calendar: zone, holidays, closed days, windows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from nurture.domain.changes.change import Both, Change, Labels, Sign, entries, part, same, things
from nurture.domain.changes.fields import field_changes
from nurture.domain.changes.side import Side
from nurture.domain.changes.values import value_text
from nurture.domain.policy import Calendar, ClosedSpan, Window

LABELS: Labels = {
    "zone": ("タイムゾーン", "zone"),
    "closed": ("休業日", "closed"),
    "closed_dates": ("休業日", "closed"),
    "days": ("曜日", "days"),
    "hours": ("時刻", "hours"),
}

_SHORT = {"ja": "月火水木金土日", "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")}

_KNOWN = ("holidays", "windows", "zone", "closed", "closed_dates")


def calendar_changes(old: Side, new: Side) -> Iterator[Change]:
    """Yield the change of the calendar, where there is one."""
    parts = tuple(_parts(old.definitions.calendar, new.definitions.calendar))
    if parts:
        yield Change(Sign.CHANGED, "calendar", "calendar", same(""), parts)


def _parts(old: Calendar, new: Calendar) -> Iterator[Change]:
    yield from part(LABELS, "zone", old.zone, new.zone, value_text)
    come, gone = new.holidays - old.holidays, old.holidays - new.holidays
    if come or gone:
        said = Both(
            f"祝日: {len(come)}日追加、{len(gone)}日削除",
            f"holidays: {len(come)} added, {len(gone)} removed",
        )
        yield Change(Sign.CHANGED, "part", "holidays", said)
    yield from entries(LABELS, "closed", old.closed, new.closed, _span)
    yield from entries(
        LABELS, "closed_dates", sorted(old.closed_dates), sorted(new.closed_dates), _day
    )
    yield from things(
        "window",
        dict(old.windows),
        dict(new.windows),
        window_text,
        _window,
    )
    # What a later calendar says beside.
    yield from field_changes(LABELS, old, new, _KNOWN)


def window_text(window: Window, locale: str) -> str:
    """Return when mails may leave: 月火水木金 09:00-12:00."""
    return f"{_days(window.days, locale)} {_hours(window.hours, locale)}"


def _window(_name: str, old: Window, new: Window) -> Iterator[Change]:
    yield from part(LABELS, "days", old.days, new.days, _days)
    yield from part(LABELS, "hours", old.hours, new.hours, _hours)
    yield from field_changes(LABELS, old, new, ("name", "days", "hours"))


def _days(days: frozenset[int] | None, locale: str) -> str:
    ja = locale.startswith("ja")
    if days is None:
        return "毎日" if ja else "every day"
    names = _SHORT["ja" if ja else "en"]
    return ("" if ja else " ").join(names[day] for day in sorted(days))


def _hours(hours: tuple[tuple[object, object], ...], _locale: str) -> str:
    shown = (f"{start:%H:%M}-{end:%H:%M}" for start, end in hours)
    # The end of a day is written as 24:00 and kept as the midnight it is.
    return ", ".join(one[:-5] + "24:00" if one.endswith("-00:00") else one for one in shown)


def _span(span: ClosedSpan, _locale: str) -> str:
    start, end = (f"{month:02d}-{day:02d}" for month, day in (span.start, span.end))
    return start if start == end else f"{start}..{end}"


def _day(day: date, _locale: str) -> str:
    return day.isoformat()
