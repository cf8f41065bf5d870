"""Stepped business time: one row that all processes read, and who it waits for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Engine,
    ScalarSelect,
    bindparam,
    delete,
    exists,
    or_,
    select,
    update,
)

from nurture.clock import machine_now
from nurture.db.engine import read
from nurture.db.mail_states import HELD, WAITING
from nurture.db.tables import (
    business_clock,
    contact,
    deal,
    enrolment,
    experiment,
    firing,
    inbox,
    mailing,
    message,
    notice,
    participant,
    referral,
    reward,
    schedule,
    task,
    webhook_call,
)
from nurture.db.types import UtcDateTime
from nurture.db.upsert import put

#: the only row of the table
_ROW = 1

#: the participant that receives mails; readers' numbers are compared with its number
MAILBOX = "mailbox"


@dataclass(frozen=True, slots=True)
class Stand:
    """The clock's row."""

    business_at: datetime
    set_at: datetime
    running: bool
    until: datetime | None


# Asked at every turn of every process, so each is made once: making one costs as much as
# running it.
_STAND = select(
    business_clock.c.business_at,
    business_clock.c.set_at,
    business_clock.c.running,
    business_clock.c.until,
).where(business_clock.c.id == _ROW)
_NOW = bindparam("now", type_=UtcDateTime)
_ACTIVE = enrolment.c.state == "active"
#: table → whether a row of it waits for `services.upkeep`
_CHORES = {
    "contact": exists().where(contact.c.revisit_at <= _NOW),
    "mailing": exists().where(mailing.c.due_at <= _NOW),
    "task": exists().where(task.c.review_at <= _NOW),
    "deal": exists().where(deal.c.review_at <= _NOW),
    "reward": exists().where(reward.c.review_at <= _NOW),
    "referral": exists().where(referral.c.review_at <= _NOW),
    "schedule": exists().where(schedule.c.due_at <= _NOW),
    "experiment": exists().where(experiment.c.due_at <= _NOW),
    "firing": exists().where(firing.c.due_at <= _NOW),
}
_CHORES_DUE = select(*(due.label(of) for of, due in _CHORES.items()))
_DUE = select(
    or_(
        exists().where(inbox.c.available_at <= _NOW),
        exists().where(enrolment.c.due_at <= _NOW, _ACTIVE),
        exists().where(contact.c.review_at <= _NOW),
        exists().where(enrolment.c.review_at <= _NOW, _ACTIVE),
        *_CHORES.values(),
    ),
    or_(
        exists().where(WAITING, message.c.due_at <= _NOW),
        exists().where(notice.c.due_at <= _NOW),
        exists().where(webhook_call.c.due_at <= _NOW),
    ),
)


def stand(connection: Connection) -> Stand | None:
    """Return where the stored clock stands, or None where business time is real."""
    row = connection.execute(_STAND).first()
    return Stand(*row) if row is not None else None


def read_stand(engine: Engine) -> tuple[datetime, datetime, bool]:
    """Return (business time, machine time it was set at, running) for `SteppedClock`.

    Raises RuntimeError where no clock is stored.
    """
    with read(engine) as connection:
        found = stand(connection)
    if found is None:
        raise RuntimeError("no stepped clock is stored")
    return found.business_at, found.set_at, found.running


def set_stand(
    connection: Connection, business_at: datetime, running: bool, until: datetime | None = None
) -> None:
    """Store where the clock stands from now on."""
    row = {
        "id": _ROW,
        "business_at": business_at,
        "set_at": machine_now(),
        "running": running,
        "until": until,
    }
    put(connection, business_clock, row, "id")


def jump(connection: Connection, business_at: datetime) -> None:
    """Move a stepped clock forward."""
    connection.execute(
        update(business_clock)
        .where(business_clock.c.id == _ROW, business_clock.c.business_at < business_at)
        .values(business_at=business_at, set_at=machine_now())
    )


def announce(
    connection: Connection,
    name: str,
    busy: bool,
    mailbox_number: int | None,
    next_at: datetime | None,
) -> None:
    """Write down what a participant outside SQL is doing.

    The clock does not move while somebody is busy, wants to act at or before now, or has
    not seen every mail that the mailbox has received.
    """
    row = {
        "name": name,
        "busy": busy,
        "mailbox_number": mailbox_number,
        "next_at": next_at,
    }
    put(connection, participant, row, "name")


def waits_for_somebody(connection: Connection, now: datetime) -> bool:
    """Say whether a participant is busy, due, or behind the mailbox."""
    rows = connection.execute(
        select(
            participant.c.name,
            participant.c.busy,
            participant.c.mailbox_number,
            participant.c.next_at,
        )
    ).all()
    received = next((r.mailbox_number or 0 for r in rows if r.name == MAILBOX), 0)
    return any(
        row.busy
        or (row.next_at is not None and row.next_at <= now)
        or (row.mailbox_number is not None and row.mailbox_number < received)
        for row in rows
    )


def due_work(connection: Connection, now: datetime) -> tuple[bool, bool]:
    """Return whether there is something to decide, and something to send, at `now`."""
    # One statement: the clock asks this at every turn.
    decide, send = connection.execute(_DUE, {"now": now}).one()
    return bool(decide), bool(send)


def chores_due(connection: Connection, now: datetime) -> set[str]:
    """Return the tables of which anything is due for `services.upkeep` at `now`."""
    due = connection.execute(_CHORES_DUE, {"now": now}).one()
    return {of for of, waits in zip(_CHORES, due, strict=True) if waits}


def mails_under_way(connection: Connection) -> bool:
    """Say whether a worker holds mails."""
    # A held mail always has a lease, and said so the index over leases finds it.
    query = select(message.c.id).where(HELD, message.c.lease_until.is_not(None)).limit(1)
    return connection.execute(query).first() is not None


def next_moment(connection: Connection) -> datetime | None:
    """Return the earliest business time at which anything is due, participants included."""
    moments = connection.execute(_EARLIEST).one()
    return min((moment for moment in moments if moment is not None), default=None)


def _earliest(moment: Column[datetime], *where: ColumnElement[bool]) -> ScalarSelect[datetime]:
    query = select(moment).where(moment.is_not(None), *where).order_by(moment).limit(1)
    return query.scalar_subquery()


# Not min(): SQLite would look at every row without a moment first.
_EARLIEST = select(
    _earliest(inbox.c.available_at),
    _earliest(enrolment.c.due_at, _ACTIVE),
    _earliest(enrolment.c.review_at, _ACTIVE),
    _earliest(contact.c.review_at),
    _earliest(contact.c.revisit_at),
    _earliest(mailing.c.due_at),
    _earliest(task.c.review_at),
    _earliest(deal.c.review_at),
    _earliest(referral.c.review_at),
    _earliest(notice.c.due_at),
    _earliest(webhook_call.c.due_at),
    _earliest(reward.c.review_at),
    _earliest(schedule.c.due_at),
    _earliest(experiment.c.due_at),
    _earliest(firing.c.due_at),
    _earliest(message.c.due_at, WAITING),
    _earliest(participant.c.next_at),
)


def clear_participants(connection: Connection) -> None:
    """Forget who took part: at the start of a run."""
    connection.execute(delete(participant))
