"""What the readers of a simulation must know, each for many in one query."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, select

from nurture.db.tables import contact, decision, enrolment, event, message, referral, task
from nurture.db.touched import NEWEST_VERDICT
from nurture.db.touched import counts as counted

#: ids that one query names
_AT_ONCE = 5_000


def read_mails(connection: Connection, message_ids: Sequence[int]) -> list[Row[Any]]:
    """Return mails to contacts with who reads them and how warm they are now."""
    rows: list[Row[Any]] = []
    for some in _pages(message_ids):
        rows += connection.execute(
            select(
                message.c.id,
                message.c.contact_id,
                message.c.workflow,
                message.c.step,
                message.c.template,
                message.c.purpose,
                message.c.sent_at,
                contact.c.email,
                contact.c.temperature,
                contact.c.tracking,
            )
            .join(contact, contact.c.id == message.c.contact_id)
            .where(message.c.id.in_(some), contact.c.email.is_not(None))
            .order_by(message.c.id)
        )
    return rows


_NEW_TASKS = (
    select(
        task.c.id,
        task.c.contact_id,
        task.c.kind,
        task.c.title,
        task.c.created_at,
        contact.c.email,
    )
    .outerjoin(contact, contact.c.id == task.c.contact_id)
    .where(task.c.id > bindparam("after"), task.c.state == "open")
    .order_by(task.c.id)
)


def new_tasks(connection: Connection, after: int) -> list[Row[Any]]:
    """Return the tasks made after a number, with the address they are about."""
    return list(connection.execute(_NEW_TASKS, {"after": after}))


def temperatures(connection: Connection, contact_ids: Iterable[int]) -> dict[int, str]:
    """Return the temperature of contacts who are still there."""
    found: dict[int, str] = {}
    for some in _pages(sorted(set(contact_ids))):
        rows = connection.execute(
            select(contact.c.id, contact.c.temperature).where(
                contact.c.id.in_(some),
                contact.c.merged_into.is_(None),
                contact.c.erased.is_(False),
            )
        )
        found.update({row.id: row.temperature for row in rows})
    return found


def _pages(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for first in range(0, len(ids), _AT_ONCE):
        yield ids[first : first + _AT_ONCE]


def sent_since(connection: Connection, since: datetime) -> list[Row[Any]]:
    """Return the mails made since a moment, whatever became of them, with reader and journey."""
    return list(
        connection.execute(
            select(
                message.c.id,
                message.c.contact_id,
                message.c.workflow,
                message.c.step,
                message.c.template,
                message.c.mailing,
                message.c.purpose,
                message.c.state,
                message.c.reason,
                message.c.created_at,
                message.c.sent_at,
                message.c.priority,
                contact.c.email,
                enrolment.c.ended_at.label("journey_ended_at"),
            )
            .outerjoin(contact, contact.c.id == message.c.contact_id)
            .outerjoin(enrolment, enrolment.c.id == message.c.enrolment_id)
            .where((message.c.sent_at >= since) | message.c.sent_at.is_(None))
            .order_by(message.c.id)
        )
    )


def fates_since(connection: Connection, since: datetime) -> list[Row[Any]]:
    """Return the decisions on mails since a moment, in order: deferred, dropped, failed, sent."""
    return list(
        connection.execute(
            select(
                decision.c.message_id,
                decision.c.kind,
                decision.c.reason,
                decision.c.detail,
                decision.c.at,
            )
            .where(decision.c.message_id.is_not(None), decision.c.at >= since)
            .order_by(decision.c.id)
        )
    )


def happened_since(connection: Connection, since: datetime, types: Sequence[str]) -> list[Row[Any]]:
    """Return events of some types that came in since a moment, in order."""
    return list(
        connection.execute(
            select(
                event.c.type,
                event.c.contact_id,
                event.c.message_id,
                event.c.occurred_at,
                event.c.properties,
                event.c.source,
            )
            .where(event.c.type.in_(types), event.c.received_at >= since)
            .order_by(event.c.id)
        )
    )


def told_since(connection: Connection, since: datetime, source: str) -> dict[str, int]:
    """Return event type → how many events of a source came in since a moment."""
    rows = connection.execute(
        select(event.c.type, func.count().label("times"))
        .where(event.c.source == source, event.c.received_at >= since)
        .group_by(event.c.type)
        .order_by(event.c.type)
    )
    return {row.type: row.times for row in rows}


def types_since(connection: Connection, since: datetime) -> dict[str, int]:
    """Return event type → how many such events came in since a moment."""
    rows = connection.execute(
        select(event.c.type, func.count().label("times"))
        .where(event.c.received_at >= since)
        .group_by(event.c.type)
    )
    return {row.type: row.times for row in rows}


def refused_since(connection: Connection, since: datetime) -> dict[str, dict[str, int]]:
    """Return workflow → reason → people whom it did not take since a moment."""
    rows = connection.execute(
        select(
            decision.c.workflow,
            decision.c.reason,
            func.count(decision.c.contact_id.distinct()).label("people"),
        )
        .where(decision.c.kind == "not_enrolled", decision.c.at >= since)
        .group_by(decision.c.workflow, decision.c.reason)
    )
    found: dict[str, dict[str, int]] = {}
    for row in rows:
        found.setdefault(row.workflow or "", {})[row.reason] = row.people
    return found


def begun_since(connection: Connection, since: datetime) -> list[Row[Any]]:
    """Return enrolments that began since a moment or still stand: workflow, state, outcome."""
    return list(
        connection.execute(
            select(
                enrolment.c.workflow,
                enrolment.c.state,
                enrolment.c.outcome,
                enrolment.c.step,
                (enrolment.c.started_at >= since).label("new"),
                func.count().label("people"),
            )
            .where((enrolment.c.state == "active") | (enrolment.c.ended_at >= since))
            .group_by(
                enrolment.c.workflow,
                enrolment.c.state,
                enrolment.c.outcome,
                enrolment.c.step,
                enrolment.c.started_at >= since,
            )
            .order_by(enrolment.c.workflow)
        )
    )


def standings(connection: Connection) -> list[Row[int, str, str, str]]:
    """Return (id, email, temperature, lifecycle) of everybody who can be written to."""
    return list(
        connection.execute(
            select(contact.c.id, contact.c.email, contact.c.temperature, contact.c.lifecycle)
            .where(
                contact.c.email.is_not(None),
                contact.c.merged_into.is_(None),
                contact.c.erased.is_(False),
            )
            .order_by(contact.c.id)
        )
    )


def tasks_since(connection: Connection, since: datetime) -> list[Row[Any]]:
    """Return (kind, state, tasks) of the tasks made since a moment."""
    return list(
        connection.execute(
            select(task.c.kind, task.c.state, func.count().label("tasks"))
            .where(task.c.created_at >= since)
            .group_by(task.c.kind, task.c.state)
            .order_by(task.c.kind, task.c.state)
        )
    )


#: what readers do with mails, and machines too
_HABITS = (
    "email.opened",
    "email.clicked",
    "email.replied",
    "email.bounced",
    "email.complained",
    "contact.unsubscribed",
)


def reading_habits(
    connection: Connection, since: datetime, until: datetime
) -> dict[str, dict[str, int]]:
    """Return temperature → `sent` and event type → mails, for mails that left in a span.

    A mail counts once per type; what was judged a machine or a prefetch does not count. The
    temperature is the one that the reader had when the mail left.
    """
    moves: dict[int, list[tuple[datetime, str]]] = {}
    for row in connection.execute(
        select(event.c.contact_id, event.c.occurred_at, event.c.properties)
        .where(event.c.type == "temperature.changed", event.c.contact_id.is_not(None))
        .order_by(event.c.occurred_at, event.c.id)
    ):
        to = str((row.properties or {}).get("to") or "")
        moves.setdefault(row.contact_id, []).append((row.occurred_at, to))
    found: dict[str, dict[str, int]] = {}
    warmth: dict[int, str] = {}
    mails = connection.execute(
        select(message.c.id, message.c.contact_id, message.c.sent_at).where(
            message.c.contact_id.is_not(None),
            message.c.sent_at >= since,
            message.c.sent_at < until,
        )
    )
    for row in mails:
        earlier = [to for at, to in moves.get(row.contact_id, ()) if at <= row.sent_at]
        warmth[row.id] = earlier[-1] if earlier else "cold"
        counts = found.setdefault(warmth[row.id], {})
        counts["sent"] = counts.get("sent", 0) + 1
    happened = connection.execute(
        select(event.c.message_id, event.c.type, NEWEST_VERDICT.label("verdict")).where(
            event.c.type.in_(_HABITS), event.c.message_id.is_not(None)
        )
    )
    seen: set[tuple[int, str]] = set()
    for row in happened:
        key = (row.message_id, row.type)
        if row.message_id in warmth and key not in seen and counted(row.type, row.verdict, True):
            seen.add(key)
            counts = found[warmth[row.message_id]]
            counts[row.type] = counts.get(row.type, 0) + 1
    return found


def introduced_by(connection: Connection, contact_id: int) -> list[Row[Any]]:
    """Return the referrals that somebody brought, newest first."""
    query = select(referral).where(referral.c.referrer_id == contact_id)
    return list(connection.execute(query.order_by(referral.c.id.desc())))


def looked_at(connection: Connection, contact_id: int, kind: str, reason: str) -> dict[int, str]:
    """Return the open tasks of a kind whose mail waits for a reason: task → template, newest first.

    The task names its mail as `result.message`.
    """
    held = select(message.c.id, message.c.template).where(
        message.c.contact_id == contact_id, message.c.reason == reason
    )
    templates = {row.id: row.template for row in connection.execute(held)}
    asked = (
        select(task.c.id, task.c.result)
        .where(task.c.contact_id == contact_id, task.c.kind == kind, task.c.state == "open")
        .order_by(task.c.id.desc())
    )
    return {
        row.id: templates[row.result["message"]]
        for row in connection.execute(asked)
        if (row.result or {}).get("message") in templates
    }
