"""Cron lines: five fields of `crontab(5)`, read by cronsim, with its doubts in our words.

Only the reading is cronsim's. When a line fires is `nurture.domain.schedule`'s to say, which
knows the calendar's zone and its daylight saving.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from cronsim import CronSim, CronSimError

from nurture.compiler.nodes import quoted
from nurture.language import NOTHING, Said, say
from nurture.language.hints import did_you_mean

#: characters of a line, so that it fits the column that names a firing
LONGEST = 200

_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_MONTHS = (
    *("jan", "feb", "mar", "apr", "may", "jun"),
    *("jul", "aug", "sep", "oct", "nov", "dec"),
)

#: name of a field, what it takes, words it knows
_FIELDS = (
    (say("minute"), "0-59", ()),
    (say("hour"), "0-23", ()),
    (say("day of the month"), "1-31", ()),
    (say("month"), "1-12, jan-dec", _MONTHS),
    (say("weekday"), "0-7, sun-sat", _DAYS),
)

#: position of the field that counts days of the month
_DAY = 2

_NAMED = {"@hourly": "0 * * * *", "@daily": "0 0 * * *", "@weekly": "0 0 * * 0",
          "@monthly": "0 0 1 * *", "@yearly": "0 0 1 1 *"}  # fmt: skip

_WORD = re.compile("[a-z]+")

#: cronsim wants to know from when on; what it reads does not depend on it
_ANY = datetime(2024, 1, 1, tzinfo=UTC)


class CronError(ValueError):
    """A text that is no cron line; `hint` says how to write it."""

    def __init__(self, message: Said, hint: Said = NOTHING) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Cron:
    """What a cron line names; None: each."""

    text: str
    minutes: frozenset[int]
    hours: frozenset[int]
    #: -1: the last
    days: frozenset[int] | None
    months: frozenset[int] | None
    #: (weekday from Monday, which of the month; 0: each, -1: the last)
    weekdays: frozenset[tuple[int, int]] | None
    #: a day must be named by both `days` and `weekdays`, as Debian's cron has it for `*/2`
    both: bool


def read_cron(text: str) -> Cron:
    """Return what a cron line names; full-width digits count as digits.

    Raises CronError naming the field that is wrong.
    """
    plain = " ".join(unicodedata.normalize("NFKC", text).lower().split())
    if plain.startswith("@"):
        if plain not in _NAMED:
            message = say("{text} is no cron line", text=quoted(text))
            raise CronError(message, did_you_mean(plain, _NAMED))
        plain = _NAMED[plain]
    if len(plain) > LONGEST:
        message = say("a cron line of {length} characters", length=len(plain))
        raise CronError(message, say("at most {most}", most=LONGEST))
    fields = plain.split()
    if len(fields) != len(_FIELDS):
        message = say(
            "a cron line has five fields, {text} has {number}",
            text=quoted(text),
            number=len(fields),
        )
        hint = say('minute hour day month weekday: "0 10 * * mon"; or {every: monday, at: "10:00"}')
        raise CronError(message, hint)
    for number, field in enumerate(fields):
        _check(number, field)
    try:
        found = CronSim(plain, _ANY)
    except CronSimError as error:
        # Each field is right by itself: there is no 30 February.
        message = say("{text} never fires: no such day exists", text=quoted(plain))
        raise CronError(message, say("`day: last` is the last day of each month")) from error
    _, _, day, month, weekday = fields
    return Cron(
        text=plain,
        minutes=frozenset(found.minutes),
        hours=frozenset(found.hours),
        days=None if day == "*" else frozenset(-1 if one < 0 else one for one in found.days),
        months=None if month == "*" else frozenset(found.months),
        weekdays=None if weekday == "*" else _weekdays(found.weekdays),
        both=found.day_and,
    )


def _weekdays(found: Iterable[int | tuple[int, int]]) -> frozenset[tuple[int, int]]:
    """Return weekdays counted from Monday; Sunday is 0 or 7 to cron."""
    pairs = (one if isinstance(one, tuple) else (one, 0) for one in found)
    return frozenset(((day - 1) % 7, -1 if which < 0 else which) for day, which in pairs)


def _check(number: int, field: str) -> None:
    """Raise CronError where a field is wrong by itself, so that the message can name it."""
    name, takes, words = _FIELDS[number]
    alone = ["*"] * len(_FIELDS)
    alone[number] = field
    try:
        CronSim(" ".join(alone), _ANY)
    except CronSimError:
        pass
    else:
        if not (number == _DAY and "lw" in field):
            return
    unknown = next((word for word in _WORD.findall(field) if word not in words), None)
    hint = did_you_mean(unknown, words) if unknown and words else NOTHING
    if number == _DAY and "lw" in field:
        hint = say("write {every: month, day: last business day, at: …}")
    elif "mean" not in hint:
        hint = say("it is {takes}, a list of these, or *", takes=takes)
    message = say("{field} is no {what} of a cron line", field=quoted(field), what=name)
    raise CronError(message, hint)
