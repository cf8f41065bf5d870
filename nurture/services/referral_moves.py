"""Moving a referral: its row, its step and its event in one transaction, each once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row

from nurture.db import contacts as people
from nurture.db import outcomes, referrals, task_writes
from nurture.db.events import NewEvent, record
from nurture.db.task_writes import Closing
from nurture.domain.referral import (
    CLOSED,
    EVENT_OF,
    NEEDS_REASON,
    PROGRESS,
    Reason,
    State,
    Way,
    may_become,
)
from nurture.domain.referral_life import (
    Clockwork,
    Terms,
    further,
    is_reviewed,
    is_told,
    next_review,
    promised_by,
    terms_of,
)
from nurture.services import reward_promises, rewards
from nurture.services.releases import LiveRelease
from nurture.services.runtime import Runtime

#: who acts where no person does
ENGINE = "engine"

#: states that nobody reaches without having been contacted
_REACHED = frozenset(PROGRESS[PROGRESS.index(State.CONTACTED) :])

#: kind of the task to reach who agreed; journeys make it
FIRST_CONTACT = "first-contact"

#: how the keys of tasks begin that a broken promise makes: `referral/ID/contact`
PROMISE = task_writes.PROMISE


@dataclass(frozen=True, slots=True)
class Desk:
    """What referrals are moved with, in one transaction."""

    connection: Connection
    #: None: nothing is published yet
    release: LiveRelease | None
    now: datetime
    #: a member's address, `engine`, `contact`, `referrer`, an API key's name
    by: str

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which "the same day" is meant."""
        return ZoneInfo(self.release.definitions.calendar.zone if self.release else "UTC")

    def terms(self, program: str) -> Terms:
        """Return what a programme promises, as published now; the usual where it is gone."""
        known = self.release.definitions.programs if self.release else {}
        return terms_of(known.get(program))

    def promised(self, program: str) -> tuple[datetime, datetime]:
        """Return until when first contact and report are promised to who agrees now."""
        timers = self.terms(program).timers
        calendar = self.release.definitions.calendar if self.release else None
        contact_by = promised_by(self.now, timers.contact, timers, calendar)
        return contact_by, promised_by(self.now, timers.report, timers, calendar)


def desk_of(runtime: Runtime, connection: Connection, now: datetime, by: str) -> Desk:
    """Return a desk on the live release."""
    published = runtime.releases.published(connection)
    live = runtime.releases.live(connection) if published else None
    return Desk(connection, live, now, by)


def clock_of(row: Row[Any], **changed: Any) -> Clockwork:
    """Return a referral as its timers see it, with columns that are about to change."""
    known = {**row._mapping, **changed}
    stranger = known["contact_id"] is None and bool(known["name"] or known["email"])
    return Clockwork(
        state=State(known["state"]),
        created_at=known["created_at"],
        acknowledge_by=known["acknowledge_by"],
        acknowledged_at=known["acknowledged_at"],
        contact_by=known["contact_by"],
        contacted_at=known["contacted_at"],
        report_by=known["report_by"],
        reported_at=known["reported_at"],
        closed_at=known["closed_at"],
        holds_stranger=stranger,
        breaches=tuple(known["breaches"] or ()),
    )


def stood(steps: Sequence[Row[Any]]) -> State:
    """Return how far a referral with these steps had come before it was closed."""
    before = [State(one.to_state) for one in steps]
    reached = [one for one in before if one in PROGRESS and one is not State.WON]
    return further(reached) if reached else State.AWAITING_CONSENT


def said_of(row: Row[Any], terms: Terms, **more: Any) -> dict[str, Any]:
    """Return what every event about a referral says: nothing of who the referred person is."""
    said = {
        "referral": row.ref,
        "state": row.state,
        "channel": row.channel,
        "way": row.way,
        "program": row.program,
        "offer": row.offer,
        "company": row.company,
        "cadence": str(terms.cadence),
        **more,
    }
    return {name: value for name, value in said.items() if value not in (None, "")}


def emit(
    connection: Connection, row: Row[Any], kind: str, said: dict[str, Any], now: datetime
) -> int | None:
    """Record an event of a referral on its referrer; outbound ones are our own affair."""
    if row.way == Way.OUTBOUND:
        return None
    referrer_id = people.current(connection, row.referrer_id)
    event = NewEvent(kind, referrer_id, now, ENGINE, said)
    (event_id,) = record(connection, [event], now)
    return event_id


def become(
    desk: Desk,
    row: Row[Any],
    to: State,
    *,
    reason: str = "",
    happened: datetime | None = None,
    told: bool | None = None,
    **columns: Any,
) -> Row[Any] | None:
    """Bring a referral (whose row we hold) to a state; return it as it stands, None: it may not.

    `columns` are written with it. `happened`: when it was, where that is not now. `told`:
    whether the referrer hears it, where that is not the cadence's to say. Closing reasons are
    the caller's to ask for; lost and declined ones get `other` where there is none.
    """
    connection, now, terms = desk.connection, desk.now, desk.terms(row.program)
    old = State(row.state)
    if not may_become(old, to):
        return None
    if to in NEEDS_REASON and not reason:
        reason = str(Reason.OTHER)
    values: dict[str, Any] = {**columns, "state": str(to)}
    if to in CLOSED:
        values |= {"closed_at": now, "reason": reason or row.reason}
        if row.contact_id is None and values.get("contact_id") is None:
            # Nobody agreed: the address goes at once, the name when the referrer has heard.
            values |= {"email": None, "why": None}
            if row.address_hash is not None and row.asked_consent_at is not None:
                referrals.forget_consent_mail(connection, row.address_hash)
    if to in _REACHED and row.contacted_at is None:
        values.setdefault("contacted_at", happened or now)
    if happened is not None:
        values["news_at"] = max(happened, row.news_at or happened)
    elif to not in CLOSED:
        values["news_at"] = now
    values["review_at"] = next_review(clock_of(row, **values), terms, now, desk.zone)
    if not referrals.move(connection, row.id, old, now, **values):
        return None
    moved = referrals.get(connection, row.id)
    if moved is None:
        return None
    said = _properties(moved, terms, reason, happened, now)
    if told is not None:
        said["told"] = told
    event_id = emit(connection, moved, EVENT_OF[to], said, now)
    referrals.add_step(
        connection,
        referral_id=row.id,
        from_state=str(old),
        to_state=str(to),
        reason=reason or None,
        by=desk.by[:320],
        event_id=event_id,
        at=now,
    )
    if to is State.DECLINED and moved.contact_id is not None:
        # By us: they hear it too, politely and with the reason.
        politely = {"referral": moved.ref, "reason": reason}
        person = people.current(connection, moved.contact_id)
        record(connection, [NewEvent("introduction.declined", person, now, ENGINE, politely)], now)
    _settle_promises(connection, moved, to, now)
    follow_with_rewards(desk, row.id, old, to)
    return moved


def follow_with_rewards(desk: Desk, referral_id: int, old: State | None, new: State) -> None:
    """Let the rewards of a referral follow it, in the same transaction."""
    if desk.release is not None:
        with_rewards = reward_promises.Desk(desk.connection, desk.release, desk.now, desk.by)
        rewards.follow_in(with_rewards, referral_id, old, new)


def _properties(
    row: Row[Any], terms: Terms, reason: str, happened: datetime | None, now: datetime
) -> dict[str, Any]:
    state = State(row.state)
    more: dict[str, Any] = {
        "told": is_told(state, terms, happened or now, now),
        "review": is_reviewed(state, terms),
    }
    if state in CLOSED:
        more["reason"] = reason
    if row.contacted_at is not None and state not in CLOSED:
        more |= {"contacted_at": row.contacted_at.isoformat(), "contacted_by": row.contacted_by}
    if row.result and row.numbers_agreed:
        more["result"] = row.result
    return said_of(row, terms, **more)


def _settle_promises(connection: Connection, row: Row[Any], to: State, now: datetime) -> None:
    """Close the tasks that a broken promise made, where what was promised is done."""
    over = to in CLOSED
    kept = ["contact"] if row.contacted_at is not None or over else []
    kept += ["acknowledge", "report"] if over else []
    keys = [f"{PROMISE}{row.id}/{timer}" for timer in kept]
    ids = task_writes.open_with_keys(connection, keys)
    if row.contact_id is not None and "contact" in kept:
        # However it was told (a button, a deal, the page), nobody is to be called a first time.
        person = people.current(connection, row.contact_id) or row.contact_id
        open_ = task_writes.open_of(connection, person)
        ids = sorted({*ids, *(one.id for one in open_ if one.kind == FIRST_CONTACT)})
    closed = task_writes.close(connection, ids, Closing(now, "done"))
    if closed:
        about = {"kind": "task_done", "reason": "task_closed", "contact_id": row.referrer_id}
        rows = [{**about, "detail": {"task": one, "outcome": "done"}} for one in closed]
        outcomes.append_decisions(connection, rows, now)
