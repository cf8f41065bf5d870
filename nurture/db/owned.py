"""Contacts and tasks by who owns them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, select, update

from nurture.db.tables import contact, event, inbox, task


def contacts_of(connection: Connection, member_id: int, after: int, limit: int) -> list[int]:
    """Return up to `limit` living contacts that a member owns, by id, those after an id."""
    rows = connection.execute(
        select(contact.c.id)
        .where(
            contact.c.owner_id == member_id,
            contact.c.id > after,
            contact.c.merged_into.is_(None),
            contact.c.erased.is_(False),
        )
        .order_by(contact.c.id)
        .limit(limit)
    )
    return [row.id for row in rows]


def owners_of(connection: Connection, contact_ids: Sequence[int]) -> dict[int, int | None]:
    """Return contact → owner of contacts whose rows we hold."""
    rows = connection.execute(
        select(contact.c.id, contact.c.owner_id).where(contact.c.id.in_(contact_ids))
    )
    return {row.id: row.owner_id for row in rows}


def set_owner(connection: Connection, contact_ids: Sequence[int], member_id: int) -> None:
    """Give contacts an owner."""
    connection.execute(
        update(contact).where(contact.c.id.in_(contact_ids)).values(owner_id=member_id)
    )


def hand_over_rest(connection: Connection, old: int, new: int) -> list[int]:
    """Give every other open task that a member has to another one; return them.

    Those are tasks about nobody, or about contacts of others. Where a contact has just
    changed hands, the event that says so takes its tasks along.
    """
    on_their_way = (
        select(inbox.c.contact_id)
        .join(event, event.c.id == inbox.c.event_id)
        .where(inbox.c.contact_id == task.c.contact_id, event.c.type == "owner.changed")
        .correlate(task)
    )
    rows = connection.execute(
        update(task)
        .where(task.c.assignee_id == old, task.c.state == "open", ~on_their_way.exists())
        .values(assignee_id=new)
        .returning(task.c.id)
    )
    return sorted(row.id for row in rows)
