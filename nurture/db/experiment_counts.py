"""What became of an experiment's people: one statement, however many there are.

Opens never count; a click counts where a person made it (`db.conditions.counts`), by the
newest verdict: what turns out to be a machine's is gone from the next count on.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Integer,
    and_,
    case,
    cast,
    exists,
    func,
    literal,
    or_,
    select,
)

from nurture.db.conditions import counts, property_is
from nurture.db.expressions import microseconds_between
from nurture.db.tables import enrolment, event, experiment_member, message
from nurture.db.types import UtcDateTime
from nurture.domain.experiment import Count
from nurture.domain.winner import BY_MAIL, By, Measure

_MICROSECOND = timedelta(microseconds=1)
_CONVERTED = "converted"


def count(
    connection: Connection,
    experiment_id: int,
    measure: Measure,
    steps: Sequence[str],
    now: datetime,
) -> dict[str, Count]:
    """Return what became of the people of each variant, as far as it is known at `now`.

    `steps`: those of all variants together, whose mails are looked at. `now` may lie in the
    past: those whose observation ended later are left out, later successes with them.
    """
    people = _people(experiment_id, measure, steps)
    start = people.c.first_sent if measure.by in BY_MAIL else people.c.at
    observed = and_(start.is_not(None), start <= now - measure.within)
    waits = people.c.first_sent.is_(None) & (people.c.state == "active")
    pending = and_(start.is_not(None), start > now - measure.within)
    if measure.by in BY_MAIL:
        pending = or_(pending, waits)
    done = _done(people, measure, start)
    goal = or_(people.c.reached_at.is_not(None), people.c.outcome == _CONVERTED)
    rows = connection.execute(
        select(
            people.c.variant,
            func.count().label("people"),
            _number(people.c.first_sent.is_not(None)).label("sent"),
            _number(observed).label("observed"),
            _number(and_(observed, done)).label("successes"),
            _number(people.c.first_click.is_not(None)).label("clicked"),
            _number(goal).label("goals"),
            _number(pending).label("pending"),
        ).group_by(people.c.variant)
    )
    return {row.variant: Count(*row[1:]) for row in rows}


def _number(test: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(cast(case((test, 1), else_=0), Integer)), 0)


def _people(experiment_id: int, measure: Measure, steps: Sequence[str]) -> FromClause:
    """Return those who are evidence, with their journey and what came of its mails here."""
    first_sent: ColumnElement[Any] = (
        select(func.min(message.c.sent_at))
        .where(
            message.c.enrolment_id == experiment_member.c.enrolment_id,
            message.c.step.in_(steps),
        )
        .correlate(experiment_member)
        .scalar_subquery()
    )
    nothing = literal(None, UtcDateTime())
    by_reply = measure.by is By.REPLY
    return (
        select(
            experiment_member.c.variant,
            experiment_member.c.contact_id,
            experiment_member.c.at,
            experiment_member.c.reached_at,
            enrolment.c.state,
            enrolment.c.outcome,
            enrolment.c.ended_at,
            (first_sent if steps else nothing).label("first_sent"),
            (_first("email.clicked", steps) if steps else nothing).label("first_click"),
            (_first("email.replied", steps) if by_reply else nothing).label("first_reply"),
        )
        .join(enrolment, enrolment.c.id == experiment_member.c.enrolment_id)
        .where(experiment_member.c.experiment_id == experiment_id, experiment_member.c.counted)
        # Worked out once per person, not anew wherever a column is named.
        .offset(0)
        .subquery()
    )


def _first(event_type: str, steps: Sequence[str]) -> ColumnElement[Any]:
    """Return when a person first did something about a member's mails; null: never."""
    mail, happening = message.alias(), event.alias()
    return (
        select(func.min(happening.c.occurred_at))
        .select_from(mail.join(happening, happening.c.message_id == mail.c.id))
        .where(
            mail.c.enrolment_id == experiment_member.c.enrolment_id,
            mail.c.step.in_(steps),
            # No index on the type may be used: SQLite would look through all clicks for each.
            happening.c.type.concat("") == event_type,
            counts(happening, event_type, False),
        )
        .correlate(experiment_member)
        .scalar_subquery()
    )


def _done(people: FromClause, measure: Measure, start: ColumnElement[Any]) -> ColumnElement[bool]:
    """Return whether a person did what is measured within their time."""
    within = literal(measure.within / _MICROSECOND)

    def in_time(moment: ColumnElement[Any]) -> ColumnElement[bool]:
        return func.coalesce(microseconds_between(start, moment) <= within, False)

    match measure.by:
        case By.CLICKED:
            return in_time(people.c.first_click)
        case By.REPLY:
            return in_time(people.c.first_reply)
        case By.GOAL:
            # The watch knows it also after the journey; a journey that ended by its goal says so.
            left = and_(people.c.outcome == _CONVERTED, in_time(people.c.ended_at))
            return or_(people.c.reached_at.is_not(None), func.coalesce(left, False))
        case By.EVENT:
            happening = event.alias()
            return exists().where(
                happening.c.contact_id == people.c.contact_id,
                happening.c.type == measure.event,
                counts(happening, measure.event, False),
                happening.c.occurred_at >= start,
                microseconds_between(start, happening.c.occurred_at) <= within,
                *(property_is(happening, name, value) for name, value in measure.where),
            )
