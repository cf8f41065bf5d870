"""What the tables know of a referral that could become a case."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, Select, select

from nurture.db.tables import account, contact, referral, referral_ask


def case_row(connection: Connection, ref: str) -> Row[Any] | None:
    """Return a referral of a ref with its new customer's account, or None.

    id, ref, state, program, offer, company, result, numbers_agreed, case_referrer_at,
    case_referred_at; of the account: account_id, account_name, industry, employees; of the
    person: department, job, erased; of the ask: ask_reason.
    """
    query: Select[Any] = (
        select(
            referral.c.id,
            referral.c.ref,
            referral.c.state,
            referral.c.program,
            referral.c.offer,
            referral.c.company,
            referral.c.result,
            referral.c.numbers_agreed,
            referral.c.case_referrer_at,
            referral.c.case_referred_at,
            contact.c.account_id,
            contact.c.department,
            contact.c.title.label("job"),
            contact.c.erased,
            account.c.name.label("account_name"),
            account.c.industry,
            account.c.employees,
            referral_ask.c.reason.label("ask_reason"),
        )
        .outerjoin(contact, contact.c.id == referral.c.contact_id)
        .outerjoin(account, account.c.id == contact.c.account_id)
        .outerjoin(referral_ask, referral_ask.c.id == referral.c.ask_id)
        .where(referral.c.ref == ref.strip().upper())
    )
    return connection.execute(query).first()
