"""Deals as the company's CRM tells of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, func, insert, literal, or_, select, update

from nurture.db.tables import deal

#: stages that end a deal
CLOSED = frozenset({"won", "lost"})


def follow(
    connection: Connection,
    contact_id: int,
    account_id: int | None,
    stage: str,
    properties: Mapping[str, Any],
    at: datetime,
    reopened: bool = False,
) -> int:
    """Bring a deal to a stage, opening it where it is new; return its id.

    The deal is the one that `deal` names (the CRM's id), else the contact's newest open
    one; what is `reopened` may be closed. Older news than what we have (`at` before the
    last change) changes nothing.
    """
    external = properties.get("deal")
    external_id = str(external)[:200] if external is not None else None
    if external_id is not None:
        where = deal.c.external_id == external_id
    else:
        # A closed deal is meant by news that is older than its end, or that reopens it.
        open_or_later = or_(deal.c.stage.not_in(CLOSED), deal.c.updated_at > at, literal(reopened))
        where = and_(deal.c.contact_id == contact_id, open_or_later)
    newest = connection.execute(select(func.max(deal.c.id)).where(where)).scalar()
    values: dict[str, Any] = {
        "stage": stage,
        "updated_at": at,
        "closed_at": at if stage in CLOSED else None,
    }
    amount = properties.get("amount")
    if isinstance(amount, int | float) and not isinstance(amount, bool):
        values["amount"] = float(amount)
    for name, longest in (("currency", 3), ("product", 200), ("reason", 2000), ("referral", 200)):
        text = properties.get(name)
        if isinstance(text, str):
            values[name] = text[:longest]
    if newest is None:
        opened: int = connection.execute(
            insert(deal)
            .values(
                external_id=external_id,
                contact_id=contact_id,
                account_id=account_id,
                created_at=at,
                **values,
            )
            .returning(deal.c.id)
        ).scalar_one()
        return opened
    connection.execute(
        update(deal).where(deal.c.id == newest, deal.c.updated_at <= at).values(**values)
    )
    return int(newest)
