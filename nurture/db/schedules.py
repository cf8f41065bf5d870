"""What is done again and again at a time of day, one row each."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, select, update

from nurture.db.tables import schedule
from nurture.db.upsert import put


def plan(connection: Connection, name: str, due_at: datetime) -> None:
    """Say when something is next due."""
    row = {"name": name, "due_at": due_at}
    put(connection, schedule, row, "name")


def plan_anew(connection: Connection, name: str, due_at: datetime | None, now: datetime) -> None:
    """Say when something is next due, as a new release has it; None: not any more.

    What is due and was not done yet, because nobody was at work, is not put off.
    """
    if due_at is None:
        forget(connection, name)
    elif not is_due(connection, name, now):
        plan(connection, name, due_at)


def forget(connection: Connection, name: str) -> None:
    """Something is not done any more."""
    connection.execute(delete(schedule).where(schedule.c.name == name))


def is_due(connection: Connection, name: str, now: datetime) -> bool:
    """Say whether something is due and was not done yet."""
    query = select(schedule.c.name).where(schedule.c.name == name, schedule.c.due_at <= now)
    return connection.execute(query).first() is not None


def hold_due(connection: Connection, name: str, now: datetime) -> datetime | None:
    """Return since when something is due, its row held for this transaction; None: it is not.

    Another worker that asks meanwhile finds it not due.
    """
    found = connection.execute(
        select(schedule.c.due_at)
        .where(schedule.c.name == name, schedule.c.due_at <= now)
        .with_for_update(skip_locked=True)
    ).scalar()
    return found


def done(connection: Connection, name: str, now: datetime, due_at: datetime | None) -> None:
    """Something was done, and is due again later; None: not any more."""
    if due_at is None:
        forget(connection, name)
        return
    connection.execute(
        update(schedule).where(schedule.c.name == name).values(last_at=now, due_at=due_at)
    )
