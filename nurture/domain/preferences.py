"""What a reader asked for: topics, rhythm, a pause, a language; and reading their answers."""

from __future__ import annotations

import calendar
import enum
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


class Rhythm(enum.StrEnum):
    """How often a reader wants marketing mails at most."""

    #: as they come
    ALL = "all"
    FORTNIGHTLY = "fortnightly"
    MONTHLY = "monthly"


#: one marketing mail in so long a time
SPANS: Mapping[Rhythm, timedelta] = {
    Rhythm.FORTNIGHTLY: timedelta(days=14),
    Rhythm.MONTHLY: timedelta(days=30),
}

#: Mails of workflows from this priority on answer what somebody asked for (a document, a
#: seminar, a quote), so no rhythm holds them back; as `below: 60` of a cap, they count all
#: the same.
ASKED_FOR = 60

#: whoever wants longer peace is better served by stopping
LONGEST_PAUSE = timedelta(days=365)

#: choice on the page → months of pause
PAUSES: Mapping[str, int] = {"1m": 1, "3m": 3}


@dataclass(frozen=True, slots=True)
class Preferences:
    """What is on record; as it stands here: everything, as it comes."""

    #: topics turned off, those of older policies among them
    topics_off: frozenset[str] = frozenset()
    rhythm: Rhythm = Rhythm.ALL
    #: nothing but service mails before this moment
    paused_until: datetime | None = None

    @property
    def span(self) -> timedelta | None:
        """The time in which one marketing mail may go; None: no such limit."""
        return SPANS.get(self.rhythm)

    def rests(self, now: datetime) -> datetime | None:
        """Return when the pause ends, None where there is none (any more)."""
        return self.paused_until if self.paused_until and now < self.paused_until else None


#: for those who never chose
UNASKED = Preferences()


@dataclass(frozen=True, slots=True)
class Choices:
    """Everything a person may choose, as one answer: what they have, or what they want."""

    #: topics they get, of those that the policy offers
    topics: frozenset[str] = frozenset()
    #: purposes they agree to; with topics, marketing is there where a topic is
    purposes: frozenset[str] = frozenset()
    rhythm: Rhythm = Rhythm.ALL
    #: the day on which mails begin again
    resumes: date | None = None
    #: locale of their mails
    locale: str = "ja"
    #: opens and clicks may be measured
    tracking: bool = True


class PauseError(ValueError):
    """A day that no pause can end on; `code` is `past` or `unreadable`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Pause:
    """Until when a person wants peace."""

    #: the day on which mails begin again; None: no pause
    resumes: date | None
    #: it was asked for longer than we can promise
    shortened: bool = False


def read_pause(choice: str, written: str, known: date | None, today: date) -> Pause:
    """Return the pause that a form asks for.

    `choice` is `none`, `date` or a key of PAUSES, `written` what stands in the field for the
    day, `known` the day that the form was filled with. A day that was newly written counts
    without its choice, since a page without scripts cannot tick it. Raises PauseError where
    the day is past or cannot be read.
    """
    if choice in PAUSES:
        return Pause(add_months(today, PAUSES[choice]))
    if choice != "date" and not written.strip():
        return Pause(None)
    day = read_day(written)
    if choice != "date" and day == known:
        return Pause(None)
    return check_pause(day, today)


def check_pause(day: date, today: date) -> Pause:
    """Return a pause to a day, cut to a year; PauseError where it is not to come."""
    if day <= today:
        raise PauseError("past")
    latest = today + LONGEST_PAUSE
    return Pause(min(day, latest), shortened=day > latest)


_DAY = re.compile(r"(\d{4})\s*[-./年]\s*(\d{1,2})\s*[-./月]\s*(\d{1,2})\s*日?")


def read_day(written: str) -> date:
    """Return the day in `2026-12-20`, `2026/12/20` or 2026年12月20日; PauseError otherwise."""
    found = _DAY.fullmatch(unicodedata.normalize("NFKC", written[:40]).strip())
    if found is None:
        raise PauseError("unreadable")
    try:
        return date(*(int(part) for part in found.groups()))
    except ValueError as error:
        raise PauseError("unreadable") from error


def add_months(day: date, months: int) -> date:
    """Return the same day so many months later, the month's last where it is shorter."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def begins(day: date, zone: ZoneInfo) -> datetime:
    """Return the moment a day begins where the reader is, in UTC."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


#: what people may agree to, in the order of the page
_PURPOSES = ("marketing", "survey", "referral")


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that a choice changed."""

    #: topic | purpose | rhythm | pause | language | tracking
    what: str
    #: the topic or purpose; else empty
    name: str
    old: str | bool | date | None
    new: str | bool | date | None


def differences(old: Choices, new: Choices, offered: Sequence[str]) -> list[Change]:
    """Return what differs, in the order of the page; `offered`: the policy's topics.

    With topics, marketing is not named beside those that differ: it comes and goes with them.
    """
    found = [
        Change("topic", name, name in old.topics, name in new.topics)
        for name in offered
        if (name in old.topics) != (name in new.topics)
    ]
    for purpose in _PURPOSES:
        held = purpose in old.purposes
        told = purpose != "marketing" or not offered or old.topics == new.topics
        if told and held != (purpose in new.purposes):
            found.append(Change("purpose", purpose, held, not held))
    for what, was, now in (
        ("rhythm", str(old.rhythm), str(new.rhythm)),
        ("pause", old.resumes, new.resumes),
        ("language", old.locale, new.locale),
        ("tracking", old.tracking, new.tracking),
    ):
        if was != now:
            found.append(Change(what, "", was, now))
    return found
