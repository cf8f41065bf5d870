"""Lines for chat rooms: kept until the room's service has taken them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, or_, select, update

from nurture.db.tables import account, contact, notice, task, team_member
from nurture.db.upsert import insert_new


def keep(connection: Connection, rows: Sequence[Mapping[str, Any]], now: datetime) -> int:
    """Queue lines (dedupe_key, chat, text, contact_id), each key once; return how many are new."""
    full = [
        {"contact_id": None, "state": "queued", "due_at": now, "created_at": now, **row}
        for row in rows
    ]
    return len(insert_new(connection, notice, full, "id"))


def any_due(connection: Connection, now: datetime, machine: datetime) -> bool:
    """Say whether a line is due that nobody is posting."""
    query = select(notice.c.id).where(_free(now, machine)).limit(1)
    return connection.execute(query).first() is not None


def _free(now: datetime, machine: datetime) -> ColumnElement[bool]:
    nobody = or_(notice.c.held_until.is_(None), notice.c.held_until <= machine)
    return (notice.c.due_at <= now) & nobody


def take(
    connection: Connection, now: datetime, machine: datetime, until: datetime, limit: int
) -> list[Row[Any]]:
    """Return due lines, oldest first; whoever takes them holds them `until` (machine time).

    They stay due meanwhile, so that stepped business time waits for them; another worker
    finds them when `machine` has passed that moment and this one has died.
    """
    due = (
        select(notice.c.id)
        .where(_free(now, machine))
        .order_by(notice.c.due_at, notice.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    ids = [row.id for row in connection.execute(due)]
    if not ids:
        return []
    taken = connection.execute(
        update(notice)
        .where(notice.c.id.in_(ids))
        .values(held_until=until, tries=notice.c.tries + 1)
        .returning(notice.c.id, notice.c.chat, notice.c.text, notice.c.tries)
    )
    return sorted(taken, key=lambda row: row.id)


def settle(
    connection: Connection, notice_id: int, state: str, due_at: datetime | None, now: datetime
) -> None:
    """Write down what became of a line; `due_at`: when to try again, None: never."""
    connection.execute(
        update(notice)
        .where(notice.c.id == notice_id)
        .values(
            state=state,
            due_at=due_at,
            held_until=None,
            sent_at=now if state == "sent" else None,
        )
    )


def tasks_about(connection: Connection, task_ids: Sequence[int]) -> list[Row[Any]]:
    """Return tasks with what a line says of them: title, due time, assignee, person, company."""
    query = (
        select(
            task.c.id,
            task.c.dedupe_key,
            task.c.title,
            task.c.due_at,
            task.c.contact_id,
            team_member.c.name.label("member"),
            contact.c.family_name,
            contact.c.given_name,
            contact.c.locale,
            account.c.name.label("company"),
        )
        .join(contact, contact.c.id == task.c.contact_id)
        .outerjoin(account, account.c.id == contact.c.account_id)
        .outerjoin(team_member, team_member.c.id == task.c.assignee_id)
        .where(task.c.id.in_(sorted(task_ids)), contact.c.erased.is_(False))
        .order_by(task.c.id)
    )
    return list(connection.execute(query))
