"""Which seminars are over: a registration for one is taken in, and marked as what it is."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from nurture.db.engine import read
from nurture.services.runtime import Runtime


def over(runtime: Runtime, names: Collection[str], now: datetime) -> frozenset[str]:
    """Return those of the named seminars that are over; one that no file says is not."""
    if not names:
        return frozenset()
    with read(runtime.engine) as connection:
        if not runtime.releases.published(connection):
            return frozenset()
        known = runtime.releases.live(connection).definitions.seminars
    return frozenset(one for one in names if one in known and known[one].ends_at <= now)
