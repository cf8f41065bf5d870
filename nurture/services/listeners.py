"""Which events anything in the live release listens to: for those who tell of one by hand."""

from __future__ import annotations

from nurture.db.engine import read
from nurture.services.runtime import Runtime


def listened_to(runtime: Runtime) -> frozenset[str]:
    """Return the event types that a trigger, wait, exit, condition or score reads.

    Empty where nothing is published.
    """
    with read(runtime.engine) as connection:
        if not runtime.releases.published(connection):
            return frozenset()
        lookups = runtime.releases.live(connection).lookups
    return frozenset(lookups.starts).union(lookups.event_types, *lookups.journey_types.values())
