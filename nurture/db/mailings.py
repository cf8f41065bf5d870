"""Mailings on their way through people: rows, the next batch, what became of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    false,
    func,
    insert,
    select,
    update,
)

from nurture.db.conditions import select_contacts
from nurture.db.engine import is_sqlite
from nurture.db.tables import contact, mailing, message
from nurture.domain.mailing import MailingState
from nurture.domain.message import UNSENT, State


def all_rows(connection: Connection, lock: bool = False) -> list[Row[Any]]:
    """Return every mailing by name; with `lock` nobody else changes them until the commit."""
    query = select(mailing).order_by(mailing.c.name)
    if lock and not is_sqlite(connection):
        query = query.with_for_update()
    return list(connection.execute(query))


def find(connection: Connection, name: str, lock: bool = False) -> Row[Any] | None:
    """Return a mailing by name, or None."""
    query = select(mailing).where(mailing.c.name == name)
    if lock and not is_sqlite(connection):
        query = query.with_for_update()
    return connection.execute(query).first()


def add(
    connection: Connection,
    name: str,
    state: MailingState,
    at: datetime,
    now: datetime,
    **values: Any,
) -> None:
    """Insert a mailing; it is due at its time where it is scheduled."""
    due_at = at if state is MailingState.SCHEDULED else None
    row = {"name": name, "state": state, "at": at, "due_at": due_at, "created_at": now}
    connection.execute(insert(mailing).values(**row, **values))


def change(connection: Connection, name: str, **values: Any) -> None:
    """Change a mailing whose row the caller holds."""
    connection.execute(update(mailing).where(mailing.c.name == name).values(**values))


def longest_due(connection: Connection, now: datetime) -> Row[Any] | None:
    """Return the mailing longest due without holding it (a look before a write), or None."""
    return connection.execute(_due(now)).first()


def claim_due(connection: Connection, now: datetime) -> Row[Any] | None:
    """Return the mailing longest due, held until the commit; None where others hold them all."""
    query = _due(now)
    if not is_sqlite(connection):
        query = query.with_for_update(skip_locked=True)
    return connection.execute(query).first()


def _due(now: datetime) -> Select[Any]:
    longest_first = select(mailing).order_by(mailing.c.due_at, mailing.c.id)
    return longest_first.where(mailing.c.due_at <= now).limit(1)


def matching_after(
    connection: Connection, where: ColumnElement[bool], cursor: int, limit: int
) -> list[int]:
    """Return the next living contacts, by id, for whom `where` holds.

    Where few match it reads many: not for a transaction in which others wait.
    """
    query = select_contacts(where).where(contact.c.id > cursor)
    return list(connection.scalars(query.order_by(contact.c.id).limit(limit)))


def matching(
    connection: Connection, where: ColumnElement[bool], contact_ids: Sequence[int]
) -> list[int]:
    """Return those of the contacts who are living and for whom `where` holds, by id."""
    query = select_contacts(where).where(contact.c.id.in_(contact_ids))
    return list(connection.scalars(query.order_by(contact.c.id)))


def having(connection: Connection, name: str, contact_ids: Sequence[int]) -> set[int]:
    """Return those of the contacts who have a mailing: they, or who was merged into them."""
    became: dict[int, int] = {}
    newest = list(contact_ids)
    while newest:
        rows = connection.execute(
            select(contact.c.id, contact.c.merged_into).where(contact.c.merged_into.in_(newest))
        ).all()
        # Who is known already would be a circle.
        newest = [row.id for row in rows if row.id not in became]
        became.update((row.id, row.merged_into) for row in rows)
    theirs = select(message.c.contact_id).where(
        message.c.contact_id.in_({*contact_ids, *became}), message.c.mailing == name
    )
    found: set[int] = set()
    for one in connection.scalars(theirs):
        while one is not None and one not in found:
            found.add(one)
            one = became.get(one)
    return found & set(contact_ids)


def people(connection: Connection, contact_ids: Sequence[int]) -> list[Row[int, str, int]]:
    """Return (id, email, account_id) of those who are neither merged nor erased, by id."""
    return list(
        connection.execute(
            select(contact.c.id, contact.c.email, contact.c.account_id)
            .where(
                contact.c.id.in_(contact_ids),
                contact.c.merged_into.is_(None),
                contact.c.erased == false(),
            )
            .order_by(contact.c.id)
        )
    )


def unsent(connection: Connection, name: str) -> int:
    """Return how many mails of a mailing have not left and are not given up."""
    return connection.execute(
        select(func.count()).where(message.c.mailing == name, message.c.state.in_(UNSENT))
    ).scalar_one()


def some_unsent(connection: Connection, name: str, limit: int) -> list[Row[int, int]]:
    """Return (id, contact_id) of up to `limit` mails that have not left, by contact."""
    return list(
        connection.execute(
            select(message.c.id, message.c.contact_id)
            .where(message.c.mailing == name, message.c.state.in_(UNSENT))
            .order_by(message.c.contact_id, message.c.id)
            .limit(limit)
        )
    )


def drop_unsent(
    connection: Connection, message_ids: Sequence[int], reason: str
) -> Sequence[Row[Any]]:
    """Cancel mails that have not left; return them as decisions name them.

    A worker that has claimed one finds it cancelled when it asks to write `sending`.
    """
    return connection.execute(
        update(message)
        .where(message.c.id.in_(message_ids), message.c.state.in_(UNSENT))
        .values(state=State.CANCELLED, reason=reason, due_at=None, lease_until=None)
        .returning(message.c.id.label("message_id"), message.c.contact_id, message.c.workflow)
    ).all()
