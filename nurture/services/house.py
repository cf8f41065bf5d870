"""What pages need of the live release: who we are, and where its clock hangs."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from nurture.db.engine import read
from nurture.db.releases import newest_id
from nurture.services.runtime import Runtime

#: where nothing is published yet, nobody has points that could fade
_ANY_HALF_LIFE = timedelta(days=30)


def company_name(runtime: Runtime, locale: str) -> str:
    """Return our company's name in a language; empty where nothing is published yet."""
    with read(runtime.engine) as connection:
        if newest_id(connection) is None:
            return ""
        policy = runtime.releases.live(connection).definitions.policy
    names = policy.legal.company
    return names.get(locale) or names.get(policy.default_locale) or next(iter(names.values()), "")


def half_life_of(runtime: Runtime, connection: Connection) -> timedelta:
    """Return how fast scores fade."""
    if newest_id(connection) is None:
        return _ANY_HALF_LIFE
    return runtime.releases.live(connection).definitions.scoring.half_life


def zone_of(runtime: Runtime, connection: Connection) -> ZoneInfo:
    """Return the zone that the calendar is kept in; UTC where nothing is published yet."""
    if newest_id(connection) is None:
        return ZoneInfo("UTC")
    return ZoneInfo(runtime.releases.live(connection).definitions.calendar.zone)
