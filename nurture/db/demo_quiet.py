"""Whom the demo's last command may name: people to whom nothing stands in the way of a mail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, exists, func, or_, select

from nurture.db.tables import account, contact, enrolment, event, message
from nurture.domain.message import UNSENT


@dataclass(frozen=True, slots=True)
class Quiet:
    """Somebody who has not heard from us lately."""

    contact_id: int
    email: str
    locale: str
    temperature: str


def quiet_people(
    connection: Connection, now: datetime, workflow: str, span: timedelta, of_account: timedelta
) -> list[Quiet]:
    """Return contacts below every cap, who were never in a workflow; the warmest first.

    Nothing went to them within `span`, nor to anybody of their account within `of_account`;
    nothing waits to be sent to any of these, and their account is not on hold.
    """
    colleague = contact.alias("colleague")
    to_them = exists().where(
        message.c.contact_id == contact.c.id,
        or_(message.c.sent_at > now - span, message.c.state.in_(UNSENT)),
    )
    to_account = exists().where(
        colleague.c.account_id == contact.c.account_id,
        message.c.contact_id == colleague.c.id,
        or_(message.c.sent_at > now - of_account, message.c.state.in_(UNSENT)),
    )
    been_there = exists().where(
        enrolment.c.contact_id == contact.c.id, enrolment.c.workflow == workflow
    )
    rows = connection.execute(
        select(
            contact.c.id,
            contact.c.email,
            func.coalesce(contact.c.locale, "ja"),
            contact.c.temperature,
        )
        .outerjoin(account, account.c.id == contact.c.account_id)
        .where(
            contact.c.email.is_not(None),
            contact.c.lifecycle.in_(["prospect", "lead", "mql"]),
            contact.c.temperature != "hot",
            account.c.hold_reason.is_(None),
            ~to_them,
            ~to_account,
            ~been_there,
        )
        .order_by(contact.c.temperature == "cold", contact.c.engagement.desc(), contact.c.id)
    )
    return [Quiet(*row) for row in rows]


def mail_after(
    connection: Connection, contact_id: int, workflow: str, since: datetime
) -> tuple[int, datetime] | None:
    """Return (id, machine time of the event that led to it) of a mail made since a machine time."""
    row = connection.execute(
        select(message.c.id, event.c.recorded_at)
        .join(
            event,
            and_(event.c.contact_id == message.c.contact_id, event.c.recorded_at >= since),
        )
        .where(
            message.c.contact_id == contact_id,
            message.c.workflow == workflow,
            message.c.recorded_at >= since,
        )
        .order_by(event.c.recorded_at)
        .limit(1)
    ).first()
    return (row.id, row.recorded_at) if row is not None else None
