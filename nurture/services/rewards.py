"""Rewards follow their referral: expected, earned, held, due, reversed, each once and written down.

`follow` runs in the transaction that moves the referral, so a reward and what it was earned by
are there together or not at all. What comes later (the wait is over, a month has passed, the
promised day is broken) are rows with a time, drained by `due_rewards`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row

from nurture.db import contacts as people
from nurture.db import outcomes, referrals
from nurture.db import rewards as rows
from nurture.db.engine import write
from nurture.db.events import NewEvent, record
from nurture.domain.referral import CLOSED, RewardState, State, Way
from nurture.domain.referral_life import is_told, terms_of
from nurture.domain.referral_program import Program
from nurture.domain.reward_days import falls_due, month_of, promised_by
from nurture.domain.rewards import (
    OWED,
    PASSING,
    Change,
    Circumstances,
    Move,
    Reason,
    Standing,
    adds,
    after,
    change,
    hold_of,
    offer_of,
)
from nurture.services import reward_tasks
from nurture.services.reward_promises import REFERRER, Desk, expect, named, ticketed
from nurture.services.runtime import DECIDE, Runtime

#: rewards per transaction
BATCH = 100

#: what law holds is looked at again after so long
_AGAIN = timedelta(days=1)

#: promised within so long, where no file says it any more
_WITHIN = timedelta(days=30)


def follow(
    runtime: Runtime,
    connection: Connection,
    referral_id: int,
    old: State | None,
    new: State,
    now: datetime,
    by: str,
) -> None:
    """Bring a referral's rewards to where its new state takes them, in the caller's transaction.

    `old` is None where it has just come in. The same call twice changes nothing the second
    time. A referral to a partner (`outbound`) brings no reward: there we are the referrer.
    """
    follow_in(Desk(connection, runtime.releases.live(connection), now, by), referral_id, old, new)


def follow_in(desk: Desk, referral_id: int, old: State | None, new: State) -> None:
    """Do what `follow` does for who holds the release already."""
    story = rows.story_of(desk.connection, referral_id)
    if story.way == Way.OUTBOUND:
        return
    rows.hold_referrers(desk.connection, [story.referrer_id])
    program = desk.program(story.program)
    if program is not None and new not in CLOSED - {State.WON}:
        offer = offer_of(program, story.channel, story.motive or "", story.offer or "")
        expect(desk, story, offer, ticketed(desk, story, program) or offer)
    for row in rows.of_referral(desk.connection, referral_id):
        row = named(desk, story, program, row)
        offered = program.offers.get(row.offer) if program is not None else None
        stage = State(offered.stage) if offered is not None else State.WON
        _change(desk, story, program, row, change(standing_of(row), stage, new), new)


def standing_of(row: Row[Any]) -> Standing:
    """Return how a row of `nurture.db.rewards` stands."""
    return Standing(RewardState(row.state), row.held, row.given, row.reason or "")


def honour_ticket(runtime: Runtime, connection: Connection, referral_id: int, by: str) -> None:
    """Let who used a golden ticket get what it promised, also where a friend before is credited."""
    row = referrals.get(connection, referral_id)
    if row is None or row.contact_id is None:
        return
    now = runtime.clock.now()
    desk = Desk(connection, runtime.releases.live(connection), now, by)
    for one in referrals.of_contact(connection, row.contact_id):
        if State(one.state) not in CLOSED:
            follow_in(desk, one.id, State(one.state), State(one.state))


def _change(
    desk: Desk,
    story: Row[Any],
    program: Program | None,
    row: Row[Any],
    found: Change,
    new: State,
) -> None:
    if found.ask:
        reward_tasks.ask(desk, story, row, found.reason)
        _decide(desk, row, "reward_asked", {"why": found.reason})
    if found.move is None:
        return
    if found.move is Move.EARN:
        _earn(desk, story, program, row, new)
        return
    move(desk, row, found.move, found.reason)
    if found.move is Move.REVERSE and row.state != RewardState.PENDING:
        told = row.state in OWED and not row.held
        emit(desk, story.ref, row, "reward.reversed", reason=found.reason, told=told)
    if found.move is Move.REVERSE and found.reason == Reason.REOPENED:
        # The referral is under way again: what was taken back is to be hoped for again.
        move(desk, rows.locked(desk.connection, [row.id])[0], Move.EXPECT)


def move(desk: Desk, row: Row[Any], what: Move, reason: str = "", **values: Any) -> None:
    """Make a move that may be made: row, ledger, its open task."""
    state = after(standing_of(row), what)
    if state is None:
        raise AssertionError(f"reward {row.id} cannot {what} from {row.state}")
    changed: dict[str, Any] = {"state": state, "reason": reason or None}
    if what in (Move.REVERSE, Move.EXPECT, Move.DELIVER):
        changed |= {"held": False, "review_at": None}
    if what in (Move.REVERSE, Move.EXPECT):
        changed["due_at"] = None
    rows.save(desk.connection, row.id, desk.now, **changed, **values)
    rows.enter(
        desk.connection,
        row.id,
        from_state=row.state,
        to_state=state,
        amount=adds(RewardState(row.state), what, row.amount),
        currency=row.currency,
        reason=reason or None,
        by=desk.by,
        at=desk.now,
    )
    if what in (Move.DELIVER, Move.REVERSE):
        outcome = "done" if what is Move.DELIVER else "cancelled"
        reward_tasks.close(desk, row, outcome)


def _earn(desk: Desk, story: Row[Any], program: Program | None, row: Row[Any], new: State) -> None:
    why = hold_reason(desk, story, program, row) if program is not None else None
    if why is not None:
        review_at = _looked_at_again(desk, why)
        move(desk, row, Move.EARN, why, held=True, due_at=None, review_at=review_at)
        _decide(desk, row, "reward_held", {"why": why})
        return
    move(desk, row, Move.EARN, **_days(desk, program, row, desk.now))
    # The letter about the referral's step, where the cadence has one, says it already. Consent
    # has none of its own: the receipt left when the person was introduced.
    told = new is not State.RECEIVED and is_told(new, terms_of(program), desk.now, desk.now)
    with_step = row.side == REFERRER and told
    _tell_earned(desk, story.ref, program, row, alone=not with_step)


def hold_reason(
    desk: Desk, story: Row[Any], program: Program, row: Row[Any], cleared: bool | None = None
) -> Reason | None:
    """Return why a reward is held at this moment, or None.

    `cleared`: a person has looked; None: as the ledger says.
    """
    since, until = month_of(desk.now, desk.zone)
    this_month = in_all = 0
    if row.side == REFERRER:
        this_month, in_all = rows.counts(desk.connection, story.referrer_id, row.id, since, until)
    facts = Circumstances(
        kind=row.kind,
        side=row.side,
        flags=tuple(story.flags or ()),
        industries={one for one in (story.giver_industry, story.taker_industry) if one},
        this_month=this_month,
        in_all=in_all,
    )
    return hold_of(program, facts, row.cleared if cleared is None else cleared)


def _looked_at_again(desk: Desk, why: str) -> datetime | None:
    if why == Reason.LIMIT_MONTH:
        return month_of(desk.now, desk.zone)[1]
    return desk.now + _AGAIN if why in PASSING else None


def _days(
    desk: Desk, program: Program | None, row: Row[Any], earned_at: datetime
) -> dict[str, Any]:
    """Return the promised day, and the moment at which the wait for a reversal is over."""
    calendar = desk.release.definitions.calendar
    hold = program.rewards.hold if program is not None else timedelta(0)
    offer = program.offers.get(row.offer) if program is not None else None
    within = offer.within if offer is not None else _WITHIN
    waited = max(timedelta(0), hold - (desk.now - earned_at))
    return {
        "due_at": promised_by(calendar, desk.now, within, waited),
        "review_at": falls_due(calendar, desk.now, waited),
    }


def release_it(
    desk: Desk, story: Row[Any], program: Program | None, row: Row[Any], reason: str
) -> None:
    """Let a held reward go: from now on it counts, and its day is promised."""
    earned_at = row.counts_from or desk.now
    days = _days(desk, program, row, earned_at)
    if row.state == RewardState.DUE:
        # Its wait was over before it was held.
        days["review_at"] = days["due_at"]
    rows.save(desk.connection, row.id, desk.now, held=False, reason=None, **days)
    rows.enter(
        desk.connection,
        row.id,
        from_state=row.state,
        to_state=row.state,
        reason=reason,
        by=desk.by,
        at=desk.now,
    )
    if row.state == RewardState.EARNED:
        _tell_earned(desk, story.ref, program, row, alone=True)
    else:
        fresh = rows.locked(desk.connection, [row.id])[0]
        reward_tasks.deliver(desk, story, fresh)


def _tell_earned(desk: Desk, ref: str, program: Program | None, row: Row[Any], alone: bool) -> None:
    """Say that a reward is earned; `alone`: no letter about the referral says so as well."""
    offer = program.offers.get(row.offer) if program is not None else None
    stage = str(offer.stage if offer is not None else State.WON)
    fresh = rows.locked(desk.connection, [row.id])[0]
    emit(desk, ref, fresh, "reward.earned", stage=stage, alone=alone)


def emit(desk: Desk, ref: str, row: Row[Any], kind: str, **more: Any) -> None:
    """Tell the house of a reward, on its receiver; nobody is told of an erased person."""
    who = people.current(desk.connection, row.contact_id) if row.contact_id is not None else None
    if who is None:
        return
    due = row.due_at.astimezone(desk.zone).date().isoformat() if row.due_at else ""
    said = {
        "reward": row.id,
        "referral": ref,
        "title": row.title,
        "kind": row.kind,
        "side": row.side,
        "state": kind.partition(".")[2],
        "due": due,
        **more,
    }
    event = NewEvent(kind, who, desk.now, "engine", said)
    record(desk.connection, [event], desk.now)


def _decide(desk: Desk, row: Row[Any], reason: str, detail: dict[str, Any]) -> None:
    if row.contact_id is None:
        return
    said = {"title": row.title, **detail}
    decision = {"contact_id": row.contact_id, "kind": "moved", "reason": reason, "detail": said}
    outcomes.append_decisions(desk.connection, [decision], desk.now)


def due_rewards(runtime: Runtime, limit: int = BATCH, only: Sequence[int] | None = None) -> int:
    """Do what is due about up to `limit` rewards; return how many. `only`: these alone.

    The wait is over: somebody gets a task with the promised day. A hold's cause has passed:
    it is let go. The promised day has passed: the late task is told to somebody else, once.
    """
    with write(runtime.engine) as connection:
        now = runtime.clock.now()
        found = rows.due(connection, now, limit, only)
        if not found or not runtime.releases.published(connection):
            return 0
        # Contacts first, then referrers, as everybody who decides for them does: so nobody
        # deadlocks.
        mine = set(people.lock(connection, {row.contact_id for row in found if row.contact_id}))
        held = [row for row in found if row.contact_id is None or row.contact_id in mine]
        rows.hold_referrers(connection, {row.referrer_id for row in held})
        ids = [row.id for row in held]
        desk = Desk(connection, runtime.releases.live(connection), now, "engine")
        done = 0
        for row in rows.locked(connection, ids):
            if row.review_at is not None and row.review_at <= now:
                _review(desk, row)
                done += 1
    if done:
        runtime.ring(DECIDE)
    return done


def _review(desk: Desk, row: Row[Any]) -> None:
    story = rows.story_of(desk.connection, row.referral_id)
    program = desk.program(story.program)
    if row.contact_id and rows.receiver(desk.connection, row.contact_id).erased:
        # Nobody is left to give it to; what was given stays in the books.
        move(desk, row, Move.REVERSE, Reason.ERASED)
    elif row.state == RewardState.EARNED and row.held:
        why = hold_reason(desk, story, program, row) if program is not None else None
        if why is not None:
            rows.save(
                desk.connection, row.id, desk.now, reason=why, review_at=_looked_at_again(desk, why)
            )
            return
        release_it(desk, story, program, row, f"over: {row.reason}")
    elif row.state == RewardState.EARNED:
        fall_due(desk, story, row)
    elif row.state == RewardState.DUE and row.due_at is not None and row.due_at <= desk.now:
        rows.save(desk.connection, row.id, desk.now, review_at=None)
        reward_tasks.late(desk, story, row)
        _decide(desk, row, "reward_overdue", {"until": row.due_at.isoformat()})
    else:
        rows.save(desk.connection, row.id, desk.now, review_at=None)


def fall_due(desk: Desk, story: Row[Any], row: Row[Any]) -> None:
    """The wait is over: somebody gets the task to deliver it by the promised day."""
    move(desk, row, Move.FALL_DUE, review_at=row.due_at)
    reward_tasks.deliver(desk, story, row)
