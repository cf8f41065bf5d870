"""`calendar.yaml`: zone, holidays, closed days and windows."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, time
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import holidays

from nurture.compiler.moments import CLOCK_PATTERN, read_clock
from nurture.compiler.names import NAME
from nurture.compiler.nodes import Node, quoted
from nurture.compiler.records import Fields, Key, ListOf, MapOf, Named, Record
from nurture.compiler.report import Report
from nurture.compiler.shapes import Schema, Shape, SharedParts, Text, scalar_of
from nurture.domain.policy import Calendar, ClosedSpan, Window
from nurture.language import Said, say

#: years whose public holidays are known to a release
YEARS = range(2020, 2041)

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class Zone(Shape[str]):
    """A time zone of the IANA database."""

    def read(self, node: Node, report: Report) -> str | None:
        """Return the zone's name."""
        found = scalar_of(node, report, say("a time zone such as Asia/Tokyo"))
        if found is None:
            return None
        try:
            ZoneInfo(found.value)
        except (ValueError, OSError, KeyError):
            hint = report.suggest(found.value, available_timezones())
            message = say("no time zone {name}", name=quoted(found.value))
            report.error(node, "unknown-zone", message, hint or say("e.g. Asia/Tokyo"))
            return None
        return found.value

    def schema(self, shared: SharedParts) -> Schema:
        """Return a string."""
        return {"type": "string", "examples": ["Asia/Tokyo", "Europe/London"]}


class Country(Shape[frozenset[date]]):
    """A country whose public holidays are kept: `JP`, `US`, or with a region `US-CA`."""

    def read(self, node: Node, report: Report) -> frozenset[date] | None:
        """Return the holidays of the years that a release knows."""
        found = scalar_of(node, report, say("a country code such as JP"))
        if found is None:
            return None
        code = unicodedata.normalize("NFKC", found.value).strip()
        try:
            return public_holidays(code)
        except NotImplementedError:
            message = say("no public holidays are known for {country}", country=quoted(found.value))
            report.error(node, "unknown-country", message, _country_hint(code, report))
            return None

    def schema(self, shared: SharedParts) -> Schema:
        """Return the pattern of a country with an optional region."""
        return {"type": "string", "pattern": "^[A-Z]{2}(-[A-Z0-9]{1,4})?$"}


def _country_hint(code: str, report: Report) -> Said:
    """Return what was perhaps meant: the same in capitals, another region, a word's code."""
    known = holidays.list_supported_countries()
    country, _, region = code.upper().partition("-")
    named = {name.upper(): one for name, one in _COUNTRY_NAMES.items()}
    if country in known and region:
        regions = {f"{country}-{one}" for one in known[country]}
        if f"{country}-{region}" in regions:
            return say("write {code}", code=f"{country}-{region}")
        near = report.suggest(f"{country}-{region}", regions)
        if not regions:
            return say("{country} has no regions here: write {country}", country=country)
        shown = sorted(regions)[:_FEW]
        return near if "mean" in near else say("e.g. {regions}", regions=shown)
    if country in known:
        return say("write {code}", code=country)
    if code.upper() in named:
        return say("write {code}", code=named[code.upper()])
    return report.suggest(code, known) or say("a country code such as JP or US")


#: regions that a message lists
_FEW = 6

#: names that people write for the code
_COUNTRY_NAMES = {
    **{"Japan": "JP", "日本": "JP", "USA": "US", "United States": "US", "UK": "GB"},
    **{"Germany": "DE", "France": "FR", "Korea": "KR", "China": "CN", "Taiwan": "TW"},
    **{"Singapore": "SG", "India": "IN", "Australia": "AU", "Canada": "CA"},
}


@lru_cache(maxsize=16)
def public_holidays(country: str) -> frozenset[date]:
    """Return the public holidays of a country, or a region of it (`US-CA`), 2020 to 2040.

    Raises NotImplementedError for a country or region that the holidays library lacks.
    """
    code, _, region = country.partition("-")
    return frozenset(holidays.country_holidays(code, subdiv=region or None, years=YEARS))


class Days(Shape[frozenset[int]]):
    """Weekdays: `mon-fri`, `[mon, wed]`, `all`; `all` reads as no weekday at all."""

    def read(self, node: Node, report: Report) -> frozenset[int] | None:
        """Return weekdays, Monday is 0; empty for `all`."""
        texts = ListOf(Text(say("weekdays such as mon-fri, or all")), or_one=True, at_least=1).read(
            node, report
        )
        days: set[int] = set()
        for text in texts or []:
            if text == "all" and texts == ["all"]:
                return frozenset()
            span = _weekday_span(text)
            if span is None:
                message = say(
                    "expected weekdays such as mon-fri, or all, found {found}", found=quoted(text)
                )
                report.error(
                    node, "bad-days", message, say("weekdays: {weekdays}", weekdays=[*_WEEKDAYS])
                )
                return None
            days |= span
        return frozenset(days) or None

    def schema(self, shared: SharedParts) -> Schema:
        """Return a string or a list of strings."""
        return {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}


def weekday(text: str) -> int | None:
    """Return the number of a weekday (Monday is 0) by its English name or first letters."""
    word = text.strip().lower()
    for number, name in enumerate(_DAY_NAMES):
        if word in (name, _WEEKDAYS[number]):
            return number
    return None


def _weekday_span(text: str) -> set[int] | None:
    first, dash, last = text.partition("-")
    start, end = weekday(first), weekday(last if dash else first)
    if start is None or end is None:
        return None
    return {(start + step) % 7 for step in range((end - start) % 7 + 1)}


class Hours(Shape[tuple[time, time]]):
    """Hours of a day: `09:00-17:30`; `24:00` is the end of the day (midnight)."""

    def read(self, node: Node, report: Report) -> tuple[time, time] | None:
        """Return from and to, half-open."""
        found = scalar_of(node, report, say("hours such as 09:00-17:30"))
        if found is None:
            return None
        parts = unicodedata.normalize("NFKC", found.value).replace("~", "-").split("-")
        clocks = [read_clock(part) for part in parts]
        if len(clocks) != 2 or clocks[0] is None or clocks[1] is None:
            message = say(
                "expected hours such as 09:00-17:30, found {found}", found=quoted(found.value)
            )
            report.error(node, "bad-hours", message)
            return None
        start, end = clocks[0], clocks[1]
        if end != time(0) and start >= end:
            message = say("{hours} ends before it starts", hours=quoted(found.value))
            report.error(node, "bad-hours", message, say("write two spans for hours over midnight"))
            return None
        return start, end

    def schema(self, shared: SharedParts) -> Schema:
        """Return the pattern of a span of hours."""
        return {"type": "string", "pattern": f"^{CLOCK_PATTERN}[-~]{CLOCK_PATTERN}$"}


#: days; a span that closes more of every year is the wrong way round
_LONGEST_CLOSED = 100
_MONTH_DAY = re.compile(r"([0-9]{2})-([0-9]{2})")


class Closed(Shape["ClosedSpan | date"]):
    """Closed days: `12-29..01-03` or `08-13` each year, `2026-05-01` once."""

    def read(self, node: Node, report: Report) -> ClosedSpan | date | None:
        """Return a yearly span or one date."""
        found = scalar_of(node, report, say("closed days such as 12-29..01-03"))
        if found is None:
            return None
        text = unicodedata.normalize("NFKC", found.value)
        first, _, last = text.partition("..")
        start, end = _month_day(first), _month_day(last or first)
        if start is not None and end is not None:
            days = (date(2024, *end) - date(2024, *start)).days % 366 + 1
            if days > _LONGEST_CLOSED:
                message = say(
                    "{span} closes {days} days of every year", span=quoted(text), days=days
                )
                report.error(node, "bad-closed-days", message, say("from..to, e.g. 12-29..01-03"))
                return None
            return ClosedSpan(start, end)
        try:
            return date.fromisoformat(text)
        except ValueError:
            message = say(
                "expected 12-29..01-03, 08-13 or 2026-05-01, found {found}", found=quoted(text)
            )
            report.error(node, "bad-closed-days", message)
            return None

    def schema(self, shared: SharedParts) -> Schema:
        """Return a string."""
        return {"type": "string", "examples": ["12-29..01-03", "08-13", "2026-05-01"]}


def _month_day(text: str) -> tuple[int, int] | None:
    found = _MONTH_DAY.fullmatch(text)
    if found is None:
        return None
    try:
        # A leap year, so that 02-29 is a day.
        day = date(2024, int(found.group(1)), int(found.group(2)))
    except ValueError:
        return None
    return day.month, day.day


_DAYS = Key(
    "days", Days(), say("mon-fri, a list of weekdays, or all (holidays too)."), required=True
)
_HOURS = Key("hours", ListOf(Hours(), at_least=1), say("Spans such as 09:00-12:00."), required=True)
_WINDOW = Record(say("a window"), (_DAYS, _HOURS))

_CALENDAR = Key("calendar", NAME, say("Name of the calendar, usually `default`."), required=True)
_ZONE = Key("zone", Zone(), say("Zone of contacts and accounts that have none."), required=True)
_HOLIDAYS = Key(
    "holidays",
    ListOf(Country(), or_one=True, at_least=1),
    say("Countries and regions whose public holidays are kept, e.g. JP or [JP, US-CA]."),
)
_CLOSED = Key("closed", ListOf(Closed()), say("The company's own closed days."))
_WINDOWS = Key(
    "windows", MapOf(_WINDOW, NAME), say("Hours in which mails may leave."), required=True
)

CALENDAR = Record(say("a calendar"), (_CALENDAR, _ZONE, _HOLIDAYS, _CLOSED, _WINDOWS))


def compile_calendar(root: Node, report: Report) -> Calendar:
    """Return the calendar of a file; what the report calls wrong has a harmless value in it."""
    fields = CALENDAR.read(root, report)
    if fields is None:
        return EMPTY_CALENDAR
    closed = fields.get_or(_CLOSED, [])
    windows = {entry.name: _window(entry, report) for entry in fields.get_or(_WINDOWS, [])}
    if "business" not in windows and fields.get(_WINDOWS) is not None:
        message = say("there is no window 'business'")
        report.error(
            fields.at(_WINDOWS), "no-business-window", message, say("business days need it")
        )
    return Calendar(
        zone=fields.get_or(_ZONE, EMPTY_CALENDAR.zone),
        holidays=frozenset().union(*fields.get_or(_HOLIDAYS, [])),
        closed=tuple(span for span in closed if isinstance(span, ClosedSpan)),
        windows=windows or EMPTY_CALENDAR.windows,
        closed_dates=frozenset(day for day in closed if isinstance(day, date)),
    )


def _window(entry: Named[Fields], report: Report) -> Window:
    hours = sorted(entry.value.get_or(_HOURS, []))
    for (_, ends), (starts, _) in pairwise(hours):
        if ends == time(0) or starts < ends:
            message = say("the hours of window '{name}' overlap", name=entry.name)
            report.error(entry.value.at(_HOURS), "bad-hours", message)
            break
    days = entry.value.get(_DAYS)
    return Window(entry.name, days or None, tuple(hours))


#: stands in where no calendar could be read
EMPTY_CALENDAR = Calendar(
    zone="UTC",
    holidays=frozenset(),
    closed=(),
    windows={"business": Window("business", frozenset(range(5)), ((time(9), time(17)),))},
)
