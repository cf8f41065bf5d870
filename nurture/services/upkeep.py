"""Upkeep: what is due by itself, besides events and journeys, each kind in its own transaction."""

from __future__ import annotations

from collections.abc import Callable

from nurture.db.business_time import chores_due
from nurture.db.engine import read
from nurture.services import digest, mailings, revisits, stale, task_timers
from nurture.services.runtime import Runtime

#: does up to one batch of its kind that is due; returns how much it did (0: nothing is left)
Chore = Callable[[Runtime], int]

#: in the order in which they are asked
CHORES: tuple[Chore, ...] = (
    mailings.run,
    task_timers.due_tasks,
    stale.due_deals,
    revisits.due_revisits,
    digest.send_digests,
)


def keep_up(runtime: Runtime) -> int:
    """Do a batch of everything that is due; return how much was done.

    One look before: most rounds find nothing, and each chore would take the only writer.
    """
    with read(runtime.engine) as connection:
        if not chores_due(connection, runtime.clock.now()):
            return 0
    return sum(chore(runtime) for chore in CHORES)
