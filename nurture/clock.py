"""The two clocks: business time (steppable) and machine time (always the machine's).

This is the only module that asks the operating system for the time.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Business time: due times, windows, decay, SLA, ages of evidence."""

    def now(self) -> datetime:
        """Return the current business time, aware, in UTC."""
        ...


def check_aware(moment: datetime) -> datetime:
    """Return `moment` unchanged; raise ValueError where it has no time zone."""
    if moment.tzinfo is None or moment.utcoffset() is None:
        raise ValueError(f"naive datetime {moment!r}: say which zone it is in")
    return moment


def machine_now() -> datetime:
    """Return machine time, aware, in UTC: leases, sockets, throttles, job limits."""
    return datetime.now(UTC)


def machine_seconds() -> float:
    """Return a monotonic count of seconds, for measuring how long something took."""
    return time.monotonic()


def machine_sleep(seconds: float) -> None:
    """Sleep `seconds` of machine time."""
    time.sleep(seconds)


class RealClock:
    """Business time is machine time."""

    def now(self) -> datetime:
        """Return the machine's time."""
        return machine_now()


class FrozenClock:
    """Business time that stands still until it is told to move: for tests."""

    def __init__(self, start: datetime) -> None:
        self._now = check_aware(start).astimezone(UTC)

    def now(self) -> datetime:
        """Return the time it was last set to."""
        return self._now

    def move_to(self, moment: datetime) -> None:
        """Move to `moment`; business time never runs backwards (ValueError)."""
        moment = check_aware(moment).astimezone(UTC)
        if moment < self._now:
            raise ValueError(f"the clock stands at {self._now}, {moment} is in its past")
        self._now = moment

    def move(self, by: timedelta) -> None:
        """Move forward by a span."""
        self.move_to(self._now + by)


class SteppedClock:
    """Business time as one stored row that all processes read.

    `read` returns the stored (business time, machine time it was set at, running): a
    running clock adds the machine time that has passed since, a stepped one stands still.
    """

    def __init__(self, read: Callable[[], tuple[datetime, datetime, bool]]) -> None:
        self._read = read

    def now(self) -> datetime:
        """Return the stored time, plus what has passed since where it runs."""
        business, set_at, running = self._read()
        return business + (machine_now() - set_at) if running else business
