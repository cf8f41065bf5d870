"""Calls of other systems as rows: queued with the walk, taken by one worker, settled once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, insert, or_, select, update

from nurture.db.tables import contact, enrolment, webhook_attempt, webhook_call
from nurture.db.upsert import insert_new
from nurture.domain.enrolment import Memory
from nurture.domain.fates import answered


def keep(connection: Connection, rows: Sequence[Mapping[str, Any]], now: datetime) -> int:
    """Queue calls, each key once; return how many are new."""
    full = [{"state": "queued", "due_at": now, "created_at": now, **row} for row in rows]
    return len(insert_new(connection, webhook_call, full, "id"))


def any_due(connection: Connection, now: datetime, machine: datetime) -> bool:
    """Say whether a call is due that nobody is at."""
    query = select(webhook_call.c.id).where(_free(now, machine)).limit(1)
    return connection.execute(query).first() is not None


def _free(now: datetime, machine: datetime) -> ColumnElement[bool]:
    nobody = or_(webhook_call.c.held_until.is_(None), webhook_call.c.held_until <= machine)
    return (webhook_call.c.due_at <= now) & nobody


def take(
    connection: Connection, now: datetime, machine: datetime, until: datetime, limit: int
) -> list[Row[Any]]:
    """Return due calls with what is known of whom they are about, longest due first.

    Whoever takes them holds them `until` (machine time); they stay due meanwhile.
    """
    due = (
        select(webhook_call.c.id)
        .where(_free(now, machine))
        .order_by(webhook_call.c.due_at, webhook_call.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    ids = [row.id for row in connection.execute(due)]
    if not ids:
        return []
    connection.execute(
        update(webhook_call)
        .where(webhook_call.c.id.in_(ids))
        .values(held_until=until, tries=webhook_call.c.tries + 1)
    )
    query = (
        select(
            *webhook_call.c,
            enrolment.c.trigger.label("trigger"),
            contact.c.erased,
            contact.c.email,
        )
        .join(enrolment, enrolment.c.id == webhook_call.c.enrolment_id)
        .join(contact, contact.c.id == webhook_call.c.contact_id)
        .where(webhook_call.c.id.in_(ids))
        .order_by(webhook_call.c.id)
    )
    return list(connection.execute(query))


def is_ours(connection: Connection, call_id: int, until: datetime) -> bool:
    """Say whether a call is still held under our lease, and hold its row."""
    query = select(webhook_call.c.held_until).where(webhook_call.c.id == call_id).with_for_update()
    row = connection.execute(query).first()
    return row is not None and row.held_until == until


def put_off(connection: Connection, call_ids: Sequence[int], until: datetime) -> None:
    """Give calls back untried, to be looked at again later."""
    connection.execute(
        update(webhook_call)
        .where(webhook_call.c.id.in_(call_ids))
        .values(held_until=None, due_at=until, tries=webhook_call.c.tries - 1)
    )


def settle(
    connection: Connection,
    call_id: int,
    state: str,
    status: int | None,
    due_at: datetime | None,
    now: datetime,
) -> None:
    """Write down what became of a call; `due_at`: when to try again, None: never."""
    connection.execute(
        update(webhook_call)
        .where(webhook_call.c.id == call_id)
        .values(
            state=state,
            status=status,
            due_at=due_at,
            held_until=None,
            settled_at=now if due_at is None else None,
        )
    )


def log(connection: Connection, row: Mapping[str, Any]) -> None:
    """Append one try: call_id, at, status, text, milliseconds."""
    connection.execute(insert(webhook_attempt), [dict(row)])


def tell_enrolment(
    connection: Connection, call: Row[Any], outcome: str, answer: Mapping[str, Any], now: datetime
) -> bool:
    """Make the journey due that holds for a call, with its answer remembered.

    Returns False where nothing holds for it any more. The caller holds the contact.
    """
    row = connection.execute(
        select(enrolment.c.memory).where(
            enrolment.c.id == call.enrolment_id,
            enrolment.c.state == "active",
            enrolment.c.step == call.step,
        )
    ).first()
    if row is None:
        return False
    memory = Memory.from_json(row.memory)
    if not answered(memory, call.step, call.visit, outcome, answer, now):
        return False
    connection.execute(
        update(enrolment)
        .where(enrolment.c.id == call.enrolment_id)
        .values(memory=memory.as_json(), due_at=now)
    )
    return True


def listed(connection: Connection, state: str | None, limit: int) -> list[Row[Any]]:
    """Return the newest calls, in a state if one is named."""
    query = (
        select(*webhook_call.c, contact.c.email)
        .join(contact, contact.c.id == webhook_call.c.contact_id)
        .order_by(webhook_call.c.id.desc())
        .limit(limit)
    )
    if state is not None:
        query = query.where(webhook_call.c.state == state)
    return list(connection.execute(query))


def one(connection: Connection, call_id: int) -> Row[Any] | None:
    """Return a call, or None."""
    query: Select[Any] = (
        select(*webhook_call.c, contact.c.email)
        .join(contact, contact.c.id == webhook_call.c.contact_id)
        .where(webhook_call.c.id == call_id)
    )
    return connection.execute(query).first()


def attempts(connection: Connection, call_id: int) -> list[Row[Any]]:
    """Return the tries of a call, oldest first."""
    query = (
        select(webhook_attempt)
        .where(webhook_attempt.c.call_id == call_id)
        .order_by(webhook_attempt.c.id)
    )
    return list(connection.execute(query))


def again(connection: Connection, call_id: int, now: datetime) -> bool:
    """Queue a call that was refused, failed or dropped once more; False where it is under way."""
    done = connection.execute(
        update(webhook_call)
        .where(
            webhook_call.c.id == call_id,
            webhook_call.c.state.in_(["refused", "failed", "dropped"]),
        )
        .values(state="queued", due_at=now, tries=0, settled_at=None)
    )
    return done.rowcount == 1
