"""Who has something to come within a span: journeys that are due, mails that wait."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Connection, func, select

from nurture.db.mail_states import WAITING
from nurture.db.tables import contact, enrolment, message

#: contacts that one query names, few enough for its parameters
_PAGE = 1_000


def in_workflows(connection: Connection, workflows: Collection[str]) -> set[int]:
    """Return the contacts under way in workflows."""
    if not workflows:
        return set()
    return set(
        connection.scalars(
            select(enrolment.c.contact_id).where(
                enrolment.c.workflow.in_(sorted(workflows)), enrolment.c.state == "active"
            )
        )
    )


def with_mails_to_come(connection: Connection, until: datetime) -> set[int]:
    """Return the contacts with a journey due by then, or a mail that waits."""
    due = select(enrolment.c.contact_id).where(
        enrolment.c.due_at <= until, enrolment.c.state == "active"
    )
    waiting = select(message.c.contact_id).where(WAITING, message.c.contact_id.is_not(None))
    return {*connection.scalars(due), *connection.scalars(waiting)}


def colleagues_of(connection: Connection, contact_ids: Sequence[int]) -> set[int]:
    """Return others of the same accounts who are under way: caps of an account count them."""
    found: set[int] = set()
    for start in range(0, len(contact_ids), _PAGE):
        page = contact_ids[start : start + _PAGE]
        accounts = select(contact.c.account_id).where(
            contact.c.id.in_(page), contact.c.account_id.is_not(None)
        )
        under_way = select(enrolment.c.id).where(
            enrolment.c.contact_id == contact.c.id, enrolment.c.state == "active"
        )
        found |= set(
            connection.scalars(
                select(contact.c.id).where(contact.c.account_id.in_(accounts), under_way.exists())
            )
        )
    return found - set(contact_ids)


def everybody(connection: Connection) -> int:
    """Return how many contacts there are."""
    found: int = connection.execute(
        select(func.count()).select_from(contact).where(contact.c.merged_into.is_(None))
    ).scalar_one()
    return found
