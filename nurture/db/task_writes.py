"""Tasks: made once, given to somebody, closed with what became of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, or_, select, update

from nurture.db.tables import task
from nurture.db.upsert import insert_new

#: how the keys of hand-off tasks begin, and of those that follow from them
HANDOFF = "handoff/"

#: how the keys of tasks begin that say another one is late
ESCALATION = "escalation/"


#: how the keys of tasks begin that a broken promise about a referral makes
PROMISE = "referral/"

#: how the keys of tasks begin that ask for a look at a mail before it leaves
LOOK = "review/"

#: how the keys of tasks begin that the house makes for every reply
REPLY = "reply/"


@dataclass(frozen=True, slots=True)
class Closing:
    """How tasks are closed."""

    at: datetime
    #: accepted | returned | called | met | proposed | won | lost | done
    outcome: str
    #: what was learnt
    result: Mapping[str, Any] = field(default_factory=dict)
    #: team member who did it, where it was one
    by: int | None = None
    #: done | cancelled
    state: str = "done"


def insert_tasks(
    connection: Connection, rows: Sequence[Mapping[str, Any]]
) -> list[tuple[int, str]]:
    """Insert tasks, each `dedupe_key` once; return (id, kind) of the new ones, ascending."""
    alike: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for row in rows:
        alike.setdefault(tuple(sorted(row)), []).append(dict(row))
    return sorted(
        (one[0], one[1])
        for same in alike.values()
        for one in insert_new(connection, task, same, "id", "kind")
    )


def take_over(connection: Connection, row: Mapping[str, Any]) -> bool:
    """Let a journey's task for a reply stand in for the house's own of the same journey.

    One reply is one thing to do: the open task keeps its id and gets the journey's title,
    time and key. Returns False where there is none, or `row` is no such task.
    """
    if row["kind"] != "reply" or row.get("enrolment_id") is None:
        return False
    mine = {
        name: row[name]
        for name in ("dedupe_key", "title", "assignee", "assignee_id", "due_at", "review_at")
    }
    oldest = (
        select(task.c.id)
        .where(
            task.c.contact_id == row["contact_id"],
            task.c.enrolment_id == row["enrolment_id"],
            task.c.kind == "reply",
            task.c.state == "open",
            task.c.dedupe_key.startswith(REPLY),
        )
        .order_by(task.c.id)
        .limit(1)
    )
    found = connection.execute(oldest).scalar()
    if found is None:
        return False
    connection.execute(update(task).where(task.c.id == found).values(**mine))
    return True


def being_handed_off(connection: Connection, contact_ids: Iterable[int]) -> set[int]:
    """Return those of the contacts whose hand-off is open: they get no second one."""
    rows = connection.execute(
        select(task.c.contact_id).where(
            task.c.contact_id.in_(sorted(set(contact_ids))),
            task.c.state == "open",
            task.c.dedupe_key.startswith(HANDOFF),
        )
    )
    return {row.contact_id for row in rows}


def open_of(connection: Connection, contact_id: int) -> list[Row[Any]]:
    """Return a contact's open tasks, oldest first."""
    return list(
        connection.execute(
            select(
                task.c.id,
                task.c.kind,
                task.c.dedupe_key,
                task.c.title,
                task.c.assignee,
                task.c.assignee_id,
                task.c.deal_id,
            )
            .where(task.c.contact_id == contact_id, task.c.state == "open")
            .order_by(task.c.id)
        )
    )


def open_with_keys(connection: Connection, keys: Sequence[str]) -> list[int]:
    """Return the open tasks that were made under any of these keys."""
    if not keys:
        return []
    query = select(task.c.id).where(task.c.state == "open", task.c.dedupe_key.in_(keys))
    return list(connection.execute(query).scalars())


def close(connection: Connection, task_ids: Sequence[int], closing: Closing) -> list[int]:
    """Close those of the tasks that are open, and what said that they are late; return them."""
    if not task_ids:
        return []
    closed = {
        "state": closing.state,
        "outcome": closing.outcome,
        "done_at": closing.at,
        "done_by": closing.by,
        "review_at": None,
    }
    still_open = connection.execute(
        select(task.c.id, task.c.result).where(task.c.state == "open", task.c.id.in_(task_ids))
    )
    known = {row.id: dict(row.result or {}) for row in still_open}
    done = []
    for one, result in sorted(known.items()):
        # What was noted on it before stays: a call that nobody answered, an acceptance.
        found = connection.execute(
            update(task)
            .where(task.c.id == one, task.c.state == "open")
            .values(**closed, result={**result, **closing.result})
        )
        if found.rowcount:
            done.append(one)
    alarms = [f"{ESCALATION}{one}" for one in done]
    connection.execute(
        update(task).where(task.c.state == "open", task.c.dedupe_key.in_(alarms)).values(**closed)
    )
    return done


def reassign(connection: Connection, contact_id: int, old: int | None, new: int) -> list[int]:
    """Give a contact's open tasks for its owner to the new one; return those that changed hands.

    They are the tasks for `owner`, and those that the old owner had.
    """
    whose = task.c.assignee == "owner"
    if old is not None:
        whose = or_(whose, task.c.assignee_id == old)
    rows = connection.execute(
        update(task)
        .where(
            task.c.contact_id == contact_id,
            task.c.state == "open",
            whose,
            or_(task.c.assignee_id.is_(None), task.c.assignee_id != new),
        )
        .values(assignee_id=new)
        .returning(task.c.id)
    )
    return sorted(row.id for row in rows)


def due(
    connection: Connection, now: datetime, limit: int, only: Sequence[int] | None = None
) -> list[Row[Any]]:
    """Return (id, contact_id) of tasks whose time has come for a reminder or an escalation.

    `only`: of these tasks alone.
    """
    query = select(task.c.id, task.c.contact_id).where(task.c.review_at <= now)
    if only is not None:
        query = query.where(task.c.id.in_(only))
    return list(connection.execute(query.order_by(task.c.review_at).limit(limit)))


def take_due(connection: Connection, ids: Sequence[int], now: datetime) -> list[Row[Any]]:
    """Take tasks whose time is still up out of the queue, and return them."""
    return list(
        connection.execute(
            update(task)
            .where(task.c.id.in_(ids), task.c.review_at <= now)
            .values(review_at=None)
            .returning(
                task.c.id,
                task.c.dedupe_key,
                task.c.contact_id,
                task.c.account_id,
                task.c.kind,
                task.c.title,
                task.c.state,
                task.c.assignee,
                task.c.assignee_id,
                task.c.due_at,
                task.c.created_at,
                task.c.reminded_at,
                task.c.escalated_at,
                task.c.deal_id,
            )
        )
    )


def mark(connection: Connection, task_id: int, **columns: Any) -> None:
    """Write when a task was reminded of or escalated, and when it is looked at next."""
    connection.execute(update(task).where(task.c.id == task_id).values(**columns))
