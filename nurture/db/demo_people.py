"""What the demo's audience asks the database: whom it plays, and its salespeople's tasks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from nurture.db.tables import consent, contact, enrolment, task


@dataclass(frozen=True, slots=True)
class Known:
    """A contact, as far as the audience needs to know it in order to play it."""

    email: str
    locale: str
    #: basis of the marketing consent; None: there is none
    basis: str | None


@dataclass(frozen=True, slots=True)
class OpenTask:
    """A line of a salesperson's task list."""

    id: int
    kind: str
    created_at: datetime
    #: whom it is about
    email: str
    locale: str
    lifecycle: str
    #: the journey that made it, and what that journey is about (a referral)
    workflow: str | None
    subject: str | None


def people(connection: Connection) -> list[Known]:
    """Return every contact that has an address, by address."""
    newest = (
        select(consent.c.contact_id, func.max(consent.c.id).label("id"))
        .where(consent.c.purpose == "marketing")
        .group_by(consent.c.contact_id)
        .subquery()
    )
    rows = connection.execute(
        select(contact.c.email, contact.c.locale, consent.c.basis)
        .select_from(contact)
        .outerjoin(newest, newest.c.contact_id == contact.c.id)
        .outerjoin(consent, consent.c.id == newest.c.id)
        .where(contact.c.email.is_not(None), contact.c.merged_into.is_(None))
        .order_by(contact.c.email)
    )
    return [Known(row.email, row.locale or "ja", row.basis) for row in rows]


def open_tasks(connection: Connection) -> list[OpenTask]:
    """Return the open tasks about contacts with an address, oldest first."""
    rows = connection.execute(
        select(
            task.c.id,
            task.c.kind,
            task.c.created_at,
            contact.c.email,
            func.coalesce(contact.c.locale, "ja"),
            contact.c.lifecycle,
            enrolment.c.workflow,
            enrolment.c.subject,
        )
        .join(contact, contact.c.id == task.c.contact_id)
        .outerjoin(enrolment, enrolment.c.id == task.c.enrolment_id)
        .where(task.c.state == "open", contact.c.email.is_not(None))
        .order_by(task.c.id)
    )
    return [OpenTask(*row) for row in rows]
