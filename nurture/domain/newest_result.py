"""Which result somebody stands by now: the newest they heard of, and whether it holds.

A good month that was followed by a bad one is no reason to ask for anything, and figures of
half a year ago are not fresh because somebody reports them today.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from nurture.domain.results import months_before

#: something became better, which opens the time for an introduction; nothing did
REPORTED, REVIEWED = "results.reported", "results.reviewed"

#: a month's figures may come in for as long as this after it without being old
_LATE = timedelta(days=31)
_MONTH = re.compile(r"(20\d{2})-(0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True)
class Told:
    """A report that somebody heard of."""

    at: datetime
    #: something became better (`REPORTED`), or nothing did (`REVIEWED`)
    improved: bool
    #: `2026-06`; anything else: not said
    month: object = None


@dataclass(frozen=True, slots=True)
class Result:
    """Where they stand."""

    #: since when they know of a result that holds; None: of none
    at: datetime | None = None
    #: they knew of one, and the newest report tells of nothing better
    worse: bool = False


def newest_result(told: Iterable[Told]) -> Result:
    """Return the result of the newest month that was reported, whatever was reported since.

    Without a month a report is of the month before it. A result counts from when it was told,
    but at the latest from a month after the end of its own.
    """
    known = sorted(told, key=lambda one: (_month(one), one.at))
    if not known:
        return Result()
    newest = known[-1]
    if not newest.improved:
        return Result(None, any(one.improved for one in known))
    after = months_before(_month(newest), -1)
    ends = datetime.combine(after, time(), UTC)
    return Result(min(newest.at, ends + _LATE))


def _month(one: Told) -> date:
    found = _MONTH.fullmatch(one.month) if isinstance(one.month, str) else None
    if found is not None:
        return date(int(found[1]), int(found[2]), 1)
    return months_before(one.at.date().replace(day=1), 1)
