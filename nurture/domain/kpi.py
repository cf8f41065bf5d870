"""Figures that marketing and sales look at together. Each docstring is the figure's definition."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from nurture.domain.lifecycle import Stage

#: MQLs of this span before now are counted
WINDOW = timedelta(days=90)

#: an MQL that is neither SQL nor given back may still become one for so long
UNDER_WAY_FOR = timedelta(days=30)

#: winning a new customer costs about so many times as much as keeping one (a rule of thumb,
#: shown beside our own figures, never computed with)
NEW_TO_KEPT_COST = 5

#: stages that say that a lead became an SQL
_REACHED = frozenset({Stage.SQL, Stage.CUSTOMER})

#: stages in which a lead that was an MQL may still become an SQL
_UNDER_WAY = frozenset({Stage.MQL, Stage.TQL, Stage.SAL})


@dataclass(frozen=True, slots=True)
class Move:
    """A contact's step from one stage to another."""

    contact_id: int
    at: datetime
    #: stage it came to
    to: str


@dataclass(frozen=True, slots=True)
class Conversion:
    """How many of a cohort came to where they should."""

    #: who began in the window
    began: int
    #: those of them who arrived
    arrived: int
    #: those of them who may still arrive, and are left out of the rate
    under_way: int
    target: float

    @property
    def decided(self) -> int:
        """Those of whom we know."""
        return self.began - self.under_way

    @property
    def rate(self) -> float | None:
        """Arrived by decided, 0 to 1; None where nothing is decided yet."""
        return self.arrived / self.decided if self.decided else None

    @property
    def on_target(self) -> bool | None:
        """Whether the rate reaches the target; None where there is no rate."""
        return None if self.rate is None else self.rate >= self.target


def mql_to_sql(
    moves: Iterable[Move], now: datetime, target: float, window: timedelta = WINDOW
) -> Conversion:
    """Return the MQL→SQL rate: of those who became MQLs within `window` before now, how many SQLs.

    - Cohort: contacts who became an MQL in (now − window, now], each once, by their first such
      step in the window. Who was an MQL before, was given back and became one again counts once
      more in the window in which that happens.
    - Arrived: those who became an SQL, or a customer at once, after that step, whatever came
      of them later.
    - Under way: those who have not, who stand at MQL, TQL or SAL and became an MQL less than
      30 days ago. They are neither a success nor a failure yet.
    - Rate: arrived / (cohort − under way), against the policy's `targets.mql_to_sql`.

    `moves` are all steps of these contacts since the window began, in any order.
    """
    since = now - window
    begins: dict[int, datetime] = {}
    arrived: set[int] = set()
    stands: dict[int, str] = {}
    for move in sorted(moves, key=lambda one: one.at):
        if move.at > now:
            continue
        if move.to == Stage.MQL and move.at > since:
            begins.setdefault(move.contact_id, move.at)
        if move.contact_id in begins and move.to in _REACHED:
            arrived.add(move.contact_id)
        stands[move.contact_id] = move.to
    under_way = sum(
        1
        for contact_id, at in begins.items()
        if contact_id not in arrived
        and stands[contact_id] in _UNDER_WAY
        and at > now - UNDER_WAY_FOR
    )
    return Conversion(len(begins), len(arrived), under_way, target)


@dataclass(frozen=True, slots=True)
class HandedOff:
    """A hand-off: when the lead was handed over, and when somebody first called or took it."""

    at: datetime
    due_at: datetime | None = None
    #: None: not yet
    called_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class FirstCalls:
    """How soon leads hear from sales."""

    #: hand-offs that were answered, or whose time is over
    counted: int
    #: those answered before they were due
    in_time: int
    #: elapsed time, over those that were answered; None where none was
    median: timedelta | None

    @property
    def share(self) -> float | None:
        """In time by counted, 0 to 1; None where nothing counts yet."""
        return self.in_time / self.counted if self.counted else None


def first_calls(handoffs: Iterable[HandedOff], now: datetime) -> FirstCalls:
    """Return how many leads were called, or taken, before that was due, and the median time.

    A hand-off counts once it is answered or overdue; one that sales gave back without a call
    is none of these (leave it out). The time is elapsed time from the hand-off to the first
    call; due times lie on business days, so one of Friday evening may be in time on Monday.
    """
    waits: list[timedelta] = []
    counted = in_time = 0
    for one in handoffs:
        if one.called_at is not None:
            waits.append(one.called_at - one.at)
            counted += 1
            in_time += one.due_at is None or one.called_at <= one.due_at
        elif one.due_at is not None and one.due_at < now:
            counted += 1
    return FirstCalls(counted, in_time, _median(waits))


def _median(spans: list[timedelta]) -> timedelta | None:
    """Return the middle of spans, the mean of the two in the middle where they are even."""
    if not spans:
        return None
    spans = sorted(spans)
    half = len(spans) // 2
    return spans[half] if len(spans) % 2 else (spans[half - 1] + spans[half]) / 2


def returns_by_reason(reasons: Iterable[str]) -> Mapping[str, int]:
    """Return reason → how many leads sales gave back for it, the most frequent first."""
    counts = Counter(reasons)
    return dict(sorted(counts.items(), key=lambda one: (-one[1], one[0])))


def contracts_per_year(leads_per_month: float, rate: float) -> float:
    """Return contracts a year from leads a month and the share that signs.

    Ten leads a month at 30 % are 36 contracts a year, at 40 % they are 48.
    """
    return round(leads_per_month * 12 * rate, 6)


def monthly(moves: Sequence[Move], to: str, since: datetime, until: datetime) -> float:
    """Return how many contacts a month (30 days) came to a stage in a span, each once."""
    found = {move.contact_id for move in moves if move.to == to and since < move.at <= until}
    return len(found) / ((until - since) / timedelta(days=30))
