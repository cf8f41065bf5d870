"""One person's story: events, mails and decisions, newest first, a page at a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Row, Select, and_, or_, select

from nurture.db.tables import decision, event, event_evidence, message

#: which of two things at the same moment stands above (later): a decision follows the event
#: that caused it, and its mail follows the decision
EVENT, DECISION, MAIL = 0, 1, 2


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A place in the story; things later in it are greater."""

    at: datetime
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
        (EVENT, _events(contact_id), event.c.occurred_at, event.c.id),
        (DECISION, _decisions(contact_id), decision.c.at, decision.c.id),
        (MAIL, _mails(contact_id), message.c.created_at, message.c.id),
    )
    found = []
    for kind, query, at, key in parts:
        if before is not None:
            query = query.where(_earlier(at, key, kind, before))
        rows = connection.execute(query.order_by(at.desc(), key.desc()).limit(limit))
        found += [Entry(Place(row.at, kind, row.id), row) for row in rows]
    found.sort(key=lambda entry: entry.place, reverse=True)
    return found[:limit]


def _earlier(at: Column[Any], key: Column[Any], kind: int, before: Place) -> ColumnElement[bool]:
    if kind < before.kind:
        return at <= before.at
    if kind > before.kind:
        return at < before.at
    return or_(at < before.at, and_(at == before.at, key < before.id))


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
        message.c.template,
        message.c.subject,
        message.c.subject_override,
        message.c.workflow,
        message.c.step,
        message.c.state,
    ).where(message.c.contact_id == contact_id)
