"""What people do with rewards: deliver, hold, release, reverse; and what they look at."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row

from nurture.db import rewards as rows
from nurture.db import tasks
from nurture.db.engine import read
from nurture.db.retrying import write_again
from nurture.db.touched import Arrival
from nurture.domain import loop_words
from nurture.domain.glossary import coded
from nurture.domain.referral import RewardState
from nurture.domain.reward_days import is_overdue
from nurture.domain.rewards import OWED, STANDS, Move, Reason, after, totals, unit_of
from nurture.errors import NotFoundError, NurtureError
from nurture.language import say
from nurture.services import reward_tasks
from nurture.services.batch import Batch, Person
from nurture.services.reward_promises import Desk
from nurture.services.rewards import emit, hold_reason, move, release_it, standing_of
from nurture.services.runtime import DECIDE, Runtime

#: the longest reason, characters
LONGEST = 500
#: rewards of one page
PAGE = 200

#: what law holds, no person releases
_LAW = frozenset({Reason.LEGAL, Reason.REGULATED})


def deliver(runtime: Runtime, reward_id: int, by: str) -> bool:
    """Record that a reward reached its receiver; False: it was recorded before.

    One whose wait is not over is refused: `release` ends the wait first. Raises
    NotFoundError, NurtureError with what to do.
    """
    return _act(runtime, reward_id, by, lambda desk, row: _deliver(desk, row))


def reverse(runtime: Runtime, reward_id: int, by: str, reason: str) -> bool:
    """Take a reward back, with a reason in words; False: it was reversed before.

    A delivered one is reversed only here, by a person who has spoken with the receiver; it
    is not given again. Raises NotFoundError, NurtureError without a reason.
    """
    why = _said(reason)
    return _act(runtime, reward_id, by, lambda desk, row: _reverse(desk, row, why))


def hold(runtime: Runtime, reward_id: int, by: str, reason: str) -> bool:
    """Hold a reward that is owed, until somebody releases it; False: it is held already."""
    why = _said(reason)
    return _act(runtime, reward_id, by, lambda desk, row: _hold(desk, row, why))


def release(runtime: Runtime, reward_id: int, by: str, reason: str = "") -> bool:
    """Let go what is held, or end the wait of what was earned: it is to be delivered now.

    Doubts and limits are lifted by it; what law holds (cash that legal has not cleared, a
    regulated sector) is not: the programme's file says so. False: nothing holds it.
    """
    return _act(runtime, reward_id, by, lambda desk, row: _release(desk, row, reason.strip()))


def _act(runtime: Runtime, reward_id: int, by: str, act: Callable[[Desk, Row[Any]], bool]) -> bool:
    def write(connection: Connection) -> bool:
        release_ = runtime.releases.live(connection)
        found = rows.locked(connection, [reward_id])
        if not found:
            raise _unknown(reward_id)
        return act(Desk(connection, release_, runtime.clock.now(), by[:320]), found[0])

    with read(runtime.engine) as connection:
        # Compiled here, so that no writer waits for it.
        runtime.releases.live(connection)
    done = write_again(runtime.engine, write)
    runtime.ring(DECIDE)
    return done


def _deliver(desk: Desk, row: Row[Any]) -> bool:
    if row.state == RewardState.DELIVERED:
        return False
    if after(standing_of(row), Move.DELIVER) is None:
        raise _may_not(row, "deliver")
    story = rows.story_of(desk.connection, row.referral_id)
    move(desk, row, Move.DELIVER)
    emit(desk, story.ref, row, "reward.delivered")
    return True


def _reverse(desk: Desk, row: Row[Any], why: str) -> bool:
    if row.state == RewardState.REVERSED:
        return False
    story = rows.story_of(desk.connection, row.referral_id)
    told = row.state in STANDS and not row.held
    move(desk, row, Move.REVERSE, why)
    if row.state != RewardState.PENDING:
        emit(desk, story.ref, row, "reward.reversed", reason=why, told=told)
    return True


def _hold(desk: Desk, row: Row[Any], why: str) -> bool:
    if row.state not in OWED:
        raise _may_not(row, "hold")
    if row.held:
        return False
    rows.save(desk.connection, row.id, desk.now, held=True, reason=why, due_at=None, review_at=None)
    _entry(desk, row, f"held: {why}")
    reward_tasks.close(desk, row, "cancelled")
    return True


def _release(desk: Desk, row: Row[Any], why: str) -> bool:
    if row.state not in OWED:
        raise _may_not(row, "release")
    story = rows.story_of(desk.connection, row.referral_id)
    program = desk.program(story.program)
    said = f"{rows.RELEASED}: {why}" if why else rows.RELEASED
    if row.held:
        held = hold_reason(desk, story, program, row, cleared=True) if program else None
        if held in _LAW:
            raise NurtureError(
                say("reward {id}: {why}", id=row.id, why=coded(loop_words.REWARD_REASONS, held)),
                say("the programme's file says what is cleared; publish it, and it goes on"),
            )
        release_it(desk, story, program, row, said)
        return True
    if row.state == RewardState.DUE or row.review_at == desk.now:
        return False
    _entry(desk, row, said)
    rows.save(desk.connection, row.id, desk.now, review_at=desk.now)
    return True


def _entry(desk: Desk, row: Row[Any], reason: str) -> None:
    rows.enter(
        desk.connection,
        row.id,
        from_state=row.state,
        to_state=row.state,
        reason=reason,
        by=desk.by,
        at=desk.now,
    )


def task_done(batch: Batch, person: Person, arrival: Arrival) -> None:
    """Deliver a reward whose task somebody reports as done; once, and where it may be."""
    number = arrival.properties.get("task")
    if not isinstance(number, int) or isinstance(number, bool):
        return
    key = tasks.key_of(batch.connection, number, person.id)
    reward_id = reward_tasks.reward_of(key) if key is not None else None
    found = rows.locked(batch.connection, [reward_id]) if reward_id is not None else []
    if not found or after(standing_of(found[0]), Move.DELIVER) is None:
        return
    by = str(arrival.properties.get("by") or "engine")
    _deliver(Desk(batch.connection, batch.release, batch.now, by), found[0])


@dataclass(frozen=True, slots=True)
class Line:
    """A reward as lists show it."""

    row: Row[Any]
    #: the promised day has passed
    overdue: bool

    @property
    def actions(self) -> tuple[str, ...]:
        """What may be done with it by hand, the likeliest first."""
        state, is_held = self.row.state, self.row.held
        if state == RewardState.REVERSED:
            return ()
        if state == RewardState.DELIVERED or state == RewardState.PENDING:
            return ("reverse",)
        if is_held:
            return ("release", "reverse")
        return ("deliver", "hold", "reverse") if state == RewardState.DUE else (
            "release", "hold", "reverse",
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sheet:
    """One reward with its ledger."""

    line: Line
    entries: list[Row[Any]]


@dataclass(frozen=True, slots=True)
class Overview:
    """All that is owed and given."""

    #: overdue first, then by the promised day
    lines: list[Line]
    #: state → how many there are
    counts: dict[str, int]
    overdue: int
    #: unit → what is owed and not given; never added across units
    owed: dict[str, float]
    #: unit → what was given
    given: dict[str, float]

    @property
    def owed_number(self) -> int:
        """How many are owed and not given, with or without an amount."""
        return sum(self.counts.get(str(one), 0) for one in OWED)

    @property
    def given_number(self) -> int:
        """How many were given."""
        return self.counts.get(str(RewardState.DELIVERED), 0)


def overview(
    runtime: Runtime,
    states: Collection[str] = (),
    contact_id: int | None = None,
    ref: str = "",
) -> Overview:
    """Return rewards of some states (default: all but those that are over), and their sums."""
    now = runtime.clock.now()
    wanted = states or (RewardState.DUE, RewardState.EARNED, RewardState.PENDING)
    with read(runtime.engine) as connection:
        found = rows.listed(connection, wanted, contact_id, ref)
        counts = dict(rows.states(connection))
        standing = rows.standing(connection)
    lines = [_line(row, now) for row in found]
    lines.sort(key=lambda one: not one.overdue)
    owed = totals((unit_of(r.kind, r.currency), r.amount) for r in standing if r.state in OWED)
    given = totals((unit_of(r.kind, r.currency), r.amount) for r in standing if r.state not in OWED)
    late = sum(is_overdue(RewardState(r.state), r.held, r.due_at, now) for r in standing)
    return Overview(lines, counts, late, owed, given)


def page(
    runtime: Runtime,
    states: Collection[str],
    ref: str = "",
    before: int | None = None,
    limit: int = PAGE,
) -> tuple[list[Line], int | None]:
    """Return rewards of states, newest first, and the id before which the next ones came.

    `before` is such an id. None: there are no more.
    """
    now = runtime.clock.now()
    with read(runtime.engine) as connection:
        found = rows.page(connection, states, ref, before, limit + 1)
    more, found = len(found) > limit, found[:limit]
    return [_line(row, now) for row in found], found[-1].id if more else None


def sheet(runtime: Runtime, reward_id: int) -> Sheet:
    """Return one reward with its ledger, oldest line first; raise NotFoundError."""
    with read(runtime.engine) as connection:
        row = rows.shown(connection, reward_id)
        if row is None:
            raise _unknown(reward_id)
        entries = rows.ledger(connection, reward_id)
    return Sheet(_line(row, runtime.clock.now()), entries)


def _line(row: Row[Any], now: datetime) -> Line:
    return Line(row, is_overdue(RewardState(row.state), row.held, row.due_at, now))


def _said(reason: str) -> str:
    found = reason.strip()
    if not found:
        raise NurtureError(say("a reason is needed"), say("say --reason: it stands in the ledger"))
    if len(found) > LONGEST:
        raise NurtureError(say("the reason is longer than {most} characters", most=LONGEST))
    return found


def _unknown(reward_id: int) -> NotFoundError:
    return NotFoundError(
        say("there is no reward {id}", id=reward_id), say("`nurture rewards list --all` shows them")
    )


def _may_not(row: Row[Any], what: str) -> NurtureError:
    stands = coded(loop_words.REWARD_STATES, row.state)
    wanted = coded(loop_words.REWARD_ACTIONS, what)
    message = say("reward {id} is {state}: no '{what}'", id=row.id, state=stands, what=wanted)
    if row.held:
        why = coded(loop_words.REWARD_REASONS, row.reason)
        return NurtureError(
            say("reward {id} is held: {why}", id=row.id, why=why),
            say("`nurture rewards release {id}` lets it go", id=row.id),
        )
    if row.state == RewardState.EARNED:
        hint = say(
            "it waits in case the deal is reversed; `nurture rewards release {id}` ends that",
            id=row.id,
        )
        return NurtureError(message, hint)
    return NurtureError(message)
