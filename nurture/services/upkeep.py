"""Upkeep: what is due by itself, besides events and journeys, each kind in its own transaction.

A kind that fails holds no other up: its rows are handled one by one, and what still fails
waits for an hour of business time, with a decision that says why (`setting_aside`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import structlog
from sqlalchemy import Connection

from nurture.db import outcomes
from nurture.db import setting_aside as rows
from nurture.db.business_time import chores_due
from nurture.db.engine import is_away, read, write
from nurture.services import (
    digest,
    experiments,
    firings,
    kpi_report,
    mailings,
    offer_reviews,
    referral_timers,
    results_monthly,
    revisits,
    rewards,
    stale,
    task_timers,
)
from nurture.services.runtime import Runtime
from nurture.services.setting_aside import AGAIN, said

log = structlog.get_logger(__name__)


class _RowByRow(Protocol):
    def __call__(
        self, runtime: Runtime, limit: int = ..., only: Sequence[int] | None = None
    ) -> int: ...


@dataclass(frozen=True, slots=True)
class Rows:
    """A chore over rows of a table: does up to a batch, or those named; returns how many."""

    #: `task`, `deal`, `referral`, `experiment`, `reward` or `contact`
    of: str
    work: _RowByRow
    #: rows of one batch
    limit: int


@dataclass(frozen=True, slots=True)
class Whole:
    """A chore that does what is longest due of its kind; returns 0 where nothing is left."""

    #: `mailing`, `firing` or `schedule`
    of: str
    work: Callable[[Runtime], int]


Chore = Rows | Whole

#: in the order in which they are asked; a mailing that fails is as a rule paused by itself
CHORES: tuple[Chore, ...] = (
    Whole("mailing", mailings.run),
    Rows("task", task_timers.due_tasks, task_timers.BATCH),
    Rows("deal", stale.due_deals, stale.BATCH),
    Rows("referral", referral_timers.due_referrals, referral_timers.BATCH),
    Rows("experiment", experiments.due_looks, experiments.BATCH),
    Rows("reward", rewards.due_rewards, rewards.BATCH),
    Rows("contact", revisits.due_revisits, revisits.BATCH),
    Whole("firing", firings.run),
    Whole("schedule", digest.send_digests),
    Whole("schedule", kpi_report.send_reports),
    Whole("schedule", results_monthly.report_month),
    Whole("schedule", offer_reviews.ask_for_reviews),
)


def keep_up(runtime: Runtime) -> int:
    """Do a batch of everything that is due; return how much was done or set aside.

    One look before: most rounds find nothing, and each chore would take the only writer. What
    one chore makes due for another is done in the next round.
    Raises what the database raises when it is away, and what a release raises that cannot
    be read: nothing that is due is to blame for either.
    """
    with read(runtime.engine) as connection:
        due = chores_due(connection, runtime.clock.now())
    if not due:
        return 0
    runtime.releases.warm(runtime.engine)
    return sum(_done(runtime, chore) for chore in CHORES if chore.of in due)


def _done(runtime: Runtime, chore: Chore) -> int:
    """Do a batch of one chore; what fails is set aside."""
    try:
        return chore.work(runtime)
    except Exception as error:  # whatever one chore raises, the others are done
        if is_away(error):
            raise
        if isinstance(chore, Whole):
            return _put_off(runtime, chore, error)
        log.warning("batch failed, its rows go one by one", of=chore.of, error=said(error))
    with read(runtime.engine) as connection:
        ids = rows.due_rows(connection, chore.of, runtime.clock.now(), chore.limit)
    done = 0
    for row_id in ids:
        try:
            done += chore.work(runtime, only=[row_id])
        except Exception as error:  # set aside, shown and logged
            if is_away(error):
                raise
            done += _set_aside(runtime, chore.of, row_id, error)
    return done


def _set_aside(runtime: Runtime, of: str, row_id: int, error: Exception) -> int:
    """Put one row off and say why; 0 where another worker has handled it meanwhile."""
    with write(runtime.engine) as connection:
        now = runtime.clock.now()
        found = rows.put_off_row(connection, of, row_id, now, now + AGAIN)
        if found is None:
            return 0
        _say(runtime, connection, error, contact_id=found.contact_id)
    log.error("row set aside", of=of, id=row_id, exc_info=error)
    return 1


def _put_off(runtime: Runtime, chore: Whole, error: Exception) -> int:
    """Put off what is longest due and say why; 0 where nothing of the kind is due."""
    with write(runtime.engine) as connection:
        now = runtime.clock.now()
        put_off = rows.put_off_longest(connection, chore.of, now, now + AGAIN)
        if put_off:
            _say(runtime, connection, error)
    log.error("chore failed", of=chore.of, exc_info=error)
    return put_off


def _say(runtime: Runtime, connection: Connection, error: Exception, **about: Any) -> None:
    now = runtime.clock.now()
    detail = {"why": said(error), "until": (now + AGAIN).isoformat()}
    row = {"kind": "failed", "reason": "cannot_decide", "detail": detail, **about}
    outcomes.append_decisions(connection, [row], now)
