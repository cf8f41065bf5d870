"""What people answered to asks, in SQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select, update

from nurture.db.tables import account, contact, referral_ask, referrer
from nurture.domain.referral import AskAnswer


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


def take_back_never(connection: Connection, contact_ids: Sequence[int]) -> bool:
    """Turn "never" into "not now" where somebody may be asked again; False where nobody said it.

    Only they themselves may: the guards read the answers as well as the referrer.
    """
    done = connection.execute(
        update(referral_ask)
        .where(referral_ask.c.contact_id.in_(contact_ids), referral_ask.c.answer == AskAnswer.NEVER)
        .values(answer=AskAnswer.NOT_NOW)
    )
    return bool(done.rowcount)


def said_never(connection: Connection, contact_ids: Sequence[int]) -> bool:
    """Say whether somebody answered an ask with "never"."""
    found = connection.execute(
        select(referral_ask.c.id)
        .where(referral_ask.c.contact_id.in_(contact_ids), referral_ask.c.answer == AskAnswer.NEVER)
        .limit(1)
    )
    return found.first() is not None


def set_do_not_ask(connection: Connection, contact_ids: Sequence[int], value: bool) -> None:
    """Write down that a referrer, who is these contacts, is never asked again, or may be."""
    connection.execute(
        update(referrer).where(referrer.c.contact_id.in_(contact_ids)).values(do_not_ask=value)
    )
