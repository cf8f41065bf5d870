"""What happened in a world, as plain values in the order in which it happened."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Engine, Select, select

from nurture.db.engine import read
from nurture.db.tables import decision, enrolment, event, message, task


@dataclass(frozen=True, slots=True)
class Mail:
    """One message, whatever became of it."""

    id: int
    contact_id: int | None
    recipient: str | None
    #: a workflow, or the mailing it is of
    workflow: str | None
    step: str | None
    template: str
    item: str | None
    mailing: str | None
    purpose: str
    #: a state of nurture.domain.message.State
    state: str
    #: why it is deferred, cancelled or failed: a code of nurture.domain.reasons
    reason: str | None
    #: empty where the world does not render and no step names one
    subject: str
    queued_at: datetime
    due_at: datetime | None
    sent_at: datetime | None

    @property
    def left(self) -> bool:
        """Whether it went out, or may have."""
        return self.sent_at is not None


@dataclass(frozen=True, slots=True)
class Journey:
    """One enrolment."""

    id: int
    contact_id: int
    workflow: str
    subject: str
    active: bool
    #: step it stands at, or ended at
    step: str | None
    #: converted, exited, completed, stopped …, once ended
    outcome: str | None
    due_at: datetime | None
    started_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class ToDo:
    """One task of the team."""

    id: int
    contact_id: int | None
    kind: str
    title: str
    #: `owner` or a role, as written
    assignee: str
    #: open | done | cancelled
    state: str
    created_at: datetime
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Why:
    """One decision with its reason."""

    contact_id: int | None
    #: enrolled | not_enrolled | walked | ended | deferred | dropped | sent …
    kind: str
    #: a code of nurture.domain.reasons
    reason: str
    detail: Mapping[str, Any]
    workflow: str | None
    step: str | None
    message_id: int | None
    enrolment_id: int | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One event."""

    id: int
    contact_id: int | None
    type: str
    at: datetime
    properties: Mapping[str, Any]
    message_id: int | None


def mails(engine: Engine, contact_id: int | None = None) -> list[Mail]:
    """Return messages, oldest first, of a contact or of all, mails to our team included."""
    query = select(message).order_by(message.c.id)
    return [
        Mail(
            id=row.id,
            contact_id=row.contact_id,
            recipient=row.recipient,
            workflow=row.workflow,
            step=row.step,
            template=row.template,
            item=row.item,
            mailing=row.mailing,
            purpose=row.purpose,
            state=row.state,
            reason=row.reason,
            subject=row.subject or row.subject_override or "",
            queued_at=row.created_at,
            due_at=row.due_at,
            sent_at=row.sent_at,
        )
        for row in _rows(engine, query, message.c.contact_id, contact_id)
    ]


def journeys(engine: Engine, contact_id: int | None = None) -> list[Journey]:
    """Return enrolments, oldest first, of a contact or of all."""
    query = select(enrolment).order_by(enrolment.c.id)
    return [
        Journey(
            id=row.id,
            contact_id=row.contact_id,
            workflow=row.workflow,
            subject=row.subject,
            active=row.state == "active",
            step=row.step,
            outcome=row.outcome,
            due_at=row.due_at,
            started_at=row.started_at,
            ended_at=row.ended_at,
        )
        for row in _rows(engine, query, enrolment.c.contact_id, contact_id)
    ]


def tasks(engine: Engine, contact_id: int | None = None) -> list[ToDo]:
    """Return tasks, oldest first, about a contact or all."""
    query = select(task).order_by(task.c.id)
    return [
        ToDo(
            id=row.id,
            contact_id=row.contact_id,
            kind=row.kind,
            title=row.title,
            assignee=row.assignee,
            state=row.state,
            created_at=row.created_at,
            due_at=row.due_at,
        )
        for row in _rows(engine, query, task.c.contact_id, contact_id)
    ]


def decisions(
    engine: Engine, contact_id: int | None = None, kinds: Iterable[str] = ()
) -> list[Why]:
    """Return decisions with their reasons, oldest first; `kinds`: only those."""
    query = select(decision).order_by(decision.c.id)
    if wanted := sorted(kinds):
        query = query.where(decision.c.kind.in_(wanted))
    return [
        Why(
            contact_id=row.contact_id,
            kind=row.kind,
            reason=row.reason,
            detail=row.detail,
            workflow=row.workflow,
            step=row.step,
            message_id=row.message_id,
            enrolment_id=row.enrolment_id,
            at=row.at,
        )
        for row in _rows(engine, query, decision.c.contact_id, contact_id)
    ]


def occurrences(
    engine: Engine, contact_id: int | None = None, types: Iterable[str] = ()
) -> list[Occurrence]:
    """Return events in the order in which they came; `types`: only those.

    `temperature.changed` and `lifecycle.changed` (properties `from` and `to`) are how a
    contact moved.
    """
    query = select(event).order_by(event.c.id)
    if wanted := sorted(types):
        query = query.where(event.c.type.in_(wanted))
    return [
        Occurrence(
            row.id, row.contact_id, row.type, row.occurred_at, row.properties, row.message_id
        )
        for row in _rows(engine, query, event.c.contact_id, contact_id)
    ]


def _rows(
    engine: Engine, query: Select[Any], whose: ColumnElement[Any], contact_id: int | None
) -> list[Any]:
    if contact_id is not None:
        query = query.where(whose == contact_id)
    with read(engine) as connection:
        return list(connection.execute(query))
