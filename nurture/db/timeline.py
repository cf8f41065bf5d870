"""One person's story: events, mails and decisions, newest first, a page at a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Row, Select, and_, literal, or_, select

from nurture.db.tables import decision, event, event_evidence, message

EVENT, DECISION, MAIL = 0, 1, 2


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A place in the story; things later in it are greater.

    Business time may stand still for a while: things at one moment come in the order in
    which they were written down.
    """

    at: datetime
    recorded_at: datetime
    kind: int
    id: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened, as stored."""

    place: Place
    row: Row[Any]


def story(
    connection: Connection, contact_id: int, before: Place | None = None, limit: int = 50
) -> list[Entry]:
    """Return what happened to a contact before a place, newest first, at most `limit`."""
    parts = (
        (EVENT, _events(contact_id), event.c.occurred_at, event),
        (DECISION, _decisions(contact_id), decision.c.at, decision),
        (MAIL, _mails(contact_id), message.c.created_at, message),
    )
    found = []
    for kind, query, at, table in parts:
        order = (at, table.c.recorded_at, table.c.id)
        if before is not None:
            query = query.where(_earlier(order, kind, before))
        rows = connection.execute(query.order_by(*(one.desc() for one in order)).limit(limit))
        found += [Entry(Place(row.at, row.recorded_at, kind, row.id), row) for row in rows]
    found.sort(key=lambda entry: entry.place, reverse=True)
    return found[:limit]


def _earlier(order: tuple[Column[Any], ...], kind: int, before: Place) -> ColumnElement[bool]:
    at, recorded_at, key = order
    if kind == before.kind:
        last: ColumnElement[bool] = key < before.id
    else:
        last = literal(kind < before.kind)
    same = recorded_at == before.recorded_at
    return or_(
        at < before.at,
        and_(at == before.at, or_(recorded_at < before.recorded_at, and_(same, last))),
    )


def _events(contact_id: int) -> Select[Any]:
    newest = (
        select(event_evidence.c.id)
        .where(event_evidence.c.event_id == event.c.id)
        .order_by(event_evidence.c.id.desc())
        .limit(1)
        .correlate(event)
        .scalar_subquery()
    )
    return (
        select(
            event.c.id,
            event.c.occurred_at.label("at"),
            event.c.type,
            event.c.properties,
            event.c.source,
            event.c.recorded_at,
            event.c.message_id,
            event_evidence.c.verdict,
            event_evidence.c.reason.label("verdict_reason"),
            message.c.subject,
            message.c.template,
        )
        .outerjoin(event_evidence, event_evidence.c.id == newest)
        .outerjoin(message, message.c.id == event.c.message_id)
        .where(event.c.contact_id == contact_id)
    )


def _decisions(contact_id: int) -> Select[Any]:
    return select(
        decision.c.id,
        decision.c.at,
        decision.c.recorded_at,
        decision.c.kind,
        decision.c.reason,
        decision.c.detail,
        decision.c.workflow,
        decision.c.step,
        decision.c.message_id,
    ).where(decision.c.contact_id == contact_id)


def _mails(contact_id: int) -> Select[Any]:
    return select(
        message.c.id,
        message.c.created_at.label("at"),
        message.c.recorded_at,
        message.c.template,
        message.c.subject,
        message.c.subject_override,
        message.c.workflow,
        message.c.step,
        message.c.state,
    ).where(message.c.contact_id == contact_id)
