"""One mail or one journey with all that is stored about it: whence it came, what became of it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, select

from nurture.db.events import DEEPEST
from nurture.db.tables import attempt, decision, enrolment, event, message
from nurture.db.touched import NEWEST_VERDICT


def mail(connection: Connection, message_id: int) -> Row[Any] | None:
    """Return a message with its journey's workflow and release, or None."""
    return connection.execute(
        select(message, enrolment.c.caused_by.label("enrolment_cause"))
        .outerjoin(enrolment, enrolment.c.id == message.c.enrolment_id)
        .where(message.c.id == message_id)
    ).first()


def journey(connection: Connection, enrolment_id: int) -> Row[Any] | None:
    """Return an enrolment, or None."""
    return connection.execute(select(enrolment).where(enrolment.c.id == enrolment_id)).first()


def chain(connection: Connection, event_id: int | None) -> list[Row[Any]]:
    """Return an event and what led to it, the first cause first; empty where there is none."""
    found: list[Row[Any]] = []
    while event_id is not None and len(found) <= DEEPEST:
        row: Any = connection.execute(
            select(
                event.c.id,
                event.c.type,
                event.c.occurred_at,
                event.c.properties,
                event.c.source,
                event.c.caused_by,
                NEWEST_VERDICT.label("verdict"),
            ).where(event.c.id == event_id)
        ).first()
        if row is None:
            break
        found.append(row)
        event_id = row.caused_by
    return found[::-1]


def decisions_on_mail(connection: Connection, row: Row[Any]) -> list[Row[Any]]:
    """Return every decision about a message, oldest first."""
    # By contact, where it has one: that is what the index is of.
    query = select(decision).where(decision.c.message_id == row.id)
    if row.contact_id is not None:
        query = query.where(decision.c.contact_id == row.contact_id)
    return list(connection.execute(query.order_by(decision.c.id)))


def decisions_on_journey(connection: Connection, row: Row[Any]) -> list[Row[Any]]:
    """Return every decision about an enrolment, those about its mails left out, oldest first."""
    return list(
        connection.execute(
            select(decision)
            .where(
                decision.c.contact_id == row.contact_id,
                decision.c.enrolment_id == row.id,
                decision.c.message_id.is_(None),
            )
            .order_by(decision.c.id)
        )
    )


def mails_of(connection: Connection, row: Row[Any]) -> list[Row[Any]]:
    """Return the messages of an enrolment, oldest first."""
    return list(
        connection.execute(
            select(message)
            .where(message.c.contact_id == row.contact_id, message.c.enrolment_id == row.id)
            .order_by(message.c.id)
        )
    )


def attempts(connection: Connection, message_id: int) -> list[Row[Any]]:
    """Return the attempts to hand a message over, oldest first."""
    return list(
        connection.execute(
            select(attempt).where(attempt.c.message_id == message_id).order_by(attempt.c.id)
        )
    )


def reactions(connection: Connection, message_id: int) -> list[Row[Any]]:
    """Return what was done with a message, by people and machines, oldest first."""
    return list(
        connection.execute(
            select(
                event.c.type,
                event.c.occurred_at,
                event.c.properties,
                NEWEST_VERDICT.label("verdict"),
            )
            .where(event.c.message_id == message_id)
            .order_by(event.c.occurred_at, event.c.id)
        )
    )
