"""What an ask's mail tells, in SQL: the ask, its reader's link, the newest result."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, select

from nurture.db.tables import account, account_metric, event, referral_ask, referrer


def ask_of_mail(connection: Connection, dedupe_key: str) -> Row[*tuple[Any, ...]] | None:
    """Return the ask that a mail, named by its key, is: with code, motive, trade of its reader."""
    query = (
        select(
            referral_ask,
            referrer.c.code,
            referrer.c.motive,
            account.c.industry,
        )
        .outerjoin(referrer, referrer.c.contact_id == referral_ask.c.contact_id)
        .outerjoin(account, account.c.id == referral_ask.c.account_id)
        .where(referral_ask.c.dedupe_key == dedupe_key)
    )
    return connection.execute(query).first()


def newest_result(connection: Connection, contact_id: int) -> Row[*tuple[Any, ...]] | None:
    """Return the properties and time of the newest result that was reported to a contact."""
    query = (
        select(event.c.properties, event.c.occurred_at)
        .where(event.c.contact_id == contact_id, event.c.type == "results.reported")
        .order_by(event.c.occurred_at.desc(), event.c.id.desc())
        .limit(1)
    )
    return connection.execute(query).first()


def metric_titles(connection: Connection, account_id: int, name: str) -> dict[str, str]:
    """Return what readers call a metric of an account, by locale; empty where it is unknown."""
    query = select(account_metric.c.title).where(
        account_metric.c.account_id == account_id, account_metric.c.name == name
    )
    found = connection.execute(query).scalar()
    return {str(locale): str(text) for locale, text in (found or {}).items()}
