"""People of a run whose story is worth telling, and the dates and words it hangs on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, select

from nurture.db.tables import account, contact, decision, enrolment, event, message, task


@dataclass(frozen=True, slots=True)
class Hero:
    """Whom a story is about."""

    contact_id: int
    family_name: str
    given_name: str
    company: str
    email: str
    locale: str


@dataclass(frozen=True, slots=True)
class Keen:
    """One who took a document, became hot, and was called in time."""

    hero: Hero
    #: properties of `document.downloaded`, and when
    document: Mapping[str, Any]
    took_at: datetime
    #: subject of the first mail after it, and when it left
    subject: str
    thanked_at: datetime
    hot_at: datetime
    score: float
    due_at: datetime
    called_at: datetime
    #: what the call taught: BANT
    learnt: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Unsent:
    """One who did not get a mail."""

    hero: Hero
    workflow: str
    #: subject that others got from the same template, empty where nobody did
    subject: str
    template: str
    decided_at: datetime
    #: what put it off before, if anything did: reason and detail
    held: tuple[str, Mapping[str, Any]] | None
    dropped_at: datetime
    reason: str
    detail: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Leaver:
    """One who left in the middle of a wait."""

    hero: Hero
    workflow: str
    #: the walk that began to wait: when, reason and detail (`until`, `events`)
    waits_since: datetime
    reason: str
    detail: Mapping[str, Any]
    left_at: datetime
    #: mails of the purpose that left afterwards: none, if the promise holds
    mails_after: int


def hero(connection: Connection, contact_id: int) -> Hero:
    """Return who a contact is."""
    row = connection.execute(
        select(
            contact.c.family_name,
            contact.c.given_name,
            account.c.name,
            contact.c.email,
            contact.c.locale,
        )
        .outerjoin(account, account.c.id == contact.c.account_id)
        .where(contact.c.id == contact_id)
    ).one()
    return Hero(contact_id, *(value or "" for value in row))


def keen(connection: Connection, locale: str) -> Keen | None:
    """Return one who was called within the task's time after a document made them hot.

    Who speaks the language of the story comes first, then the call that taught most.
    """
    best: Keen | None = None
    became_hot = connection.execute(
        select(decision.c.contact_id, decision.c.at, decision.c.detail)
        .where(decision.c.kind == "moved", decision.c.reason == "warmer")
        .order_by(decision.c.id)
    )
    for who, hot_at, detail in became_hot:
        if detail.get("new") != "hot":
            continue
        took = connection.execute(
            select(event.c.properties, event.c.occurred_at)
            .where(
                event.c.contact_id == who,
                event.c.type == "document.downloaded",
                event.c.occurred_at < hot_at,
            )
            .order_by(event.c.occurred_at)
            .limit(1)
        ).first()
        called = connection.execute(
            select(task.c.id, task.c.due_at, task.c.done_at)
            .where(
                task.c.contact_id == who,
                task.c.kind == "call",
                task.c.created_at >= hot_at,
                task.c.done_at <= task.c.due_at,
                task.c.outcome == "called",
            )
            .order_by(task.c.done_at)
            .limit(1)
        ).first()
        if took is None or called is None:
            continue
        mail = connection.execute(
            select(message.c.subject, message.c.sent_at)
            .where(
                message.c.contact_id == who,
                message.c.workflow == "document-follow-up",
                message.c.sent_at >= took.occurred_at,
                message.c.sent_at < called.done_at,
            )
            .order_by(message.c.sent_at)
            .limit(1)
        ).first()
        if mail is None:
            continue
        found = Keen(
            hero(connection, who),
            took.properties,
            took.occurred_at,
            mail.subject or "",
            mail.sent_at,
            hot_at,
            float(detail.get("score", 0)),
            called.due_at,
            called.done_at,
            _learnt(connection, who, called.id),
        )
        if best is None or _worth(found, locale) > _worth(best, locale):
            best = found
    return best


def _learnt(connection: Connection, contact_id: int, task_id: int) -> Mapping[str, Any]:
    """Return what the call of a task found out, as it was written down."""
    rows = connection.execute(
        select(event.c.properties)
        .where(event.c.contact_id == contact_id, event.c.type == "call.logged")
        .order_by(event.c.id)
    )
    said = [row.properties or {} for row in rows]
    return next((one for one in said if one.get("task") == task_id), {})


def _worth(one: Keen, locale: str) -> tuple[bool, bool, bool, float]:
    return (
        one.hero.locale == locale,
        one.learnt.get("result") == "qualified",
        one.thanked_at - one.took_at < timedelta(hours=1),
        -(one.called_at - one.took_at).total_seconds(),
    )


#: the more there is to explain, the earlier
_TELLING = ("expired", "unsubscribed", "no_consent", "enrolment_over", "replied", "suppressed")


def unsent(connection: Connection, locale: str) -> Unsent | None:
    """Return a mail that was decided and never left, the most telling reason first."""
    for reason in _TELLING:
        row = connection.execute(
            select(decision, message.c.created_at, message.c.template)
            .join(message, message.c.id == decision.c.message_id)
            .join(contact, contact.c.id == decision.c.contact_id)
            .where(decision.c.kind == "dropped", decision.c.reason == reason)
            .order_by(contact.c.locale != locale, decision.c.id)
            .limit(1)
        ).first()
        if row is None:
            continue
        held = connection.execute(
            select(decision.c.reason, decision.c.detail)
            .where(
                decision.c.message_id == row.message_id,
                decision.c.kind == "deferred",
                decision.c.id < row.id,
            )
            .order_by(decision.c.id.desc())
            .limit(1)
        ).first()
        subject = connection.execute(
            select(message.c.subject)
            .where(message.c.template == row.template, message.c.subject.is_not(None))
            .join(contact, contact.c.id == message.c.contact_id)
            .order_by(
                contact.c.locale
                != select(contact.c.locale).where(contact.c.id == row.contact_id).scalar_subquery()
            )
            .limit(1)
        ).scalar()
        return Unsent(
            hero(connection, row.contact_id),
            row.workflow or "",
            subject or "",
            row.template,
            row.created_at,
            (held.reason, held.detail) if held is not None else None,
            row.at,
            row.reason,
            row.detail,
        )
    return None


def leaver(connection: Connection, locale: str) -> Leaver | None:
    """Return whoever unsubscribed with the longest wait still before them.

    Who speaks the language of the story comes first.
    """
    best: Leaver | None = None
    rows = connection.execute(
        select(decision.c.contact_id, decision.c.enrolment_id, decision.c.at, enrolment.c.workflow)
        .join(enrolment, enrolment.c.id == decision.c.enrolment_id)
        .where(decision.c.kind == "ended", decision.c.reason == "unsubscribed_all")
        .order_by(decision.c.id)
    )
    for who, enrolment_id, left_at, workflow in rows.all():
        walk = connection.execute(
            select(decision.c.at, decision.c.reason, decision.c.detail)
            .where(
                decision.c.enrolment_id == enrolment_id,
                decision.c.kind == "walked",
                decision.c.at <= left_at,
            )
            .order_by(decision.c.id.desc())
            .limit(1)
        ).first()
        if walk is None or walk.reason not in ("waits", "waits_for"):
            continue
        after = connection.execute(
            select(func.count())
            .select_from(message)
            .where(
                message.c.contact_id == who,
                message.c.purpose != "service",
                message.c.sent_at > left_at,
            )
        ).scalar_one()
        found = Leaver(
            hero(connection, who), workflow, walk.at, walk.reason, walk.detail, left_at, after
        )
        if best is None or _to_wait(found, locale) > _to_wait(best, locale):
            best = found
    return best


def _to_wait(one: Leaver, locale: str) -> tuple[bool, float]:
    until = one.detail.get("until")
    if not isinstance(until, str):
        return False, 0.0
    left = (datetime.fromisoformat(until) - one.left_at).total_seconds()
    return one.hero.locale == locale, left
