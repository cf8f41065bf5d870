"""Tasks as a list that pages and commands show: whose, what, until when, and why now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from nurture.db import task_list, tasks, team
from nurture.db.contact_facts import full_name
from nurture.db.engine import read
from nurture.domain.event_words import more_of, name_of
from nurture.services.runtime import Runtime
from nurture.services.task_mails import sign_text
from nurture.services.task_portraits import NOISE

#: rows of one page
PAGE = 50


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task in the list."""

    row: Row[Any]
    #: who it is about
    name: str
    late: bool
    #: what they did last, in words; "" where nothing is known
    why: str
    why_at: datetime | None


@dataclass(frozen=True, slots=True)
class TaskPage:
    """A page of the list, and what it can be narrowed down to."""

    rows: list[TaskRow]
    #: (time, id) after which the next page begins; None: this is the last
    more: tuple[datetime, int] | None
    members: list[Row[Any]]
    kinds: list[str]


def task_page(
    runtime: Runtime,
    locale: str,
    state: str = "open",
    member: int | None = None,
    kind: str = "",
    after: tuple[datetime, int] | None = None,
    limit: int = PAGE,
) -> TaskPage:
    """Return a page of tasks of a state, of a member (0: of nobody) and of a kind."""
    now = runtime.clock.now()
    with read(runtime.engine) as connection:
        rows = task_list.page(connection, state, after, limit + 1, member, kind)
        shown = rows[:limit]
        signs = tasks.newest_of_each(
            connection, [row.contact_id for row in shown if row.contact_id is not None], NOISE
        )
        members = team.members(connection)
        kinds = task_list.kinds(connection)
    found = []
    for row in shown:
        sign = signs.get(row.contact_id)
        why = ""
        if sign is not None:
            text = more_of(sign.type, sign.properties or {}, locale)
            why = sign_text(name_of(sign.type, locale), text, 1, locale)
        name = full_name(row.family_name, row.given_name, row.locale or "ja") or row.email or ""
        late = row.state == "open" and row.due_at is not None and row.due_at < now
        found.append(TaskRow(row, name, late, why, sign.occurred_at if sign is not None else None))
    last = shown[-1] if len(rows) > limit else None
    return TaskPage(found, (last.key, last.id) if last is not None else None, members, kinds)
