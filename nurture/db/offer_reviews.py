"""When somebody last looked through the offers of a programme, by the tasks that asked for it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, func, select

from nurture.db.tables import event, task

#: how the keys of these tasks begin; programme and month follow
KEY = "offer-review/"

#: meetings with other customers
_GUESTS = ("seminar.attended", "event.attended", "community.joined")


def looked_at(connection: Connection, program: str) -> datetime | None:
    """Return when the newest of a programme's tasks was done; None: none was."""
    return connection.execute(
        select(func.max(task.c.done_at)).where(
            task.c.dedupe_key.startswith(f"{KEY}{program}/", autoescape=True),
            task.c.state == "done",
        )
    ).scalar()


def program_of(dedupe_key: str) -> str | None:
    """Return the programme that a task asks to look through; None where it is another task."""
    if not dedupe_key.startswith(KEY):
        return None
    return dedupe_key.removeprefix(KEY).rpartition("/")[0]


def guests(connection: Connection, since: datetime, until: datetime) -> int:
    """Return how often people came to seminars, events and the community in a span."""
    number: int = connection.execute(
        select(func.count()).where(
            event.c.type.in_(_GUESTS), event.c.occurred_at > since, event.c.occurred_at <= until
        )
    ).scalar_one()
    return number
