"""`quiet:` of the policy: hours at which nothing leaves that nobody asked for."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import time

from nurture.compiler.calendar import Days
from nurture.compiler.moments import CLOCK_PATTERN, read_clock
from nurture.compiler.nodes import Node, quoted
from nurture.compiler.promises import ordinary_gap
from nurture.compiler.records import Fields, Key, ListOf, Record
from nurture.compiler.report import Report
from nurture.compiler.shapes import Choice, Schema, Shape, SharedParts, scalar_of
from nurture.domain.calendar import NoOpeningError
from nurture.domain.policy import QuietHours, Window
from nurture.language import say


class NightHours(Shape[tuple[time, time]]):
    """Hours that may reach into the next day: `21:00-08:00`."""

    def read(self, node: Node, report: Report) -> tuple[time, time] | None:
        """Return from and to; where `to` is not later it is on the next day."""
        found = scalar_of(node, report, say("hours such as 21:00-08:00"))
        if found is None:
            return None
        parts = unicodedata.normalize("NFKC", found.value).replace("~", "-").split("-")
        clocks = [read_clock(part) for part in parts]
        if len(clocks) != 2 or clocks[0] is None or clocks[1] is None:
            message = say(
                "expected hours such as 21:00-08:00, found {found}", found=quoted(found.value)
            )
            report.error(node, "bad-hours", message)
            return None
        if clocks[0] == clocks[1] and clocks[0] != time(0):
            message = say("{hours} begins when it ends", hours=quoted(found.value))
            report.error(node, "bad-hours", message, say("a whole day is 00:00-24:00"))
            return None
        return clocks[0], clocks[1]

    def schema(self, shared: SharedParts) -> Schema:
        """Return the pattern of a span of hours."""
        return {"type": "string", "pattern": f"^{CLOCK_PATTERN}[-~]{CLOCK_PATTERN}$"}


_HOURS = Key(
    "hours",
    ListOf(NightHours(), or_one=True, at_least=1),
    say("Spans such as 21:00-08:00, over midnight too."),
    required=True,
)
_DAYS = Key("days", Days(), say("Weekdays on which a span begins; all (without it)."))
_ZONE = Key(
    "zone",
    Choice("contact", "calendar"),
    say("Whose clock: the reader's (contact, without it) or the calendar's."),
)
QUIET = Key(
    "quiet",
    ListOf(Record(say("quiet hours"), (_HOURS, _DAYS, _ZONE)), or_one=True, at_least=1),
    say("When no mail leaves but those of purpose service, whatever the window says."),
)


def quiet_of(fields: Fields) -> tuple[QuietHours, ...]:
    """Return the quiet hours of a policy."""
    found = fields.get_or(QUIET, [])
    return tuple(
        QuietHours(
            hours=tuple(one.get_or(_HOURS, [])),
            days=one.get(_DAYS) or None,
            readers=one.get_or(_ZONE, "contact") == "contact",
        )
        for one in found
        if one.get_or(_HOURS, [])
    )


def check_quiet(
    at: Node | None,
    quiet: Sequence[QuietHours],
    windows: Mapping[str, Window],
    used: Iterable[str],
    report: Report,
) -> None:
    """Warn of windows that are in use and of which quiet hours leave nothing."""
    for name in sorted(set(used) & set(windows)):
        try:
            ordinary_gap(windows[name], tuple(quiet))
        except NoOpeningError:
            message = say("quiet hours leave nothing of window '{name}'", name=name)
            hint = say("its mails would wait until they expire: shorten the one or move the other")
            report.warn(at, "nothing-left", message, hint)
