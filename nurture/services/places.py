"""Where a contact is: zone and locale by contact, then account, then policy."""

from __future__ import annotations

from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import Row

from nurture.domain.policy import Calendar, Policy


@lru_cache(maxsize=512)
def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return None


def zone_of(row: Row[Any], calendar: Calendar) -> ZoneInfo:
    """Return the contact's zone, else the account's, else the calendar's.

    A name that the zone database does not know is passed over: a typo in a CRM must not
    stop a mail.
    """
    for name in (row.zone, row.account_zone):
        if name:
            zone = _zone(name)
            if zone is not None:
                return zone
    return ZoneInfo(calendar.zone)


def locale_of(row: Row[Any], policy: Policy) -> str:
    """Return the contact's locale where the policy has it (en-GB: en will do), else the default."""
    locale = row.locale or ""
    for wanted in (locale, locale.split("-")[0]):
        if wanted in policy.locales:
            return wanted
    return policy.default_locale
