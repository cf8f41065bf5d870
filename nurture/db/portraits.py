"""Everything about one contact that a person wants to see, by table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Row, and_, func, select

from nurture.db.tables import consent, decision, enrolment, event, ledger, message, task
from nurture.db.touched import NEWEST_VERDICT, counts


def ledger_rows(connection: Connection, contact_id: int) -> list[Row[Any]]:
    """Return a contact's ledger with the type and properties of each row's event."""
    return list(
        connection.execute(
            select(
                ledger.c.id,
                ledger.c.rule,
                ledger.c.points,
                ledger.c.occurred_at,
                ledger.c.event_id,
                event.c.type,
                event.c.properties,
            )
            .join(event, event.c.id == ledger.c.event_id)
            .where(ledger.c.contact_id == contact_id)
            .order_by(ledger.c.occurred_at.desc(), ledger.c.id.desc())
        )
    )


def consents(connection: Connection, contact_id: int) -> list[Row[Any]]:
    """Return a contact's consent records, newest first."""
    return list(
        connection.execute(
            select(consent).where(consent.c.contact_id == contact_id).order_by(consent.c.id.desc())
        )
    )


def enrolments(connection: Connection, contact_id: int, limit: int = 50) -> list[Row[Any]]:
    """Return a contact's journeys: active ones first, then the newest."""
    return list(
        connection.execute(
            select(enrolment)
            .where(enrolment.c.contact_id == contact_id)
            .order_by(enrolment.c.state, enrolment.c.id.desc())
            .limit(limit)
        )
    )


def mails(connection: Connection, contact_id: int, limit: int = 100) -> list[Row[Any]]:
    """Return a contact's mails, newest first."""
    return list(
        connection.execute(
            select(message)
            .where(message.c.contact_id == contact_id)
            .order_by(message.c.id.desc())
            .limit(limit)
        )
    )


def reactions(
    connection: Connection, message_ids: Sequence[int], count_unknown_opens: bool
) -> dict[int, set[str]]:
    """Return mail → types of what people (no machines) did with it."""
    rows = connection.execute(
        select(event.c.message_id, event.c.type, NEWEST_VERDICT.label("verdict")).where(
            event.c.message_id.in_(message_ids)
        )
    )
    found: dict[int, set[str]] = {}
    for row in rows:
        if counts(row.type, row.verdict, count_unknown_opens):
            found.setdefault(row.message_id, set()).add(row.type)
    return found


def decisions_on_mails(
    connection: Connection, contact_id: int, ids: Sequence[int]
) -> dict[int, Row[Any]]:
    """Return the newest decision about each mail of a contact."""
    about = and_(decision.c.contact_id == contact_id, decision.c.message_id.in_(ids))
    return _newest(connection, decision.c.message_id, about)


def decisions_on_journeys(
    connection: Connection, contact_id: int, ids: Sequence[int]
) -> dict[int, Row[Any]]:
    """Return the newest decision about each journey of a contact, its mails left out."""
    about = and_(
        decision.c.contact_id == contact_id,
        decision.c.enrolment_id.in_(ids),
        decision.c.message_id.is_(None),
    )
    return _newest(connection, decision.c.enrolment_id, about)


def _newest(
    connection: Connection, column: Column[Any], about: ColumnElement[bool]
) -> dict[int, Row[Any]]:
    newest = select(func.max(decision.c.id)).where(about).group_by(column)
    rows = connection.execute(select(decision, column.label("of")).where(decision.c.id.in_(newest)))
    return {row.of: row for row in rows}


def tasks(connection: Connection, contact_id: int, limit: int = 50) -> list[Row[Any]]:
    """Return a contact's tasks, open ones first, then the newest."""
    return list(
        connection.execute(
            select(task)
            .where(task.c.contact_id == contact_id)
            .order_by(task.c.state.desc(), task.c.id.desc())
            .limit(limit)
        )
    )
