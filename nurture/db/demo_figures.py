"""The figures of the demo's end tables; each function is one figure, its docstring says what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, case, func, select

from nurture.db.tables import (
    attempt,
    consent,
    decision,
    event,
    event_evidence,
    message,
    stray_event,
    suppression,
    task,
)
from nurture.domain.message import COUNTED, State

#: states of a mail that has left, whatever came of it afterwards
LEFT = [State.SENT, State.DELIVERED, State.BOUNCED, State.COMPLAINED]

_OPENED, _CLICKED, _REPLIED = "email.opened", "email.clicked", "email.replied"


@dataclass(frozen=True, slots=True)
class Track:
    """What one workflow sent, and to how many mails something came back."""

    workflow: str
    sent: int
    #: mails with an open that a person may have made (human or unknown)
    opened: int
    #: mails with a click that counts as a person's
    clicked: int
    #: mails that were answered
    replied: int = 0


@dataclass(frozen=True, slots=True)
class Pulse:
    """The running totals that the progress shows."""

    sent: int
    opens: int
    clicks: int
    warmer: int
    cooler: int
    tasks: int


def verdict_of_event() -> ColumnElement[str | None]:
    """Return the newest verdict on `event`, as a subquery."""
    return (
        select(event_evidence.c.verdict)
        .where(event_evidence.c.event_id == event.c.id)
        .order_by(event_evidence.c.id.desc())
        .limit(1)
        .correlate(event)
        .scalar_subquery()
    )


def pulse(connection: Connection) -> Pulse:
    """Return running totals: mails to readers, opens and clicks whoever made them."""
    sent = connection.execute(
        select(func.count())
        .select_from(message)
        .where(message.c.state.in_(LEFT), message.c.contact_id.is_not(None))
    ).scalar_one()
    kinds: dict[str, int] = dict(
        connection.execute(
            select(event.c.type, func.count())
            .where(event.c.type.in_([_OPENED, _CLICKED]))
            .group_by(event.c.type)
        )
        .tuples()
        .all()
    )
    moves: dict[str, int] = dict(
        connection.execute(
            select(decision.c.reason, func.count())
            .where(decision.c.kind == "moved")
            .group_by(decision.c.reason)
        )
        .tuples()
        .all()
    )
    tasks = connection.execute(select(func.count()).select_from(task)).scalar_one()
    return Pulse(
        sent,
        kinds.get(_OPENED, 0),
        kinds.get(_CLICKED, 0),
        moves.get("warmer", 0),
        moves.get("cooler", 0),
        tasks,
    )


def tracks(connection: Connection) -> list[Track]:
    """Return mails by workflow: sent, opened, clicked; the busiest first."""
    verdict = verdict_of_event()
    kinds = (_OPENED, _CLICKED, _REPLIED)
    came_back: dict[str, Counter[str]] = {kind: Counter() for kind in kinds}
    rows = connection.execute(
        select(message.c.workflow, event.c.type, func.count(message.c.id.distinct()))
        .join(message, message.c.id == event.c.message_id)
        .where(
            case(
                (event.c.type == _OPENED, verdict.in_(["human", "unknown"])),
                (event.c.type == _CLICKED, verdict == "human"),
                else_=event.c.type == _REPLIED,
            )
        )
        .group_by(message.c.workflow, event.c.type)
    )
    for workflow, kind, number in rows:
        came_back[kind][workflow or ""] = number
    sent = connection.execute(
        select(message.c.workflow, func.count())
        .where(message.c.state.in_(LEFT), message.c.contact_id.is_not(None))
        .group_by(message.c.workflow)
        .order_by(func.count().desc())
    )
    return [
        Track(name or "", number, *(came_back[kind][name or ""] for kind in kinds))
        for name, number in sent
    ]


def evidence(connection: Connection) -> dict[str, Counter[tuple[str, str]]]:
    """Return event type → how often (verdict, reason) is the newest word on one."""
    newest = (
        select(func.max(event_evidence.c.id).label("id"))
        .group_by(event_evidence.c.event_id)
        .subquery()
    )
    rows = connection.execute(
        select(event.c.type, event_evidence.c.verdict, event_evidence.c.reason, func.count())
        .join(event_evidence, event_evidence.c.event_id == event.c.id)
        .join(newest, newest.c.id == event_evidence.c.id)
        .group_by(event.c.type, event_evidence.c.verdict, event_evidence.c.reason)
    )
    found: dict[str, Counter[tuple[str, str]]] = {}
    for kind, verdict, reason, number in rows:
        found.setdefault(kind, Counter())[verdict, reason] += number
    return found


def moves(connection: Connection) -> tuple[Counter[tuple[str, str]], Counter[tuple[str, str]]]:
    """Return temperature and lifecycle moves: (from, to) → how often."""
    temperature: Counter[tuple[str, str]] = Counter()
    lifecycle: Counter[tuple[str, str]] = Counter()
    rows = connection.execute(
        select(decision.c.reason, decision.c.detail).where(decision.c.kind == "moved")
    )
    for reason, detail in rows:
        counter = lifecycle if reason == "stage" else temperature
        counter[str(detail.get("old")), str(detail.get("new"))] += 1
    return temperature, lifecycle


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A mail that a click led to."""

    message_id: int
    #: business time of the click, and of the mail
    clicked_at: datetime
    sent_at: datetime | None
    #: machine time at which the click was written down, and the mail queued
    click_recorded_at: datetime
    queued_recorded_at: datetime
    #: business time at which the mail was queued
    queued_at: datetime


def follow_ups(connection: Connection) -> list[FollowUp]:
    """Return mails whose chain of causes begins with a click; the newest click of the chain."""
    causes = {
        row.id: (row.caused_by, row.type, row.occurred_at, row.recorded_at)
        for row in connection.execute(
            select(
                event.c.id,
                event.c.caused_by,
                event.c.type,
                event.c.occurred_at,
                event.c.recorded_at,
            ).where(event.c.type.in_([_CLICKED]) | event.c.caused_by.is_not(None))
        )
    }
    found = []
    for row in connection.execute(
        select(
            message.c.id,
            message.c.caused_by,
            message.c.created_at,
            message.c.recorded_at,
            message.c.sent_at,
        ).where(message.c.caused_by.is_not(None))
    ):
        at = row.caused_by
        while at in causes:
            above, kind, occurred_at, recorded_at = causes[at]
            if kind == _CLICKED:
                found.append(
                    FollowUp(
                        row.id,
                        occurred_at,
                        row.sent_at,
                        recorded_at,
                        row.recorded_at,
                        row.created_at,
                    )
                )
                break
            at = above
    return found


def unsubscribes(connection: Connection) -> tuple[int, int, int]:
    """Return people who left, mails that left after they did, and mails cancelled for it.

    A mail left after somebody did where `sending` was written at a later business time than
    the withdrawal of that mail's purpose.
    """
    left = (
        select(consent.c.contact_id, consent.c.purpose, func.max(consent.c.recorded_at).label("at"))
        .where(consent.c.state == "withdrawn")
        .group_by(consent.c.contact_id, consent.c.purpose)
        .subquery()
    )
    people = connection.execute(select(func.count(left.c.contact_id.distinct()))).scalar_one()
    after = connection.execute(
        select(func.count())
        .select_from(message)
        .join(
            left,
            and_(left.c.contact_id == message.c.contact_id, left.c.purpose == message.c.purpose),
        )
        .where(message.c.state.in_(COUNTED), message.c.sent_at > left.c.at)
    ).scalar_one()
    cancelled = connection.execute(
        select(func.count())
        .select_from(message)
        .where(message.c.state == State.CANCELLED, message.c.reason == "unsubscribed")
    ).scalar_one()
    return people, after, cancelled


def held_back(connection: Connection) -> Counter[str]:
    """Return what held mails back (window or cap by name) → how many different mails."""
    rows = connection.execute(
        select(decision.c.message_id, decision.c.reason, decision.c.detail).where(
            decision.c.kind == "deferred", decision.c.message_id.is_not(None)
        )
    )
    found = {
        (row.message_id, str(row.detail.get("cap") or row.detail.get("window") or row.reason))
        for row in rows
    }
    return Counter(what for _, what in found)


def never_sent(connection: Connection) -> Counter[tuple[str, str]]:
    """Return (state, reason) of mails that were given up → how many."""
    rows = connection.execute(
        select(message.c.state, message.c.reason, func.count())
        .where(message.c.state.in_([State.CANCELLED, State.FAILED, State.IN_DOUBT]))
        .group_by(message.c.state, message.c.reason)
    )
    return Counter({(state, reason or ""): number for state, reason, number in rows})


def bounced(connection: Connection) -> tuple[int, int, int]:
    """Return refused attempts, addresses suppressed for it, and attempts at those afterwards."""
    refused = connection.execute(
        select(func.count()).select_from(attempt).where(attempt.c.outcome == "rejected")
    ).scalar_one()
    blocked = connection.execute(
        select(func.count()).select_from(suppression).where(suppression.c.reason == "hard_bounce")
    ).scalar_one()
    tries = (
        select(message.c.recipient)
        .join(attempt, attempt.c.message_id == message.c.id)
        .where(attempt.c.outcome == "rejected")
        .group_by(message.c.recipient)
        .having(func.count() > 1)
        .subquery()
    )
    again = connection.execute(select(func.count()).select_from(tries)).scalar_one()
    return refused, blocked, again


def events_of(connection: Connection, types: Iterable[str]) -> dict[str, int]:
    """Return event type → how many there are."""
    rows = connection.execute(
        select(event.c.type, func.count())
        .where(event.c.type.in_(list(types)))
        .group_by(event.c.type)
    )
    return dict(rows.tuples().all())


def tasks(connection: Connection) -> dict[str, Counter[str]]:
    """Return kind of task → how many are in which state."""
    found: dict[str, Counter[str]] = {}
    rows = connection.execute(
        select(task.c.kind, task.c.state, func.count()).group_by(task.c.kind, task.c.state)
    )
    for kind, state, number in rows:
        found.setdefault(kind, Counter())[state] += number
    return found


def strays(connection: Connection) -> list[tuple[str, str]]:
    """Return (type, why) of events that were kept aside."""
    rows = connection.execute(
        select(stray_event.c.type, stray_event.c.reason).order_by(stray_event.c.id)
    )
    return [(row.type, row.reason) for row in rows]


def left_ids(connection: Connection) -> set[int]:
    """Return the ids of all mails that a server has taken."""
    rows = connection.execute(
        select(attempt.c.message_id).where(attempt.c.outcome == "accepted").distinct()
    )
    return {row.message_id for row in rows}


def under_way(connection: Connection) -> Mapping[str, int]:
    """Return state → mails that are neither sent nor given up."""
    rows = connection.execute(
        select(message.c.state, func.count())
        .where(message.c.state.in_([State.QUEUED, State.DEFERRED, State.CLAIMED, State.SENDING]))
        .group_by(message.c.state)
    )
    return dict(rows.tuples().all())
