"""Firings of schedules: which are planned, due and over, and whom one takes next."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, delete, func, select, update

from nurture.db.conditions import select_contacts
from nurture.db.engine import is_sqlite
from nurture.db.tables import contact, enrolment, firing
from nurture.db.upsert import insert_new
from nurture.domain.firing import FiringState

_OPEN = (FiringState.WAITING, FiringState.RUNNING)


def open_rows(connection: Connection, lock: bool = False) -> list[Row[Any]]:
    """Return firings that wait or run, by workflow; with `lock` held until the commit."""
    query = (
        select(firing)
        .where(firing.c.state.in_(_OPEN))
        .order_by(firing.c.workflow, firing.c.schedule, firing.c.at)
    )
    if lock and not is_sqlite(connection):
        query = query.with_for_update()
    return list(connection.execute(query))


def last_over(connection: Connection) -> dict[tuple[str, str], Row[Any]]:
    """Return (workflow, schedule) → its newest firing that is over."""
    newest = (
        select(func.max(firing.c.id))
        .where(firing.c.state.not_in(_OPEN))
        .group_by(firing.c.workflow, firing.c.schedule)
    )
    rows = connection.execute(select(firing).where(firing.c.id.in_(newest)))
    return {(row.workflow, row.schedule): row for row in rows}


def plan(
    connection: Connection,
    workflow: str,
    schedule: str,
    at: datetime,
    due_at: datetime | None = None,
    skipped: int = 0,
) -> bool:
    """Insert a firing that waits, due at its moment or at `due_at`; False: there is one."""
    row = {
        "workflow": workflow,
        "schedule": schedule,
        "at": at,
        "state": FiringState.WAITING,
        "due_at": due_at or at,
        "skipped": skipped,
    }
    return bool(insert_new(connection, firing, [row]))


def forget(connection: Connection, firing_id: int) -> None:
    """Delete a firing that waits: its trigger is gone, or fires at another moment."""
    connection.execute(
        delete(firing).where(firing.c.id == firing_id, firing.c.state == FiringState.WAITING)
    )


def change(connection: Connection, firing_id: int, **values: Any) -> None:
    """Change a firing whose row the caller holds."""
    connection.execute(update(firing).where(firing.c.id == firing_id).values(**values))


def longest_due(connection: Connection, now: datetime) -> Row[Any] | None:
    """Return the firing longest due without holding it (a look before a write), or None."""
    return connection.execute(_due(now)).first()


def claim_due(connection: Connection, now: datetime) -> Row[Any] | None:
    """Return the firing longest due, held until the commit; None where others hold them all."""
    query = _due(now)
    if not is_sqlite(connection):
        query = query.with_for_update(skip_locked=True)
    return connection.execute(query).first()


def _due(now: datetime) -> Select[Any]:
    longest_first = select(firing).order_by(firing.c.due_at, firing.c.id)
    return longest_first.where(firing.c.due_at <= now).limit(1)


def may_enter(workflow: str, once: bool) -> ColumnElement[bool]:
    """Return whether a contact is not under way in a workflow; `once`: and never was."""
    there = (
        select(enrolment.c.id)
        .where(enrolment.c.contact_id == contact.c.id, enrolment.c.workflow == workflow)
        .correlate(contact)
    )
    if not once:
        there = there.where(enrolment.c.state == "active")
    return ~there.exists()


def how_many(connection: Connection, where: ColumnElement[bool]) -> int:
    """Return how many living contacts match."""
    return connection.execute(
        select(func.count()).select_from(select_contacts(where).subquery())
    ).scalar_one()
