"""What the data says of a programme's readiness, and what happened in a week."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, func, or_, select

from nurture.db.survivors import Same, everybody
from nurture.db.tables import (
    event,
    experiment,
    referral,
    referral_ask,
    referrer,
    survey_invitation,
    survey_loop,
    task,
)
from nurture.domain.referral import CLOSED, State

#: how the keys of the monthly review tasks begin
REVIEW = "kpi-review/"

_OPEN = referral.c.state.not_in([str(one) for one in CLOSED])


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen, and when last."""

    result_at: datetime | None
    nps_at: datetime | None
    reviewed_at: datetime | None
    candidates: int
    asks: int
    asks_of_detractors: int
    open_referrals: int
    without_owner: int
    late: int


def seen(connection: Connection, now: datetime) -> Seen:
    """Return what the data says of the programme by now."""
    result_at = connection.execute(
        select(func.max(event.c.occurred_at)).where(event.c.type == "results.reported")
    ).scalar()
    nps_at = connection.execute(
        select(func.max(survey_invitation.c.asked_at)).where(survey_invitation.c.void.is_(False))
    ).scalar()
    reviewed_at = connection.execute(
        select(func.max(task.c.done_at)).where(
            task.c.dedupe_key.startswith(REVIEW), task.c.state == "done"
        )
    ).scalar()
    same = everybody(connection)
    scores = _newest_scores(connection, same)
    never = select(referrer.c.contact_id).where(referrer.c.do_not_ask.is_(True))
    silent = {same.who(one) for one in connection.execute(never).scalars()}
    asked = connection.execute(
        select(referral_ask.c.contact_id, referral_ask.c.asked_at).where(
            referral_ask.c.asked_at > now - timedelta(days=365), referral_ask.c.void.is_(False)
        )
    ).all()
    late = or_(
        and_(
            referral.c.state == State.RECEIVED,
            referral.c.contact_by < now,
            referral.c.contacted_at.is_(None),
        ),
        and_(referral.c.report_by < now, referral.c.reported_at.is_(None)),
    )
    return Seen(
        result_at=result_at,
        nps_at=nps_at,
        reviewed_at=reviewed_at,
        candidates=sum(score >= 7 and who not in silent for who, (score, _) in scores.items()),
        asks=len(asked),
        asks_of_detractors=sum(
            scores[who][0] < 7 and scores[who][1] < at
            for who, at in ((same.who(one), at) for one, at in asked)
            if who in scores
        ),
        open_referrals=_count(connection, _OPEN),
        without_owner=_count(connection, and_(_OPEN, referral.c.owner_id.is_(None))),
        late=_count(connection, and_(_OPEN, late)),
    )


def _newest_scores(connection: Connection, same: Same) -> dict[int, tuple[int, datetime]]:
    one = survey_invitation.c
    rows = connection.execute(
        select(one.contact_id, one.score, one.answered_at)
        .where(one.answered_at.is_not(None), one.score.is_not(None))
        .order_by(one.answered_at, one.id)
    )
    return {same.who(row.contact_id): (row.score, row.answered_at) for row in rows}


def _count(connection: Connection, where: ColumnElement[bool]) -> int:
    found: int = connection.execute(
        select(func.count()).select_from(referral).where(where)
    ).scalar_one()
    return found


@dataclass(frozen=True, slots=True)
class Week:
    """What a week holds, by what is looked at on which day."""

    #: Monday: answers to the NPS question, people who may be asked
    answers: int
    candidates: int
    open_loops: int
    #: Tuesday
    reports: int
    asks: int
    #: Wednesday: people who came to a seminar or event
    guests: int
    #: Thursday: open referrals, promises that are over, cards and thanks to write
    open_referrals: int
    late: int
    cards: int
    #: Friday
    referrals: int
    wins: int


def week(connection: Connection, now: datetime, found: Seen) -> Week:
    """Return what the last seven days brought, and what waits."""
    since = now - timedelta(days=7)

    def events(*types: str) -> int:
        number: int = connection.execute(
            select(func.count()).where(
                event.c.type.in_(types), event.c.occurred_at > since, event.c.occurred_at <= now
            )
        ).scalar_one()
        return number

    def rows(column: ColumnElement[int], *where: ColumnElement[bool]) -> int:
        number: int = connection.execute(select(func.count(column)).where(*where)).scalar_one()
        return number

    return Week(
        answers=rows(survey_invitation.c.id, survey_invitation.c.answered_at > since),
        candidates=found.candidates,
        open_loops=rows(survey_loop.c.id, survey_loop.c.state.in_(("open", "contacted"))),
        reports=events("results.reported"),
        asks=rows(
            referral_ask.c.id, referral_ask.c.asked_at > since, referral_ask.c.void.is_(False)
        ),
        guests=events("seminar.attended", "event.attended", "community.joined"),
        open_referrals=found.open_referrals,
        late=found.late,
        cards=rows(task.c.id, task.c.kind == "card", task.c.state == "open"),
        referrals=rows(
            referral.c.id,
            referral.c.created_at > since,
            referral.c.state != State.DUPLICATE,
            referral.c.way != "outbound",
        ),
        wins=rows(referral.c.id, referral.c.state == State.WON, referral.c.closed_at > since),
    )


def review_task(connection: Connection, key: str) -> Row[Any] | None:
    """Return the review task of a key: id, assignee_id, state; None where there is none."""
    query: Any = select(task.c.id, task.c.assignee_id, task.c.state).where(task.c.dedupe_key == key)
    found: Row[Any] | None = connection.execute(query).first()
    return found


@dataclass(frozen=True, slots=True)
class Trial:
    """A comparison of variants that runs."""

    workflow: str
    step: str
    started_at: datetime


def trials(connection: Connection) -> Sequence[Trial]:
    """Return the comparisons that run, the oldest first."""
    rows = connection.execute(
        select(experiment.c.workflow, experiment.c.step, experiment.c.started_at)
        .where(experiment.c.decided_at.is_(None), experiment.c.step != "")
        .order_by(experiment.c.started_at)
    )
    return [Trial(row.workflow, row.step, row.started_at) for row in rows]
