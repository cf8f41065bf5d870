"""How many are where in a workflow, and what became of the mails of each step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, func, or_, select

from nurture.db.tables import enrolment, event, message
from nurture.db.touched import NEWEST_VERDICT
from nurture.domain.message import State

#: steps that one query of `ways` asks about
_AT_ONCE = 20

_LEFT = (State.SENT, State.DELIVERED, State.BOUNCED, State.COMPLAINED, State.IN_DOUBT)


@dataclass(slots=True)
class StepCount:
    """Figures of one step."""

    #: people who stand there now
    here: int = 0
    #: mails that left
    sent: int = 0
    #: of those, opened and clicked by people
    opened: int = 0
    clicked: int = 0
    #: mails on their way, and mails that were dropped or failed
    waiting: int = 0
    dropped: int = 0


def by_workflow(connection: Connection) -> list[Row[Any]]:
    """Return (workflow, state, number) of enrolments."""
    return list(
        connection.execute(
            select(enrolment.c.workflow, enrolment.c.state, func.count().label("number")).group_by(
                enrolment.c.workflow, enrolment.c.state
            )
        )
    )


def outcomes(connection: Connection, workflow: str) -> dict[str, int]:
    """Return how ended journeys of a workflow ended, the most frequent first."""
    number = func.count().label("number")
    rows = connection.execute(
        select(enrolment.c.outcome, number)
        .where(enrolment.c.workflow == workflow, enrolment.c.state == "ended")
        .group_by(enrolment.c.outcome)
        .order_by(number.desc())
    )
    return {row.outcome or "": row.number for row in rows}


def by_step(
    connection: Connection, workflow: str, count_unknown_opens: bool
) -> dict[str, StepCount]:
    """Return the figures of each step that has any."""
    found: dict[str, StepCount] = {}
    standing = connection.execute(
        select(enrolment.c.step, func.count().label("number"))
        .where(enrolment.c.workflow == workflow, enrolment.c.state == "active")
        .group_by(enrolment.c.step)
    )
    for row in standing:
        found.setdefault(row.step or "", StepCount()).here = row.number
    mails = connection.execute(
        select(message.c.step, message.c.state, func.count().label("number"))
        .where(message.c.workflow == workflow)
        .group_by(message.c.step, message.c.state)
    )
    for row in mails:
        count = found.setdefault(row.step or "", StepCount())
        if row.state in _LEFT:
            count.sent += row.number
        elif row.state in (State.CANCELLED, State.FAILED):
            count.dropped += row.number
        else:
            count.waiting += row.number
    for row in _reactions(connection, workflow, count_unknown_opens):
        count = found.setdefault(row.step or "", StepCount())
        if row.type == "email.opened":
            count.opened = row.number
        else:
            count.clicked = row.number
    return found


def ways(connection: Connection, workflow: str, steps: Sequence[str]) -> dict[str, dict[str, int]]:
    """Return step → what journeys left behind there (`event`, `timeout`, a variant …) → how many.

    The last visit of each journey counts, under way or ended. One walk over the workflow's
    enrolments, so it is asked for by who wants to look, not by every page.
    """
    found: dict[str, dict[str, int]] = {step: {} for step in steps}
    for at in range(0, len(steps), _AT_ONCE):
        some = steps[at : at + _AT_ONCE]
        left = [
            enrolment.c.memory["steps"][step]["outcome"].as_string().label(f"way_{number}")
            for number, step in enumerate(some)
        ]
        number = func.count().label("number")
        rows = connection.execute(
            select(*left, number).where(enrolment.c.workflow == workflow).group_by(*left)
        )
        for row in rows:
            for step, outcome in zip(some, row, strict=False):
                if outcome is not None:
                    found[step][outcome] = found[step].get(outcome, 0) + row.number
    return found


def _reactions(connection: Connection, workflow: str, count_unknown_opens: bool) -> list[Row[Any]]:
    verdict = NEWEST_VERDICT
    people = verdict == "human"
    if count_unknown_opens:
        unknown_open = (event.c.type == "email.opened") & (verdict == "unknown")
        people = or_(people, unknown_open)
    return list(
        connection.execute(
            select(
                message.c.step,
                event.c.type,
                func.count(event.c.message_id.distinct()).label("number"),
            )
            .join(event, event.c.message_id == message.c.id)
            .where(
                message.c.workflow == workflow,
                event.c.type.in_(["email.opened", "email.clicked"]),
                people,
            )
            .group_by(message.c.step, event.c.type)
        )
    )
