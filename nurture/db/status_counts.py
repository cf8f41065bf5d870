"""What waits, what failed, what is paused: small counts for the status page."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select

from nurture.db.tables import (
    account,
    contact,
    decision,
    enrolment,
    inbox,
    message,
    participant,
    pause,
    release,
    stray_event,
    task,
)
from nurture.domain.message import State

#: decisions that a person should know of
TROUBLE = ("failed", "in_doubt", "bounced")


def _count(connection: Connection, table: Any, *where: Any) -> int:
    return int(
        connection.execute(select(func.count()).select_from(table).where(*where)).scalar_one()
    )


def waiting(connection: Connection, now: datetime) -> dict[str, int]:
    """Return how much waits at each place of the circle, due now unless named otherwise."""
    due = enrolment.c.due_at <= now
    unsent = message.c.state.in_([State.QUEUED, State.DEFERRED])
    return {
        "inbox": _count(connection, inbox, inbox.c.available_at <= now),
        "inbox_held": _count(connection, inbox, inbox.c.available_at > now),
        "enrolments": _count(connection, enrolment, enrolment.c.state == "active", due),
        "queued": _count(connection, message, unsent, message.c.state == State.QUEUED),
        "deferred": _count(connection, message, unsent, message.c.state == State.DEFERRED),
        "tasks": _count(connection, task, task.c.state == "open"),
        "tasks_late": _count(connection, task, task.c.state == "open", task.c.due_at < now),
        "strays": _count(connection, stray_event),
    }


def people(connection: Connection) -> dict[str, int]:
    """Return temperature → contacts."""
    rows = connection.execute(
        select(contact.c.temperature, func.count().label("number"))
        .where(contact.c.merged_into.is_(None), contact.c.erased.is_(False))
        .group_by(contact.c.temperature)
    )
    return {row.temperature: row.number for row in rows}


def sent_since(connection: Connection, since: datetime) -> int:
    """Return how many mails left since a moment."""
    return _count(connection, message, message.c.sent_at >= since)


def troubles(connection: Connection, limit: int = 10) -> list[Row[Any]]:
    """Return the newest failures, mails in doubt and bounces, with who they are about."""
    return list(
        connection.execute(
            select(
                decision.c.id,
                decision.c.kind,
                decision.c.reason,
                decision.c.detail,
                decision.c.at,
                decision.c.contact_id,
                func.coalesce(contact.c.email, message.c.recipient).label("who"),
                func.coalesce(message.c.subject, message.c.template).label("mail"),
            )
            .outerjoin(message, message.c.id == decision.c.message_id)
            .outerjoin(
                contact, contact.c.id == func.coalesce(decision.c.contact_id, message.c.contact_id)
            )
            .where(decision.c.kind.in_(TROUBLE))
            .order_by(decision.c.at.desc(), decision.c.id.desc())
            .limit(limit)
        )
    )


def strays(connection: Connection, limit: int = 10) -> list[Row[Any]]:
    """Return the newest events of people nobody knows."""
    return list(
        connection.execute(select(stray_event).order_by(stray_event.c.id.desc()).limit(limit))
    )


def pauses(connection: Connection) -> list[Row[Any]]:
    """Return what is paused, longest first."""
    return list(connection.execute(select(pause).order_by(pause.c.at, pause.c.id)))


def holds(connection: Connection, limit: int = 50) -> list[Row[Any]]:
    """Return the accounts on hold."""
    return list(
        connection.execute(
            select(account.c.id, account.c.name, account.c.hold_reason)
            .where(account.c.hold_reason.is_not(None))
            .order_by(account.c.name)
            .limit(limit)
        )
    )


def live_release(connection: Connection) -> Row[Any] | None:
    """Return the live release's row."""
    found: Row[Any] | None = connection.execute(
        select(release).order_by(release.c.id.desc()).limit(1)
    ).first()
    return found


def participants(connection: Connection) -> list[Row[Any]]:
    """Return those outside SQL that the stepped clock waits for."""
    return list(connection.execute(select(participant).order_by(participant.c.name)))
