"""The hour at which a reader reads: learnt from their own opens and clicks, and said honestly.

For a reader with n mails that a person opened or clicked, c(h) of them in hour h of the reader's
own clock, an hour is worth

    worth(h) = (c(h)/2 + c(h−1)/4 + c(h+1)/4 + W · p(h)) / (n + W)

where p(h) is the share of hour h among all readers' opens, each hour counted once more so that
none is impossible: p(h) = (a(h) + 1) / (Σa + 24), and W = 8. That is the mean of a Dirichlet
prior of weight W (a few opens move it little, twenty outweigh it), over counts that lend a
quarter to each neighbour, since 9:55 and 10:05 are the same habit. Below AT_LEAST opens nothing
is said.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from nurture.domain.calendar import NoOpeningError, at_wall
from nurture.domain.policy import Calendar, QuietHours, Window
from nurture.domain.quiet import next_free

HOURS = range(24)

#: opens and clicks of mails below which a reader has no best hour
AT_LEAST = 5

#: how many opens of one's own weigh as much as what all readers do
WEIGHT = 8

#: a mail waits no longer for its hour: a week-end and a day
LONGEST = timedelta(hours=72)

#: what is older says nothing about today's habits
REMEMBERED = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class BestHours:
    """What is known of when somebody reads; stored as JSON on the contact."""

    #: hour of the reader's clock → mails that a person opened or clicked then
    counts: Mapping[int, int]
    #: hours, the best first; empty where too little is known
    order: tuple[int, ...] = ()

    @property
    def opens(self) -> int:
        """How many mails it is learnt from."""
        return sum(self.counts.values())

    def as_json(self) -> dict[str, Any]:
        """Return what is stored."""
        return {
            "counts": {str(hour): count for hour, count in sorted(self.counts.items())},
            "order": list(self.order),
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any] | None) -> BestHours | None:
        """Return what was stored, or None where nothing was."""
        if not stored:
            return None
        counts = {int(hour): count for hour, count in stored.get("counts", {}).items()}
        return cls(counts, tuple(stored.get("order", ())))


def learn(moments: Sequence[datetime], zone: ZoneInfo, everybody: Mapping[int, int]) -> BestHours:
    """Return the hours of a reader, from one moment per mail that a person opened or clicked.

    `everybody`: hour → opens of all readers, each on their own clock.
    """
    counts: dict[int, int] = {}
    for moment in moments:
        hour = moment.astimezone(zone).hour
        counts[hour] = counts.get(hour, 0) + 1
    return ranked(counts, everybody)


def ranked(counts: Mapping[int, int], everybody: Mapping[int, int]) -> BestHours:
    """Return the hours in their order, of two that are worth the same the earlier first."""
    if sum(counts.values()) < AT_LEAST:
        return BestHours(counts)
    worth = {hour: _worth(hour, counts, everybody) for hour in HOURS}
    return BestHours(counts, tuple(sorted(HOURS, key=lambda hour: (-worth[hour], hour))))


def _worth(hour: int, counts: Mapping[int, int], everybody: Mapping[int, int]) -> float:
    own = (
        counts.get(hour, 0) / 2
        + counts.get((hour - 1) % 24, 0) / 4
        + counts.get((hour + 1) % 24, 0) / 4
    )
    share = (everybody.get(hour, 0) + 1) / (sum(everybody.values()) + len(HOURS))
    return (own + WEIGHT * share) / (sum(counts.values()) + WEIGHT)


def best_moment(
    best: BestHours,
    calendar: Calendar,
    window: Window | None,
    quiet: Sequence[QuietHours],
    zone: ZoneInfo,
    opens: datetime,
    before: datetime | None,
) -> tuple[datetime, int] | None:
    """Return (when, hour) a mail that may leave from `opens` on suits its reader best.

    The best hour in which it may leave at all within LONGEST, and `before` (its expiry);
    None where nothing is known, or no hour fits.
    """
    latest = opens + LONGEST
    if before is not None:
        latest = min(latest, before)
    first = opens.astimezone(zone).date()
    for hour in best.order:
        day = first
        while (begins := at_wall(day, time(hour), zone)) < latest:
            day += timedelta(days=1)
            begins = max(begins, opens)
            try:
                leaves = next_free(calendar, window, quiet, zone, begins)
            except NoOpeningError:
                return None
            wall = leaves.astimezone(zone)
            # At the start of the hour, or as soon in it as window and quiet hours allow.
            if leaves < latest and wall.hour == hour and leaves - begins < timedelta(hours=1):
                return leaves, hour
    return None
