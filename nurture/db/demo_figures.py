"""What the demo asks the database: whom the audience plays, and what its salespeople see."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, func, select

from nurture.db.tables import account, consent, contact, enrolment, task


def people(connection: Connection) -> Sequence[Row[Any]]:
    """Return `email`, `locale` and `basis` (of the marketing consent) of every contact."""
    newest = (
        select(consent.c.contact_id, func.max(consent.c.id).label("id"))
        .where(consent.c.purpose == "marketing")
        .group_by(consent.c.contact_id)
        .subquery()
    )
    return connection.execute(
        select(contact.c.email, contact.c.locale, consent.c.basis)
        .select_from(contact)
        .outerjoin(newest, newest.c.contact_id == contact.c.id)
        .outerjoin(consent, consent.c.id == newest.c.id)
        .where(contact.c.email.is_not(None), contact.c.merged_into.is_(None))
        .order_by(contact.c.email)
    ).all()


def open_tasks(connection: Connection) -> Sequence[Row[Any]]:
    """Return open tasks about a contact with an address, oldest first, with what a list shows.

    `id`, `kind`, `title`, `created_at`, `email`, `locale`, `lifecycle`, `workflow` and
    `subject` (of the journey that made it), `company`.
    """
    return connection.execute(
        select(
            task.c.id,
            task.c.kind,
            task.c.title,
            task.c.created_at,
            contact.c.email,
            contact.c.locale,
            contact.c.lifecycle,
            enrolment.c.workflow,
            enrolment.c.subject,
            account.c.name.label("company"),
        )
        .join(contact, contact.c.id == task.c.contact_id)
        .outerjoin(enrolment, enrolment.c.id == task.c.enrolment_id)
        .outerjoin(account, account.c.id == contact.c.account_id)
        .where(task.c.state == "open", contact.c.email.is_not(None))
        .order_by(task.c.id)
    ).all()
