"""What people answered to asks, in SQL."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select, update

from nurture.db.tables import account, contact, referral_ask, referrer


def ask_of(connection: Connection, ask_id: int) -> Row[Any] | None:
    """Return an ask with its reader: address, names, locale, whether they were erased."""
    query = (
        select(
            referral_ask,
            contact.c.family_name,
            contact.c.given_name,
            contact.c.locale,
            contact.c.erased,
            account.c.name.label("company"),
        )
        .join(contact, contact.c.id == referral_ask.c.contact_id)
        .outerjoin(account, account.c.id == contact.c.account_id)
        .where(referral_ask.c.id == ask_id)
    )
    return connection.execute(query).first()


def record_answer(connection: Connection, ask_id: int, answer: str, now: datetime) -> bool:
    """Write an answer down; False where it says so already."""
    done = connection.execute(
        update(referral_ask)
        .where(
            referral_ask.c.id == ask_id,
            referral_ask.c.answer.is_distinct_from(answer),
        )
        .values(answer=answer, answered_at=now)
    )
    return bool(done.rowcount)


def set_do_not_ask(connection: Connection, contact_id: int, value: bool) -> None:
    """Write down that a referrer is never asked again, or may be."""
    connection.execute(
        update(referrer).where(referrer.c.contact_id == contact_id).values(do_not_ask=value)
    )
