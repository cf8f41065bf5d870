"""What came of asks, in SQL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, case, exists, false, func, or_, select

from nurture.db.tables import contact, event, referral, referral_ask, referrer


def results(connection: Connection) -> Sequence[Row[Any]]:
    """Return every ask that counts, with how many referrals and contracts came of it."""
    query: Select[Any] = (
        select(
            referral_ask.c.program,
            referral_ask.c.offer,
            referral_ask.c.timing,
            referral_ask.c.channel,
            referral_ask.c.mode,
            referral_ask.c.answer,
            func.count(referral.c.id).label("referrals"),
            func.sum(case((referral.c.state == "won", 1), else_=0)).label("won"),
        )
        .outerjoin(referral, referral.c.ask_id == referral_ask.c.id)
        .where(referral_ask.c.void == false())
        .group_by(referral_ask.c.id)
        .order_by(referral_ask.c.id)
    )
    return connection.execute(query).all()


def candidates(connection: Connection, limit: int) -> list[int]:
    """Return living contacts who are customers or referrers, oldest first."""
    was, referrer_then = contact.alias("was"), referrer.alias("referrer_then")
    query = (
        select(contact.c.id)
        .outerjoin(referrer, referrer.c.contact_id == contact.c.id)
        .where(
            contact.c.erased == false(),
            contact.c.merged_into.is_(None),
            or_(
                contact.c.lifecycle == "customer",
                referrer.c.contact_id.is_not(None),
                # They were one when they were two.
                exists().where(
                    was.c.merged_into == contact.c.id, referrer_then.c.contact_id == was.c.id
                ),
            ),
        )
        .order_by(contact.c.id)
        .limit(limit)
    )
    return [row.id for row in connection.execute(query)]


def own_asks(connection: Connection, contact_ids: Sequence[int]) -> Sequence[Row[Any]]:
    """Return the asks of somebody, who is these contacts, newest first."""
    query: Select[Any] = (
        select(referral_ask)
        .where(referral_ask.c.contact_id.in_(contact_ids))
        .order_by(referral_ask.c.asked_at.desc(), referral_ask.c.id.desc())
    )
    return connection.execute(query).all()


def whys(connection: Connection) -> list[str]:
    """Return why people would rather not, as far as they said: the newest word of each ask."""
    rows = connection.execute(
        select(event.c.properties)
        .where(event.c.type == "referral.ask_reasoned")
        .order_by(event.c.occurred_at, event.c.id)
    ).scalars()
    newest: dict[object, str] = {}
    for said in rows:
        if isinstance(said, dict) and isinstance(said.get("why"), str):
            newest[said.get("ask")] = said["why"]
    return list(newest.values())
