"""Tasks as a list: open ones by when they are due, the others by when they were made."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, func, or_, select

from nurture.db.tables import account, contact, task, team_member
from nurture.db.tasks import CONTACT_GONE

#: stands for tasks that nobody has
NOBODY = 0


def page(
    connection: Connection,
    state: str,
    after: tuple[datetime, int] | None = None,
    limit: int = 50,
    member: int | None = None,
    kind: str = "",
) -> list[Row[Any]]:
    """Return tasks of a state with contact, company and who they are for.

    Open ones come by due time, the most urgent first; the others by when they were made,
    the newest first. Tasks about the erased, and about duplicates, are on none. `after` is
    the (that time, id) of the last task of the page before; `member` is whose tasks (NOBODY:
    those that nobody has, None: all), `kind` "" is any.
    """
    open_ones = state == "open"
    # A task without a due time is as urgent as it is old.
    key = func.coalesce(task.c.due_at, task.c.created_at) if open_ones else task.c.created_at
    query = (
        select(
            task,
            key.label("key"),
            contact.c.email,
            contact.c.family_name,
            contact.c.given_name,
            contact.c.locale,
            contact.c.temperature,
            account.c.name.label("account_name"),
            team_member.c.name.label("member"),
        )
        .outerjoin(contact, contact.c.id == task.c.contact_id)
        .outerjoin(account, account.c.id == func.coalesce(task.c.account_id, contact.c.account_id))
        .outerjoin(team_member, team_member.c.id == task.c.assignee_id)
        .where(task.c.state == state, or_(contact.c.id.is_(None), ~CONTACT_GONE))
    )
    if member is not None:
        whose = task.c.assignee_id.is_(None) if member == NOBODY else task.c.assignee_id == member
        query = query.where(whose)
    if kind:
        query = query.where(task.c.kind == kind)
    if after is not None:
        at, last = after
        if open_ones:
            query = query.where(or_(key > at, and_(key == at, task.c.id > last)))
        else:
            query = query.where(or_(key < at, and_(key == at, task.c.id < last)))
    order = (key, task.c.id) if open_ones else (key.desc(), task.c.id.desc())
    return list(connection.execute(query.order_by(*order).limit(limit)))


def kinds(connection: Connection) -> list[str]:
    """Return the kinds of tasks that there are."""
    rows = connection.execute(select(task.c.kind).distinct().order_by(task.c.kind))
    return [row.kind for row in rows]
