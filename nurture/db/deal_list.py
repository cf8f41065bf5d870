"""Deals as a list, and one deal by its number or its name in the CRM."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, Select, select

from nurture.db.deals import CLOSED
from nurture.db.tables import account, contact, deal, event, inbox, team_member

#: numbers that could be an id
_LONGEST_NUMBER = 18


def page(
    connection: Connection, closed: bool = False, member: int | None = None, limit: int = 200
) -> list[Row[Any]]:
    """Return deals with contact, company and owner: those under way, or all, newest news first.

    `member` is whose contacts' deals.
    """
    query = _whole()
    if not closed:
        query = query.where(deal.c.stage.not_in(CLOSED))
    if member is not None:
        query = query.where(contact.c.owner_id == member)
    rows = connection.execute(
        query.order_by(deal.c.updated_at.desc(), deal.c.id.desc()).limit(limit)
    )
    return list(rows)


def find(connection: Connection, named: str) -> Row[Any] | None:
    """Return the deal of a CRM's name, of `#NUMBER` or of a number, or None."""
    found = connection.execute(_whole().where(deal.c.external_id == named)).first()
    number = named.removeprefix("#")
    if found is None and number.isascii() and number.isdigit() and len(number) <= _LONGEST_NUMBER:
        found = connection.execute(_whole().where(deal.c.id == int(number))).first()
    return found


def pending(connection: Connection, contact_id: int) -> list[Row[Any]]:
    """Return news of a contact's deals that nobody has taken in yet, in the order it will be."""
    return list(
        connection.execute(
            select(event.c.id, event.c.type, event.c.occurred_at, event.c.properties)
            .join(inbox, inbox.c.event_id == event.c.id)
            .where(event.c.contact_id == contact_id, event.c.type.startswith("deal."))
            .order_by(event.c.occurred_at, event.c.id)
        )
    )


def _whole() -> Select[Any]:
    return (
        select(
            deal,
            contact.c.email,
            contact.c.family_name,
            contact.c.given_name,
            contact.c.locale,
            contact.c.erased,
            account.c.name.label("account_name"),
            team_member.c.key.label("owner_key"),
            team_member.c.name.label("owner_name"),
            team_member.c.active.label("owner_active"),
        )
        .outerjoin(contact, contact.c.id == deal.c.contact_id)
        .outerjoin(account, account.c.id == deal.c.account_id)
        .outerjoin(team_member, team_member.c.id == contact.c.owner_id)
    )
