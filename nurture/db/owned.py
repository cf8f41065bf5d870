"""Contacts and tasks by who owns them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, and_, exists, or_, select, update

from nurture.db.tables import contact, task


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
    """Give every open task that a member still has to another; return them.

    Those are tasks about contacts that somebody else owns, and about nobody.
    """
    rows = connection.execute(
        update(task)
        .where(
            task.c.assignee_id == old,
            task.c.state == "open",
            or_(
                task.c.contact_id.is_(None),
                ~exists().where(and_(contact.c.id == task.c.contact_id, contact.c.owner_id == old)),
            ),
        )
        .values(assignee_id=new)
        .returning(task.c.id)
    )
    return sorted(row.id for row in rows)
