"""Figures of the demo's end about sales, seminars and choices; each function is one figure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from nurture.db.demo_figures import LEFT
from nurture.db.tables import deal, event, message, notice, preference, task
from nurture.db.task_writes import HANDOFF


def task_outcomes(connection: Connection) -> dict[str, Counter[str]]:
    """Return kind of task → how many ended how; `open` are those that nobody has ended yet."""
    found: dict[str, Counter[str]] = {}
    ended = func.coalesce(task.c.outcome, task.c.state)
    rows = connection.execute(select(task.c.kind, ended, func.count()).group_by(task.c.kind, ended))
    for kind, outcome, number in rows:
        found.setdefault(kind, Counter())[outcome] += number
    return found


@dataclass(frozen=True, slots=True)
class Chased:
    """Hand-offs, and tasks whose time ran out."""

    handed_off: int
    reminded: int
    escalated: int


def chased(connection: Connection) -> Chased:
    """Return leads that were handed to sales, and tasks that were called to mind or told on."""
    first = task.c.dedupe_key.startswith(HANDOFF) & task.c.dedupe_key.not_like("%~%")
    return Chased(
        *connection.execute(
            select(
                func.count().filter(first),
                func.count(task.c.reminded_at),
                func.count(task.c.escalated_at),
            )
        ).one()
    )


def done_by_mail(connection: Connection) -> int:
    """Return what salespeople recorded by the buttons of task mails: events, each once."""
    rows = connection.execute(select(event.c.properties).where(event.c.source == "task"))
    # A deal that is opened on the way is part of what was pressed.
    seen = [row.properties or {} for row in rows]
    return sum(1 for one in seen if one.get("via") == "mail")


def deals(connection: Connection) -> Counter[str]:
    """Return stage of a deal → how many stand there."""
    rows = connection.execute(select(deal.c.stage, func.count()).group_by(deal.c.stage))
    return Counter(dict(rows.tuples().all()))


@dataclass(frozen=True, slots=True)
class Chosen:
    """What readers chose in the preference centre."""

    #: times that somebody saved a change, and what stands now
    changes: int
    topics_off: int
    rarer: int
    paused: int


def chosen(connection: Connection) -> Chosen:
    """Return how often readers changed their preferences, and what they have now."""
    changes = connection.execute(
        select(func.count()).where(event.c.type == "contact.preferences_changed")
    ).scalar_one()
    rows = connection.execute(
        select(preference.c.topics_off, preference.c.rhythm, preference.c.paused_until)
    ).all()
    return Chosen(
        changes,
        sum(1 for row in rows if row.topics_off),
        sum(1 for row in rows if row.rhythm != "all"),
        sum(1 for row in rows if row.paused_until is not None),
    )


@dataclass(frozen=True, slots=True)
class Carried:
    """What mails carried besides their words."""

    #: library item → mails that it went out with
    items: Counter[str]
    #: mails with a PDF
    attached: int
    #: mails in which a new owner named whom they follow
    introduced: int
    #: mails to our own people: tasks, reminders, mornings
    to_the_team: int


def carried(connection: Connection) -> Carried:
    """Return what the mails that left carried."""
    rows = connection.execute(
        select(message.c.item, message.c.attach, message.c["values"], message.c.contact_id).where(
            message.c.state.in_(LEFT)
        )
    ).all()
    return Carried(
        Counter(row.item for row in rows if row.item),
        sum(1 for row in rows if row.attach),
        sum(1 for row in rows if isinstance(row[2], dict) and row[2].get("predecessor")),
        sum(1 for row in rows if row.contact_id is None),
    )


def said(connection: Connection) -> int:
    """Return lines that SQL says a chat room has taken."""
    return connection.execute(
        select(func.count()).select_from(notice).where(notice.c.state == "sent")
    ).scalar_one()
