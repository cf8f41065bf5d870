"""What conditions may read of a contact: one mapping for rows and for SQL alike.

`contact_values` and `account_values` turn a row of `nurture.db.touched.contact_rows` into
the maps that `Facts` holds, and `nurture.db.conditions` reads the same columns in SQL.
A field that is not named here is a declared custom field, read from the JSON `fields`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Column, FromClause, ScalarSelect, select

from nurture.db.tables import account, contact, team_member
from nurture.domain.evaluate import plain
from nurture.domain.scoring import Engagement, score_at

#: field of `contact` → where it stands; `company`, `industry` and `employees` are the
#: account's; `name`, `owner`, `customer` and `score` are computed
CONTACT_COLUMNS: Mapping[str, Column[Any]] = {
    "email": contact.c.email,
    "family_name": contact.c.family_name,
    "given_name": contact.c.given_name,
    "title": contact.c.title,
    "department": contact.c.department,
    "role": contact.c.role,
    "locale": contact.c.locale,
    "zone": contact.c.zone,
    "phone": contact.c.phone,
    "source": contact.c.source,
    "first_touch": contact.c.first_touch_at,
    "created": contact.c.created_at,
    "temperature": contact.c.temperature,
    "lifecycle": contact.c.lifecycle,
    "company": account.c.name,
    "industry": account.c.industry,
    "employees": account.c.employees,
}

#: field of `account` → where it stands
ACCOUNT_COLUMNS: Mapping[str, Column[Any]] = {
    "name": account.c.name,
    "domain": account.c.domain,
    "industry": account.c.industry,
    "employees": account.c.employees,
    "region": account.c.region,
    "zone": account.c.zone,
}

#: lifecycle stage that `customer: true` means
CUSTOMER = "customer"


def owner_email() -> ScalarSelect[Any]:
    """Return the address of the contact's owner in our team as a correlated subquery."""
    return (
        select(team_member.c.email)
        .where(team_member.c.id == contact.c.owner_id)
        .correlate(contact)
        .scalar_subquery()
    )


def fact_source() -> FromClause:
    """Return what to select from: contacts, each with its account where it has one."""
    return contact.outerjoin(account, account.c.id == contact.c.account_id)


def contact_values(
    row: Mapping[str, Any], now: datetime, half_life: timedelta, default_locale: str = "ja"
) -> dict[str, Any]:
    """Return `Facts.contact` for a row; missing values are absent.

    The row has the contact's columns under their names, its account's as `account_NAME`,
    and `owner_email`. Custom fields keep their JSON kind (text, number, boolean); a date is
    its ISO text, which sorts as dates do. `default_locale` (the policy's) orders the name
    of a contact without a locale.
    """
    values = _custom(row["fields"])
    values.update((name, row[key]) for name, key in _CONTACT_KEYS)
    engagement = Engagement(row["engagement"], row["scored_at"])
    values["score"] = score_at(engagement, row["fit"], half_life, now)
    values["owner"] = row["owner_email"]
    values["customer"] = row["lifecycle"] == CUSTOMER
    values["name"] = full_name(
        row["family_name"], row["given_name"], row["locale"] or default_locale
    )
    return {name: value for name, value in values.items() if value is not None}


def account_values(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return `Facts.account` for the same row: empty where there is no account."""
    values = _custom(row["account_fields"])
    values.update((name, row[key]) for name, key in _ACCOUNT_KEYS)
    return {name: value for name, value in values.items() if value is not None}


def full_name(family: str | None, given: str | None, locale: str) -> str | None:
    """Return a person's name in the order of a locale: 佐藤花子, Hanako Sato; None: unknown."""
    if not family or not given:
        return family or given or None
    return f"{family}{given}" if locale.startswith("ja") else f"{given} {family}"


def _key(column: Column[Any]) -> str:
    return f"account_{column.name}" if column.table is account else column.name


#: (field, name in a row), found once: they are asked for every contact of every batch
_CONTACT_KEYS = tuple((name, _key(column)) for name, column in CONTACT_COLUMNS.items())
_ACCOUNT_KEYS = tuple((name, _key(column)) for name, column in ACCOUNT_COLUMNS.items())


def _custom(fields: Mapping[str, Any] | None) -> dict[str, Any]:
    return {name: plain(value) for name, value in fields.items()} if fields else {}
