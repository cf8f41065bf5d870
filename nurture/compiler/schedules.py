"""`schedule:` of a trigger: a cron line, or the forms that people write."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, time

from nurture.compiler.calendar import EMPTY_CALENDAR, weekday
from nurture.compiler.cron import CronError, read_cron
from nurture.compiler.moments import Clock
from nurture.compiler.nodes import MapNode, Node, quoted
from nurture.compiler.records import Fields, Key, ListOf, Record
from nurture.compiler.report import Report
from nurture.compiler.shapes import Choice, Schema, Shape, SharedParts, Text, scalar_of
from nurture.domain.schedule import Closed, Schedule, next_firing
from nurture.language import NOTHING, say

#: a journey begins at most once an hour: more often is what events are for
_MOST_A_DAY = 24

#: `every:` beside weekdays
_DAY, _BUSINESS, _MONTH, _QUARTER, _YEAR = "day", "business day", "month", "quarter", "year"
_SPANS = (_DAY, _BUSINESS, _MONTH, _QUARTER, _YEAR)

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "last": -1}

#: 第3営業日, 3rd business day
_JAPANESE_DAY = re.compile(r"第([0-9]{1,2})営業日")
_NUMBERED = re.compile(r"([0-9]{1,2})(?:st|nd|rd|th)?")

_EVERY = Key(
    "every",
    ListOf(
        Text(say("day, business day, monday …, month, quarter or year")), or_one=True, at_least=1
    ),
    say("day, business day, a weekday or several, month, quarter (January, April …) or year."),
)
_ON_DAY = Key(
    "day",
    ListOf(
        Text(say("a day of the month: 1-31, last, first business day, last friday")),
        or_one=True,
        at_least=1,
    ),
    say("Of a month, quarter or year: 1-31, last, first business day, last friday."),
)
_IN_MONTHS = Key(
    "month",
    ListOf(Text(say("a month such as april or 4")), or_one=True, at_least=1),
    say("These months only."),
)
_AT = Key(
    "at",
    ListOf(Clock(), or_one=True, at_least=1),
    say("Time of day, or several, in the calendar's zone."),
    required=True,
)
_CLOSED = Key(
    "closed",
    Choice(*(one.value for one in Closed)),
    say("What a day that is no business day does: anyway (without it), next, previous, skip."),
)
_FORM = Record(say("a schedule"), (_EVERY, _ON_DAY, _IN_MONTHS, _AT, _CLOSED))


class ScheduleShape(Shape[Schedule]):
    """When a trigger fires: `"0 10 * * mon"`, or `{every: monday, at: "10:00"}`."""

    def read(self, node: Node, report: Report) -> Schedule | None:
        """Return the schedule, or None where the report says what is wrong."""
        found = _form(node, report) if isinstance(node, MapNode) else _line(node, report)
        if found is None:
            return None
        if len(found.times) > _MOST_A_DAY:
            text, number = quoted(found.text), len(found.times)
            message = say("{text} fires {number} times a day", text=text, number=number)
            hint = say(
                "at most {most}: what may happen at any minute is an event", most=_MOST_A_DAY
            )
            report.error(node, "too-often", message, hint)
            return None
        # Asked without holidays: they make it fire on another day, not never.
        if next_firing(found, EMPTY_CALENDAR, datetime(2024, 1, 1, tzinfo=UTC)) is None:
            message = say("{text} never fires: no such day exists", text=quoted(found.text))
            hint = say("`day: last` is the last day of each month")
            report.error(node, "never-fires", message, hint)
            return None
        return found

    def schema(self, shared: SharedParts) -> Schema:
        """Return a cron line or the map of a form."""
        line = {
            "type": "string",
            "description": say("A cron line: minute hour day month weekday."),
            "examples": ["0 10 * * mon"],
        }
        return {"anyOf": [line, _FORM.schema(shared)]}


def _line(node: Node, report: Report) -> Schedule | None:
    found = scalar_of(node, report, say('a cron line such as "0 10 * * mon", or {every: monday}'))
    if found is None:
        return None
    try:
        cron = read_cron(found.value)
    except CronError as error:
        report.error(node, "bad-cron", error.message, error.hint)
        return None
    times = sorted(time(hour, minute) for hour in cron.hours for minute in cron.minutes)
    return Schedule(
        text=cron.text,
        times=tuple(times),
        months=cron.months,
        days=cron.days,
        weekdays=cron.weekdays,
        both=cron.both,
    )


def _form(node: MapNode, report: Report) -> Schedule | None:
    fields = _FORM.read(node, report)
    if fields is None:
        return None
    before = len(report.problems)
    span, weekdays = _every(fields, report)
    months = _months(fields, report)
    days, business, nth = _days(fields, report)
    if days or business or nth:
        if span in (_DAY, _BUSINESS) or weekdays:
            message = say("'day' is a day of a month, and does not go with this 'every'")
            hint = say("write every: month, or delete 'day'")
            report.error(fields.at(_ON_DAY), "two-rhythms", message, hint)
    elif span in (_MONTH, _QUARTER, _YEAR) and not fields.written(_ON_DAY):
        message = say("every {span}: on which day?", span=span)
        hint = say("e.g. day: first business day")
        report.error(fields.at(_EVERY), "missing-key", message, hint)
    elif not fields.written(_ON_DAY) and not fields.written(_EVERY):
        message = say("a schedule needs 'every' or 'day'")
        report.error(node, "missing-key", message, say("e.g. every: monday"))
    if span == _QUARTER:
        if months is not None:
            message = say("a quarter has its months: January, April, July and October")
            hint = say("write every: month")
            report.error(fields.at(_IN_MONTHS), "two-rhythms", message, hint)
        months = frozenset({1, 4, 7, 10})
    if span == _YEAR and months is None and not fields.written(_IN_MONTHS):
        message, hint = say("every year: in which month?"), say("e.g. month: april")
        report.error(fields.at(_EVERY), "missing-key", message, hint)
    times = fields.get(_AT)
    if len(report.problems) > before or not times:
        return None
    if span == _BUSINESS:
        business = frozenset({0})
    schedule = Schedule(
        text="",
        times=tuple(sorted(set(times))),
        months=months,
        days=days or None,
        weekdays=frozenset({*((one, 0) for one in weekdays), *nth}) or None,
        business=business or None,
        closed=Closed(fields.get_or(_CLOSED, Closed.ANYWAY.value)),
    )
    return replace(schedule, text=_canonical(schedule))


def _every(fields: Fields, report: Report) -> tuple[str | None, frozenset[int]]:
    """Return the span that is meant, and the weekdays; None: none of them is said."""
    words = [_plain(word) for word in fields.get_or(_EVERY, [])]
    at = fields.at(_EVERY)
    days = {weekday(word) for word in words}
    if words and None not in days:
        return None, frozenset(day for day in days if day is not None)
    if len(words) == 1:
        word = {"営業日": _BUSINESS, "daily": _DAY, "monthly": _MONTH}.get(words[0], words[0])
        if word in _SPANS:
            return word, frozenset()
    if words:
        wrong = next(word for word in words if weekday(word) is None)
        hint = report.suggest(wrong, (*_SPANS, *_WEEKDAYS))
        if wrong in ("week", "weekly"):
            hint = say("name the weekday: every: monday")
        elif wrong in ("hour", "minute", "hourly"):
            hint = say('a cron line can: schedule: "0 9-17 * * mon-fri"')
        elif wrong in _SPANS:
            hint = say("it stands alone, or several weekdays do: every: [monday, thursday]")
        message = say("nothing fires every {word}", word=quoted(wrong))
        report.error(at, "bad-schedule", message, hint or say("e.g. every: monday"))
    return None, frozenset()


def _months(fields: Fields, report: Report) -> frozenset[int] | None:
    found: set[int] = set()
    for word in fields.get_or(_IN_MONTHS, []):
        plain = _plain(word).removesuffix("月")
        number = next((n for n, name in enumerate(_MONTHS, 1) if plain in (name, name[:3])), None)
        if number is None and plain.isdecimal() and 1 <= int(plain) <= 12:
            number = int(plain)
        if number is None:
            message = say("{word} is no month", word=quoted(word))
            hint = report.suggest(plain, _MONTHS)
            hint = hint if "mean" in hint else say("january to december, or 1 to 12")
            report.error(fields.at(_IN_MONTHS), "bad-schedule", message, hint)
        else:
            found.add(number)
    return frozenset(found) or None


def _days(
    fields: Fields, report: Report
) -> tuple[frozenset[int], frozenset[int], frozenset[tuple[int, int]]]:
    """Return days of the month, business days of the month and n-th weekdays."""
    days: set[int] = set()
    business: set[int] = set()
    nth: set[tuple[int, int]] = set()
    for word in fields.get_or(_ON_DAY, []):
        plain = _plain(word)
        number, what = _numbered(plain)
        if what == "" and number is not None and (number == -1 or 1 <= number <= 31):
            days.add(number)
        elif what in ("business day", "営業日") and number is not None and -1 <= number <= 23:
            business.add(number)
        elif number is not None and number <= 5 and (day := weekday(what)) is not None:
            nth.add((day, number))
        else:
            message = say("{word} is no day of a month", word=quoted(word))
            known = (*_ORDINALS, "business day", *_WEEKDAYS)
            parts = [part for part in plain.split() if part not in ("business", "day", *known)]
            hint = report.suggest(parts[0], known) if parts else NOTHING
            hint = hint if "mean" in hint else say("1-31, last, first business day, last friday")
            report.error(fields.at(_ON_DAY), "bad-schedule", message, hint)
    if sum(map(bool, (days, business, nth))) > 1:
        message = say("days of one kind only: dates, business days or weekdays")
        report.error(fields.at(_ON_DAY), "two-rhythms", message, say("write two triggers"))
    return frozenset(days), frozenset(business), frozenset(nth)


def _numbered(plain: str) -> tuple[int | None, str]:
    """Return the number that a text begins with, and the rest: `first business day`."""
    japanese = _JAPANESE_DAY.fullmatch(plain)
    if japanese is not None:
        return int(japanese[1]) or None, "営業日"
    if plain in ("最終営業日", "末日"):
        return -1, "営業日" if plain == "最終営業日" else ""
    if plain.endswith("日") and plain[:-1].isdecimal():
        plain = plain[:-1]
    first, _, rest = plain.partition(" ")
    rest = "" if rest == "day" else rest
    if first in _ORDINALS:
        # `first` alone would be a day too, but of what?
        return (_ORDINALS[first], rest) if rest or first == "last" else (None, rest)
    found = _NUMBERED.fullmatch(first)
    return (int(found[1]) or None if found else None), rest


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).lower().split())


def _canonical(schedule: Schedule) -> str:
    """Return one line that says a form, the same however it was written."""
    parts: list[str] = []
    if schedule.months is not None:
        parts.append("month " + _numbers(schedule.months))
    if schedule.days is not None:
        parts.append("day " + _numbers(schedule.days))
    if schedule.business is not None:
        parts.append("business day " + _numbers(schedule.business))
    if schedule.weekdays is not None:
        named = (
            _WEEKDAYS[day][:3] + (f"#{which}" if which else "")
            for day, which in sorted(schedule.weekdays)
        )
        parts.append(",".join(named))
    if not parts:
        parts.append("day")
    parts.append("at " + ",".join(f"{one:%H:%M}" for one in schedule.times))
    if schedule.closed is not Closed.ANYWAY:
        parts.append(f"closed {schedule.closed}")
    return " ".join(parts)


def _numbers(numbers: Iterable[int]) -> str:
    return ",".join(str(one) for one in sorted(numbers))
