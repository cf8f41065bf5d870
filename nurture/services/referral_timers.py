"""What is due about referrals by time alone: promises that broke, answers that never came."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row

from nurture.db import contacts as people
from nurture.db import referral_people, referrals
from nurture.db.engine import write
from nurture.db.events import NewEvent, record
from nurture.db.survivors import Same, everybody
from nurture.domain.referral import CLOSED, OVERDUE, Reason, State
from nurture.domain.referral_life import (
    Terms,
    broken,
    expires_at,
    forgets_at,
    next_review,
    next_week,
    terms_of,
    week_of,
)
from nurture.services import referral_moves as moves
from nurture.services.batch import Batch, load_people
from nurture.services.handoff import task_row
from nurture.services.runtime import DECIDE, Runtime

#: referrals per transaction
BATCH = 100

#: kind of the task that a broken promise makes
PROMISE = "promise"

#: timer → reason of the decision
_BROKEN = {
    "acknowledge": "promise_acknowledge",
    "contact": "promise_contact",
    "report": "promise_report",
}

#: what its assignee is to do: by timer, Japanese and English
_TITLES = {
    "acknowledge": (
        "ご紹介の受付のご連絡が当日中にできていません（{ref}）。お電話などでお礼を",
        "The referrer has not heard the same day ({ref}): thank them, by phone perhaps",
    ),
    "contact": (
        "ご紹介先への初回のご連絡が、お約束の期限を過ぎました（{ref}）。本日中にご連絡を",
        "The first contact with the referred person is overdue ({ref}): reach them today",
    ),
    "report": (
        "ご紹介元へのご報告が、お約束の期限を過ぎました（{ref}）。状況をお伝えください",
        "The report to the referrer is overdue ({ref}): tell them how and when",
    ),
}


def due_referrals(runtime: Runtime, limit: int = BATCH, only: Sequence[int] | None = None) -> int:
    """Look at referrals about which something is due; return how many.

    A promise that broke is an event (`referral.overdue`), a task, and an escalation where
    that task is late too. An introduction that nobody answered expires; the name of somebody
    who never agreed is erased a week after. `only`: these referrals alone.
    """
    with write(runtime.engine) as connection:
        now = runtime.clock.now()
        due = referrals.due(connection, now, limit, only)
        if not due or not runtime.releases.published(connection):
            return 0
        # Of duplicates it is whoever they became that hears, and whose tasks are seen.
        same = everybody(connection)
        referrers = {row.referrer_id for row in due}
        referred = {row.contact_id for row in due if row.contact_id is not None}
        held = set(people.lock(connection, {same.who(one) for one in referrers | referred}))
        ids = [
            row.id
            for row in due
            if same.who(row.referrer_id) in held
            and (row.contact_id is None or same.who(row.contact_id) in held)
        ]
        release = runtime.releases.live(connection)
        batch = Batch(connection, release, runtime.releases, release.lookups, now)
        load_people(batch, sorted(held))
        rows = referrals.take_due(connection, ids, now)
        told = referrals.mails_told(connection, {row.ref: row.referrer_id for row in rows})
        asked = sorted(referrers | {same.who(one) for one in referrers})
        silent = {same.who(one) for one in referral_people.stopped(connection, asked)}
        for row in rows:
            terms = terms_of(release.definitions.programs.get(row.program))
            waived = same.who(row.referrer_id) in silent
            _look(batch, row, same, terms, told.get(row.ref, []), waived)
        batch.save_effects()
    if rows:
        runtime.ring(DECIDE)
    return len(rows)


def _look(
    batch: Batch,
    row: Row[Any],
    same: Same,
    terms: Terms,
    told: Sequence[tuple[str, Any]],
    waived: bool,
) -> None:
    now, connection = batch.now, batch.connection
    learnt = heard(row, told)
    if waived:
        # Who wants to hear no more is promised nothing, and nobody is sent after them.
        learnt |= {
            f"{name}_by": None
            for name, done in (("acknowledge", "acknowledged_at"), ("report", "reported_at"))
            if learnt.get(done, row._mapping[done]) is None
        }
    breaches = [*(row.breaches or [])]
    clock = moves.clock_of(row, **learnt)
    late = broken(clock, now)
    for timer in late:
        breaches.append(timer)
        _breach(batch, row, same, terms, timer)
    if row.contact_id is None and State(row.state) in CLOSED:
        forgets = forgets_at(clock)
        if forgets is not None and forgets <= now:
            learnt |= {"name": None, "email": None, "why": None}
    values = {**learnt, "breaches": breaches}
    clock = moves.clock_of(row, **values)
    zone = ZoneInfo(batch.release.definitions.calendar.zone)
    week = next_week(clock, terms, now, zone)
    if week is not None and row.updated_at < week - timedelta(days=7) <= now:
        _tell_week(batch, row, week_of(now, zone))
    review_at = next_review(clock, terms, now, zone)
    referrals.change(connection, row.id, now, **values, review_at=review_at)
    ends = expires_at(clock, terms.timers)
    if ends is not None and ends <= now:
        fresh = referrals.get(connection, row.id)
        if fresh is not None:
            desk = moves.Desk(connection, batch.release, now, moves.ENGINE)
            moves.become(desk, fresh, State.EXPIRED, reason=str(Reason.NO_ANSWER))


def _tell_week(batch: Batch, row: Row[Any], week: str) -> None:
    """Tell of a week: one event for all of a referrer's open referrals, whichever came first."""
    who = people.current(batch.connection, row.referrer_id) or row.referrer_id
    everyone = people.everyone(batch.connection, who)
    mine = referrals.weekly_of(batch.connection, everyone, row.program)
    newest = max((one.news_at for one in mine if one.news_at is not None), default=None)
    fresh = newest is not None and newest >= batch.now - timedelta(days=7)
    said = {
        "referral": row.ref,
        "program": row.program,
        "referrals": [one.ref for one in mine],
        # Where nothing happened since the last letter, its owner is asked first.
        "news": fresh,
        "review": not fresh,
        "week": week,
    }
    key = f"week/{who}/{row.program}/{week}"
    event = NewEvent("referral.week_due", who, batch.now, moves.ENGINE, said, key=key)
    record(batch.connection, [event], batch.now)


def heard(row: Row[Any], told: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """Return what the mails that left say of the promises: (step, sent_at), oldest first.

    The first mail about a referral is its receipt; the first one after the first contact is
    the report of it.
    """
    learnt: dict[str, Any] = {}
    if row.acknowledged_at is None and told:
        learnt["acknowledged_at"] = told[0][1]
    if row.reported_at is None and row.contacted_at is not None:
        after = [at for _, at in told if at >= row.contacted_at]
        if after:
            learnt["reported_at"] = after[0]
    return learnt


def _breach(batch: Batch, row: Row[Any], same: Same, terms: Terms, timer: str) -> None:
    """Tell of a promise that is broken: an event on the referrer, and somebody's task."""
    said = moves.said_of(row, terms, timer=timer)
    moves.emit(batch.connection, row, OVERDUE, said, batch.now)
    about = row.contact_id if timer == "contact" and row.contact_id else row.referrer_id
    person = batch.people.get(same.who(about))
    if person is None or person.row.erased:
        return
    texts = _TITLES[timer]
    japanese = batch.release.definitions.policy.default_locale.startswith("ja")
    title = texts[0 if japanese else 1].format(ref=row.ref)
    # Late once more means late for somebody else: the task's own time is the escalation's.
    due_at = batch.now + max(terms.timers.escalate, timedelta(minutes=1))
    task: Mapping[str, Any] = task_row(
        batch, person, f"{moves.PROMISE}{row.id}/{timer}", PROMISE, title, "owner", due_at
    )
    owner = batch.colleagues.with_id(row.owner_id)
    if owner is not None and owner.active:
        task = {**task, "assignee_id": owner.id}
    batch.tasks.append(dict(task))
    batch.decide(person, "task_due", _BROKEN[timer], {"referral": row.ref})
