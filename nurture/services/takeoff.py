"""Carrying out what a plan says of people under way: in the publishing transaction, set-based."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from nurture.db import crossings
from nurture.services.flights import Flight, Mode
from nurture.services.planning import Plan


def take_off(connection: Connection, plan: Plan, release_id: int, now: datetime) -> None:
    """Let people go over to a release, or leave, as each workflow that changes says."""
    acting = [one for one in plan.flights if one.mode is not Mode.PIN]
    crossings.lock_people(connection, [one.workflow for one in acting])
    if plan.back_to is not None:
        # Who has not gone over yet never will; taken back are those who have.
        names = [one.name for one in plan.diff.workflows]
        crossings.undo(connection, plan.back_to, names)
    for flight in acting:
        if flight.mode is Mode.EXIT:
            crossings.end_all(connection, flight.workflow, now)
        elif flight.rule is not None:
            _send_over(connection, flight, release_id, now)


def _send_over(connection: Connection, flight: Flight, release_id: int, now: datetime) -> None:
    assert flight.rule is not None  # the caller looked
    rule = replace(flight.rule, release_id=release_id)
    crossings.add(connection, rule)
    leaving = {
        source: (way.withdrawn & set(way.places)) if rule.back else way.withdrawn
        for source, way in flight.ways.items()
    }
    crossings.withdraw(connection, rule, leaving, now)
    crossings.wake(connection, rule, leaving, now)
