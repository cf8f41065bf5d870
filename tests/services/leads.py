"""A house with owners, timers and an office calendar, and leads that it hands to sales."""

from __future__ import annotations

from typing import Any

import pytest

from nurture.db import tables
from nurture.services.capture import Happening, capture
from tests.services.house import House
from tests.services.project import POLICY, SCORING, project

#: for rules that reach SQL in the same way as those that are tested on both databases
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

SENDERS = """
  nakamura: {name: {ja: 中村健}, email: nakamura@sample.example, role: sales}
  ishida: {name: {ja: 石田恵子}, email: ishida@sample.example, role: sales-manager}
default_sender: sato
owners:
  - {if: {industry: manufacturing}, owner: nakamura}
tasks: {stale_after: 24h}"""
TEAM = POLICY.replace("\ndefault_sender: sato", SENDERS).replace(
    "{budget: text,", "{budget: text, authority: text, need: text, timeline: text,"
)
RULES = SCORING.replace(
    "handoff: {at: mql,", "handoff: {remind: 4h, escalate: {after: 0h, to: sales-manager}, at: mql,"
).replace(
    "  - {to: customer",
    "  - {to: sal, from: [tql], when: {event: {type: lead.accepted}}}\n"
    "  - {to: lost, from: [mql, tql, sal, sql], when: {event: {type: deal.lost}}}\n"
    "  - {to: customer",
)
#: hours and holidays as the shipped calendar has them
OFFICE = """
calendar: default
zone: Asia/Tokyo
holidays: JP
closed: ["12-29..01-03"]
windows:
  business: {days: mon-fri, hours: ["09:00-12:00", "13:00-17:30"]}
  office: {days: mon-fri, hours: ["09:00-12:00", "13:00-17:30"]}
"""


def opened(house: House, calendar: str = OFFICE) -> House:
    """Return the house with rules for owners, escalation and return."""
    house.publish(project(scoring=RULES, policy=TEAM, calendar=calendar))
    return house


def lead(house: House, **values: object) -> int:
    """Add somebody and let them qualify."""
    person = house.person(account_id=house.company(industry="manufacturing"), **values)
    for _ in range(3):
        house.happens(person, "document.downloaded")
    house.turn()
    return person


def member(house: House, key: str) -> int:
    (found,) = house.rows(tables.team_member, key=key)
    return int(found.id)


def tasks(house: House, **equal: object) -> list[tuple[str, str, str | None]]:
    return [(row.kind, row.state, row.outcome) for row in house.rows(tables.task, **equal)]


def told(house: House, contact_id: int, kind: str, /, **properties: Any) -> None:
    """Tell of something whose properties may have any name, and take it in."""
    capture(house.runtime, [Happening(kind, contact_id=contact_id, properties=properties)], "api")
    house.turn()
